"""The command line as its tests see it: every command, what it answers, and inputs that train in an instant."""

import functools
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import typer

from reproduce.cli import app
from reproduce.evidence.claims import read_claims

ROOT = Path(__file__).resolve().parents[2]
COLOUR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
COMMANDS = {info.name or info.callback.__name__: info for info in app.registered_commands}
every_command = pytest.mark.parametrize("name", COMMANDS)


class Tiny(NamedTuple):
    """An article's run that is trained in an instant."""

    option: str  # with which its input is given
    content: str  # of its input
    variant: str
    engine: str
    threads: str  # the option that sets their number
    bad_variant: str  # with a value out of range
    short: str  # an input that is too short for the published variant


def days_and_prices(rows):
    """A table whose newest day is 2018-05-26; the price never repeats from day to day."""
    days = np.datetime64("2018-05-26") - np.arange(rows)
    return "date,close\n" + "".join(f"{day},{7000 + (37 * k * k) % 911}\n" for k, day in enumerate(days))


VERSE = "So foul and fair a day I have not seen.\nHow far is't call'd to Forres?\n" * 3
TINY = {
    "bitcoin-lstm": Tiny(
        "--data",
        days_and_prices(20),
        "window-1+batch-1+hidden-2+epochs-1",
        "session",
        "--inter-op-threads",
        "hidden-0",
        days_and_prices(43),
    ),
    "stacked-lstm": Tiny(
        "--data",
        days_and_prices(20),
        "window-4+first-2+second-3+epochs-1+batch-7+test-days-5",
        "keras",
        "--inter-op-threads",
        "first-0",
        days_and_prices(20),
    ),
    "macbeth": Tiny(
        "--text", VERSE, "window-6+batch-4+hidden-3", "keras", "--intra-op-threads", "dropout-1", "too short"
    ),
}
STUDY_OF = {
    "bitcoin-losses": "bitcoin-lstm",
    "bitcoin-departures": "bitcoin-lstm",
    "bitcoin-curves": "bitcoin-lstm",
    "bitcoin-memory": "bitcoin-lstm",
    "bitcoin-gates": "bitcoin-lstm",
    "bitcoin-accuracy": "bitcoin-lstm",
    "bitcoin-forgetting": "bitcoin-lstm",
    "bitcoin-clipping": "bitcoin-lstm",
    "bitcoin-changes": "bitcoin-lstm",
    "bitcoin-months": "bitcoin-lstm",
    "bitcoin-recall": "bitcoin-lstm",
    "stacked-networks": "stacked-lstm",
    "stacked-memory": "stacked-lstm",
    "stacked-settings": "stacked-lstm",
    "stacked-advice": "stacked-lstm",
    "macbeth-epochs": "macbeth",
    "macbeth-dropout": "macbeth",
    "macbeth-stops": "macbeth",
    "macbeth-coding": "macbeth",
    "macbeth-plain": "macbeth",
    "macbeth-course": "macbeth",
    "macbeth-replays": "macbeth",
}
every_study = pytest.mark.parametrize("study", STUDY_OF)
every_article = pytest.mark.parametrize("article", TINY)


def parser_of(name):
    """The command with its parameters, as typer built it."""
    return typer.main.get_command(app).commands[name]


def example_of(name):
    """The words behind "Example:" in a command's help."""
    return shlex.split(re.search(r"(?m)^Example: (.+)$", parser_of(name).help)[1])


def reproduce(*arguments):
    """Run `python -m reproduce` in a process of its own, where no variable decides on colours."""
    command = [sys.executable, "-m", "reproduce", *map(str, arguments)]
    options = {"stdin": subprocess.DEVNULL, "capture_output": True, "encoding": "utf-8"}
    return subprocess.run(command, env=_environment(), check=False, **options)


def _environment(variables=None):
    ours = {name: value for name, value in os.environ.items() if name not in COLOUR_VARIABLES}
    return ours | {"PYTHONPATH": str(ROOT), **(variables or {})}


def on_record(article):
    """The article's claims that have a verdict on record."""
    about = read_claims(article.package)
    return [one for one in about.claims if one.id in about.verdicts]


# Many commands, each in a process that this one forks once the package is there, which takes most of a second.
FORKING = """
import gc, json, os, sys
from reproduce.cli import main
cases, statuses = json.loads(sys.argv[1]), {}
if sum("study" in words for _, words, *_ in cases.values()) > 1:
    from reproduce.articles import studies
    studies()  # imports what takes another second
gc.freeze()  # no process looks through all of that as it ends
for case, (folder, words, *first) in cases.items():
    if child := os.fork():
        statuses[case] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        continue
    os.chdir(folder)
    for stream in (1, 2):
        os.dup2(os.open(f"{sys.argv[2]}/{case}-{stream}", os.O_CREAT | os.O_WRONLY), stream)
    for code in first:
        exec(code)
    for old in filter(None, (sys.stdout, sys.stderr)):  # made anew for what it now writes to
        again = open(old.fileno(), "w", encoding=old.encoding, errors=old.errors, closefd=False)
        setattr(sys, old.name.strip("<>"), again)
    sys.argv = ["reproduce", *(os.fsdecode(word.encode("utf-8", "surrogateescape")) for word in words)]
    main()
with open(f"{sys.argv[2]}/statuses", "w") as file:
    json.dump(statuses, file)
"""


def reproduce_each(cases, to, variables=None, python=sys.executable):
    """As `reproduce` answers, for cases of a folder to be in and words: exit status, stdout and stderr by the case.

    Args:
        cases: by name; behind folder and words may stand Python code that the case's process begins with.
        to: an empty folder for what they say.
    """
    given = {case: (str(folder), [*map(str, words)], *first) for case, (folder, words, *first) in cases.items()}
    command = [python, "-c", FORKING, json.dumps(given), str(to)]
    subprocess.run(command, env=_environment(variables), cwd=to, stdin=subprocess.DEVNULL, check=True)
    statuses = json.loads((to / "statuses").read_bytes())
    said = {path.name: path.read_text(encoding="utf-8") for path in to.glob("*-*")}
    return {case: (statuses[case], said[f"{case}-1"], said[f"{case}-2"]) for case in cases}


def states(folder):
    """Every file and folder below `folder` by name: a file's bytes and time of writing, None for others."""
    return {
        path.relative_to(folder): (path.read_bytes(), path.stat().st_mtime_ns) if path.is_file() else None
        for path in folder.rglob("*")
        if path.name != ".lock"
    }


def table_rows(stdout):
    """The cells of printed tables, without their heads."""
    lines = [line for line in stdout.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def assert_one_line(stderr, *parts):
    """One line from us, which holds all the parts."""
    assert re.fullmatch(r"reproduce: [^\n]+\n", stderr), stderr
    assert [part for part in parts if part not in stderr] == [], stderr


def assert_refused(answer, status, *parts):
    """That exit status, nothing on stdout, and one line which holds all the parts."""
    code, stdout, stderr = answer
    assert (code, stdout) == (status, ""), stderr
    assert_one_line(stderr, *parts)


def replaced(name, doing):
    """A command's callback that does something else with the same options."""
    return functools.wraps(COMMANDS[name].callback)(lambda **options: doing(options))
