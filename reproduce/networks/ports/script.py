"""A port's file at work: it stands as a script does, and all that can go wrong with it ends in one line.

The line names its file, and its own line where there is one.
"""

from __future__ import annotations

import io
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import TracebackType

from reproduce.errors import PortError
from reproduce.inputs.printed_logs import TERMINAL

WEIGHT = re.compile(r"(W|U|b|kernel|recurrent|bias)(_|$)")  # how people call one


class PortInterrupted(KeyboardInterrupt):
    """Ctrl-C while a port was at work; the message says where it was."""


class Script:
    """A file that is run, and whose functions are called later.

    Attributes:
        path: as it was given.
        search: sys.path as the file knows it: first what lies beside it, then ours, and whatever it changes.
        printed: lines that it printed, which are kept off stdout.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.search = [str(path.resolve().parent), *sys.path]
        self.printed: list[str] = []

    @contextmanager
    def at_work(self, doing: str, names: Iterable[str] = ()) -> Iterator[None]:
        """While its code runs: sys.path and sys.argv are its own, and what it raises names its own line.

        Args:
            names: of the weights, for a port that looks for others.
        """
        stdout, ours, logger = io.StringIO(), (sys.path, sys.argv), logging.getLogger("tensorflow")
        sys.path, sys.argv = self.search, [str(self.path)]
        logger.addFilter(_is_no_retracing)
        try:
            with redirect_stdout(stdout):
                yield
        except KeyboardInterrupt as stopped:
            raise PortInterrupted(f"{self._line_of(stopped.__traceback__)}{doing}: interrupted") from None
        except PortError:
            raise
        except SyntaxError as error:
            where = f"line {error.lineno}, " if error.lineno else ""
            raise PortError(f"{self.path}, {where}{doing}: {type(error).__name__}: {error.msg}") from error
        except (Exception, SystemExit) as error:
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            if isinstance(error, KeyError) and names and WEIGHT.match(str(*error.args[:1])):
                what += f"; the weights are {', '.join(names)}"
            raise PortError(f"{self._line_of(error.__traceback__)}{doing}: {what}") from error
        finally:
            logger.removeFilter(_is_no_retracing)
            self.search = sys.path
            sys.path, sys.argv = ours
            printed = TERMINAL.sub("", stdout.getvalue().replace("\x08", ""))  # a progress bar, say
            self.printed += [line for line in printed.splitlines() if line.strip()]

    def _line_of(self, trace: TracebackType | None) -> str:
        """`port.py, line 12, ` for the deepest line of its own."""
        lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename == str(self.path)]
        return f"{self.path}, line {lines[-1]}, " if lines else f"{self.path}, "


def _is_no_retracing(record: logging.LogRecord) -> bool:
    """TensorFlow warns of inputs of many shapes, which are our questions and no fault of the port."""
    return "triggered tf.function retracing" not in record.getMessage()
