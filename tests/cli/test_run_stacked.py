"""`reproduce run stacked-lstm`: a tiny network from end to end, its refusals, and Ctrl-C."""

import json
import re

import pytest

from reproduce.articles.stacked_lstm import ASSUMPTIONS, job
from reproduce.articles.stacked_lstm.training import RunConfig
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.evidence.claims import VERDICTS, load_claims
from reproduce.inputs.minutes import COLUMNS
from reproduce.inputs.prices import load_prices
from reproduce.runs.progress import Progress
from tests.cli.test_cli import assert_one_line, days_and_prices, reproduce, table_rows

pytestmark = pytest.mark.usefixtures("one_thread")
TINY = "window-4+first-2+second-3+epochs-1+batch-7+test-days-5"


@pytest.fixture
def prices(tmp_path):
    """A table of 20 days."""
    path = tmp_path / "prices.csv"
    path.write_text(days_and_prices(20), encoding="utf-8")
    return path


@pytest.fixture
def jobs(monkeypatch):
    """The jobs that were asked for; none is done."""
    seen = []

    def run_job(asked, table, _):
        seen.append((asked, table))
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "run_job", run_job)
    return seen


def test_run_leaves_its_directory_and_its_claims(invoke, prices, tmp_path):
    """Claims with verdicts, then the assumptions word by word, on stdout; where everything is on stderr."""
    command = ["run", "stacked-lstm", "--variant", TINY, "--data", prices, "--out", tmp_path / "runs", "--seed", 3]
    code, stdout, stderr = invoke(*command)
    folder = tmp_path / "runs" / f"stacked-lstm-{Variant.parse(TINY).name}-s3-keras"
    first = load_claims("reproduce.articles.stacked_lstm")[1]  # the claim before it needs more than a run
    rows = table_rows(stdout)
    assert code == 0
    assert first.text.startswith(rows[0][0])
    assert {row[-1] for row in rows} - {""} <= set(VERDICTS)  # a long text takes two lines
    assert stdout.endswith("\n".join(ASSUMPTIONS) + "\n")
    assert stderr.splitlines()[-1] == f"everything is in {folder}"
    assert (folder / "metrics.json").exists()
    assert (folder / "figures" / "predictions_as_published.png").exists()


def test_finished_run_repeats_its_claims_as_json(invoke, prices, tmp_path, monkeypatch):
    """The same command trains nothing; rows and assumptions are alone on stdout."""
    command = ["run", "stacked-lstm", "--variant", TINY, "--data", prices, "--out", tmp_path / "runs"]
    first = [row[-1] for row in table_rows(invoke(*command)[1]) if row[-1]]
    monkeypatch.setattr("reproduce.networks.forecasters.Forecaster", None)
    code, stdout, stderr = invoke(*command, "--json")
    document = json.loads(stdout)
    assert code == 0
    assert [row["verdict"] for row in document["rows"]] == [v for v in first if v in VERDICTS]
    assert document["assumptions"] == list(ASSUMPTIONS)
    assert stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], Variant(), id="as-published"),
        pytest.param(["--variant", "simple-rnn"], Variant(network="simple-rnn"), id="a-rival"),
        pytest.param(["--variant", "window-30"], Variant(window=30), id="a-departure"),
        pytest.param(["--epochs", "5"], Variant(epochs=5), id="epochs"),
        pytest.param(["--variant", "gru+epochs-9", "--epochs", "5"], Variant(network="gru", epochs=5), id="both"),
    ],
)
def test_variant_and_epochs_choose_the_experiment(words, expected, invoke, jobs, tmp_path):
    """`--epochs` has the last word; the prices are the embedded ones."""
    assert invoke("run", "stacked-lstm", *words, "--seed", 8, "--force", "--out", tmp_path)[0] == 130
    ((asked, table),) = jobs
    assert asked == job.Job(expected, seed=8, out=tmp_path, force=True)
    assert table.sha256 == load_prices().sha256


def test_minutes_are_resampled_to_days(invoke, jobs, tmp_path):
    """Two minutes of one day and one of the next: means, newest day first."""
    rows = [f"{seconds},1,1,1,{close},1,1,1\n" for seconds, close in ((0, 10), (60, 20), (86_400, 7))]
    (tmp_path / "minutes.csv").write_text(",".join(COLUMNS) + "\n" + "".join(rows), encoding="utf-8")
    invoke("run", "stacked-lstm", "--data", tmp_path / "minutes.csv", "--out", tmp_path / "runs")
    assert jobs[0][1].close_usd.tolist() == [7, 15]


@pytest.mark.usefixtures("jobs")
def test_ctrl_c_before_the_first_epoch_ends_with_130_in_one_line(invoke, tmp_path):
    """How to go on; nothing on stdout."""
    code, stdout, stderr = invoke("run", "stacked-lstm", "--out", tmp_path)
    assert (code, stdout) == (130, "")
    assert_one_line(stderr, "interrupted; the same command goes on from the last checkpoint")


def test_ctrl_c_says_which_epoch_it_was(invoke, monkeypatch, tmp_path):
    """And of which network."""

    def run_job(_asked, _table, on_epoch):
        on_epoch("SimpleRNN", Progress([0.5] * 4))
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "run_job", run_job)
    code, _, stderr = invoke("run", "stacked-lstm", "--out", tmp_path)
    assert code == 130
    assert "SimpleRNN goes on at epoch 4" in stderr
    assert "reproduce: interrupted in epoch 4 of SimpleRNN; the same command goes on" in stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param(["--variant", "transformer"], "transformer", id="no-such-variant"),
        pytest.param(["--variant", "first-0"], "first is 0", id="value-out-of-range"),
        pytest.param(["--epochs", "0"], "--epochs", id="no-epochs"),
        pytest.param(["--seed", "-1"], "--seed", id="negative-seed"),
        pytest.param(["--engine", "compiled"], "--engine", id="an-option-of-another-article"),
        pytest.param(["fast"], "fast", id="a-word-too-many"),
    ],
)
def test_misuse_is_refused_in_one_line(words, named, invoke, jobs):
    """Exit code 2, the word at fault; nothing is trained."""
    code, stdout, stderr = invoke("run", "stacked-lstm", *words)
    assert (code, stdout, jobs) == (2, "", [])
    assert_one_line(stderr, named)


def test_short_table_is_refused_in_one_line(invoke, prices, tmp_path):
    """Exit code 1, the file and the remedy; no run directory is begun."""
    code, stdout, stderr = invoke("run", "stacked-lstm", "--data", prices, "--out", tmp_path / "runs")
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, "prices.csv", "use a longer table")
    assert not (tmp_path / "runs").exists()


def test_run_of_other_data_is_refused_in_one_line(invoke, prices, tmp_path):
    """Exit code 1, the directory, the ways out."""
    command = ["run", "stacked-lstm", "--variant", TINY, "--data", prices, "--out", tmp_path / "runs"]
    folder = tmp_path / "runs" / RunConfig(Variant.parse(TINY), 0, "").name
    assert invoke(*command)[0] == 0
    prices.write_text(days_and_prices(21), encoding="utf-8")
    code, stdout, stderr = invoke(*command)
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, str(folder), "data_sha256", "--out", "remove")


def test_unreadable_table_is_refused_without_tensorflow(tmp_path):
    """A mistake costs no seconds."""
    refused = reproduce("run", "stacked-lstm", "--data", tmp_path / "prices.csv", flags=("-X", "importtime"))
    assert refused.returncode == 1
    assert re.search(r"\| +(tensorflow|keras)\b", refused.stderr) is None
