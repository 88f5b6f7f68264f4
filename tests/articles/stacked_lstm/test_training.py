"""Runs of the stacked article: their files, and that they resume to the same bits, killed or not."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from reproduce.articles.stacked_lstm import training
from reproduce.articles.stacked_lstm.training import RunConfig, run, train
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.errors import DataError, RunError
from reproduce.runs.directory import Directory
from tests.articles.stacked_lstm.samples import TINY, short_table, table_of
from tests.equal_runs import assert_same_bits

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).parents[3]
RESULTS = ("losses.csv", "predictions.csv", "metrics.json")
MLP = replace(TINY, network="mlp")
EPOCH = 3  # in which runs are disturbed; checkpoints follow epochs 2, 4 and the last, 5


def config_of(variant, seed=0):
    """A run on the short table."""
    return RunConfig(variant, seed, short_table().sha256)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """An undisturbed run of the MLP."""
    return run(tmp_path_factory.mktemp("runs"), config_of(MLP), short_table())


@pytest.fixture
def frequent_checkpoints(monkeypatch):
    """A checkpoint after every second epoch, where runs have one after ten."""
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 2)


class Stopped(Exception):
    """What stops a run in these tests."""


def stop_in(epoch):
    """What stops a run, as it is called with its progress."""

    def on_epoch(progress):
        if progress.epoch == epoch:
            raise Stopped

    return on_epoch


def test_config_names_its_directory_and_refuses_a_seed_out_of_range():
    """Article, variant, seed, engine."""
    assert config_of(MLP, seed=3).name == f"stacked-lstm-{MLP.name}-s3-keras"
    with pytest.raises(ValueError, match="seed is -1, expected 0 to"):
        config_of(MLP, seed=-1)


def test_run_leaves_its_files(finished):
    """Five losses, six predictions with their dates, metrics that follow from these, and where it ran."""
    dataset, rows = prepare(short_table(), MLP), finished.read_table("predictions.csv", dict)
    usd = {
        name: np.array([float(row[f"{name}_usd"]) for row in rows]) for name in ("actual", "predicted", "persistence")
    }
    assert json.loads((finished.path / "config.json").read_text()) == asdict(config_of(MLP))
    assert [row["date"] for row in rows] == dataset.test_dates.astype(str).tolist()
    np.testing.assert_array_equal(usd["actual"], dataset.test_usd)
    np.testing.assert_array_equal(usd["persistence"], dataset.persistence_usd)
    metrics, losses = finished.read_metrics(), finished.read_losses()
    squares = {name: np.mean((usd[name] - usd["actual"]) ** 2) for name in ("predicted", "persistence")}
    assert metrics["test_rmse_usd"] == pytest.approx(squares["predicted"] ** 0.5)
    assert metrics["persistence_rmse_usd"] == pytest.approx(squares["persistence"] ** 0.5)
    assert metrics["skill"] == pytest.approx(1 - squares["predicted"] / squares["persistence"])
    assert (len(losses), losses[-1]) == (5, metrics["final_loss"])
    environment = finished.read_environment()
    assert environment["seconds"] > 0
    assert (environment["threads"], environment["input_sha256"]) == ({"inter_op": 1, "intra_op": 1}, "1" * 64)


def test_run_learns(finished):
    """The loss falls."""
    losses = finished.read_losses()
    assert losses[-1] < losses[0]


def test_finished_run_is_left_as_it_is(finished):
    """Asked for again, it trains nothing."""
    before = (finished.path / "environment.json").stat().st_mtime_ns
    run(finished.path.parent, config_of(MLP), short_table(), on_epoch=stop_in(0))
    assert (finished.path / "environment.json").stat().st_mtime_ns == before


@pytest.mark.usefixtures("frequent_checkpoints")
def test_seconds_of_a_resumed_run_include_those_before(tmp_path):
    """A checkpoint that says 1000 seconds went by; the run that goes on from it has more."""
    config, table = config_of(MLP), short_table()
    with pytest.raises(Stopped):
        run(tmp_path, config, table, on_epoch=stop_in(EPOCH))
    directory = Directory(tmp_path, config)
    progress, state = directory.load_checkpoint()
    directory.save_checkpoint(progress | {"seconds": 1000.0}, state)
    assert run(tmp_path, config, table).read_environment()["seconds"] > 1000


@pytest.mark.usefixtures("frequent_checkpoints")
@pytest.mark.parametrize("variant", [MLP, replace(TINY, batch=23)], ids=["mlp", "lstm"])
def test_run_that_was_stopped_resumes_to_the_same_bits(variant, tmp_path):
    """From the checkpoint after 2 epochs, in another model; twice the same without being stopped, too."""
    config, table = config_of(variant), short_table()
    with pytest.raises(Stopped):
        run(tmp_path / "stopped", config, table, on_epoch=stop_in(EPOCH))
    first = []
    resumed = run(tmp_path / "stopped", config, table, on_epoch=lambda progress: first.append(progress.epoch))
    assert first == [2, 3, 4, 5]
    assert_same_bits(resumed, run(tmp_path / "whole", config, table), RESULTS)


def test_run_of_another_seed_is_another(finished, tmp_path):
    """From its first loss on."""
    other = run(tmp_path, config_of(replace(MLP, epochs=1), seed=1), short_table())
    assert other.read_losses()[0] != finished.read_losses()[0]


KILLED = """
import os, signal, sys
from pathlib import Path
from reproduce.articles.stacked_lstm import training
from reproduce.networks.engine import limit_threads
from tests.equal_runs import assert_same_bits
from tests.articles.stacked_lstm.test_training import EPOCH, MLP, config_of, short_table

def kill(progress):
    if progress.epoch == EPOCH:
        os.kill(os.getpid(), signal.SIGKILL)

limit_threads(1)
training.CHECKPOINT_EVERY = 2
training.run(Path(sys.argv[1]), config_of(MLP), short_table(), on_epoch=kill)
"""


def test_run_that_was_killed_resumes_to_the_same_bits(finished, tmp_path):
    """With kill -9, in a process of its own."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, env=environment, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert (tmp_path / config_of(MLP).name / "checkpoint.npz").exists()
    assert_same_bits(run(tmp_path, config_of(MLP), short_table()), finished, RESULTS)


def test_train_of_a_study_does_the_same_run(finished, tmp_path):
    """The same bits as `run`."""
    train(tmp_path, config_of(MLP), short_table())
    ours = tmp_path / finished.path.name / "predictions.csv"
    assert ours.read_bytes() == (finished.path / "predictions.csv").read_bytes()


def test_table_that_is_too_short_is_refused_before_anything_is_written(tmp_path):
    """No directory is left."""
    with pytest.raises(DataError, match="expected at least 6"):
        run(tmp_path, config_of(TINY), table_of([1, 2, 3]))
    assert list(tmp_path.iterdir()) == []


def test_checkpoint_of_another_network_is_refused(tmp_path):
    """In a line that says which directory."""
    directory = tmp_path / config_of(MLP).name
    directory.mkdir()
    np.savez(directory / "checkpoint.npz", losses=np.zeros(3), seconds=np.array(1.0), **{"state/000": np.zeros(2)})
    told = re.escape(f"{directory.name}/checkpoint.npz: not of this network (state holds 1 arrays")
    with pytest.raises(RunError, match=told):
        run(tmp_path, config_of(MLP), short_table())


def test_diverged_run_is_finished_with_nothing_known(tmp_path, monkeypatch):
    """Null in metrics.json, nan in the tables."""
    monkeypatch.setattr("reproduce.networks.forecasters.Forecaster", Diverging)
    directory = run(tmp_path, config_of(MLP), short_table())
    metrics = directory.read_metrics()
    assert {name: metrics[name] for name in ("final_loss", "test_mse", "test_rmse_usd", "skill")} == dict.fromkeys(
        ("final_loss", "test_mse", "test_rmse_usd", "skill")
    )
    assert metrics["persistence_rmse_usd"] > 0
    assert np.isnan(directory.read_losses()).all()


class Diverging:
    """A network whose loss and predictions are no numbers."""

    def __init__(self, stack, seed):
        self.window, self.seed = stack.window, seed

    def train_epoch(self, epoch, inputs, targets):
        assert (len(inputs), inputs.shape[1]) == (len(targets), self.window)
        return float("nan") * epoch

    def predict(self, inputs):
        return np.full((len(inputs), 1), np.nan)

    def state(self):
        return {}

    def restore(self, state):
        raise AssertionError(f"there is no checkpoint yet, but {state}")
