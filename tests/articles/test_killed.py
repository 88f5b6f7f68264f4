"""A run that is killed in a real process, and a command that is interrupted: same bits.

The checkpoint is written and taken up by the same code for every article; how each takes up its own is in
test_going_on.py.
"""

import itertools
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from reproduce.articles import article_of, train
from reproduce.cli import main
from reproduce.runs.directory import Directory
from reproduce.runs.process import limit_threads
from reproduce.runs.training import run
from tests.articles.samples import TABLES, VARIANTS, config_of, data_of, hurry, short_table
from tests.equal_runs import assert_same_bits

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).resolve().parents[2]
CALL = 3  # the call of the engine in which runs are disturbed; checkpoints follow every second one


def stay_in_call():
    """In a child process: from now on that call of the engine is announced on stdout and lasts until a signal comes."""
    hurry(setattr)
    module = article_of("bitcoin-lstm").module("training")
    create = module.create_engine

    def create_announcing(*given, **options):
        engine, calls = create(*given, **options), itertools.count()
        train_once = engine.train_epoch

        def announce_and_train(*samples):
            if next(calls) == CALL:
                print("training", flush=True)
                for _ in range(100_000):  # not without end, lest the test dies and leaves it behind
                    train_once(*samples)
                raise AssertionError("no signal came")
            return train_once(*samples)

        engine.train_epoch = announce_and_train
        return engine

    module.create_engine = create_announcing


def train_in_child(root):
    """A small run up to that call."""
    stay_in_call()
    train(Path(root), config_of("bitcoin-lstm", "session"), data_of("bitcoin-lstm"))


def command_in_child(*_):
    """The command line up to that call."""
    limit_threads(1)  # TensorFlow's notes, as it starts, are not the command's
    stay_in_call()
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


def test_killed_run_continues_to_the_same_bits(finished, tmp_path):
    """`kill -9` within an epoch: it stands at its checkpoint, from which another process brings it to the same end."""
    config, told = config_of("bitcoin-lstm", "session"), []
    directory = Directory(tmp_path, config)
    status, _ = disturb(signal.SIGKILL, train_in_child, tmp_path)
    assert (status, directory.is_finished) == (-signal.SIGKILL, False)
    assert (directory.path / "environment.json").exists()

    begin = article_of("bitcoin-lstm").module("training").begin
    given = data_of("bitcoin-lstm")
    run(tmp_path, config, lambda there: begin(there, given), on_progress=lambda p: told.append(p.epoch))
    assert told[0] == 2
    assert_same_bits(directory, finished("bitcoin-lstm", "session"), (*TABLES["bitcoin-lstm"], "metrics.json"))


def test_interrupted_command_says_so_in_one_line_and_goes_on_to_the_same_bits(finished, monkeypatch, tmp_path):
    """Ctrl-C: status 130, no traceback, a checkpoint after two epochs; the same command then ends."""
    table, variant = short_table(), VARIANTS["bitcoin-lstm"]
    frame = pd.DataFrame({"date": table.dates.astype(str), "close": table.close_usd})
    frame.to_csv(tmp_path / "short.csv", index=False)
    words = ["run", "--variant", variant.name, "--engine", "keras", "--inter-op-threads", "1"]
    command = [*words, "--data", str(tmp_path / "short.csv"), "--out", str(tmp_path)]
    status, stderr = disturb(signal.SIGINT, command_in_child, *command)
    message = "reproduce: interrupted in epoch 4 of 4 of keras; the same command goes on from the last checkpoint"
    assert [line for line in stderr.splitlines() if "━" not in line] == [message]
    assert status == 130
    expected = finished("bitcoin-lstm", "keras")
    there = Directory(tmp_path, replace(expected.config, data_sha256=""))
    progress, _ = there.load_checkpoint()
    assert len(progress["losses"]) == 2

    monkeypatch.setattr(sys, "argv", ["reproduce", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    for name in (*TABLES["bitcoin-lstm"], "metrics.json"):
        assert (there.path / name).read_bytes() == (expected.path / name).read_bytes(), name
