"""Runs of each article and engine that are killed in a real process, and a command that is interrupted: same bits."""

import itertools
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from reproduce.articles import article_of, train
from reproduce.cli import main
from reproduce.runs.directory import Directory
from reproduce.runs.process import limit_threads
from reproduce.runs.training import run
from tests.articles.samples import ENGINES, TABLES, VARIANTS, config_of, data_of, hurry, short_table
from tests.equal_runs import assert_same_bits

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).resolve().parents[2]
CALL = 3  # the call of the engine in which runs are disturbed; checkpoints follow every second one
TRAINED_BY = {  # what each article's training builds, and what trains
    "bitcoin-lstm": ("create_engine", "train_epoch"),
    "stacked-lstm": ("Forecaster", "train_epoch"),
    "macbeth": ("create_char_engine", "train"),
}


def stay_in_call(id_):
    """In a child process: from now on that call of the engine is announced on stdout and lasts until a signal comes."""
    hurry(setattr)
    module, (factory, method) = article_of(id_).module("training"), TRAINED_BY[id_]
    create = getattr(module, factory)

    def create_announcing(*given, **options):
        engine, calls = create(*given, **options), itertools.count()
        train_once = getattr(engine, method)

        def announce_and_train(*samples):
            if next(calls) == CALL:
                print("training", flush=True)
                for _ in range(100_000):  # not without end, lest the test dies and leaves it behind
                    train_once(*samples)
                raise AssertionError("no signal came")
            return train_once(*samples)

        setattr(engine, method, announce_and_train)
        return engine

    setattr(module, factory, create_announcing)


def train_in_child(root, id_, engine):
    """A small run up to that call."""
    stay_in_call(id_)
    train(Path(root), config_of(id_, engine), data_of(id_))


def command_in_child(*_):
    """The command line up to that call."""
    limit_threads(1)  # TensorFlow's notes, as it starts, are not the command's
    stay_in_call("bitcoin-lstm")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit a deaf ear
    main()


def disturb(signal_number, function, *arguments):
    """Call a function of this module in a Python of its own, and send it the signal in that call; status and stderr."""
    program = f"import sys; from {__name__} import {function.__name__} as f; f(*sys.argv[1:])"
    child = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(child, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout.readline() == "training\n", process.stderr.read()
            process.send_signal(signal_number)
            _, stderr = process.communicate(timeout=300)
        finally:
            process.kill()
    return process.returncode, stderr


@pytest.mark.parametrize(("id_", "engine"), ENGINES, ids=lambda word: word)
def test_killed_run_continues_to_the_same_bits(id_, engine, finished, tmp_path):
    """`kill -9` within an epoch: it stands at its checkpoint, from which another process brings it to the same end."""
    config, told = config_of(id_, engine), []
    directory = Directory(tmp_path, config)
    status, _ = disturb(signal.SIGKILL, train_in_child, tmp_path, id_, engine)
    assert (status, directory.is_finished) == (-signal.SIGKILL, False)
    assert (directory.path / "environment.json").exists()

    begin = article_of(id_).module("training").begin
    run(tmp_path, config, lambda there: begin(there, data_of(id_)), on_progress=lambda p: told.append(p.done))
    assert told[0] == pytest.approx(40 / 102 if id_ == "macbeth" else 2)  # ten batches of four, or two epochs
    assert_same_bits(directory, finished(id_, engine), (*TABLES[id_], "metrics.json"))


def test_interrupted_command_says_so_in_one_line_and_goes_on_to_the_same_bits(finished, tmp_path):
    """Ctrl-C in the session engine: status 130, no traceback; the same command then ends, with the Keras run too."""
    table, variant = short_table(), VARIANTS["bitcoin-lstm"]
    frame = pd.DataFrame({"date": table.dates.astype(str), "close": table.close_usd})
    frame.to_csv(tmp_path / "short.csv", index=False)
    words = ["run", "--variant", variant.name, "--engine", "session", "--inter-op-threads", "1"]
    command = [*words, "--data", tmp_path / "short.csv", "--out", tmp_path]
    status, stderr = disturb(signal.SIGINT, command_in_child, *command)
    message = "reproduce: interrupted in epoch 4 of 4 of session; the same command goes on from the last checkpoint"
    assert [line for line in stderr.splitlines() if "━" not in line] == [message]
    assert status == 130

    again = [sys.executable, "-m", "reproduce", *map(str, command)]
    done = subprocess.run(again, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    for engine in ("session", "keras"):
        expected = finished("bitcoin-lstm", engine)
        for name in (*TABLES["bitcoin-lstm"], "metrics.json"):
            assert (tmp_path / expected.path.name / name).read_bytes() == (expected.path / name).read_bytes(), name
