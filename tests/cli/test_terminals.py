"""Terminals and streams: any width, no colours, few characters, a reader that has gone, a full disk, no rights."""

import contextlib
import json
import os
import re
import subprocess
import sys

import pytest

from reproduce.cli import output
from tests.cli.commands import COMMANDS, ROOT, STUDY_OF, assert_one_line, assert_refused, parser_of, reproduce_each

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
COLOUR = re.compile(r"\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")
WIDTHS = [20, 30, 60, 80, 120, 200]
SHOWN = {"list": ["list"], "study": ["study"], **{name: ["study", name, "--shipped"] for name in STUDY_OF}}
ASCII = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture
def terminal(monkeypatch):
    """Stdout is taken for a terminal, one without colours."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.setenv(name, "1")


@pytest.fixture
def on_terminal(terminal, invoke, monkeypatch):  # noqa: ARG001
    """A way to call a command on a terminal of some width: what is shown, less the bold."""

    def call(width, *words):
        monkeypatch.setenv("COLUMNS", str(width))
        code, stdout, stderr = invoke(*words)
        assert (code, stderr) == (0, "")
        return ESCAPE.sub("", stdout)

    return call


def words_of(text):
    """The words of a text; the frames of tables are none."""
    return set(re.sub("[┃│╭╮╰╯─━┏┓┗┛┡┩└┘┳╇┴]", " ", text).split())


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("case", SHOWN)
def test_table_breaks_no_word_that_fits(case, invoke, monkeypatch, capfd):
    """Where its columns do not fit beside each other, its values stand below each other; no line is wider."""
    shown, words = [], SHOWN[case]
    monkeypatch.setitem(COMMANDS[words[0]].callback.__globals__, "show", lambda *a, **more: shown.append((a, more)))
    assert invoke(*words) == (0, "", "")
    ((given, more),) = shown

    def at(width):
        monkeypatch.setenv("COLUMNS", str(width))
        output.show(*given, **more)
        return ESCAPE.sub("", capfd.readouterr().out)

    whole = words_of(at(400))
    for width in WIDTHS:
        assert_unbroken(at(width), whole, width)


def assert_unbroken(shown, whole, width):
    """Every word of the whole that fits into the width is shown, and nothing else is."""
    fitting = {word for word in whole if len(word) <= width}
    named = {f"{word}:" for word in whole}  # the names of values that stand below each other
    assert {word for word in fitting if word not in words_of(shown) and f"{word}:" not in words_of(shown)} == set(), (
        width
    )
    assert max(map(len, shown.splitlines())) <= width
    assert words_of(shown) <= whole | named or width < max(map(len, whole)), width


@pytest.mark.parametrize("name", ["", *COMMANDS], ids=lambda name: name or "reproduce")
def test_help_fits_every_terminal(name, on_terminal):
    """No crash, no line that is wider; from 80 columns on, no word of an explanation is broken."""
    explained = " ".join(one.help or "" for one in parser_of(name).params).split() if name else []
    for width in WIDTHS:
        shown = on_terminal(width, *([name] if name else []), "--help")
        assert "Usage" in shown
        assert max(map(len, shown.splitlines())) <= max(width, 80)
        assert width < 80 or [word for word in explained if word not in words_of(shown)] == []


PRINTING = {
    **{name: SHOWN[name] for name in ("list", "bitcoin-departures", "macbeth-epochs")},
    "help": ["--help"],
    "help of run": ["run", "--help"],
    "json": ["list", "--json"],
    "refusal": ["run", "fäst"],
}


@pytest.fixture(scope="module")
def in_ascii(tmp_path_factory):
    """The answers on a terminal that has no other characters."""
    folder = tmp_path_factory.mktemp("ascii")
    return reproduce_each({name: (folder, words) for name, words in PRINTING.items()}, folder, variables=ASCII)


@pytest.mark.parametrize("case", PRINTING)
def test_ascii_terminal_shows_everything(case, in_ascii):
    """Other characters are replaced or escaped, JSON stays JSON, and frames are drawn with what there is.

    What it is written to here is a file, which gets no escape codes.
    """
    status, stdout, stderr = in_ascii[case]
    assert status == (2 if case == "refusal" else 0), stderr
    assert (stdout + stderr).isascii()
    assert "\x1b" not in stdout + stderr
    assert (stderr if case == "refusal" else stdout) != ""
    assert "Traceback" not in stderr
    assert "json" not in case or json.loads(stdout)["rows"]


@pytest.mark.usefixtures("verdicts")
def test_ascii_terminal_shows_the_claims_and_what_a_network_writes(invoke, monkeypatch, tiny_runs):
    """Also those commands that start TensorFlow."""
    for words in (["claims", "stacked-lstm"], ["generate", tiny_runs["macbeth"].path, "--length", "20"]):
        with monkeypatch.context() as patch:
            patch.setenv("COLUMNS", "120")
            sys.stdout.reconfigure(encoding="ascii", errors="strict")
            try:
                code, stdout, _ = invoke(*words)
            finally:
                sys.stdout.reconfigure(encoding="utf-8")
        assert (code, stdout.isascii()) == (0, True)


# What a process begins with, so that its stdout, or its user, is another
GONE = "read, write = os.pipe(); os.close(read); os.dup2(write, 1)"
FULL = "os.dup2(os.open('/dev/full', os.O_WRONLY), 1)"
CLOSED = "sys.stdout = None; os.close(1)"  # as Python finds it
NOBODY = """
import tempfile
os.setgroups([]); os.setgid(65534); os.setuid(65534)
kept = tempfile.TemporaryDirectory()
os.environ["MPLCONFIGDIR"] = kept.name  # Matplotlib's own is in a home that is not theirs
"""
TERMINAL = """
import atexit, pty, select
kept, (ours, theirs) = os.dup(1), pty.openpty()
os.dup2(theirs, 1)
os.environ["TERM"] = "xterm-256color"
def pass_on():
    while select.select([ours], [], [], 0)[0]:
        os.write(kept, os.read(ours, 4096))
atexit.register(pass_on)
"""
OF_NOBODY = {
    "json": ["list", "--json", "list.json"],
    "pictures": ["study", "macbeth-epochs", "--shipped", "--out", "pictures"],
    "run": ["run", "--variant", "hidden-2+epochs-1", "--engine", "keras"],
    "unreadable": ["run", "--data", "secret.csv"],
}


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """What each of these processes answers, and the names of what then is in its folder, where a secret was."""
    folder = tmp_path_factory.mktemp("processes")
    commands = {f"gone {name}": (PRINTING[name], GONE) for name in ("list", "json", "help")}
    commands |= {f"full {name}": (PRINTING[name], FULL) for name in ("list", "json")}
    commands |= {"closed": (PRINTING["json"], CLOSED), "terminal": (["--help"], TERMINAL)}
    commands |= {"no colours": (["--help"], f"{TERMINAL}os.environ['NO_COLOR'] = '1'")}
    if os.getuid() == 0:
        commands |= {f"nobody {name}": (words, NOBODY) for name, words in {"list": ["list"], **OF_NOBODY}.items()}
    for name in (*commands, "said"):
        (folder / name).mkdir()
        (folder / name / "secret.csv").touch(mode=0o600)
    with contextlib.ExitStack() as undo:
        for one in (folder, *folder.parents[:2]):
            undo.callback(one.chmod, one.stat().st_mode & 0o7777)
            one.chmod(0o755)
        answers = reproduce_each({name: (folder / name, *of) for name, of in commands.items()}, folder / "said")
    return {name: (answer, [path.name for path in (folder / name).iterdir()]) for name, answer in answers.items()}


def test_colours_are_for_terminals(processes):
    """Where one can see them; never with NO_COLOR (https://no-color.org)."""
    (_, coloured, _), (_, without, _) = (processes[name][0] for name in ("terminal", "no colours"))
    assert COLOUR.search(coloured)
    assert "Usage" in without
    assert COLOUR.search(without) is None


@pytest.mark.parametrize("name", ["list", "json", "help"])
def test_reader_that_has_gone_is_no_error_to_tell(name, processes):
    """As behind `| head`: nothing on stderr; the status says that not everything was written."""
    assert processes[f"gone {name}"][0] == (1, "", "")


def test_closed_stream_is_no_error(processes, tmp_path):
    """What would be written there is dropped: of JSON, and where a shell has closed all three."""
    assert processes["closed"] == ((0, "", ""), ["secret.csv"])
    line = f"exec {sys.executable} -m reproduce list <&- >&- 2>&-"
    ended = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert (ended.returncode, list(tmp_path.iterdir())) == (0, [])


@pytest.mark.parametrize("name", ["list", "json"])
def test_full_device_is_one_line(name, processes):
    """Exit code 1, of tables and of JSON."""
    assert_refused(processes[f"full {name}"][0], 1, "No space left on device")


@pytest.fixture
def full_disk(tmp_path):
    """A folder on a disk of 64 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", place], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.usefixtures("one_thread", "verdicts")
def test_full_disk_is_one_line(full_disk, invoke, tiny_runs):
    """Of a page, of JSON, of a run: exit code 1, the file; no half of one is left."""
    (full_disk / "filler").write_bytes(bytes(60_000))
    words = list(tiny_runs["stacked-lstm"].words)
    words[words.index("--out") + 1] = str(full_disk / "runs")
    json_to = ["claims", "stacked-lstm", "--json", full_disk / "claims.json"]
    page = ["report", tiny_runs["stacked-lstm"].path, "--out", full_disk / "page.html"]
    for command, name in ((json_to, "claims.json"), (page, "page.html"), (words, "runs")):
        code, stdout, stderr = invoke(*command)
        assert (code, stdout) == (1, "")
        assert_one_line("".join(line for line in stderr.splitlines(keepends=True) if "━" not in line), name, "space")
    left = {path.name for path in full_disk.rglob("*") if path.is_file()}
    assert [name for name in left if name.endswith((".html", "claims.json", ".partial"))] == []


@pytest.fixture
def as_nobody(processes):
    """The answers to a user who may write nothing, in folders that are not theirs."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    if processes["nobody list"][0][0]:
        pytest.skip("another user cannot read this Python or this package")
    return processes


@pytest.mark.parametrize("name", OF_NOBODY)
def test_folder_of_somebody_else_is_one_line(name, as_nobody):
    """Exit code 1, and nothing new in it; a file that may not be read likewise."""
    answer, left = as_nobody[f"nobody {name}"]
    assert_refused(answer, 1, "Permission denied")
    assert left == ["secret.csv"]
