"""What a run ran on: enough to explain a difference between two machines."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from reproduce.runs.process import devices, threads

PACKAGES = ("reproduce", "tensorflow", "keras", "numpy", "pandas", "scikit-learn", "matplotlib")
FLAGS = (  # by full name: a prefix would also take what is none of ours, a password included
    *("TF_CPP_MIN_LOG_LEVEL", "TF_USE_LEGACY_KERAS", "TF_ENABLE_ONEDNN_OPTS", "TF_DETERMINISTIC_OPS", "TF_XLA_FLAGS"),
    *("TF_NUM_INTEROP_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_FORCE_GPU_ALLOW_GROWTH", "XLA_FLAGS", "KERAS_BACKEND"),
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE", "CUDA_VISIBLE_DEVICES"),
)


def describe_environment(input_sha256: str) -> dict[str, Any]:
    """Python, packages, processor, threads, flags, commit, input and command line of this process, for a JSON file.

    Call it after `reproduce.runs.process.limit_threads`, whose threads it names.
    """
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "processor": processor(),
        "cores": os.cpu_count(),
        "devices": devices(),
        "threads": threads()._asdict(),
        "flags": {name: os.environ[name] for name in sorted(FLAGS) if name in os.environ},
        "git_commit": _git_commit(),
        "input_sha256": input_sha256,
        "argv": [word.encode(errors="backslashreplace").decode() for word in sys.argv],  # a name may be no UTF-8
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:  # a checkout run without installing it
        return None


def processor() -> str:
    """The processor's name, as Linux or macOS gives it; the kind of processor where the system gives none."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    if sys.platform == "darwin":
        told = subprocess.run(["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False)
        names = told.stdout.splitlines()
    return names[0] if names else platform.processor() or platform.machine()


def _git_commit() -> str | None:
    """The checkout's commit, with `+` where files differ from it; None for an installed package."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():
        return None
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
        changes = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit.stdout.strip() + ("+" if changes.stdout else "")
