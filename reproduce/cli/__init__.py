"""The command line: parse, call, print. Nothing below this package knows of it."""

from __future__ import annotations

import os
import sys

import typer
from typer.core import TyperGroup

from reproduce.cli.ablate import ablate
from reproduce.cli.articles import Article, ArticleGroup
from reproduce.cli.band import band
from reproduce.cli.bench import bench
from reproduce.cli.claims import claims
from reproduce.cli.compare import compare
from reproduce.cli.generate import generate
from reproduce.cli.list import list_articles
from reproduce.cli.milestones import milestones
from reproduce.cli.output import Interrupted
from reproduce.cli.report import report
from reproduce.cli.rivals import rivals
from reproduce.cli.run import run
from reproduce.cli.run_macbeth import run_macbeth
from reproduce.cli.run_stacked import run_stacked
from reproduce.cli.study import study
from reproduce.errors import ReproduceError

UsageError = typer.BadParameter.__base__  # typer brings a click of its own, or not, by its version

RUN = """Train an article's network, draw its pictures and judge its claims; bitcoin-lstm where no ARTICLE is named.

Each article has options of its own: reproduce run ARTICLE --help.

Example: reproduce run --epochs 3
"""


class _Commands(TyperGroup):
    """The commands as a newcomer meets them; typer would put `run`, a group, last."""

    def list_commands(self, ctx: typer.Context) -> list[str]:
        return sorted(super().list_commands(ctx), key=lambda name: name not in ("list", "run"))


app = typer.Typer(
    name="reproduce",
    cls=_Commands,
    rich_markup_mode="markdown",  # rich's own takes "[default: all cores]" for markup, and hides it
    help="Rerun LSTM tutorials as they were published, and see which of their claims stand.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("list")(list_articles)
run_app = typer.Typer(cls=ArticleGroup, help=RUN, subcommand_metavar="[ARTICLE] [OPTIONS]")
app.add_typer(run_app, name="run")
run_app.command(Article.bitcoin_lstm.value, rich_help_panel="Articles")(run)
run_app.command(Article.stacked_lstm.value, rich_help_panel="Articles")(run_stacked)
run_app.command(Article.macbeth.value, rich_help_panel="Articles")(run_macbeth)
app.command()(claims)
app.command()(report)
app.command()(compare)
app.command()(study)
app.command()(band)
app.command()(ablate)
app.command()(rivals)
app.command()(milestones)
app.command()(generate)
app.command()(bench)


def main() -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 misused, 130 interrupted."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # TensorFlow imports Keras as it starts, only to find its folder: a third of the time to start, 130 MB. Told to look
    # for the old Keras, which is not installed, it leaves that; what needs Keras here imports it by its own name.
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    try:
        status = app(_complete_json(sys.argv[1:]), standalone_mode=False)
        message = "interrupted" if status == 130 else ""  # typer's word for Ctrl-C, in some of its versions
    except ReproduceError as error:
        status, message = 1, str(error)
    except OSError as error:  # a full disk, a folder that is a file, a place where nothing may be written
        status, message = 1, f"{error.filename or 'a file'}: {error.strerror}; choose another place, or make room there"
    except UsageError as error:
        message = error.format_message().replace(
            "Value error, ", ""
        )  # empty where a command is missing: typer has shown the help instead
        status, message = 2, message and f"{message} (reproduce --help shows the commands, and each has a --help)"
    except (KeyboardInterrupt, typer.Abort):
        status, message = 130, "interrupted"
    except Interrupted as interrupted:
        status, message = 130, str(interrupted)
    if message:
        print(f"reproduce: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(status)


def _complete_json(arguments: list[str]) -> list[str]:
    """Let `--json` stand without a file, which typer cannot express: nothing, or an option, behind it means stdout."""
    followed_by = [*arguments[1:], "--"]
    return [
        "--json=-" if word == "--json" and after.startswith("-") and after != "-" else word
        for word, after in zip(arguments, followed_by, strict=False)
    ]
