"""What is written to stderr while TensorFlow may start, without its notes."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

NOTE = re.compile(
    r"[IWE]\d{4} \d\d:\d\d:\d\d"  # of its C++ code, as in I0000 00:00:1795765284.502351
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] "
    r"|WARNING: All log messages before absl::InitializeLog"
    r"|To enable the following instructions: "
    r"|WARNING:tensorflow:From .* is deprecated"
    r"|Instructions for updating:|non-resource variables are not supported"
)


@contextmanager
def without_startup_notes() -> Iterator[None]:
    """Hold back the process's stderr, that of C++ code too, and write it afterwards without TensorFlow's notes."""
    sys.stderr.flush()
    ours = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(ours, 2)
            os.close(ours)
            kept.seek(0)
            lines = kept.read().decode(errors="replace").splitlines(keepends=True)
            sys.stderr.write("".join(line for line in lines if not NOTE.match(line)))
