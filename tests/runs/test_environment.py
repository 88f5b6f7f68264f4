"""What a run records of where it ran: enough to explain a difference, and nothing that is not ours to keep."""

import json
import os
import sys

import numpy as np
import pytest

from reproduce.runs.environment import FLAGS, describe_environment, processor

pytestmark = pytest.mark.usefixtures("one_thread")


def test_environment_names_what_the_process_ran_on():
    """Python, packages, processor, devices, threads, commit, input and command line."""
    found = describe_environment("5" * 64)
    named = {
        "python",
        "platform",
        "packages",
        "processor",
        "cores",
        "devices",
        "threads",
        "flags",
        "git_commit",
        "argv",
    }
    assert set(found) == named | {"input_sha256"}
    assert found["python"] == sys.version.split()[0]
    assert found["packages"]["numpy"] == np.__version__
    assert found["threads"] == {"inter_op": 1, "intra_op": 1}
    assert found["devices"][0] == "CPU:0"


@pytest.mark.parametrize(
    "name", ["TF_VAR_db_password", "TF_CLI_CONFIG_FILE", "XLA_TOKEN", "KERAS_API_KEY", "OMP_SECRET"]
)
def test_variable_that_only_begins_like_a_flag_is_not_recorded(name, monkeypatch):
    """Neither its name nor its value: others' variables begin so too."""
    monkeypatch.setenv(name, "hunter2")
    text = json.dumps(describe_environment("5" * 64))
    assert name not in text
    assert "hunter2" not in text


def test_flags_that_move_bits_are_recorded_as_they_are_set(monkeypatch):
    """Those that are not set are left out."""
    for name in FLAGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    assert describe_environment("5" * 64)["flags"] == {"XLA_FLAGS": os.environ["XLA_FLAGS"]}


@pytest.mark.parametrize(("prints", "name"), [("echo Apple M2", "Apple M2"), ("exit 1", "arm")])
def test_mac_names_its_processor(prints, name, tmp_path, monkeypatch):
    """As its `sysctl` prints it; where that has no such name, the kind of processor."""
    sysctl = tmp_path / "sysctl"
    sysctl.write_text(f"#!/bin/sh\ntest $2 = machdep.cpu.brand_string && {prints}\n", encoding="utf-8")
    sysctl.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("platform.processor", lambda: "arm")
    assert processor() == name
