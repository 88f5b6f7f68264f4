"""Runs of the Macbeth network: what they leave, what they refuse, and that they resume within an epoch to the same
bits. What hangs on no network trains a stand-in; a real one is killed and resumed in test_resume."""

import dataclasses
import fcntl
import json
import re
import threading
from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pytest

from reproduce.articles.macbeth import training
from reproduce.articles.macbeth.training import RunConfig, SampleProgress, load_weights, parts, run, train
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.errors import RunError
from reproduce.inputs.text import TextError
from reproduce.networks.characters.create import create_char_engine
from reproduce.networks.characters.keras import build_model
from reproduce.networks.engine import MAX_SEED
from reproduce.runs.config import read_config
from reproduce.runs.directory import Directory
from tests import equal_runs
from tests.articles.macbeth.samples import TINY, config_of, tiny_text

pytestmark = pytest.mark.usefixtures("one_thread")

TEXT = tiny_text()
RESULTS = (
    "losses.csv",
    "milestones.csv",
    "metrics.json",
    "config.json",
    "sample-epoch-001.txt",
    "sample-epoch-002.txt",
)
WHOLE = replace(TINY, held_out="none")


def assert_same_bits(directory, expected):
    """No file more or less, and every one the same but environment.json."""
    names = {path.name for path in expected.path.iterdir()}
    assert names == {*RESULTS, ".lock", "environment.json", "checkpoint.npz", "weights.npz"}
    assert {path.name for path in directory.path.iterdir()} == names
    equal_runs.assert_same_bits(directory, expected, RESULTS)
    for ours, theirs in zip(load_weights(directory), load_weights(expected), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def interrupting(at):
    """What stops a run when it is called for the `at`-th time."""
    seen = []

    def on_progress(progress):
        seen.append((progress.epoch, progress.step))
        if len(seen) == at:
            raise KeyboardInterrupt

    return on_progress


def stopped(root, config, at):
    """A run that was interrupted so."""
    with pytest.raises(KeyboardInterrupt):
        run(root, config, TEXT, on_progress=interrupting(at))
    return Directory(root, config)


# What is trained


def test_losses_and_weights_are_those_of_fit_in_that_order(finished):
    """Keras's own epochs over the samples as ordered: 25 batches of four and one of two, whose loss weighs half."""
    samples, count = [TEXT.indices[start : start + 7] for start in range(102)], len(TEXT.vocabulary)
    model, losses = build_model(TINY, count, seed=0), []
    for epoch in range(2):
        ordered = np.array([samples[k] for k in np.random.default_rng((0, epoch)).permutation(102)])
        inputs = (ordered[:, :6, np.newaxis] / count).astype(np.float32)
        one_hot = np.eye(count, dtype=np.float32)[ordered[:, 6]]
        losses += model.fit(inputs, one_hot, batch_size=4, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(finished.read_losses(), losses, rtol=1e-6)  # float32; measured: 1e-7
    assert losses[1] < losses[0] - 0.02
    for ours, theirs in zip(load_weights(finished), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


@pytest.mark.usefixtures("stand_in")
def test_calls_take_the_epoch_s_order(tmp_path, monkeypatch):
    """Batches of four in calls of five steps, then the two samples left; each epoch in an order of its own."""
    engine, taken = training.create_char_engine("compiled", WHOLE, len(TEXT.vocabulary), 0), []
    monkeypatch.setattr(engine, "train", lambda x, y: taken.append((x, y)) or 1.0)
    monkeypatch.setattr(training, "create_char_engine", lambda *_: engine)
    run(tmp_path, config_of(WHOLE, seed=3), TEXT)
    assert [x.shape for x, _ in taken] == [*[(5, 4, 6)] * 5, (3, 4, 6), (1, 2, 6)] * 2
    for epoch, calls in enumerate((taken[:7], taken[7:])):
        order = np.random.default_rng((3, epoch)).permutation(114)
        expected = np.array([TEXT.indices[k : k + 7] for k in order])
        np.testing.assert_array_equal(np.concatenate([x.reshape(-1, 6) for x, _ in calls]), expected[:, :6])
        np.testing.assert_array_equal(np.concatenate([y.reshape(-1) for _, y in calls]), expected[:, 6])


@pytest.mark.usefixtures("stand_in")
def test_loss_of_an_epoch_is_the_mean_over_its_samples(tmp_path, monkeypatch):
    """Not over its calls: 5 of 20 samples, one of 12 and one of 2."""
    engine, losses = training.create_char_engine("compiled", WHOLE, len(TEXT.vocabulary), 0), iter(range(100))
    monkeypatch.setattr(engine, "train", lambda *_: float(next(losses)))
    monkeypatch.setattr(training, "create_char_engine", lambda *_: engine)
    directory = run(tmp_path, config_of(replace(WHOLE, epochs=1)), TEXT)
    assert directory.read_losses() == pytest.approx([(20 * (0 + 1 + 2 + 3 + 4) + 12 * 5 + 2 * 6) / 114])


@pytest.mark.usefixtures("stand_in")
def test_network_is_what_the_configuration_says(tmp_path, monkeypatch):
    """Engine, variant, number of characters and seed, in the engine's order."""
    made, create = [], training.create_char_engine
    monkeypatch.setattr(training, "create_char_engine", lambda *a: made.append(a) or create(*a))
    run(tmp_path, config_of(WHOLE, seed=5, engine="keras"), TEXT)
    assert made == [("keras", WHOLE, 9, 5)]


@pytest.mark.parametrize(
    ("held_out", "trained", "judged"), [("none", (0, 114), (0, 114)), ("last-tenth", (0, 102), (108, 114))]
)
def test_parts_are_all_samples_or_those_kept_apart(held_out, trained, judged):
    """Where none are held out, those that train judge too."""
    found = parts(TEXT, replace(TINY, held_out=held_out))
    for samples, (first, end) in zip(found, (trained, judged), strict=True):
        expected = [TEXT.indices[k : k + 6] for k in range(first, end)]
        np.testing.assert_array_equal(samples.inputs, expected)
        np.testing.assert_array_equal(samples.targets, TEXT.indices[first + 6 : end + 6])


# What is left


def test_run_leaves_its_files(finished):
    """Configuration, losses, samples and figures that follow from each other, and where it ran."""
    metrics, environment = finished.read_metrics(), finished.read_environment()
    rows = finished.read_table("milestones.csv", dict)
    assert read_config(RunConfig, (finished.path / "config.json").read_text()) == config_of()
    assert json.loads((finished.path / "config.json").read_text())["text_sha256"] == TEXT.sha256
    assert [row["epoch"] for row in finished.read_table("losses.csv", dict)] == ["0", "1"]
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert [float(row["loss"]) for row in rows] == finished.read_losses().tolist()
    assert metrics == {
        "final_loss": finished.read_losses()[-1],
        "held_out_loss": float(rows[-1]["held_out_loss"]),
        "repeat_rate": float(rows[-1]["repeat_rate"]),
        "characters": 120,
        "distinct_characters": 9,
        "samples": 102,
        "batches": 26,
        "weights": 4 * (1 * 5 + 5 * 5 + 5) + 4 * (5 * 5 + 5 * 5 + 5) + 5 * 9 + 9,
    }
    assert environment["seconds"] > 0
    assert (environment["threads"], environment["input_sha256"]) == ({"inter_op": 1, "intra_op": 1}, TEXT.sha256)


def test_weights_are_those_that_the_run_ended_with(finished):
    """The last checkpoint's, under the names of `CharWeights`; another engine has their probabilities."""
    weights, (_, state) = load_weights(finished), finished.load_checkpoint()
    for name, array in weights._asdict().items():
        np.testing.assert_array_equal(array, state[f"weights/{name}"])
    started = create_char_engine("compiled", TINY, 9, 0)
    assert not np.array_equal(started.weights().kernel_out, weights.kernel_out)
    started.close()


@pytest.mark.usefixtures("stand_in")
def test_milestones_are_measured_after_their_epochs_and_the_last(tmp_path):
    """1, 2, 5 and here 7; a text of each is kept."""
    directory = run(tmp_path, config_of(replace(WHOLE, epochs=7)), TEXT)
    rows = directory.read_table("milestones.csv", dict)
    assert [row["epoch"] for row in rows] == ["1", "2", "5", "7"]
    assert {row["held_out_loss"] for row in rows} == {"nan"}
    assert sorted(path.name for path in directory.path.glob("sample*")) == [
        f"sample-epoch-00{epoch}.txt" for epoch in (1, 2, 5, 7)
    ]
    assert directory.read_metrics()["held_out_loss"] is None
    assert len(directory.read_losses()) == 7


@pytest.mark.usefixtures("stand_in")
def test_progress_is_told_before_the_first_step_after_each_call_and_each_epoch(tmp_path):
    """Epochs done, and steps of the one under way."""
    seen = []
    run(tmp_path, config_of(), TEXT, on_progress=lambda p: seen.append((p.epoch, p.step, round(p.loss_sum, 9))))
    places = [(epoch, step) for epoch, step, _ in seen]
    in_epoch = (0, 5, 10, 15, 20, 25, 26)
    assert places == [*((0, step) for step in in_epoch), *((1, step) for step in in_epoch), (2, 0)]
    assert [total for _, step, total in seen if step == 0] == [0, 0, 0]
    sums = [total for epoch, step, total in seen if epoch == 0 and step]
    assert sums == sorted(sums)


def test_configuration_names_its_directory():
    """Article, variant, seed, engine."""
    assert config_of(seed=3).name == f"macbeth-{TINY.name}-s3-compiled"
    assert RunConfig(MacbethVariant(), 0, "keras", "").name == "macbeth-published-s0-keras"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": -1}, f"seed is -1, expected 0 to {MAX_SEED}"),
        ({"seed": MAX_SEED + 1}, f"seed is {MAX_SEED + 1}, expected 0 to"),
        ({"engine": "session"}, "engine is 'session', expected one of compiled, keras"),
    ],
    ids=["negative", "beyond", "engine"],
)
def test_configuration_refuses_what_cannot_be(change, told):
    """In a line."""
    with pytest.raises(ValueError, match=f"^{re.escape(told)}"):
        config_of(**change)


# Runs that are there already


def test_finished_run_is_left_as_it_is(finished, monkeypatch):
    """Asked for again, it makes no engine and touches no file."""
    monkeypatch.setattr(training, "create_char_engine", None)
    before = {path.name: path.stat().st_mtime_ns for path in finished.path.iterdir()}
    again = run(finished.path.parent, config_of(), TEXT, on_progress=interrupting(1))
    assert again.path == finished.path
    after = {path.name: path.stat().st_mtime_ns for path in finished.path.iterdir()}
    assert {name for name in before if before[name] != after[name]} <= {".lock"}


@pytest.mark.usefixtures("stand_in")
def test_force_trains_anew(tmp_path):
    """From nothing: neither the checkpoint nor other files of the earlier run are left."""
    directory = run(tmp_path, config_of(), TEXT)
    (directory.path / "written.txt").write_text("old")
    seen = []
    run(tmp_path, config_of(), TEXT, force=True, on_progress=lambda p: seen.append((p.epoch, p.step)))
    assert seen[0] == (0, 0)
    assert not (directory.path / "written.txt").exists()
    assert directory.is_finished


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(
    "begin",
    [
        pytest.param(lambda root: run(root, config_of(), TEXT), id="finished"),
        pytest.param(lambda root: stopped(root, config_of(), 4), id="unfinished"),
    ],
)
def test_run_of_another_text_is_refused(begin, tmp_path):
    """One line with the field and the way out; the run that is there stays whole."""
    directory = begin(tmp_path)
    other = tiny_text(seed=9)
    before = (directory.path / "config.json").read_bytes()
    with pytest.raises(
        RunError, match=r"^[^\n]*holds a run with another text_sha256; [^\n]*--out[^\n]*remove this one"
    ):
        run(tmp_path, config_of(text=other), other)
    assert (directory.path / "config.json").read_bytes() == before


@pytest.mark.usefixtures("stand_in")
def test_run_on_other_threads_is_refused(tmp_path):
    """They would move the last bits; the name does not tell them."""
    stopped(tmp_path, config_of(), 4)
    with pytest.raises(RunError, match="holds a run with another threads"):
        run(tmp_path, replace(config_of(), threads=2), TEXT)


@pytest.mark.usefixtures("stand_in")
def test_directory_in_use_is_refused(tmp_path):
    """The other process goes on alone."""
    folder = tmp_path / config_of().name
    folder.mkdir()
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RunError, match="another process is writing this run"):
            run(tmp_path, config_of(), TEXT)
    assert [path.name for path in folder.iterdir()] == [".lock"]


def test_short_text_is_refused_before_anything_is_written(tmp_path):
    """No directory is begun."""
    with pytest.raises(TextError, match="use a longer text"):
        run(tmp_path, config_of(), tiny_text(40))
    assert list(tmp_path.iterdir()) == []


# Stopped and resumed


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A stand-in's run from start to end."""
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        return run(tmp_path_factory.mktemp("undisturbed"), config_of(), TEXT)


def small(patch):
    """What the fixture `stand_in` does, for a whole module."""
    from reproduce.articles.macbeth import milestones
    from tests.articles.macbeth import samples

    for module, name, value in (
        (training, "STEPS", samples.STEPS),
        (training, "CHECKPOINT_EVERY", samples.CHECKPOINT_EVERY),
        (training, "create_char_engine", samples.StandIn),
        (milestones, "LENGTH", 12),
        (milestones, "STARTS", 2),
    ):
        patch.setattr(module, name, value)


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("at", range(1, 16))
def test_run_stopped_after_any_call_resumes_to_the_same_bits(at, undisturbed, tmp_path):
    """Also behind the shorter batch, where a checkpoint may stand before the epoch has ended."""
    stopped(tmp_path, config_of(), at)
    assert_same_bits(run(tmp_path, config_of(), TEXT), undisturbed)


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(
    ("at", "begins"),
    [(2, (0, 0)), (3, (0, 10)), (4, (0, 10)), (7, (0, 26)), (8, (1, 0)), (11, (1, 10)), (15, (2, 0))],
)
def test_resumed_run_begins_at_its_checkpoint(at, begins, tmp_path):
    """After every second call, and after each epoch."""
    stopped(tmp_path, config_of(), at)
    first = []
    run(tmp_path, config_of(), TEXT, on_progress=lambda p: first.append((p.epoch, p.step)))
    assert first[0] == begins


@pytest.mark.usefixtures("stand_in")
def test_run_stopped_again_and_again_comes_to_the_same_bits(undisturbed, tmp_path):
    """Four times, at other calls."""
    for at in (4, 5, 3, 4):
        stopped(tmp_path, config_of(), at)
    assert_same_bits(run(tmp_path, config_of(), TEXT), undisturbed)


@pytest.mark.usefixtures("stand_in")
def test_seconds_of_a_resumed_run_include_those_before(tmp_path):
    """A checkpoint that says a thousand went by."""
    directory = stopped(tmp_path, config_of(), 4)
    progress, state = directory.load_checkpoint()
    directory.save_checkpoint(progress | {"seconds": 1000.0}, state)
    assert run(tmp_path, config_of(), TEXT).read_environment()["seconds"] > 1000


@pytest.mark.usefixtures("stand_in")
def test_damaged_checkpoint_is_one_line(tmp_path):
    """The file, and what to do."""
    directory = stopped(tmp_path, config_of(), 4)
    path = directory.path / "checkpoint.npz"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(RunError, match=r"^[^\n]*checkpoint\.npz: not a checkpoint [^\n]*; remove it[^\n]*$"):
        run(tmp_path, config_of(), TEXT)


@pytest.mark.usefixtures("small_calls")
@pytest.mark.parametrize("engine", ["compiled", "keras"])
def test_checkpoint_of_another_network_is_one_line(engine, tmp_path):
    """Its arrays are of other shapes."""
    config = config_of(replace(TINY, hidden=3), engine=engine)
    other = create_char_engine(engine, TINY, 9, 0)
    directory = Directory(tmp_path, config)
    with directory.opened(force=False):
        progress = {"losses": [], "milestones": np.zeros((0, 4)), "step": 0, "loss_sum": 0.0, "seconds": 1.0}
        directory.save_checkpoint(progress, other.state())
    with pytest.raises(RunError, match=r"^[^\n]*checkpoint\.npz: not of this network \([^\n]*\); remove it[^\n]*$"):
        run(tmp_path, config, TEXT)


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize("missing", ["step", "losses", "milestones"])
def test_checkpoint_of_something_else_is_one_line(missing, tmp_path):
    """One of its arrays is not there."""
    directory = stopped(tmp_path, config_of(), 4)
    progress, state = directory.load_checkpoint()
    del progress[missing]
    directory.save_checkpoint(progress, state)
    with pytest.raises(
        RunError, match=rf"^[^\n]*checkpoint\.npz: not of this network \('{missing}'\); remove it[^\n]*$"
    ):
        run(tmp_path, config_of(), TEXT)


@pytest.mark.usefixtures("stand_in")
def test_train_of_a_study_does_the_same_run(undisturbed, tmp_path):
    """The same bits as `run`; a finished one is left."""
    train(tmp_path, config_of(), TEXT)
    assert_same_bits(Directory(tmp_path, config_of()), undisturbed)


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"mine", id="something-else"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="cut-short"),
    ],
)
def test_damaged_weights_are_one_line(damaged, finished, tmp_path):
    """The file, and what to do."""
    directory = Directory(tmp_path, config_of())
    directory.path.mkdir()
    whole = (finished.path / "weights.npz").read_bytes()
    (directory.path / "weights.npz").write_bytes(damaged(whole))
    with pytest.raises(RunError, match=r"^[^\n]*weights\.npz: cannot be read [^\n]*$"):
        load_weights(directory)


@pytest.mark.usefixtures("stand_in")
def test_run_that_diverges_is_finished_with_nothing_known(tmp_path, monkeypatch):
    """Null in metrics.json, nan in the tables."""
    engine = training.create_char_engine("compiled", TINY, 9, 0)
    nothing = engine.weights()._replace(bias_out=np.full(9, np.nan, np.float32))
    monkeypatch.setattr(engine, "train", lambda *_: float("nan"))
    monkeypatch.setattr(engine, "weights", lambda: nothing)
    monkeypatch.setattr(engine, "probabilities", lambda inputs: np.full((len(inputs), 9), np.nan, np.float32))
    monkeypatch.setattr(training, "create_char_engine", lambda *_: engine)
    directory = run(tmp_path, config_of(), TEXT)
    metrics = directory.read_metrics()
    assert (metrics["final_loss"], metrics["held_out_loss"]) == (None, None)
    assert np.isnan(directory.read_losses()).all()


def test_every_field_of_the_progress_is_in_a_checkpoint(finished):
    """Else a resumed run would lose it."""
    progress, _ = finished.load_checkpoint()
    assert {field.name for field in dataclasses.fields(SampleProgress)} == set(progress)
    assert asdict(SampleProgress()) == {"losses": [], "step": 0, "loss_sum": 0.0, "seconds": 0.0, "milestones": []}


@pytest.mark.usefixtures("stand_in")
def test_train_of_a_study_waits_for_another_process(tmp_path):
    """Which may be finishing that very run."""
    directory = Directory(tmp_path, config_of())
    waiting = threading.Thread(target=train, args=(tmp_path, config_of(), TEXT))
    with directory.opened(force=False):
        waiting.start()
        waiting.join(timeout=0.2)  # it would be done or refused by then, if it did not wait
        assert waiting.is_alive()
    waiting.join(timeout=30)
    assert directory.is_finished


@pytest.mark.usefixtures("stand_in")
def test_train_of_a_study_takes_the_run_s_threads(tmp_path, monkeypatch):
    """One operation at a time, within as many threads as the configuration says."""
    asked = []
    monkeypatch.setattr(training, "limit_threads", lambda *threads, **within: asked.append((threads, within)))
    train(tmp_path, replace(config_of(), threads=2), TEXT)
    assert asked == [((1,), {"within": 2})]


@pytest.mark.usefixtures("stand_in")
def test_environment_of_a_run_is_there_before_it_ends(tmp_path):
    """With the threads it takes; seconds are known at the end."""
    config = replace(config_of(), threads=2)
    environment = stopped(tmp_path, config, 1).read_environment()
    assert environment["threads"] == {"inter_op": 1, "intra_op": 2}
    assert "seconds" not in environment


@pytest.mark.usefixtures("stand_in")
def test_engine_is_freed_once_its_weights_are_written(tmp_path, monkeypatch):
    """A study's worker trains many."""
    weights, written = tmp_path / config_of().name / "weights.npz", []
    monkeypatch.setattr(training.create_char_engine, "close", lambda _: written.append(weights.exists()))
    run(tmp_path, config_of(), TEXT)
    assert written == [True]


@pytest.mark.usefixtures("stand_in")
def test_run_whose_weights_cannot_be_written_is_not_finished(tmp_path, monkeypatch):
    """As on a full disk; the metrics come last."""
    write = Directory.write_arrays

    def fail(self, name, arrays):
        if name == "weights.npz":
            raise OSError("disk is full")
        write(self, name, arrays)

    monkeypatch.setattr(Directory, "write_arrays", fail)
    with pytest.raises(OSError, match="disk is full"):
        run(tmp_path, config_of(), TEXT)
    assert not Directory(tmp_path, config_of()).is_finished


@pytest.mark.usefixtures("stand_in")
def test_seconds_of_a_run_include_measuring(tmp_path, monkeypatch):
    """After the last epoch too: two milestones, which take a hundred each."""
    clock, measure = [0.0], training.measure

    def slowly(*given, **held_out):
        clock[0] += 100
        return measure(*given, **held_out)

    monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    monkeypatch.setattr(training, "measure", slowly)
    assert run(tmp_path, config_of(), TEXT).read_environment()["seconds"] == 200


@pytest.mark.usefixtures("stand_in")
def test_run_stopped_before_the_shorter_batch_still_trains_on_it(undisturbed, tmp_path, monkeypatch):
    """Its checkpoint stands behind the last whole batch, the 25th."""
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 1)
    directory = stopped(tmp_path, config_of(), 6)
    assert directory.load_checkpoint()[0]["step"] == 25
    assert_same_bits(run(tmp_path, config_of(), TEXT), undisturbed)
