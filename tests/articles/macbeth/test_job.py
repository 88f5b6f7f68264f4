"""The article's main job from end to end: what it leaves, what it proves first, what it refuses. A stand-in trains."""

import fcntl
import json
from dataclasses import replace

import matplotlib.image
import pytest

from reproduce.articles.macbeth import figures, training
from reproduce.articles.macbeth import job as module
from reproduce.articles.macbeth.job import Job, run_job, written
from reproduce.articles.macbeth.milestones import read_milestones
from reproduce.articles.macbeth.training import load_weights
from reproduce.errors import MismatchError, RunError
from reproduce.evidence.claims import VERDICTS
from reproduce.inputs.text import TextError
from reproduce.networks.characters.generation import draw_start, generate, predict_shrinking
from reproduce.runs.directory import Directory
from tests.articles.macbeth.samples import TINY, config_of, tiny_text

pytestmark = pytest.mark.usefixtures("one_thread")
TEXT = tiny_text()
PROOF = {"keras": 2.5, "compiled": 2.5, "relative_difference": 0.0}


@pytest.fixture
def proofs(monkeypatch, stand_in):  # noqa: ARG001
    """The proofs that were asked for; all of them hold."""
    asked = []

    def prove(*arguments):
        asked.append(arguments)
        return PROOF

    monkeypatch.setattr(module, "prove_compiled", prove)
    return asked


def job_in(root, **changes):
    """A tiny job."""
    return replace(Job(TINY, seed=3, engine="compiled", threads=1, out=root, force=False), **changes)


def do(job):
    """Do it, without progress."""
    return run_job(job, TEXT, lambda _: None)


@pytest.fixture
def done(proofs, tmp_path):
    """A job that is done: what it returned, and the proofs it asked for."""
    return *do(job_in(tmp_path)), proofs


def test_job_leaves_run_proof_text_and_picture(done):
    """In the run's directory."""
    directory, _, _ = done
    assert directory.is_finished
    assert directory.config == config_of(seed=3)
    assert json.loads((directory.path / "proof.json").read_text()) == PROOF
    picture = matplotlib.image.imread(directory.path / "figures" / "milestones.png")
    assert picture.shape == (600, 800, 4)
    assert picture.std() > 0.05  # something is drawn
    assert (directory.path / "figures" / "milestones.svg").read_text().startswith("<?xml")


def test_job_judges_the_claims_that_a_run_can_judge(done):
    """Verdicts follow from the run: another text, so other counts; the article's own settings are departed from."""
    _, judgements, _ = done
    verdicts = {one.claim.id: (one.value, one.verdict) for one in judgements}
    assert verdicts["macbeth/characters"] == (120, "not reproduced")
    assert verdicts["macbeth/window"] == (6, "not reproduced")
    assert verdicts["macbeth/fed-back"] == (0, "not reproduced")
    assert verdicts["macbeth/dropout"] == ([0.2, 0.2], "reproduced")
    assert {verdict for _, verdict in verdicts.values()} <= set(VERDICTS)
    assert not {"macbeth/text", "macbeth/better-predictions", "macbeth/less-repetition"} & set(verdicts)


def test_job_writes_by_both_loops(done):
    """From one window, drawn with the run's seed: the window, six characters of nothing fed back, and 500."""
    directory, _, _ = done
    weights, start = load_weights(directory), draw_start(TEXT, 6, 3)
    text = (directory.path / "written.txt").read_text(encoding="utf-8")
    shrinking = predict_shrinking(weights, start, 6)
    greedy = generate(weights, start, 500, memory="window", temperature=0, seed=0)
    assert text.count("--- ") == 3
    parts = [part.partition(":\n")[2] for part in text.split("--- ")[1:]]
    for part, expected in zip(parts, (start, shrinking, greedy), strict=True):
        assert part.removesuffix("\n").removesuffix("\n") == TEXT.decode(expected)
    assert written(directory, TEXT) == text


def test_compiled_engine_is_proved_before_it_trains(done):
    """On the run's own network, characters, seed and samples."""
    ((network, characters, seed, samples),) = done[2]
    assert (network, characters, seed, len(samples)) == (TINY, 9, 3, 102)


def test_proof_is_not_repeated(done, tmp_path):
    """It stands beside the run; --force begins with another."""
    proofs = done[2]
    do(job_in(tmp_path))
    assert len(proofs) == 1
    do(job_in(tmp_path, force=True))
    assert len(proofs) == 2
    assert (done[0].path / "proof.json").exists()


def test_keras_needs_no_proof(proofs, tmp_path):
    """It is what the other engine is held to."""
    directory, _ = do(job_in(tmp_path, engine="keras"))
    assert proofs == []
    assert not (directory.path / "proof.json").exists()


def test_engine_that_fails_the_proof_trains_nothing(proofs, monkeypatch, tmp_path):
    """Nor the next time, when it is proved again."""

    def refuse(*arguments):
        proofs.append(arguments)
        raise MismatchError("they differ")

    monkeypatch.setattr(module, "prove_compiled", refuse)
    for _ in range(2):
        with pytest.raises(MismatchError, match="they differ"):
            do(job_in(tmp_path))
    assert len(proofs) == 2
    assert sorted(path.name for path in (tmp_path / config_of(seed=3).name).iterdir()) == [".lock", "config.json"]


def test_finished_job_trains_nothing_and_gives_the_same(done, monkeypatch, tmp_path):
    """Text and judgements are made from the run that is there."""
    monkeypatch.setattr(training, "create_char_engine", None)
    directory, judgements, _ = done
    before = (directory.path / "written.txt").read_bytes()
    again, same = do(job_in(tmp_path))
    assert again.path == directory.path
    assert [one.as_row() for one in same] == [one.as_row() for one in judgements]
    assert (directory.path / "written.txt").read_bytes() == before


def test_job_hands_on_its_progress(proofs, tmp_path):  # noqa: ARG001
    """From before the first step to the end of the last epoch."""
    seen = []
    run_job(job_in(tmp_path), TEXT, lambda progress: seen.append((progress.epoch, progress.step)))
    assert (seen[0], seen[-1]) == ((0, 0), (2, 0))


def test_directory_that_another_process_holds_is_refused_before_the_proof(proofs, tmp_path):
    """In one line; nothing is written there."""
    folder = Directory(tmp_path, config_of(seed=3)).path
    folder.mkdir()
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RunError, match=r"^[^\n]*: another process is writing this run; [^\n]*$"):
            do(job_in(tmp_path))
    assert proofs == []
    assert [path.name for path in folder.iterdir()] == [".lock"]


def test_run_of_another_text_is_refused_before_the_proof(done, tmp_path):
    """In one line, with the way out."""
    other = tiny_text(seed=9)
    with pytest.raises(RunError, match=r"^[^\n]*another text_sha256; [^\n]*remove this one$"):
        run_job(job_in(tmp_path), other, lambda _: None)
    assert len(done[2]) == 1


def test_short_text_is_refused_before_anything_is_written(proofs, tmp_path):
    """No directory is begun."""
    with pytest.raises(TextError, match="use a longer text"):
        run_job(job_in(tmp_path), tiny_text(40), lambda _: None)
    assert list(tmp_path.iterdir()) == []
    assert proofs == []


def test_job_s_threads_are_its_run_s(proofs, tmp_path):  # noqa: ARG001
    """They move the last bits, so the configuration has them."""
    directory, _ = do(job_in(tmp_path, threads=2))
    assert directory.config == replace(config_of(seed=3), threads=2)


def test_published_loop_prints_fifty_characters_of_a_longer_window(proofs, tmp_path):  # noqa: ARG001
    """As many as the program asks of it."""
    directory, _ = do(job_in(tmp_path, variant=replace(TINY, window=60, held_out="none")))
    pieces = (directory.path / "written.txt").read_text(encoding="utf-8").split("--- ")[1:]
    assert [len(piece.partition(":\n")[2].removesuffix("\n").removesuffix("\n")) for piece in pieces] == [60, 50, 500]


def test_picture_is_of_the_run_s_milestones_beside_counted_characters(proofs, monkeypatch, tmp_path):  # noqa: ARG001
    """Counted over what trains, for what judges."""
    drawn, draw = [], figures.milestones
    monkeypatch.setattr(figures, "milestones", lambda *given: drawn.append(given) or draw(*given))
    directory, _ = do(job_in(tmp_path))
    assert drawn == [(read_milestones(directory), figures.baselines(*training.parts(TEXT, TINY), 9))]
