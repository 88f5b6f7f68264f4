"""The curves of many variants: what a run keeps of each epoch, the study's table, and what ships."""

from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import losses, training
from reproduce.articles.bitcoin_lstm.curves import EPOCHS, SEEDS, SETS, TABLE, CurveRow, curve_rows, curves_of
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.errors import RunError
from reproduce.evidence.contrast import kept_as, leave_one_out
from reproduce.networks.engine import Epoch
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study
from reproduce.runs.tables import parse_rows, rows_text
from tests.articles.samples import VARIANTS, config_of, short_table

SHIPPED = {what: curves_of(TABLE.shipped(), what) for what in ("mean", "last")}


# What a run keeps


class Echo:
    """An engine whose losses are drawn, and whose predictions are the targets it is given; it keeps both."""

    def __init__(self):
        self.losses, self.seen = [], []

    def train_epoch(self, inputs, targets):
        self.losses.append(np.random.default_rng(len(self.losses)).random(9))
        self.seen.append((inputs[:, 0, 0].tolist(), targets[:, 0].tolist()))
        return Epoch(self.losses[-1], targets)

    def predict(self, inputs):
        return inputs[:, -1]


@pytest.fixture
def echo(monkeypatch):
    """The engine of every training."""
    engine = Echo()
    monkeypatch.setattr(training, "create_engine", lambda *_, **__: engine)
    return engine


def begin(folder, variant):
    """A training of 80 days, four epochs."""
    return training.begin(Directory(folder, config_of("bitcoin-lstm", variant=variant)), short_table())


@pytest.mark.usefixtures("one_thread")
def test_run_keeps_mean_and_last_loss_of_every_epoch(echo, tmp_path):
    """In two files; the last is that of the epoch's last batch."""
    trained = begin(tmp_path, VARIANTS["bitcoin-lstm"])
    assert len(list(trained.advance())) == 4
    directory = Directory(tmp_path, config_of("bitcoin-lstm"))
    with directory.opened():
        trained.write_results()
    assert directory.read_losses().tolist() == [float(np.mean(losses)) for losses in echo.losses]
    last = directory.read_table(training.LAST_BATCHES, {"epoch": int, "loss": float})
    assert last["epoch"].tolist() == [0, 1, 2, 3]
    assert last["loss"].tolist() == [losses[8] for losses in echo.losses]


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(("shuffling", "orders"), [("none", 1), ("every-epoch", 4)])
def test_windows_are_shuffled_anew_each_epoch_where_the_variant_says_so(shuffling, orders, echo, tmp_path):
    """Window and target together, every window once; predictions are kept in the order of the table."""
    variant = replace(VARIANTS["bitcoin-lstm"], shuffling=shuffling)
    trained = begin(tmp_path, variant)
    assert len(list(trained.advance())) == 4

    inputs, targets = training.prepare(short_table(), variant).train
    pairs = set(zip(inputs[:, 0, 0].tolist(), targets[:, 0].tolist(), strict=True))
    assert all(set(zip(*seen, strict=True)) == pairs and len(seen[0]) == 63 for seen in echo.seen)
    assert len({tuple(seen[1]) for seen in echo.seen}) == orders
    np.testing.assert_array_equal(trained.progress.predictions, targets)


# The study's table


def study_of(root, variant, curves):
    """A study of one variant, whose finished runs have these mean and last losses by seed."""
    configs = tuple(RunConfig(variant, seed, "compiled", "5" * 64, "bitcoin-lstm") for seed in curves)
    study = Study(root, configs)
    for directory, (mean, last) in zip(study.directories, curves.values(), strict=True):
        with directory.opened():
            directory.write_losses(mean)
            directory.write_text("last_batches.csv", "epoch,loss\n" + "".join(f"{e},{x}\n" for e, x in enumerate(last)))
            directory.write_json("metrics.json", {})
    return study


def test_table_has_mean_and_last_losses_under_the_variant_s_whole_name(tmp_path):
    """A run of 31 epochs, or of more, is the beginning of one of 200; nan where it diverged."""
    drawn = np.random.default_rng(0).random((2, 2, 40))
    drawn[1, 1, 30:] = np.nan
    for epochs in (31, 40):
        curves = {5: drawn[0, :, :epochs].tolist(), 6: drawn[1, :, :epochs].tolist()}
        rows = curve_rows(study_of(tmp_path / str(epochs), Variant(window=3, epochs=epochs), curves))
        assert [(row.variant, row.seed) for row in rows] == [("window-3", 5), ("window-3", 6)]
        np.testing.assert_array_equal(curves_of(rows, "mean")["window-3"], drawn[:, 0, :31])
        np.testing.assert_array_equal(curves_of(rows, "last")["window-3"], drawn[:, 1, :31])
    (row, _) = parse_rows(CurveRow, rows_text(CurveRow, rows))
    assert row.last_30 == pytest.approx(drawn[0, 1, 30], rel=1e-8)


def test_table_leaves_runs_out_that_are_too_short(tmp_path):
    """Epoch 30 is the 31st."""
    assert curve_rows(study_of(tmp_path, Variant(epochs=30), {0: [[0.5] * 30] * 2})) == []


def test_run_that_kept_no_last_batches_is_named(tmp_path):
    """One of an earlier version; the remedy is to make it anew."""
    study = study_of(tmp_path, Variant(epochs=31), {0: [[0.5] * 31] * 2})
    (study.directories[0].path / "last_batches.csv").unlink()
    with pytest.raises(RunError, match=r"last_batches.csv: cannot be read .* remove the folder to make the run anew"):
        curve_rows(study)


# What ships


def test_shipped_table_has_forty_seeds_of_twelve_variants():
    """Thirty-one epochs each, mean and last; every mean above zero, if it is finite."""
    assert len(SETS) >= 12
    for curves in SHIPPED.values():
        assert list(curves) == [variant.name for variant in SETS]
        assert {losses.shape for losses in curves.values()} == {(len(SEEDS), EPOCHS)}
        assert all(not (losses <= 0).any() for losses in curves.values())
    text = (files(TABLE.package) / TABLE.file).read_text(encoding="utf-8")
    assert [line.split(",")[1] for line in text.splitlines()[1:]] == [str(seed) for _ in SETS for seed in SEEDS]


def test_shipped_curves_begin_as_the_shipped_runs_of_200_epochs():
    """To every digit at epochs 0 and 30, of the four variants that both tables have: two studies made apart."""
    compared = 0
    for row in losses.TABLE.shipped():
        curve = SHIPPED["mean"][row.variant][row.seed]
        assert (f"{curve[0]:.9g}", f"{curve[30]:.9g}") == (f"{row.loss_0:.9g}", f"{row.loss_30:.9g}")
        compared += 1
    assert compared == 160


def test_own_curves_are_kept_at_the_level_and_others_less():
    """Each of six variants' curves as if it had been printed; the whole matrix is in docs/losses.md."""
    names = ["published", "described", "clipping-applied", "row-order-oldest-first", "window-3", "learning-rate-0.01"]
    shares = kept_as(leave_one_out({name: SHIPPED["mean"][name] for name in names}))
    assert all(0.925 <= shares[name][name] <= 0.975 for name in names)
    assert shares["described"]["published"] <= 0.05
    assert shares["row-order-oldest-first"]["published"] == 0
