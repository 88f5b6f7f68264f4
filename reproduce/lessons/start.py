"""TensorFlow started for a lesson, which may be a plain program or a notebook."""

from __future__ import annotations

import os
import sys

from reproduce.runs.process import limit_threads


def start_tensorflow() -> None:
    """Start TensorFlow on one thread, without its notes on this machine; call it before TensorFlow is imported.

    Where it is imported already, nothing is done.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        limit_threads(1)
