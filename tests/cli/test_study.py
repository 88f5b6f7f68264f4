"""`reproduce study`: the list, the shipped tables, one trained anew, and what ends it early."""

import json
import sys
from dataclasses import replace

import pytest

from reproduce.articles import article_of, studies
from reproduce.articles.tables import StudyTable
from reproduce.errors import RunError
from tests.cli.commands import STUDY_OF, assert_one_line, every_study, states

MODULE = sys.modules["reproduce.cli.study"]  # the package has the command under this name

pytestmark = pytest.mark.usefixtures("one_thread")


def test_studies_are_listed_with_their_questions(invoke):
    """By name, with the article and the number of runs of the shipped table."""
    code, stdout, stderr = invoke("study", "--json")
    rows = json.loads(stdout)["rows"]
    assert (code, stderr) == (0, "")
    assert {row["study"]: row["article"] for row in rows} == STUDY_OF
    runs = [160, 240, 480, 40, 40, 220, 40, 94, 60, 15, 256, 80, 23, 45, 18, 8, 4, 1, 3, 2, 2, 2]
    assert [row["runs"] for row in rows] == runs
    assert all(row["question"].endswith("?") for row in rows)


@every_study
def test_shipped_table_is_shown_and_nothing_is_written(study, invoke, monkeypatch, tmp_path):
    """As tables and as JSON without NaN, with the article's assumptions."""
    monkeypatch.chdir(tmp_path)
    code, stdout, stderr = invoke("study", study, "--shipped")
    assert (code, stderr) == (0, "")
    assert stdout.count("┏") >= 1
    document = json.loads(invoke("study", study, "--shipped", "--json")[1], parse_constant=pytest.fail)
    assert document["rows"]
    article = article_of(STUDY_OF[study])
    assert document.get("assumptions", []) == list(article.assumptions(article.Variant()))
    assert list(tmp_path.iterdir()) == []


def test_table_that_is_not_there_yet_is_told(invoke, monkeypatch):
    """Of a study that is new, and whose runs have not ended: in one line, with what to do."""
    monkeypatch.setattr(StudyTable, "shipped", lambda _: [])
    code, stdout, stderr = invoke("study", "macbeth-replays", "--shipped")
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, "no table of macbeth-replays yet", "leave out --shipped")


def test_shipped_pictures_are_drawn_where_asked(invoke, tmp_path):
    """In a folder that is made; each is named."""
    code, _, stderr = invoke("study", "stacked-networks", "--shipped", "--out", tmp_path / "new")
    assert (code, {path.name for path in (tmp_path / "new").iterdir()}) == (0, {"rivals.png", "rivals.svg"})
    assert stderr == f"drawn: {tmp_path / 'new' / 'rivals'}.png\n"


@pytest.fixture
def small_study(tiny, tmp_path):
    """Two variants, two seeds, trained in an instant."""
    words = tiny("stacked-lstm")
    variant = words[words.index("--variant") + 1]
    chosen = ["--variants", f"mlp+{variant},mlp+{variant}+dropout-0.4", "--seeds", "0:2", "--workers", "1"]
    return [
        "study",
        "stacked-networks",
        *chosen,
        "--data",
        tmp_path / "stacked-lstm.input",
        "--out",
        tmp_path / "study",
    ]


def test_study_leaves_its_runs_and_its_table(small_study, invoke, tmp_path):
    """A run directory each, study.csv, the study's own table, its machine; a second time nothing is trained."""
    code, stdout, stderr = invoke(*small_study, "--json")
    document = json.loads(stdout, parse_constant=pytest.fail)
    assert code == 0, stderr
    assert [row["finished"] for row in document["rows"]] == [2, 2]
    folder = tmp_path / "study"
    assert len(list(folder.glob("*/metrics.json"))) == 4
    assert {"study.csv", "rivals.csv", "machine.json"} < {path.name for path in folder.iterdir()}
    before = states(folder / next(folder.glob("*-s0-keras")).name)
    code, _, stderr = invoke(*small_study)
    assert code == 0
    assert "an hour" not in stderr
    assert states(folder / next(folder.glob("*-s0-keras")).name) == before


def test_study_about_the_article_tells_nothing_of_another_text(tiny, invoke, tmp_path):
    """Its values would be held against those of Macbeth; the runs and their table stay."""
    words = tiny("macbeth")
    variant, text, out = words[words.index("--variant") + 1], tmp_path / "macbeth.input", tmp_path / "study"
    chosen = ["--variants", variant, "--seeds", "0", "--workers", "1", "--text", text, "--out", out]
    code, stdout, stderr = invoke("study", "macbeth-coding", *chosen, "--json")
    assert (code, json.loads(stdout)["title"], "more" in json.loads(stdout)) == (0, "Runs of the study", False)
    assert "what macbeth-coding tells of its runs is about the article's own data, and left out" in stderr
    assert [path.name for path in sorted(out.iterdir()) if path.is_file()] == [
        "coding.csv",
        "machine.json",
        "study.csv",
    ]


def test_study_with_too_few_seeds_to_compare_shows_its_runs(small_study, invoke, monkeypatch):
    """And says what is missing; nothing that was trained is lost."""

    def compare(_):
        raise RunError("mlp: 1 seed to compare, expected at least 2; run more seeds")

    monkeypatch.setattr("reproduce.articles.stacked_lstm.studies.compare", compare)
    code, stdout, stderr = invoke(*small_study, "--json")
    assert (code, json.loads(stdout)["title"]) == (0, "Runs of the study")
    assert "reproduce: mlp: 1 seed to compare, expected at least 2; run more seeds\n" in stderr


def test_interrupted_cluster_study_says_that_unfinished_runs_begin_anew(small_study, invoke, monkeypatch):
    """What a worker has trained so far is on its own disk."""

    def train_all(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(MODULE, "train_all", train_all)
    words = [word for word in small_study if word not in ("--workers", "1")]
    code, _, stderr = invoke(*words, "--scheduler", "tcp://host:8786")
    assert code == 130
    assert_one_line(stderr.splitlines(keepends=True)[-1], "finished runs stand, others begin anew")


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        pytest.param(KeyboardInterrupt(), 130, "finished runs stand, others go on from their checkpoints", id="ctrl-c"),
        pytest.param(RunError("tcp://h:1: no dask scheduler answers there"), 1, "no dask scheduler", id="no-scheduler"),
        pytest.param(OSError(28, "No space left on device", "study.csv"), 1, "study.csv: No space", id="full-disk"),
    ],
)
def test_study_that_ends_early_says_so_in_one_line(error, status, told, small_study, invoke, monkeypatch):
    """Ctrl-C also says that the same command goes on."""

    def train_all(*_, **__):
        raise error

    monkeypatch.setattr(MODULE, "train_all", train_all)
    code, stdout, stderr = invoke(*small_study)
    assert (code, stdout) == (status, "")
    assert_one_line(stderr.splitlines(keepends=True)[-1], told)  # below the bar


def test_what_follows_a_study_is_trained_here(small_study, invoke, monkeypatch, tmp_path):
    """A replay begins from a run that a cluster's worker does not have."""
    asked = []

    def train_all(_root, configs, *_, scheduler, **__):
        asked.append((len(configs), scheduler))
        return 0

    article, plan = studies()["stacked-networks"]
    followed = replace(plan, following=lambda grid: (replace(grid.configs[0], seed=9),))
    monkeypatch.setattr(MODULE, "train_all", train_all)
    monkeypatch.setattr(MODULE, "studies", lambda: {"stacked-networks": (article, followed)})
    words = [word for word in small_study if word not in ("--workers", "1")]
    invoke(*words, "--scheduler", "tcp://host:8786")
    assert asked == [(4, "tcp://host:8786"), (1, None)]
    assert len((tmp_path / "study" / "study.csv").read_text(encoding="utf-8").splitlines()) == 6  # with its header


@pytest.mark.parametrize(
    ("given", "runs"),
    [
        pytest.param([], {"mlp": [0, 1], "gru": [3]}, id="neither"),
        pytest.param(["--seeds", "5:7"], {"mlp": [5, 6], "gru": [5, 6]}, id="seeds-alone"),
        pytest.param(
            ["--variants", "network-gru,network-simple-rnn"], {"gru": [3], "simple-rnn": [0, 1]}, id="variants-alone"
        ),
        pytest.param(["--variants", "network-gru", "--seeds", "4"], {"gru": [4]}, id="both"),
    ],
)
def test_seeds_and_variants_default_to_those_of_the_plan(given, runs, invoke, monkeypatch, tmp_path):
    """So the command alone makes the shipped table anew; a variant that is not planned has the first one's seeds."""
    article, plan = studies()["stacked-networks"]
    planned = [(article.Variant(network=name), seeds) for name, seeds in (("mlp", range(2)), ("gru", range(3, 4)))]
    asked = {}

    def train_all(_root, configs, *_, **__):
        for config in configs:
            asked.setdefault(config.variant.network, []).append(config.seed)
        raise KeyboardInterrupt

    monkeypatch.setattr(MODULE, "studies", lambda: {"stacked-networks": (article, replace(plan, runs=planned))})
    monkeypatch.setattr(MODULE, "train_all", train_all)
    assert invoke("study", "stacked-networks", *given, "--out", tmp_path)[0] == 130
    assert asked == runs
