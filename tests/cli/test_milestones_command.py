"""`reproduce milestones`: the shipped table, a study's, and what is refused. Nothing trains here."""

import json

import pytest

from reproduce.articles.macbeth.study import TREND
from reproduce.errors import RunError
from reproduce.inputs.text import load_text
from reproduce.networks.engine import MAX_SEED
from tests.articles.macbeth.samples import study_rows, tiny_text
from tests.cli.test_cli import assert_misuse, assert_one_line, table_rows

MODULE = "reproduce.articles.macbeth.study"


@pytest.fixture
def studies(monkeypatch):
    """The studies that were run, their rows as worked by hand; the shipped table has the same."""
    seen = []

    def run_study(study, *, on_run, **options):
        seen.append((study, options))
        for config in study.configs:
            on_run(config.name)

    monkeypatch.setattr(f"{MODULE}.run_study", run_study)
    monkeypatch.setattr(f"{MODULE}.study_rows", lambda _: study_rows())
    monkeypatch.setattr(f"{MODULE}.shipped_rows", study_rows)
    return seen


@pytest.fixture
def text(tmp_path):
    """A text of one's own."""
    path = tmp_path / "tiny.txt"
    path.write_text(tiny_text().characters, encoding="utf-8")
    return path


def test_shipped_table_is_shown_row_by_row(invoke, studies, tmp_path):
    """Variant, seed, epoch and figures; a dash where nothing was held out."""
    code, stdout, stderr = invoke("milestones", "--shipped", "--out", tmp_path)
    rows = table_rows(stdout)
    assert (code, studies) == (0, [])
    assert len(rows) == 13
    assert rows[0][:9] == [TREND.name, "0", "1", "2.625", "2.500", "3.125", "2.625", "0.750", "0.125"]
    assert rows[-1][:9] == ["published", "2", "1", "2.875", "-", "3.000", "2.500", "0.938", "0.125"]
    assert "Traceback" not in stderr


@pytest.mark.usefixtures("studies")
def test_trend_is_drawn(invoke, tmp_path):
    """In the study's folder, which is named."""
    _, _, stderr = invoke("milestones", "--shipped", "--out", tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"milestones.png", "milestones.svg"}
    assert str(tmp_path / "new" / "milestones.png") in stderr


@pytest.mark.usefixtures("studies")
def test_json_has_every_column(invoke, tmp_path):
    """Alone on stdout; null where nothing was held out, as JSON has no nan."""
    code, stdout, _ = invoke("milestones", "--shipped", "--out", tmp_path, "--json")
    rows = json.loads(stdout, parse_constant=pytest.fail)["rows"]
    assert code == 0
    assert (rows[0]["held_out_loss"], rows[-1]["held_out_loss"]) == (2.5, None)
    assert {name: rows[-1][name] for name in ("loss", "samples", "weights", "seconds")} == {
        "loss": 2.875,
        "samples": 100269,
        "weights": 1096543,
        "seconds": 120.5,
    }


def test_study_is_trained_with_what_was_asked(invoke, studies, text, tmp_path):
    """Both ranges of seeds, the text, workers; its table is named."""
    words = ["--seeds", "1:3", "--trend-seeds", "4", "--workers", 2, "--text", text, "--out", tmp_path / "study"]
    code, stdout, stderr = invoke("milestones", *words)
    ((study, options),) = studies
    assert code == 0
    assert (study.root, study.seeds, study.trend_seeds) == (tmp_path / "study", range(1, 3), range(4, 5))
    assert study.text.sha256 == load_text(text).sha256
    assert options == {"workers": 2, "scheduler": None}
    assert len(table_rows(stdout)) == 13
    assert str(tmp_path / "study" / "milestones.csv") in stderr


def test_scheduler_is_handed_on(invoke, studies, text, tmp_path):
    """A cluster in place of local processes."""
    assert invoke("milestones", "--scheduler", "tcp://h:1", "--text", text, "--out", tmp_path)[0] == 0
    assert studies[0][1]["scheduler"] == "tcp://h:1"


@pytest.mark.usefixtures("studies")
def test_interrupted_study_says_how_to_go_on(invoke, monkeypatch, text, tmp_path):
    """Exit code 130, one line."""

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"{MODULE}.run_study", interrupt)
    code, stdout, stderr = invoke("milestones", "--text", text, "--out", tmp_path)
    assert (code, stdout) == (130, "")
    expected = "reproduce: interrupted; finished runs stand, others go on from their checkpoints, and the same command"
    assert [line for line in stderr.splitlines() if line.startswith("reproduce: ")] == [f"{expected} goes on"]


@pytest.mark.usefixtures("studies")
def test_run_that_failed_is_one_line(invoke, monkeypatch, text, tmp_path):
    """Exit code 1; which run, and why."""

    def fail(*_, **__):
        raise RunError("study/macbeth-published-s1-compiled: the run is not finished (ValueError: no luck)")

    monkeypatch.setattr(f"{MODULE}.run_study", fail)
    code, stdout, stderr = invoke("milestones", "--text", text, "--out", tmp_path)
    assert (code, stdout) == (1, "")
    assert "s1-compiled: the run is not finished (ValueError: no luck)" in stderr
    assert "Traceback" not in stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param(["--seeds", "9:3"], "--seeds", id="no-seed"),
        pytest.param(["--trend-seeds", "some"], "--trend-seeds", id="no-number"),
        pytest.param(["--seeds", f"{MAX_SEED}:{MAX_SEED + 2}"], f"expected 0 to {MAX_SEED}", id="beyond-the-last-seed"),
        pytest.param(["--trend-seeds", f"{MAX_SEED + 1}"], f"expected 0 to {MAX_SEED}", id="trend-beyond-the-last"),
        pytest.param(["--workers", "0"], "--workers", id="no-worker"),
        pytest.param(["--shipped"], "the shipped table is of Macbeth", id="shipped-and-text"),
    ],
)
def test_misuse_is_refused_in_one_line(words, named, invoke, studies, text, tmp_path):
    """Exit code 2; nothing is trained or written."""
    assert_misuse(invoke("milestones", *words, "--text", text, "--out", tmp_path / "none"), named)
    assert (studies, list(tmp_path.glob("none"))) == ([], [])


def test_text_that_is_not_there_is_refused_in_one_line(invoke, studies, tmp_path):
    """Exit code 1, the file."""
    code, stdout, stderr = invoke("milestones", "--text", tmp_path / "none.txt", "--out", tmp_path / "none")
    assert (code, stdout, studies) == (1, "", [])
    assert_one_line(stderr, "none.txt", "--text")
