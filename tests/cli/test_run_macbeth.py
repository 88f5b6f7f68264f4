"""`reproduce run macbeth`: its progress bar, a tiny network from end to end, its refusals, and Ctrl-C."""

import json
import re

import pytest

from reproduce.articles.macbeth import job
from reproduce.articles.macbeth.training import SampleProgress
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.cli.output import Interrupted
from reproduce.cli.run_macbeth import sample_progress
from reproduce.evidence.claims import VERDICTS
from reproduce.inputs.text import load_text
from tests.cli.test_cli import assert_one_line, reproduce, table_rows
from tests.cli.test_generate import VERSE

pytestmark = pytest.mark.usefixtures("one_thread")
VARIANT = MacbethVariant(batch=10, epochs=3)  # 105 samples: ten whole batches and half of one


TINY = "window-6+batch-4+hidden-3"


@pytest.fixture
def verse(tmp_path):
    """A text of one's own."""
    path = tmp_path / "verse.txt"
    path.write_text(VERSE, encoding="utf-8")
    return path


@pytest.fixture
def small_run(verse, tmp_path):
    """The command line of a run that trains in an instant."""
    options = ["--variant", TINY, "--threads", 1, "--seed", 2, "--engine", "keras", "--out", tmp_path / "runs"]
    return ["run", "macbeth", "--text", verse, *options]


@pytest.fixture
def jobs(monkeypatch):
    """The jobs that were asked for; none is done."""
    seen = []

    def run_job(asked, text, _):
        seen.append((asked, text))
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "run_job", run_job)
    return seen


def shown(capfd, *progresses):
    """What stands on stderr when training ends after these."""
    with sample_progress(VARIANT, 105) as show:
        for progress in progresses:
            show(progress)
    return " ".join(capfd.readouterr().err.split())


@pytest.mark.parametrize(
    ("progresses", "expected"),
    [
        pytest.param([SampleProgress()], ["epoch 1/3", "loss …", "… samples/s"], id="before-the-first-step"),
        pytest.param(
            [SampleProgress(), SampleProgress(step=2, loss_sum=50.0, seconds=4.0)],
            ["epoch 1/3", "loss 2.5000", "5 samples/s"],
            id="within-the-first-epoch",
        ),
        pytest.param(
            [SampleProgress(), SampleProgress(step=11, loss_sum=210.0, seconds=3.0)],
            ["epoch 1/3", "loss 2.0000", "35 samples/s"],
            id="after-a-short-batch",
        ),
        pytest.param(
            [SampleProgress(), SampleProgress([2.25], seconds=7.0)],
            ["epoch 2/3", "loss 2.2500", "15 samples/s"],
            id="after-an-epoch",
        ),
        pytest.param(
            [SampleProgress(), SampleProgress([2.0, 1.5, 1.25], seconds=63.0)],
            ["epoch 3/3", "loss 1.2500", "5 samples/s", "0:00:00"],
            id="at-the-end",
        ),
        pytest.param(
            [
                SampleProgress([2.0], step=3, loss_sum=45.0, seconds=100.0),
                SampleProgress([2.0], step=8, loss_sum=120.0, seconds=105.0),
            ],
            ["goes on in epoch 2, at sample 30 of 105", "epoch 2/3", "loss 1.5000", "10 samples/s"],
            id="resumed-within-an-epoch",
        ),
        pytest.param(
            [SampleProgress([2.0], seconds=100.0)],
            ["goes on in epoch 2, at sample 0 of 105"],
            id="resumed-between-epochs",
        ),
    ],
)
def test_bar_shows_epoch_loss_and_speed_of_this_process(progresses, expected, capfd):
    """Losses are means of the epoch so far; the speed leaves out what earlier processes trained."""
    text = shown(capfd, *progresses)
    assert [part for part in expected if part not in text] == []


def test_run_that_begins_or_has_ended_does_not_go_on(capfd):
    """There is nothing to say then."""
    assert "goes on" not in shown(capfd, SampleProgress(), SampleProgress(step=1, loss_sum=2.0, seconds=1.0))
    assert "goes on" not in shown(capfd, SampleProgress([2.0, 1.5, 1.25], seconds=63.0))


def test_nothing_is_shown_of_a_run_that_does_not_train(capfd):
    """A finished one, or one that is refused: no empty line above what it says."""
    assert shown(capfd) == ""


@pytest.mark.parametrize(
    ("progresses", "where"),
    [([], "interrupted;"), ([SampleProgress([2.0], step=3, loss_sum=6.0)], "interrupted in epoch 2 of 3;")],
    ids=["before", "within"],
)
def test_ctrl_c_says_where_it_was(progresses, where):
    """And how to go on."""

    def train():
        with sample_progress(VARIANT, 105) as show:
            for progress in progresses:
                show(progress)
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match=f"^{where} the same command goes on from the last checkpoint$"):
        train()


def test_run_leaves_its_directory_and_its_claims(invoke, small_run, tmp_path):
    """The claims it can judge on stdout; where everything is on stderr, below the bar. It can then write."""
    code, stdout, stderr = invoke(*small_run)
    folder = tmp_path / "runs" / f"macbeth-{MacbethVariant.parse(TINY).name}-s2-keras"
    assert code == 0
    assert {row[-1] for row in table_rows(stdout)} - {""} <= set(VERDICTS)
    assert "samples/s" in stderr
    assert stderr.splitlines()[-1] == f"everything is in {folder}"
    assert (folder / "metrics.json").exists()
    written = invoke("generate", folder, "--text", small_run[3], "--length", 40)
    assert (written[0], len(written[1])) == (0, 41)


def test_finished_run_repeats_its_claims_as_json(invoke, small_run, monkeypatch):
    """The same command trains nothing, and JSON is alone on stdout."""
    first = [row[-1] for row in table_rows(invoke(*small_run)[1]) if row[-1]]
    monkeypatch.setattr("reproduce.articles.macbeth.training.create_char_engine", None)
    code, stdout, stderr = invoke(*small_run, "--json")
    assert code == 0
    assert [row["verdict"] for row in json.loads(stdout)["rows"]] == [v for v in first if v in VERDICTS]
    assert stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "expected", "engine"),
    [
        pytest.param([], MacbethVariant(), "compiled", id="as-published"),
        pytest.param(["--variant", "hidden-64"], MacbethVariant(hidden=64), "compiled", id="a-departure"),
        pytest.param(["--epochs", "100"], MacbethVariant(epochs=100), "compiled", id="epochs-of-the-prose"),
        pytest.param(["--variant", "epochs-9", "--epochs", "5"], MacbethVariant(epochs=5), "compiled", id="both"),
        pytest.param(["--engine", "keras"], MacbethVariant(), "keras", id="keras"),
    ],
)
def test_options_reach_the_job(words, expected, engine, invoke, jobs, verse, tmp_path):
    """`--epochs` has the last word; the text is the given one."""
    options = ["--text", verse, "--seed", 8, "--threads", 1, "--force", "--out", tmp_path / "runs"]
    code, stdout, stderr = invoke("run", "macbeth", *words, *options)
    ((asked, text),) = jobs
    assert (code, stdout) == (130, "")
    assert_one_line(stderr, "interrupted; the same command goes on from the last checkpoint")
    assert asked == job.Job(expected, seed=8, engine=engine, threads=1, out=tmp_path / "runs", force=True)
    assert text.sha256 == load_text(verse).sha256


def test_short_text_is_refused_in_one_line(invoke, verse, jobs, tmp_path):
    """Exit code 1, the file and the remedy; no run directory is begun."""
    verse.write_text("too short", encoding="utf-8")
    code, stdout, stderr = invoke("run", "macbeth", "--text", verse, "--threads", 1, "--out", tmp_path / "runs")
    assert (code, stdout, jobs) == (1, "", [])
    assert_one_line(stderr, "verse.txt", "use a longer text")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param(["--variant", "hamlet"], "hamlet", id="no-such-variant"),
        pytest.param(["--variant", "dropout-1"], "dropout is 1.0", id="value-out-of-range"),
        pytest.param(["--epochs", "0"], "--epochs", id="no-epochs"),
        pytest.param(["--seed", "-1"], "--seed", id="negative-seed"),
        pytest.param(["--engine", "session"], "session", id="engine-of-another-article"),
        pytest.param(["--threads", "0"], "--threads", id="no-threads"),
        pytest.param(["--data", "prices.csv"], "--data", id="an-option-of-another-article"),
    ],
)
def test_misuse_is_refused_in_one_line(words, named, invoke, tmp_path):
    """Exit code 2, the word at fault; no run directory is begun."""
    code, stdout, stderr = invoke("run", "macbeth", "--text", tmp_path / "none.txt", *words, "--out", tmp_path / "runs")
    assert (code, stdout) == (2, "")
    assert_one_line(stderr, named)
    assert not (tmp_path / "runs").exists()


def test_text_that_is_not_there_is_refused_without_tensorflow(tmp_path):
    """Exit code 1, the file; a mistake costs no seconds."""
    refused = reproduce("run", "macbeth", "--text", tmp_path / "none.txt", flags=("-X", "importtime"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert_one_line(refused.stderr.splitlines(keepends=True)[-1], "none.txt", "--text PATH")
    assert re.search(r"\| +(tensorflow|keras)\b", refused.stderr) is None
