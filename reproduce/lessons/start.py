"""TensorFlow started for a lesson, which may be a plain program or a notebook."""

from __future__ import annotations

import os
import sys

from reproduce.runs.process import limit_threads

OF_KERAS = "TF_USE_LEGACY_KERAS"


def start_tensorflow() -> None:
    """Start TensorFlow on one thread, without its notes on this machine; call it before TensorFlow is imported.

    TensorFlow imports Keras as it starts, which takes a second. Told to look for the old Keras, which is not
    installed, it leaves that. It is told so only for this moment: `tf.keras` is the new one afterwards. Where
    TensorFlow is imported already, nothing is done.
    """
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    given = os.environ.get(OF_KERAS)
    os.environ[OF_KERAS] = "1"
    try:
        limit_threads(1)
    finally:
        if given is None:
            del os.environ[OF_KERAS]
        else:
            os.environ[OF_KERAS] = given
