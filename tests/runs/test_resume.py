"""Runs that are killed: in real subprocesses, at any moment; the same command then ends in the same bits."""

import functools
import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from reproduce import training
from reproduce.articles.bitcoin_lstm.runs import RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.cli import main
from reproduce.inputs.prices import load_prices
from reproduce.networks.engine import ENGINES, Epoch, limit_threads
from tests.equal_runs import assert_same_bits

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).resolve().parent.parent
VARIANT = Variant(hidden=16, epochs=21)
EPOCH = 13  # in which runs are disturbed; checkpoints follow 10 epochs, 20 and the last
RESULTS = ("losses.csv", "predictions.csv", "metrics.json")


@pytest.fixture(scope="module")
def short_table(tmp_path_factory):
    """80 days of prices that vary: 9 batches to train on, 1 to test on."""
    path = tmp_path_factory.mktemp("data") / "short.csv"
    days = np.datetime64("2018-05-26") - np.arange(80)
    rows = [f"{day},{7000 + (37 * k * k) % 911}\n" for k, day in enumerate(days)]
    path.write_text("date,close\n" + "".join(rows), encoding="utf-8")
    return path


def config_of(engine, table):
    """The run whose directories are compared."""
    return RunConfig(VARIANT, seed=0, engine=engine, data_sha256=load_prices(table).sha256)


def train(root, engine, table, **options):
    """The run with the library, as a user of it would; one thread."""
    return training.run(root, config_of(engine, table), prepare(load_prices(table), VARIANT), **options)


def command_line(table, out):
    """The run with the command line: the session engine and then Keras."""
    small = ["--variant", "hidden-16", "--epochs", "21", "--engine", "session", "--threads", "1"]
    return ["run", *small, "--data", str(table), "--out", str(out)]


# Disturbed from outside, in the middle of an epoch of a real engine


def stay_in_epoch_13():
    """In a child process: from now on epoch 13 of any engine is announced on stdout and lasts until a signal comes."""
    create_engine = training.create_engine

    def create_announcing(*args, **options):
        engine = create_engine(*args, **options)
        train_epoch, epochs = engine.train_epoch, itertools.count()

        def announce_and_train(inputs, targets):
            if next(epochs) < EPOCH:
                return train_epoch(inputs, targets)
            print(f"epoch {EPOCH}", flush=True)
            for _ in range(100_000):  # not without end, lest the test dies and leaves it behind
                train_epoch(inputs, targets)
            raise AssertionError("no signal came")

        engine.train_epoch = announce_and_train
        return engine

    training.create_engine = create_announcing


def train_in_child(root, engine, table):
    """`train` in a child process, up to epoch 13."""
    stay_in_epoch_13()
    limit_threads(1)
    train(Path(root), engine, Path(table))


def command_in_child(*_):
    """The command line in a child process, up to epoch 13."""
    stay_in_epoch_13()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit a deaf ear
    main()


def child_running(function, *arguments):
    """The command that calls a function of this module with texts in a Python of its own."""
    program = f"import sys; from {__name__} import {function.__name__} as f; f(*sys.argv[1:])"
    return [sys.executable, "-c", program, *map(str, arguments)]


def disturb(signal_number, child):
    """Start a child, send it the signal as soon as it is in epoch 13, and return its status and stderr."""
    with subprocess.Popen(child, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout.readline() == f"epoch {EPOCH}\n", process.stderr.read()
            process.send_signal(signal_number)
            _, stderr = process.communicate(timeout=300)
        finally:
            process.kill()
    return process.returncode, stderr


@pytest.fixture(scope="module")
def undisturbed(short_table, tmp_path_factory):
    """A way to the run directory of an engine's undisturbed run; trained once each, in this process."""
    return functools.cache(lambda engine: train(tmp_path_factory.mktemp("undisturbed"), engine, short_table))


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_run_continues_to_the_same_bits(engine, undisturbed, short_table, tmp_path):
    """`kill -9` in epoch 13: the run stands at its checkpoint, from which another process brings it to the same end."""
    directory = RunDirectory(tmp_path, config_of(engine, short_table))
    status, _ = disturb(signal.SIGKILL, child_running(train_in_child, tmp_path, engine, short_table))
    progress, _ = directory.load_checkpoint()
    assert (status, progress["losses"].size, directory.is_finished) == (-signal.SIGKILL, 10, False)
    assert (directory.path / "environment.json").exists()
    assert_same_bits(train(tmp_path, engine, short_table), undisturbed(engine), RESULTS)


def test_seconds_of_a_resumed_run_include_those_before(short_table, tmp_path):
    """A checkpoint that says 1000 seconds went by; the run that goes on from it has more."""
    directory = train_until_epoch_10(tmp_path, short_table)
    progress, state = directory.load_checkpoint()
    assert progress["seconds"] > 0
    directory.save_checkpoint(progress | {"seconds": 1000.0}, state)
    assert train(tmp_path, "session", short_table).read_environment()["seconds"] > 1000


def train_until_epoch_10(root, table):
    """The directory of a run that was interrupted right after its first checkpoint."""

    def interrupt(progress):
        if progress.epoch == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(root, "session", table, on_epoch=interrupt)
    return RunDirectory(root, config_of("session", table))


@pytest.fixture(scope="module")
def interrupted(short_table, tmp_path_factory):
    """The command line after Ctrl-C in epoch 13 of the session engine: its folder, status and stderr."""
    out = tmp_path_factory.mktemp("interrupted")
    return out, *disturb(signal.SIGINT, child_running(command_in_child, *command_line(short_table, out)))


def test_interrupted_command_says_so_in_one_line(interrupted):
    """Status 130; beside the progress bar, the place and the way on; no traceback."""
    _, status, stderr = interrupted
    message = f"reproduce: interrupted in epoch {EPOCH} of session; the same command goes on from the last checkpoint"
    assert [line for line in stderr.splitlines() if "━" not in line] == [message]
    assert status == 130


def test_interrupted_and_killed_command_continues_to_the_same_bits(interrupted, undisturbed, short_table):
    """Ctrl-C in epoch 13 of the session engine, then `kill -9` in epoch 13 of Keras, which follows; then to the end."""
    out, _, _ = interrupted
    command = command_line(short_table, out)
    status, _ = disturb(signal.SIGKILL, child_running(command_in_child, *command))
    session, keras = (RunDirectory(out, config_of(engine, short_table)) for engine in ("session", "keras"))
    assert (status, session.is_finished, keras.is_finished) == (-signal.SIGKILL, True, False)

    module = [sys.executable, "-m", "reproduce", *command]
    done = subprocess.run(module, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert_same_bits(session, undisturbed("session"), RESULTS)
    assert_same_bits(keras, undisturbed("keras"), RESULTS)


# Killed from inside, at a chosen moment; which engine trains makes no difference, so a stand-in does


class LogisticMap:
    """An engine whose every figure hangs on all epochs before it, chaotically: a lost bit shows in the first digits."""

    def __init__(self):
        self._x = np.array([0.1, 0.2, 0.3])

    def train_epoch(self, _, targets):
        self._x = 3.9 * self._x * (1 - self._x)
        return Epoch(self._x, targets * self._x[0])

    def predict(self, inputs):
        return inputs[:, -1] * self._x[1]

    def state(self):
        return {"x": self._x}

    def restore(self, state):
        self._x = state["x"]

    def close(self):
        pass


def train_stand_in(root, table, **options):
    """A run of it under the name of the session engine."""
    with mock.patch.object(training, "create_engine", return_value=LogisticMap()):
        return train(root, "session", table, **options)


def kill_self():
    """As `kill -9` would: nothing is cleaned up, nothing flushed."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_writing(root, name, count):
    """Be killed with half of the file's bytes on the disk, the `count`-th time it is written."""
    times = itertools.count(1)

    def fsync(descriptor):
        written = next(p for p in root.rglob("*") if os.path.samestat(p.stat(), os.fstat(descriptor)))
        if name in written.name and next(times) == count:
            os.ftruncate(descriptor, written.stat().st_size // 2)
            kill_self()

    os.fsync = fsync


def die_after_writing(_, name, count):
    """Be killed as soon as the file stands in its place, the `count`-th time."""
    times, move = itertools.count(1), Path.replace

    def move_and_die(self, target):
        move(self, target)
        if target.name == name and next(times) == count:
            kill_self()

    Path.replace = move_and_die


def train_and_die(root, table, die, name, count):
    """In a child process; arguments as the command line gives them."""
    globals()[die](Path(root), name, int(count))
    train_stand_in(Path(root), Path(table))


@pytest.mark.parametrize(
    ("die", "name", "count", "resumed_at"),
    [
        pytest.param(die_while_writing, "config.json", 1, 0, id="while-config-is-written"),
        pytest.param(die_while_writing, "checkpoint.npz", 1, 0, id="while-the-first-checkpoint-is-written"),
        pytest.param(die_while_writing, "checkpoint.npz", 2, 10, id="while-the-second-checkpoint-is-written"),
        pytest.param(die_after_writing, "checkpoint.npz", 3, 21, id="between-checkpoint-and-results"),
        pytest.param(die_while_writing, "losses.csv", 1, 21, id="while-losses-are-written"),
        pytest.param(die_after_writing, "losses.csv", 1, 21, id="between-losses-and-predictions"),
        pytest.param(die_while_writing, "predictions.csv", 1, 21, id="while-predictions-are-written"),
        pytest.param(die_while_writing, "metrics.json", 1, 21, id="while-metrics-are-written"),
    ],
)
def test_run_killed_while_writing_continues_to_the_same_bits(die, name, count, resumed_at, short_table, tmp_path):
    """It goes on from the last whole checkpoint; the half-written file is ignored and gone in the end."""
    root = tmp_path / "killed"
    child = child_running(train_and_die, root, short_table, die.__name__, name, count)
    killed = subprocess.run(child, cwd=ROOT, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not RunDirectory(root, config_of("session", short_table)).is_finished

    epochs = []
    resumed = train_stand_in(root, short_table, on_epoch=lambda progress: epochs.append(progress.epoch))
    assert epochs[0] == resumed_at
    assert_same_bits(resumed, train_stand_in(tmp_path / "undisturbed", short_table), RESULTS)
    expected = {".lock", "config.json", "environment.json", "checkpoint.npz", *RESULTS}
    assert {path.name for path in resumed.path.iterdir()} == expected
