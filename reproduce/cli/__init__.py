"""The command line: parse, call, print. Nothing below this package knows of it."""

from __future__ import annotations

import os
import re
import sys

import typer

from reproduce.cli.bench import bench
from reproduce.cli.claims import claims
from reproduce.cli.compare import compare
from reproduce.cli.export import export
from reproduce.cli.forecast import forecast
from reproduce.cli.generate import generate
from reproduce.cli.lessons import lessons
from reproduce.cli.list import list_articles
from reproduce.cli.output import Command, Interrupted
from reproduce.cli.report import report
from reproduce.cli.run import run
from reproduce.cli.streams import drop_stdout, prepare_streams
from reproduce.cli.study import study
from reproduce.errors import ReproduceError
from reproduce.inputs.source import printable

UsageError = typer.BadParameter.__base__  # typer brings a click of its own, or not, by its version

app = typer.Typer(
    name="reproduce",
    rich_markup_mode="markdown",  # rich's own takes "[default: all cores]" for markup, and hides it
    help="Rerun LSTM tutorials as they were published, and see which of their claims stand.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("list", cls=Command)(list_articles)
for verb in (run, study, claims, report, compare, lessons, forecast, generate, export, bench):
    app.command(cls=Command)(verb)


def main() -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 misused, 130 interrupted.

    Whatever a user's files, names and disks do ends in one line on stderr. Where nobody reads stdout any more, as
    behind `| head`, nothing is said, and the status is 1.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    prepare_streams()
    try:
        status = app(standalone_mode=False)
        message = "interrupted" if status == 130 else ""  # typer's word for Ctrl-C, in some of its versions
        sys.stdout.flush()
    except ReproduceError as error:
        status, message = 1, str(error)
    except BrokenPipeError:
        drop_stdout()
        status, message = 1, ""
    except OSError as error:  # a full disk, a folder that is a file, a place where nothing may be written
        drop_stdout()
        where = error.filename or "standard output, or a file"
        status, message = 1, f"{where}: {error.strerror or error}; choose another place, or make room there"
    except UnicodeError as error:
        status, message = 1, f"a name or a text cannot be read or written ({error}); use one in UTF-8"
    except MemoryError:
        status, message = 1, "there is not enough memory for this; choose a smaller variant, or less data"
    except UsageError as error:
        # Empty where a command is missing: typer has shown the help instead.
        message = error.format_message()
        status, message = 2, message and f"{message} (reproduce --help shows the commands, and each has a --help)"
    except (KeyboardInterrupt, typer.Abort):
        status, message = 130, "interrupted"
    except Interrupted as interrupted:
        status, message = 130, str(interrupted)
    if message:
        line = re.sub(r"\s*\n\s*", " ", message.strip())  # spaces within a line may be a path's
        print(f"reproduce: {printable(line)}", file=sys.stderr)
    sys.exit(status)
