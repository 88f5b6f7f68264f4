"""More epochs for a finished run: taken up where it ended, to the same bits as in one go; on a toy."""

from dataclasses import replace

import pytest

from reproduce.errors import RunError
from reproduce.runs.training import run
from tests.equal_runs import assert_same_bits
from tests.runs.toys import LEAVES, TEA, Tea, TeaTraining

pytestmark = pytest.mark.usefixtures("one_thread")
RESULTS = ("config.json", "losses.csv", "metrics.json", "leaves.txt")


def of(epochs, **other):
    """A run of that many epochs."""
    return replace(TEA, variant=Tea(epochs=epochs), **other)


def train(root, config, **options):
    """The directory, and the epoch that this process began with."""
    told = []
    options["on_progress"] = lambda progress: told.append(progress.epoch)
    directory = run(root, config, lambda there: TeaTraining(there, LEAVES), **options)
    return directory, told[0]


def test_more_epochs_go_on_from_the_longest_finished_run(tmp_path):
    """Of three, five and seven; and end as a run that never stopped."""
    for epochs in (3, 7, 5):
        train(tmp_path / "by-steps", of(epochs))
    longer, begun = train(tmp_path / "by-steps", of(11))
    assert begun == 7
    assert_same_bits(longer, train(tmp_path / "in-one-go", of(11))[0], RESULTS)


def test_run_that_is_trained_anew_takes_nothing_of_a_shorter_one(tmp_path):
    """As `reproduce run --force` promises; its own checkpoint it does take."""
    train(tmp_path, of(3))
    longer, begun = train(tmp_path, of(5), anew=True)
    assert begun == 0
    (longer.path / "metrics.json").unlink()
    assert train(tmp_path, of(5), anew=True)[1] == 5


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(of(3, seed=5), id="seed"),
        pytest.param(of(3, data_sha256="6" * 64), id="data"),
        pytest.param(of(3, threads=2), id="threads"),
        pytest.param(replace(TEA, variant=Tea(epochs=3, sugar=0.1)), id="setting"),
        pytest.param(of(12), id="longer"),
    ],
)
def test_another_run_is_not_taken_up(tmp_path, other):
    """One that differs in more than its epochs, or has more of them."""
    train(tmp_path, other)
    assert train(tmp_path, of(5))[1] == 0


@pytest.mark.parametrize("name", ["config.json", "checkpoint.npz", "metrics.json"])
def test_damaged_shorter_run_is_left_alone(tmp_path, name):
    """The longer one begins anew; nothing of the shorter changes."""
    shorter, _ = train(tmp_path, of(3))
    (shorter.path / name).write_bytes(b"{")
    assert train(tmp_path, of(5))[1] == 0
    assert (shorter.path / name).read_bytes() == b"{"


def test_shorter_run_that_cannot_be_gone_on_from_is_told_with_a_way_out_that_leaves_it_whole(tmp_path):
    """Its checkpoint is another network's: the run is moved, not robbed of it."""
    shorter, _ = train(tmp_path / "runs", of(3))
    shorter.save_checkpoint({"losses": [0.5], "seconds": 1.0, "cups": 1}, {})
    with pytest.raises(RunError, match=r"-s4-kettle/checkpoint\.npz: not of this network .*; move that run elsewhere,"):
        train(tmp_path / "runs", of(5))
    shorter.path.rename(tmp_path / "elsewhere")
    assert train(tmp_path / "runs", of(5))[1] == 0


def test_unfinished_shorter_run_is_not_taken_up(tmp_path):
    """Its last checkpoint may be older than its end."""
    shorter, _ = train(tmp_path, of(3))
    (shorter.path / "metrics.json").unlink()
    assert train(tmp_path, of(5))[1] == 0


def test_own_checkpoint_comes_before_that_of_a_shorter_run(tmp_path):
    """It is farther on, or was made by other code."""
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, of(7), lambda there: TeaTraining(there, LEAVES), on_progress=stop)
    train(tmp_path, of(6))
    assert train(tmp_path, of(7))[1] == 4


def stop(progress):
    """Ctrl-C after the checkpoint of epoch 4."""
    if progress.epoch == 5:
        raise KeyboardInterrupt
