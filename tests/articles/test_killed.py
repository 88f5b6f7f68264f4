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
from reproduce.runs.directory import Directory
from reproduce.runs.process import limit_threads
from reproduce.runs.training import run
from tests import compiled_once
from tests.articles.samples import TABLES, VARIANTS, config_of, data_of, hurry, short_table
from tests.equal_runs import assert_same_bits

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).resolve().parents[2]
CALL = 3  # the call of the engine in which runs are disturbed; checkpoints follow every second one


def disturb_call(set_, signal_number):
    """Let that call of the engine train, and then send its own process the signal; `set_` is a setattr."""
    module = article_of("bitcoin-lstm").module("training")
    create = module.create_engine

    def create_disturbed(*given, **options):
        engine, calls = create(*given, **options), itertools.count()
        train_once = engine.train_epoch

        def train_and_signal(*samples):
            trained = train_once(*samples)
            if next(calls) == CALL:
                signal.raise_signal(signal_number)
            return trained

        engine.train_epoch = train_and_signal
        return engine

    set_(module, "create_engine", create_disturbed)


def train_in_child(root):
    """In a process of its own: a small run up to that call, as a worker of a study trains it."""
    hurry(setattr)
    disturb_call(setattr, signal.SIGKILL)
    with pytest.MonkeyPatch.context() as patch:
        with compiled_once.kept(patch):
            limit_threads(1)
        train(Path(root), config_of("bitcoin-lstm", "compiled"), data_of("bitcoin-lstm"))


def test_killed_run_continues_to_the_same_bits(finished, tmp_path):
    """`kill -9` within an epoch: it stands at its checkpoint, from which another process brings it to the same end.

    That end is what `reproduce run` leaves: so a worker of a study, a process too, trains to the bits of the command.
    """
    config, told = config_of("bitcoin-lstm", "compiled"), []
    directory = Directory(tmp_path, config)
    program = f"import sys; from {__name__} import train_in_child as f; f(sys.argv[1])"
    child = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, timeout=300, check=False)
    assert (child.returncode, directory.is_finished) == (-signal.SIGKILL, False)
    assert (directory.path / "environment.json").exists()

    begin = article_of("bitcoin-lstm").module("training").begin
    given = data_of("bitcoin-lstm")
    run(tmp_path, config, lambda there: begin(there, given), on_progress=lambda p: told.append(p.epoch))
    assert told[0] == 2
    results = (*TABLES["bitcoin-lstm"], "metrics.json", "config.json", "prices.csv", "input.json")
    assert_same_bits(directory, finished("bitcoin-lstm", "compiled"), results)


@pytest.fixture
def heard():
    """Ctrl-C is heard in this process, whatever it was started from: a shell's background jobs inherit a deaf ear."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_interrupted_command_says_so_in_one_line_and_goes_on_to_the_same_bits(finished, invoke, monkeypatch, tmp_path):
    """Ctrl-C: status 130, no traceback, a checkpoint after two epochs; the same command then ends.

    That a real process ends so is held by tests/cli/test_compare_port.py.
    """
    table, variant = short_table(), VARIANTS["bitcoin-lstm"]
    frame = pd.DataFrame({"date": table.dates.astype(str), "close": table.close_usd})
    frame.to_csv(tmp_path / "short.csv", index=False)
    words = ["run", "--variant", variant.name, "--engine", "keras", "--inter-op-threads", "1"]
    command = [*words, "--data", tmp_path / "short.csv", "--out", tmp_path]
    with monkeypatch.context() as patch:
        disturb_call(patch.setattr, signal.SIGINT)
        status, _, stderr = invoke(*command)
    message = "reproduce: interrupted in epoch 4 of 4 of keras; the same command goes on from the last checkpoint"
    assert [line for line in stderr.splitlines() if "━" not in line] == [message]
    assert status == 130
    expected = finished("bitcoin-lstm", "keras")
    there = Directory(tmp_path, replace(expected.config, data_sha256=""))
    progress, _ = there.load_checkpoint()
    assert len(progress["losses"]) == 2

    assert invoke(*command)[0] == 0
    for name in (*TABLES["bitcoin-lstm"], "metrics.json"):
        assert (there.path / name).read_bytes() == (expected.path / name).read_bytes(), name
