"""`reproduce run`, for any article: what it proves first, refuses, trains beside, and judges."""

import fcntl
import time
from dataclasses import replace

import pytest

from reproduce.articles import ARTICLES, article_of
from reproduce.articles.running import judge_run, run_article
from reproduce.errors import MismatchError, RunError
from reproduce.evidence.claims import NOT_REPRODUCED, NOT_TESTABLE, REPRODUCED
from reproduce.runs.directory import Directory
from reproduce.runs.training import Progress
from tests.articles.samples import config_of, data_of, short_table, tiny_text

pytestmark = pytest.mark.usefixtures("one_thread")
PROVED = [article.id for article in ARTICLES if "compiled" in article.engines]
PROOF = {"relative_difference": 0.0}


@pytest.fixture
def proofs(monkeypatch):
    """The proofs that were asked for, all of which hold; and nothing is trained, drawn or judged."""
    asked = []

    def prove(*given):
        asked.append(given)
        return PROOF

    monkeypatch.setattr("reproduce.articles.running.run", lambda *_, **__: None)
    monkeypatch.setattr("reproduce.articles.running.judge_by_run", lambda *_, **__: [])
    for article in ARTICLES:
        monkeypatch.setattr(article.module("pictures"), "draw", lambda _: None)
        monkeypatch.setattr(article.module("outputs"), "run_outputs", lambda _: {})
        if article.id in PROVED:
            monkeypatch.setattr(article.module("training"), "prove_compiled", prove)
    return asked


def do(root, id_, engine=None, *, force=False, data=None, told=None):
    """Run the small variant of an article."""
    data = data or data_of(id_)
    config = replace(config_of(id_, engine), data_sha256=data.sha256)
    progress = (lambda *_: None) if told is None else (lambda one, p: told.append((one.engine, p.epoch)))
    return run_article(article_of(id_), config, data, root, force=force, on_progress=progress)


@pytest.mark.parametrize("id_", PROVED)
def test_compiled_engine_is_proved_once_a_run(id_, proofs, tmp_path):
    """On the run's own variant, seed and samples; it stands beside the run, and --force begins with another."""
    directory, _ = do(tmp_path, id_, "compiled")
    ((variant, *_, samples),) = proofs
    assert variant == directory.config.variant
    # The targets of 80 days' windows, or the text's samples: those that train.
    assert len(samples) == {"bitcoin-lstm": 63, "stacked-lstm": 69, "macbeth": 102}[id_]
    assert directory.read_json("proof.json") == PROOF
    do(tmp_path, id_, "compiled")
    assert len(proofs) == 1
    do(tmp_path, id_, "compiled", force=True)
    assert len(proofs) == 2


@pytest.mark.parametrize("id_", [article.id for article in ARTICLES])
def test_other_engines_need_no_proof(id_, proofs, tmp_path):
    """They are what the compiled one is held to."""
    directory, _ = do(tmp_path, id_, "keras")
    assert proofs == []
    assert not (directory.path / "proof.json").exists()


@pytest.mark.parametrize("id_", PROVED)
def test_engine_that_fails_the_proof_trains_nothing(id_, proofs, monkeypatch, tmp_path):
    """Nor the next time, when it is proved again."""

    def refuse(*given):
        proofs.append(given)
        raise MismatchError("they differ")

    monkeypatch.setattr(article_of(id_).module("training"), "prove_compiled", refuse)
    for _ in range(2):
        with pytest.raises(MismatchError, match="they differ"):
            do(tmp_path, id_, "compiled")
    assert len(proofs) == 2
    folder = tmp_path / config_of(id_, "compiled").name
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "config.json"]


def test_run_that_cannot_be_written_is_refused_before_the_proof(proofs, tmp_path):
    """Another process holds it, or it is of another text; in one line."""
    folder = tmp_path / config_of("macbeth").name
    folder.mkdir()
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RunError, match=r"^[^\n]*: another process is writing this run; [^\n]*$"):
            do(tmp_path, "macbeth")
    Directory(tmp_path, config_of("macbeth")).write_json("config.json", config_of("macbeth").as_json())
    with pytest.raises(RunError, match=r"^[^\n]*another input; [^\n]*--out[^\n]*remove this one$"):
        do(tmp_path, "macbeth", data=tiny_text(seed=9))
    assert proofs == []


def test_run_beside_it_that_cannot_be_written_is_refused_before_anything_is_trained(proofs, tmp_path):
    """The Keras run of the Bitcoin article, which follows the one that is asked for."""
    keras = Directory(tmp_path, config_of("bitcoin-lstm", "keras"))
    with keras.opened(), pytest.raises(RunError, match=r"-keras: another process is writing this run"):
        do(tmp_path, "bitcoin-lstm")
    assert proofs == []


def test_bitcoin_run_has_its_seed_on_keras_beside_it_each_told_by_its_own_progress(proofs, monkeypatch, tmp_path):
    """All that is told of either is told as its own; a run on Keras itself is alone."""

    def pretend(_root, config, *, begin, anew, on_progress):  # noqa: ARG001
        for epoch in range(1, 3):
            on_progress(Progress([len(config.engine) / epoch] * epoch))

    monkeypatch.setattr("reproduce.articles.running.run", pretend)
    for engine, trained in (("session", ("session", "keras")), ("keras", ("keras",))):
        told = []
        do(tmp_path / engine, "bitcoin-lstm", engine, told=told)
        assert sorted(told) == sorted((one, epoch) for one in trained for epoch in (1, 2))
    assert proofs == []


def test_forced_run_leaves_all_as_it_is_where_one_of_them_is_in_use(proofs, tmp_path):  # noqa: ARG001
    """Keras still trains in another terminal."""
    do(tmp_path, "bitcoin-lstm", "session")
    kept, used = (
        Directory(tmp_path, replace(config_of("bitcoin-lstm", engine), data_sha256=data_of("bitcoin-lstm").sha256))
        for engine in ("session", "keras")
    )
    kept.write_text("mine.txt", "hours")
    with used.opened(), pytest.raises(RunError, match="another process is writing this run"):
        do(tmp_path, "bitcoin-lstm", "session", force=True)
    assert kept.read_text("mine.txt") == "hours"


@pytest.mark.parametrize("force", [False, True])
def test_forced_run_begins_at_the_start(force, monkeypatch, tmp_path):
    """Not at the end of a shorter run beside it."""
    begun = []
    monkeypatch.setattr("reproduce.articles.running.run", lambda *_, anew, **__: begun.append(anew))
    monkeypatch.setattr(article_of("stacked-lstm").module("pictures"), "draw", lambda _: None)
    monkeypatch.setattr("reproduce.articles.running.judge_run", lambda *_: [])
    do(tmp_path, "stacked-lstm", "keras", force=force)
    assert begun == [force]


def test_claim_of_agreement_is_judged_by_the_run_on_keras_beside_it(finished):
    """The relative difference of the first epoch's losses."""
    directory = finished("bitcoin-lstm", "session")
    found = {one.claim.output: one for one in judge_run(article_of("bitcoin-lstm"), directory)}["keras_difference"]
    first, beside = (finished("bitcoin-lstm", engine).read_losses()[0] for engine in ("session", "keras"))
    assert found.value == pytest.approx(abs(beside / first - 1), abs=1e-12)
    assert found.verdict == REPRODUCED


def test_interrupted_run_ends_the_one_beside_it_and_both_go_on(finished, tmp_path):
    """Ctrl-C in the second epoch, while Keras trains; in the end both are as if nothing had happened."""
    config, table = config_of("bitcoin-lstm", "session"), short_table()

    def interrupt(one, progress):
        if (one.engine, progress.epoch) == ("session", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_article(article_of("bitcoin-lstm"), config, table, tmp_path, force=False, on_progress=interrupt)
    for engine in ("session", "keras"):
        with Directory(tmp_path, replace(config, engine=engine)).opened():  # no thread is in it any more
            pass
    do(tmp_path, "bitcoin-lstm", "session")
    undisturbed = finished("bitcoin-lstm", "session").path.parent
    for engine in ("session", "keras"):
        one, other = (Directory(root, replace(config, engine=engine)) for root in (tmp_path, undisturbed))
        assert one.read_losses().tolist() == other.read_losses().tolist()


@pytest.mark.parametrize("failing", ["session", "keras"])
def test_run_that_fails_ends_the_one_beside_it(failing, monkeypatch, tmp_path):
    """And what is told is why it failed."""
    ended = []

    def pretend(_root, config, *, begin, anew, on_progress):  # noqa: ARG001
        if config.engine == failing:
            raise RunError("out of memory")
        for epoch in range(1000):
            time.sleep(0.01)
            on_progress(Progress([0.5] * epoch))
        ended.append(config.engine)

    monkeypatch.setattr("reproduce.articles.running.run", pretend)
    with pytest.raises(RunError, match=r"^out of memory$"):
        do(tmp_path, "bitcoin-lstm", "session")
    assert ended == []


def test_other_engines_runs_that_are_not_of_this_one_are_left_alone(tmp_path):
    """One of other data, one damaged, in the same folder: the run ends, and draws neither beside its own."""
    for engine, sha256, metrics in (("session", "0" * 64, "{}"), ("compiled", short_table().sha256, "{")):
        other = Directory(tmp_path, replace(config_of("bitcoin-lstm", engine), data_sha256=sha256))
        with other.opened():
            other.write_losses([0.5])
            other.write_text("metrics.json", metrics)
    finished, _ = do(tmp_path, "bitcoin-lstm", "keras")
    assert finished.is_finished
    assert not (finished.path / "pictures" / "engines.png").exists()


@pytest.mark.parametrize(
    ("id_", "expected", "left_out"),
    [
        pytest.param(
            "bitcoin-lstm",
            {"bitcoin-lstm/rows": (80, NOT_TESTABLE), "bitcoin-lstm/batch-size": None},
            {"bitcoin-lstm/window-3", "bitcoin-lstm/source"},
            id="bitcoin-lstm",
        ),
        pytest.param(
            "stacked-lstm",
            {"stacked-lstm/epochs": (4, NOT_TESTABLE), "stacked-lstm/dropout": ([0.2, 0.2], REPRODUCED)},
            {"stacked-lstm/outperforms", "stacked-lstm/data-file"},
            id="stacked-lstm",
        ),
        pytest.param(
            "macbeth",
            {
                "macbeth/characters": (120, NOT_TESTABLE),
                "macbeth/window": (6, NOT_TESTABLE),
                "macbeth/fed-back": (0, NOT_REPRODUCED),
                "macbeth/dropout": ([0.2, 0.2], REPRODUCED),
            },
            {"macbeth/text", "macbeth/better-predictions", "macbeth/less-repetition"},
            id="macbeth",
        ),
    ],
)
def test_run_judges_what_it_can_tell(id_, expected, left_out, finished):
    """By its own values; not what takes a study, nor what is true of other data or another variant alone."""
    directory = finished(id_)
    _, judged = do(directory.path.parent, id_)
    found = {one.claim.id: (one.value, one.verdict) for one in judged}
    assert {name: found.get(name) for name in expected} == expected
    assert not left_out & set(found)
