"""A run of the Macbeth network that is killed within an epoch, in a real process: it resumes to the same bits."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reproduce.articles.macbeth import training
from reproduce.runs.directory import Directory
from tests.articles.macbeth.samples import config_of, tiny_text
from tests.articles.macbeth.test_training import assert_same_bits

pytestmark = pytest.mark.usefixtures("one_thread", "small_calls")
ROOT = Path(__file__).resolve().parents[3]

KILLED = """
import os, signal, sys
from pathlib import Path
from reproduce.articles.macbeth import training
from reproduce.networks.engine import limit_threads
from tests.articles.macbeth.samples import CHECKPOINT_EVERY, STEPS, config_of, tiny_text

def kill(progress):
    if (progress.epoch, progress.step) == (0, 15):
        os.kill(os.getpid(), signal.SIGKILL)

limit_threads(1)
training.STEPS, training.CHECKPOINT_EVERY = STEPS, CHECKPOINT_EVERY
training.run(Path(sys.argv[1]), config_of(), tiny_text(), on_progress=kill)
"""


def test_run_killed_within_an_epoch_resumes_to_the_same_bits(finished, tmp_path):
    """`kill -9` after step 15 of 26; the checkpoint is of step 10, from which this process brings it to its end."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    directory = Directory(tmp_path, config_of())
    progress, _ = directory.load_checkpoint()
    assert (progress["losses"].size, int(progress["step"]), directory.is_finished) == (0, 10, False)

    first = []
    resumed = training.run(
        tmp_path, config_of(), tiny_text(), on_progress=lambda progress: first.append((progress.epoch, progress.step))
    )
    assert first[0] == (0, 10)
    assert_same_bits(resumed, finished)
