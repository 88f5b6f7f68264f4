"""Macbeth's training: order, losses, milestones, and that it goes on within an epoch. Mostly a stand-in trains."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import training
from reproduce.articles.macbeth.milestones import read_milestones
from reproduce.articles.macbeth.training import begin, load_weights, parts
from reproduce.errors import RunError
from reproduce.networks.characters.generation import draw_start, generate, predict_shrinking
from reproduce.networks.characters.keras import build_model
from reproduce.runs import training as runs
from reproduce.runs.directory import Directory
from tests import equal_runs
from tests.articles.samples import TABLES, VARIANTS, config_of, tiny_text

pytestmark = pytest.mark.usefixtures("one_thread")
TEXT, TINY = tiny_text(), VARIANTS["macbeth"]
WHOLE = replace(TINY, held_out="none")
ORIGINAL = replace(TINY, recorded="steps", epochs=4)  # that replays begin from


def run(root, variant=TINY, on_progress=lambda _: None, **options):
    """A run of the tiny text."""
    config = config_of("macbeth", variant=variant, **options)
    return runs.run(root, config, lambda directory: begin(directory, TEXT), on_progress=on_progress)


def assert_same_bits(directory, expected):
    """No file more or less, and every result and every weight the same."""
    assert {path.name for path in directory.path.iterdir()} == {path.name for path in expected.path.iterdir()}
    equal_runs.assert_same_bits(directory, expected, (*TABLES["macbeth"], "metrics.json", "config.json", "text.txt"))
    for ours, theirs in zip(load_weights(directory), load_weights(expected), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def stopped(root, at, variant=TINY):
    """A run that was interrupted when its progress was told for the `at`-th time."""
    seen = []

    def on_progress(progress):
        seen.append(progress.done)
        if len(seen) == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(root, variant, on_progress)
    return Directory(root, config_of("macbeth", variant=variant))


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
    np.testing.assert_allclose(finished("macbeth").read_losses(), losses, rtol=1e-6)  # float32; measured: 1e-7
    for ours, theirs in zip(load_weights(finished("macbeth")), model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


@pytest.fixture
def engine(stand_in, monkeypatch):  # noqa: ARG001
    """The stand-in that the next run gets, to be changed."""
    made = training.create_char_engine("compiled", WHOLE, len(TEXT.vocabulary), 0)
    monkeypatch.setattr(training, "create_char_engine", lambda *_: made)
    return made


def test_calls_take_the_epoch_s_order(engine, monkeypatch, tmp_path):
    """Batches of four in calls of five steps, then the two samples left; each epoch in an order of its own."""
    taken = []
    monkeypatch.setattr(engine, "train", lambda x, y: taken.append((x, y)) or 1.0)
    run(tmp_path, WHOLE, seed=3)
    assert [x.shape for x, _ in taken] == [*[(5, 4, 6)] * 5, (3, 4, 6), (1, 2, 6)] * 2
    for epoch, calls in enumerate((taken[:7], taken[7:])):
        order = np.random.default_rng((3, epoch)).permutation(114)
        expected = np.array([TEXT.indices[k : k + 7] for k in order])
        np.testing.assert_array_equal(np.concatenate([x.reshape(-1, 6) for x, _ in calls]), expected[:, :6])
        np.testing.assert_array_equal(np.concatenate([y.reshape(-1) for _, y in calls]), expected[:, 6])


def test_loss_of_an_epoch_is_the_mean_over_its_samples(engine, monkeypatch, tmp_path):
    """Not over its calls: 5 of 20 samples, one of 12 and one of 2."""
    losses = iter(range(100))
    monkeypatch.setattr(engine, "train", lambda *_: float(next(losses)))
    directory = run(tmp_path, replace(WHOLE, epochs=1))
    assert directory.read_losses() == pytest.approx([(20 * (0 + 1 + 2 + 3 + 4) + 12 * 5 + 2 * 6) / 114])


@pytest.mark.parametrize(
    ("held_out", "trained", "judged"), [("none", (0, 114), (0, 114)), ("last-tenth", (0, 102), (108, 114))]
)
def test_parts_are_all_samples_or_those_kept_apart(held_out, trained, judged):
    """Where none are held out, those that train judge too."""
    found = parts(TEXT, replace(TINY, held_out=held_out))
    for samples, (first, end) in zip(found, (trained, judged), strict=True):
        np.testing.assert_array_equal(samples.inputs, [TEXT.indices[k : k + 6] for k in range(first, end)])
        np.testing.assert_array_equal(samples.targets, TEXT.indices[first + 6 : end + 6])


# What is left


def test_metrics_are_counts_and_the_last_milestone(finished):
    """Losses are those of losses.csv; the weights are counted layer by layer."""
    directory = finished("macbeth")
    milestones, losses = read_milestones(directory), directory.read_losses()
    assert [one.epoch for one in milestones] == [1, 2]
    assert [one.loss for one in milestones] == losses.tolist()
    assert directory.read_metrics() == {
        "final_loss": losses[-1],
        "held_out_loss": milestones[-1].held_out_loss,
        "repeat_rate": milestones[-1].repeat_rate,
        "characters": 120,
        "distinct_characters": 9,
        "samples": 102,
        "batches": 26,
        "weights": 4 * (1 * 5 + 5 * 5 + 5) + 4 * (5 * 5 + 5 * 5 + 5) + 5 * 9 + 9,
    }


@pytest.mark.usefixtures("stand_in")
def test_milestones_are_measured_after_their_epochs_and_the_last(tmp_path):
    """1, 2, 5 and here 7; a text of each is kept."""
    directory = run(tmp_path, replace(WHOLE, epochs=7))
    milestones = read_milestones(directory)
    assert [one.epoch for one in milestones] == [1, 2, 5, 7]
    assert np.isnan([one.held_out_loss for one in milestones]).all()
    assert sorted(path.name for path in directory.path.glob("sample*")) == [
        f"sample-epoch-00{epoch}.txt" for epoch in (1, 2, 5, 7)
    ]
    assert directory.read_metrics()["held_out_loss"] is None


@pytest.mark.usefixtures("stand_in")
def test_progress_is_told_before_the_first_step_after_each_call_and_each_epoch(tmp_path):
    """Epochs done with the part of the one under way, and the mean loss of that part."""
    seen = []
    run(tmp_path, on_progress=lambda p: seen.append((p.epoch, p.step, p.done, p.latest_loss)))
    in_epoch = (0, 5, 10, 15, 20, 25, 26)
    assert [(epoch, step) for epoch, step, _, _ in seen] == [
        *((0, step) for step in in_epoch),
        *((1, step) for step in in_epoch),
        (2, 0),
    ]
    done = [min(step * 4, 102) / 102 for step in in_epoch]
    assert [one[2] for one in seen] == pytest.approx([*done, *(1 + share for share in done), 2])
    assert seen[0][3] is None
    assert (seen[7][3], seen[14][3]) == (pytest.approx(seen[6][3]), pytest.approx(seen[13][3]))


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(("window", "printed"), [(6, 6), (60, 50)])
def test_trained_network_writes_by_both_loops(window, printed, tmp_path):
    """From one window, drawn with the run's seed: the window, what nothing is fed back to, and the repaired loop."""
    directory = run(tmp_path, replace(WHOLE, window=window, epochs=1), seed=3)
    weights, start = load_weights(directory), draw_start(TEXT, window, 3)
    text = directory.read_text("written.txt")
    shrinking = predict_shrinking(weights, start, printed)
    greedy = generate(weights, start, 12, memory="window", temperature=0, seed=0)
    pieces = [piece.partition(":\n")[2] for piece in text.split("--- ")[1:]]
    expected = [TEXT.decode(indices) for indices in (start, shrinking, greedy)]
    assert [piece.removesuffix("\n").removesuffix("\n") for piece in pieces] == expected


def test_run_that_diverges_is_finished_with_nothing_known(engine, monkeypatch, tmp_path):
    """Null in metrics.json, nan in the tables."""
    nothing = engine.weights()._replace(bias_out=np.full(9, np.nan, np.float32))
    monkeypatch.setattr(engine, "train", lambda *_: float("nan"))
    monkeypatch.setattr(engine, "weights", lambda: nothing)
    monkeypatch.setattr(engine, "probabilities", lambda inputs: np.full((len(inputs), 9), np.nan, np.float32))
    directory = run(tmp_path)
    metrics = directory.read_metrics()
    assert (metrics["final_loss"], metrics["held_out_loss"]) == (None, None)
    assert np.isnan(directory.read_losses()).all()


@pytest.mark.parametrize("share", [0, 0.5], ids=["empty", "cut-short"])
def test_damaged_weights_are_one_line(share, finished, tmp_path):
    """The file, and what to do; also where an array is missing."""
    directory = Directory(tmp_path, config_of("macbeth"))
    directory.path.mkdir()
    whole = (finished("macbeth").path / "weights.npz").read_bytes()
    (directory.path / "weights.npz").write_bytes(whole[: int(share * len(whole))])
    for _ in range(2):
        with pytest.raises(RunError, match=r"^[^\n]*weights\.npz: cannot be read [^\n]*$"):
            load_weights(directory)
        directory.write_arrays("weights.npz", {"kernel_1": np.zeros(3)})


# Stopped and gone on with


@pytest.fixture
def undisturbed(stand_in, tmp_path):  # noqa: ARG001
    """A stand-in's run from start to end."""
    return run(tmp_path / "undisturbed")


BEGINS = [(0, 0)] * 2 + [(0, 10)] * 2 + [(0, 20)] * 2 + [(0, 26), (1, 0)] + [(1, 0)] * 1 + [(1, 10)] * 2
BEGINS += [(1, 20)] * 2 + [(1, 26), (2, 0)]  # after every second call, behind the shorter batch, and after each epoch


@pytest.mark.parametrize(("at", "begins"), [*enumerate(BEGINS, start=1)])
def test_run_stopped_after_any_call_goes_on_from_its_checkpoint_to_the_same_bits(at, begins, undisturbed, tmp_path):
    """Also behind the shorter batch, where a checkpoint may stand before the epoch has ended."""
    stopped(tmp_path, at)
    first = []
    resumed = run(tmp_path, on_progress=lambda p: first.append((p.epoch, p.step)))
    assert first[0] == begins
    assert_same_bits(resumed, undisturbed)


def test_run_stopped_before_the_shorter_batch_still_trains_on_it(undisturbed, tmp_path, monkeypatch):
    """Its checkpoint stands behind the last whole batch, the 25th."""
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 1)
    directory = stopped(tmp_path, 6)
    assert directory.load_checkpoint()[0]["step"] == 25
    assert_same_bits(run(tmp_path), undisturbed)


@pytest.mark.usefixtures("stand_in")
def test_more_epochs_go_on_from_a_finished_run_without_its_last_milestone(tmp_path):
    """Three epochs are measured at their end, of which six know nothing; the texts of epochs 1 and 2 are kept again."""
    longer = replace(TINY, epochs=6)
    run(tmp_path / "by-steps", replace(TINY, epochs=3))
    first = []
    gone_on = run(tmp_path / "by-steps", longer, lambda p: first.append((p.epoch, p.step)))
    assert first[0] == (3, 0)
    assert [one.epoch for one in read_milestones(gone_on)] == [1, 2, 5, 6]
    assert_same_bits(gone_on, run(tmp_path / "in-one-go", longer))
