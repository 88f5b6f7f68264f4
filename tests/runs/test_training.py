"""One run of any article: opened, described, resumed, trained and written, on a toy; kills are in test_resume.py."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest

from reproduce.errors import RunError
from reproduce.runs.directory import Directory
from reproduce.runs.training import Progress, run
from tests.equal_runs import assert_same_bits
from tests.runs.toys import LEAVES, TEA, Tea, TeaTraining

pytestmark = pytest.mark.usefixtures("one_thread")
LONG = replace(TEA, variant=Tea(epochs=7))


def train(root, config=TEA, **options):
    """A run of the toy."""
    return run(root, config, lambda directory: TeaTraining(directory, LEAVES), **options)


def stop_at(epoch):
    """What stops a training when its progress is there."""

    def stop(progress):
        if progress.epoch == epoch:
            raise KeyboardInterrupt

    return stop


def test_run_leaves_what_it_trained_and_what_it_read(tmp_path):
    """Every file of the design, and the epochs' losses worked out anew."""
    directory = train(tmp_path)
    assert directory.path == tmp_path / "tea-sugar-0.25-s4-kettle"
    names = {"config.json", "environment.json", "leaves.txt", "losses.csv", "metrics.json", "checkpoint.npz", ".lock"}
    assert {path.name for path in directory.path.iterdir()} == names
    x, losses = LEAVES, []
    for _ in range(3):
        x = 3.9 * x * (1 - x)
        losses.append(float(x.mean()))
    assert directory.read_losses().tolist() == losses
    assert directory.read_metrics()["cups"] == 3


def test_progress_is_told_before_the_first_step_and_after_each(tmp_path):
    """Nothing is told of a run that is finished already."""
    told = []
    train(tmp_path, on_progress=lambda progress: told.append(progress.epoch))
    train(tmp_path, on_progress=lambda progress: told.append(progress.epoch))
    assert told == [0, 1, 2, 3]


def test_finished_run_is_left_as_it_is(tmp_path):
    """No engine is built for it, and no byte changes."""
    before = {path.name: path.read_bytes() for path in train(tmp_path).path.iterdir()}

    def refuse(_):
        raise AssertionError("built an engine")

    after = run(tmp_path, TEA, refuse).path
    assert {path.name: path.read_bytes() for path in after.iterdir()} == before


@pytest.mark.parametrize(("epoch", "resumed_at"), [(1, 0), (2, 2), (5, 4)])
def test_interrupted_run_goes_on_from_its_checkpoint_to_the_same_bits(tmp_path, epoch, resumed_at):
    """Checkpoints follow epochs 2, 4 and 6; what came after the last one is done again."""
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "stopped", LONG, on_progress=stop_at(epoch))
    if epoch in (2, 4, 6):  # stopped right after the checkpoint
        assert Directory(tmp_path / "stopped", LONG).load_checkpoint() is not None
    told = []
    resumed = train(tmp_path / "stopped", LONG, on_progress=lambda progress: told.append(progress.epoch))
    assert told[0] == resumed_at
    assert_same_bits(resumed, train(tmp_path / "undisturbed", LONG), ("losses.csv", "metrics.json"))


def test_seconds_of_a_resumed_run_include_those_before(tmp_path):
    """A checkpoint that says 1000 seconds went by; the run that goes on from it has more."""
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, LONG, on_progress=stop_at(3))
    directory = Directory(tmp_path, LONG)
    progress, state = directory.load_checkpoint()
    directory.save_checkpoint(progress | {"seconds": 1000.0}, state)
    assert train(tmp_path, LONG).read_environment()["seconds"] >= 1000


@pytest.mark.parametrize(
    ("progress", "state"),
    [
        pytest.param({"losses": [0.5], "seconds": 1.0, "cups": 1}, {}, id="no-array"),
        pytest.param({"losses": 0.5, "seconds": 1.0, "cups": 1}, {"x": LEAVES}, id="one-loss"),
        pytest.param({"losses": ["little"], "seconds": 1.0, "cups": 1}, {"x": LEAVES}, id="words"),
        pytest.param({"losses": [0.5], "seconds": [1.0, 2.0], "cups": 1}, {"x": LEAVES}, id="two-times"),
        pytest.param({"losses": [0.5], "cups": 1}, {"x": LEAVES}, id="no-time"),
    ],
)
def test_checkpoint_of_another_network_is_one_line(tmp_path, progress, state):
    """The file, what is wrong, and the way out; the run stays unfinished."""
    directory = Directory(tmp_path, LONG)
    with directory.opened():
        directory.save_checkpoint(progress, state)
    with pytest.raises(RunError, match=r"^[^\n]*checkpoint\.npz: not of this network \(.*\); remove it[^\n]*$"):
        train(tmp_path, LONG)
    assert not directory.is_finished


@pytest.mark.parametrize("stopped", [False, True])
def test_engine_is_closed_in_the_end(stopped, tmp_path):
    """It may hold a session; also where the training is interrupted."""
    built = []

    def begin(directory):
        built.append(TeaTraining(directory, LEAVES))
        return built[0]

    with pytest.raises(KeyboardInterrupt) if stopped else nullcontext():
        run(tmp_path, TEA, begin, on_progress=stop_at(2 if stopped else None))
    assert built[0].is_closed


def test_epochs_are_counted_by_their_losses():
    """`done` and `latest_loss` follow; a training that counts steps has its own."""
    assert (Progress().epoch, Progress().done, Progress().latest_loss) == (0, 0, None)
    progress = Progress([0.3, 0.2])
    assert (progress.epoch, progress.done, progress.latest_loss) == (2, 2, 0.2)


def test_progress_reads_back_from_its_arrays():
    """Lists and numbers of Python's own, as before."""
    progress = Progress([0.1, 0.2], 7.5)
    assert Progress.from_arrays({name: np.asarray(value) for name, value in progress.arrays().items()}) == progress
