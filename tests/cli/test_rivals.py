"""`reproduce rivals`: the comparison of a study and of the shipped table. Nothing trains here."""

import json
import math

import pytest

from reproduce.articles.stacked_lstm import ASSUMPTIONS
from reproduce.articles.stacked_lstm.rivals import RivalRow
from reproduce.articles.stacked_lstm.variant import NETWORKS, Variant
from reproduce.inputs.prices import load_prices
from reproduce.runs.tidy import table_text
from tests.cli.test_cli import assert_misuse, assert_one_line, table_rows

LESS_LSTM = {"simple-rnn": (10.0, 30.0, 20.0), "mlp": (-5.0, -7.0, -9.0), "gru": (4.0, -4.0, 0.0)}  # USD, a seed each


def row(network, seed):
    """A run whose error is the LSTM's, which moves with the seed, and the difference above."""
    difference = LESS_LSTM.get(network, (0.0, 0.0, 0.0))[seed]
    return RivalRow(network, seed, 500 + 3 * seed + difference, 0.01, 0.25, 0.002, 12, "0")


ROWS = [row(network, seed) for seed in range(3) for network in NETWORKS]


@pytest.fixture
def studies(monkeypatch):
    """The studies that were run, their rows as above; the shipped table has the same."""
    seen = []

    def run_rivals(study, *, on_run, **options):
        seen.append((study, options))
        study.root.mkdir(parents=True)
        (study.root / "rivals.csv").write_text(table_text(RivalRow, ROWS), encoding="utf-8")
        for config in study.configs:
            on_run(config.name)

    module = "reproduce.articles.stacked_lstm.rivals"
    monkeypatch.setattr(f"{module}.run_rivals", run_rivals)
    monkeypatch.setattr(f"{module}.study_rows", lambda study: [row(c.variant.network, c.seed) for c in study.configs])
    monkeypatch.setattr(f"{module}.shipped_rivals", lambda: ROWS)
    return seen


def test_shipped_table_is_compared_rival_by_rival(invoke, studies, tmp_path):
    """Mean differences worked by hand: 20, -7 and 0 USD; with two degrees of freedom t is 4.3027, sd 10, 2 and 4."""
    code, stdout, stderr = invoke("rivals", "--shipped", "--out", tmp_path)
    rows = table_rows(stdout)
    assert code == 0
    assert [cells[:4] for cells in rows[:3]] == [
        ["simple-rnn", "3", "20.0 (-4.8 to 44.8)", "100%"],
        ["mlp", "3", "-7.0 (-12.0 to -2.0)", "0%"],
        ["gru", "3", "0.0 (-9.9 to 9.9)", "33%"],
    ]
    assert [cells[-1] for cells in rows[:3]] == ["not told apart", "the LSTM is worse", "not told apart"]
    assert "rivals.png" in stderr
    assert studies == []


@pytest.mark.usefixtures("studies")
def test_medians_of_each_network_stand_below(invoke, tmp_path):
    """Seeds, USD, skill, loss, seconds; those of the LSTM first."""
    rows = table_rows(invoke("rivals", "--shipped", "--out", tmp_path)[1])
    assert [cells[:5] for cells in rows[3:]] == [
        [network, "3", usd, "0.25", "0.00200"]
        for network, usd in (("lstm", "503"), ("simple-rnn", "526"), ("mlp", "496"), ("gru", "504"))
    ]


@pytest.mark.usefixtures("studies")
def test_assumptions_are_printed_below_the_tables(invoke, tmp_path):
    """Word by word."""
    assert invoke("rivals", "--shipped", "--out", tmp_path)[1].endswith("\n".join(ASSUMPTIONS) + "\n")


@pytest.mark.usefixtures("studies")
def test_comparison_is_drawn(invoke, tmp_path):
    """In the study's folder."""
    invoke("rivals", "--shipped", "--out", tmp_path)
    assert (tmp_path / "rivals.png").exists()
    assert (tmp_path / "rivals.svg").exists()


@pytest.mark.usefixtures("studies")
def test_json_has_comparison_runs_and_assumptions(invoke, monkeypatch, tmp_path):
    """Alone on stdout; a figure of a run that diverged is null, as JSON has no nan."""
    rows = [row(network, seed) for network in NETWORKS for seed in range(3)]
    rows[-1] = RivalRow("gru", 2, math.nan, math.nan, math.nan, math.nan, 12, "0")
    monkeypatch.setattr("reproduce.articles.stacked_lstm.rivals.shipped_rivals", lambda: rows)
    code, stdout, _ = invoke("rivals", "--shipped", "--out", tmp_path, "--json")
    document = json.loads(stdout, parse_constant=pytest.fail)
    assert code == 0
    assert [(one["rival"], one["diverged"]) for one in document["rows"]] == [("simple-rnn", 0), ("mlp", 0), ("gru", 1)]
    assert document["rows"][1]["verdict"] == "the LSTM is worse"
    assert document["rows"][2]["differences"] == [4, -4]
    assert (len(document["runs"]), document["runs"][-1]["rmse_usd"]) == (12, None)
    assert document["assumptions"] == list(ASSUMPTIONS)


def test_study_is_trained_with_what_was_asked(invoke, studies, tmp_path):
    """Published settings, the embedded prices; its table is named."""
    code, stdout, stderr = invoke("rivals", "--seeds", "0:3", "--workers", 2, "--out", tmp_path / "study")
    ((study, options),) = studies
    assert code == 0
    assert (study.root, study.seeds, study.variant) == (tmp_path / "study", range(3), Variant())
    assert study.table.sha256 == load_prices().sha256
    assert options == {"workers": 2, "scheduler": None}
    assert "20.0 (-4.8 to 44.8)" in stdout
    assert str(tmp_path / "study" / "rivals.csv") in stderr


def test_scheduler_is_handed_on(invoke, studies, tmp_path):
    """A cluster in place of local processes."""
    assert invoke("rivals", "--seeds", "0:2", "--scheduler", "tcp://h:1", "--out", tmp_path / "study")[0] == 0
    assert studies[0][1]["scheduler"] == "tcp://h:1"


@pytest.mark.usefixtures("studies")
def test_interrupted_study_says_how_to_go_on(invoke, monkeypatch, tmp_path):
    """Exit code 130, one line."""

    def run_rivals(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("reproduce.articles.stacked_lstm.rivals.run_rivals", run_rivals)
    code, stdout, stderr = invoke("rivals", "--seeds", "0:2", "--out", tmp_path)
    assert (code, stdout) == (130, "")
    assert "reproduce: interrupted; finished runs stand, and the same command goes on\n" in stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param(["--seeds", "7"], "at least two", id="one-seed"),
        pytest.param(["--seeds", "9:3"], "END is not included", id="no-seed"),
        pytest.param(
            ["--seeds", "9999999997:9999999999"], "seed is 9999999997, expected 0 to", id="beyond-the-last-seed"
        ),
        pytest.param(["--shipped", "--data", "mine.csv"], "--data", id="shipped-and-data"),
    ],
)
def test_misuse_is_refused_in_one_line(words, named, invoke, studies, tmp_path):
    """Exit code 2; nothing is trained or written."""
    assert_misuse(invoke("rivals", *words, "--out", tmp_path / "none"), named)
    assert (studies, list(tmp_path.glob("none"))) == ([], [])


def test_unusable_table_is_refused_in_one_line(invoke, studies, tmp_path):
    """Exit code 1, the file; nothing is trained."""
    code, stdout, stderr = invoke("rivals", "--data", tmp_path / "prices.csv", "--out", tmp_path / "none")
    assert (code, stdout, studies) == (1, "", [])
    assert_one_line(stderr, "prices.csv")
