"""What a run that records its steps keeps: every step's values and every epoch's state. A stand-in trains, mostly."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth.record import RECORD, read_record, state_name
from reproduce.articles.macbeth.training import load_weights
from reproduce.errors import RunError
from reproduce.networks.characters.create import create_char_engine
from reproduce.networks.characters.steps import losses
from tests.articles.macbeth.samples import StandIn
from tests.articles.macbeth.test_training import BEGINS, TEXT, TINY, assert_same_bits, run, stopped

pytestmark = pytest.mark.usefixtures("one_thread")
RECORDED = replace(TINY, recorded="steps")


def bytes_of(arrays):
    """Of each array, by its name."""
    return {name: array.tobytes() for name, array in arrays.items()}


def test_recorded_run_has_the_bits_of_one_that_is_not(finished, recorded):
    """Losses, states and texts of a real network. That Keras's steps are recorded alike is tested with the engines."""
    plain = finished("macbeth")  # over the first two epochs
    assert recorded.read_losses()[:2].tolist() == plain.read_losses().tolist()
    assert bytes_of(recorded.read_arrays(state_name(2))) == bytes_of(plain.read_state())
    for name in ("sample-epoch-001.txt", "sample-epoch-002.txt"):
        assert (recorded.path / name).read_bytes() == (plain.path / name).read_bytes(), name


def test_record_has_a_row_for_each_step_of_each_epoch(finished, recorded):
    """26 batches of four epochs, the last of two samples, which weigh half; the other run keeps none."""
    record = read_record(recorded)
    assert record.shape == (4, 26, 7)
    weighted = [np.average(losses(epoch), weights=[4] * 25 + [2]) for epoch in record]
    assert weighted == pytest.approx(recorded.read_losses(), rel=1e-7)
    assert not (finished("macbeth").path / RECORD).exists()
    with pytest.raises(RunError, match=r"its steps were not recorded; train a variant with recorded-steps$"):
        read_record(finished("macbeth"))


def test_training_goes_on_from_the_state_of_any_epoch(recorded):
    """An engine that is given the third epoch's state trains the fourth to the run's own weights."""
    engine = create_char_engine("compiled", RECORDED, len(TEXT.vocabulary), seed=0)  # of what is dropped
    engine.restore(recorded.read_arrays(state_name(3)))
    order = np.random.default_rng((0, 3)).permutation(102)
    windows = np.array([TEXT.indices[k : k + 7] for k in order])
    for first, steps, batch in ((0, 5, 4), (20, 5, 4), (40, 5, 4), (60, 5, 4), (80, 5, 4), (100, 1, 2)):
        read = windows[first : first + steps * batch].reshape(steps, batch, 7)
        engine.train(read[:, :, :6], read[:, :, 6])
    for ours, theirs in zip(engine.weights(), load_weights(recorded), strict=True):
        assert ours.tobytes() == theirs.tobytes()
    assert bytes_of(recorded.read_arrays(state_name(4))) == bytes_of(recorded.read_state())


@pytest.mark.parametrize("at", [1, 4, 7, 8, 11, 14, len(BEGINS)])
@pytest.mark.usefixtures("stand_in")
def test_interrupted_run_records_the_same_bits(at, tmp_path):
    """Stopped within an epoch, before its shorter batch and after it, and between two epochs."""
    stopped(tmp_path, at, RECORDED)
    resumed, undisturbed = run(tmp_path, RECORDED), run(tmp_path / "undisturbed", RECORDED)
    assert_same_bits(resumed, undisturbed)
    for name in (RECORD, state_name(1), state_name(2)):
        assert (resumed.path / name).read_bytes() == (undisturbed.path / name).read_bytes(), name


@pytest.mark.usefixtures("stand_in")
def test_record_of_an_unfinished_run_has_the_epochs_that_ended(tmp_path):
    """One of two, while the second is under way."""
    directory = stopped(tmp_path, 11, RECORDED)
    record = read_record(directory)
    assert record.shape == (1, 26, 7)
    assert len(np.unique(record)) > 26


@pytest.mark.usefixtures("stand_in")
def test_more_epochs_go_on_with_the_record_of_a_finished_run(tmp_path):
    """Three epochs, then six; and with all its states, from any of which a replay may begin."""
    run(tmp_path / "by-steps", replace(RECORDED, epochs=3))
    gone_on = run(tmp_path / "by-steps", replace(RECORDED, epochs=6))
    at_once = run(tmp_path / "at-once", replace(RECORDED, epochs=6))
    assert (gone_on.path / RECORD).read_bytes() == (at_once.path / RECORD).read_bytes()
    for epoch in range(1, 7):
        assert (gone_on.path / state_name(epoch)).read_bytes() == (at_once.path / state_name(epoch)).read_bytes()


@pytest.mark.usefixtures("stand_in")
def test_checkpoint_of_an_earlier_version_is_taken_up(tmp_path):
    """It has no record; nothing of it is lost."""
    directory = stopped(tmp_path, 11)
    progress, state = directory.load_checkpoint()
    del progress["record"]
    directory.save_checkpoint(progress, state)
    assert_same_bits(run(tmp_path), run(tmp_path / "undisturbed"))


def test_stand_in_trains_as_it_records():
    """Or the tests above would show nothing."""
    engines = [StandIn("compiled", TINY, 9, seed=1) for _ in range(2)]
    inputs, targets = np.arange(24).reshape(2, 3, 4), np.arange(6).reshape(2, 3)
    assert engines[0].train(inputs, targets) == np.mean(engines[1].train_steps(inputs, targets)[:, 0], dtype=float)
