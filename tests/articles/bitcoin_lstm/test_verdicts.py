"""The verdicts on the Bitcoin article where something is otherwise: that they tell this program, and not any."""

import functools
from dataclasses import fields, replace

import numpy as np
import pytest

from reproduce.articles import article_of
from reproduce.articles.audit import audit
from reproduce.articles.bitcoin_lstm import program
from reproduce.articles.bitcoin_lstm.departures import TABLE, DepartureRow
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.evidence.claims import read_claims
from reproduce.networks.engine import Epoch

pytestmark = pytest.mark.usefixtures("one_thread")
RECORD = read_claims("reproduce.articles.bitcoin_lstm").verdicts
ROW = DepartureRow(**{field.name: 0 for field in fields(DepartureRow)} | {"variant": "published"})


class StillEngine:
    """A network that learns nothing, for audits of everything else; a real one takes a second to build."""

    def set_weights(self, weights):
        self.held = weights

    def weights(self):
        return self.held

    def predict(self, inputs):
        return np.zeros((len(inputs), 1))

    def train_epoch(self, inputs, targets):
        return Epoch(np.square(targets[:, 0]), self.predict(inputs))

    def close(self):
        self.held = None


@pytest.fixture
def verdicts(monkeypatch, ship):
    """A way to audit with the published variant mended, its network too or not; tables stay what they are."""

    def judge(network=False, skills=(), **mended):
        monkeypatch.setattr(program, "Variant", functools.partial(Variant, **mended))
        monkeypatch.setattr(program, "PROBE", Variant(hidden=2, batch=1, **mended))
        if not network:
            monkeypatch.setattr(program, "create_engine", lambda *_, **__: StillEngine())
        ship(TABLE, skills or [ROW, replace(ROW, variant="window-3")])
        return {one.claim.id.removeprefix("bitcoin-lstm/"): one.verdict for one in audit(article_of("bitcoin-lstm"))}

    return judge


@pytest.mark.parametrize(
    ("network", "mended", "names"),
    [
        pytest.param(True, {"wiring": "described"}, ["lstm-cell"], id="D2"),
        pytest.param(True, {"clipping": "applied"}, ["gradients-clipped"], id="D3"),
        pytest.param(False, {"row_order": "oldest-first"}, ["previous-days", "price-plot-days"], id="D1-D8"),
        pytest.param(False, {"scaler_rows": "training"}, ["unseen-test-days"], id="D4"),
        pytest.param(False, {"split_of": "windows"}, ["split-80"], id="D5"),
        pytest.param(False, {"remainder": "kept"}, ["trained-windows", "tested-windows"], id="D6"),
    ],
)
def test_statement_stands_where_the_program_is_mended(network, mended, names, verdicts):
    """So the verdict on the published program tells that program, and not what the audit always says."""
    assert {RECORD[f"bitcoin-lstm/{name}"] for name in names} <= {"not reproduced", "partly reproduced"}
    found = verdicts(network, **mended)
    assert {name: found[name] for name in names} == dict.fromkeys(names, "reproduced")


def test_split_off_by_a_window_is_not_reproduced_at_all(verdicts, monkeypatch):
    """Neither 80 % of the rows nor of the windows."""
    real = program.prepare
    monkeypatch.setattr(program, "prepare", lambda table, variant: replace(real(table, variant), train_windows=1019))
    found = verdicts()
    assert (found["split-80"], found["train-inputs"]) == ("not reproduced", "not reproduced")


@pytest.mark.parametrize(
    ("published", "short", "accurate", "window_3"),
    [
        pytest.param((-0.3, -0.9, 0.1), (-0.4, -0.9, 0.1), "not reproduced", "not reproduced", id="worse"),
        pytest.param((0.1, -0.2, 0.3), (0.2, -0.2, 0.4), "partly reproduced", "partly reproduced", id="overlapping"),
        pytest.param((0.2, 0.1, 0.3), (0.5, 0.31, 0.7), "reproduced", "reproduced", id="better"),
        pytest.param((0.2, 0.0, 0.3), (0.5, 0.3, 0.7), "partly reproduced", "partly reproduced", id="touching"),
    ],
)
def test_skill_is_judged_by_its_interval(published, short, accurate, window_3, verdicts):
    """Skill, and the ends of its interval: above 0; above the other's."""
    names = ("skill", "skill_low", "skill_high")
    of_variants = {"published": published, "window-3": short}
    found = verdicts(
        skills=[replace(ROW, variant=name, **dict(zip(names, of, strict=True))) for name, of in of_variants.items()]
    )
    assert (found["accurate"], found["window-3"]) == (accurate, window_3)


def test_picture_with_its_predictions_in_place_is_reproduced(verdicts, monkeypatch):
    """Moved by 7 and by 6 days to the right."""
    real = program.predictions_as_published

    def in_place(*arguments):
        figure = real(*arguments)
        _, training, testing = figure.axes[0].get_lines()
        training.set_xdata(training.get_xdata() + 7)
        testing.set_xdata(testing.get_xdata() + 6)
        return figure

    monkeypatch.setattr(program, "predictions_as_published", in_place)
    assert verdicts()["prediction-plot-days"] == "reproduced"
