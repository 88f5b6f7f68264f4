"""Terminals and streams: any width, no colours, few characters, a reader that has gone, a full disk, no rights."""

import contextlib
import functools
import json
import os
import pty
import re
import subprocess
import sys

import pytest

from reproduce.articles import ARTICLES, studies
from reproduce.cli import output
from tests.cli.commands import COMMANDS, ROOT, STUDY_OF, assert_one_line, parser_of, reproduce, reproduce_each

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
COLOUR = re.compile(r"\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")
WIDTHS = [20, 30, 40, 60, 80, 100, 120, 160, 200]
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


def printed(names, folder, **options):
    """What these commands answer, each in the folder."""
    (folder / "said").mkdir()
    return reproduce_each({name: (folder, PRINTING[name]) for name in names}, folder / "said", **options)


@pytest.fixture(scope="module")
def in_ascii(tmp_path_factory):
    """The answers on a terminal that has no other characters."""
    return printed(PRINTING, tmp_path_factory.mktemp("ascii"), variables=ASCII)


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
            sys.stdout.reconfigure(encoding="ascii", errors="strict")
            patch.setenv("COLUMNS", "120")
            code, stdout, _ = invoke(*words)
            sys.stdout.reconfigure(encoding="utf-8")
        assert (code, stdout.isascii()) == (0, True)


def help_on_a_terminal(**variables):
    """What `reproduce --help` writes to a terminal."""
    ours, theirs = pty.openpty()
    reproduce("--help", stdout=theirs, variables={"TERM": "xterm-256color", **variables})
    os.close(theirs)
    pieces = []
    with contextlib.suppress(OSError):  # so a terminal says that nobody writes to it any more
        while piece := os.read(ours, 4096):
            pieces.append(piece)
    os.close(ours)
    return b"".join(pieces).decode()


def test_colours_are_for_terminals():
    """Where one can see them; never with NO_COLOR (https://no-color.org)."""
    assert COLOUR.search(help_on_a_terminal())
    without = help_on_a_terminal(NO_COLOR="1")
    assert "Usage" in without
    assert COLOUR.search(without) is None


def test_reader_that_has_gone_is_no_error_to_tell(tmp_path):
    """As behind `| head`: nothing on stderr; the status says that not everything was written."""
    read, write = os.pipe()
    os.close(read)
    answers = printed(("list", "json", "help"), tmp_path, stdout=write)
    os.close(write)
    assert answers == dict.fromkeys(answers, (1, "", ""))


@pytest.mark.parametrize(("words", "closed"), [("list", "<&- >&- 2>&-"), ("list --json", ">&-")])
def test_closed_stream_is_no_error(words, closed, tmp_path):
    """What would be written there is dropped."""
    line = f"exec {sys.executable} -m reproduce {words} {closed}"
    ended = subprocess.run(
        ["sh", "-c", line],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        check=False,
    )
    assert (ended.returncode, ended.stderr, list(tmp_path.iterdir())) == (0, b"", [])


def test_full_device_is_one_line(tmp_path):
    """Exit code 1, of tables and of JSON."""
    with open("/dev/full", "w") as full:  # noqa: PTH123
        answers = printed(("list", "json"), tmp_path, stdout=full)
    for status, _, stderr in answers.values():
        assert status == 1
        assert_one_line(stderr, "No space left on device")


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
def as_nobody(tmp_path, tmp_path_factory):
    """A way to run a command as a user who may write nothing, in a folder that is not theirs."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    with contextlib.ExitStack() as undo:
        for folder in (tmp_path, *tmp_path.parents[:2]):
            undo.callback(folder.chmod, folder.stat().st_mode & 0o7777)
            folder.chmod(0o755)
        home = tmp_path_factory.mktemp("home")
        home.chmod(0o777)  # where Matplotlib keeps its fonts
        own = {"HOME": str(home), "MPLCONFIGDIR": str(home)}
        nobody = {"user": 65534, "group": 65534, "extra_groups": [], "cwd": tmp_path, "variables": own}
        call = functools.partial(reproduce, **nobody)
        try:
            readable = call("list").returncode == 0
        except PermissionError:
            readable = False
        if not readable:
            pytest.skip("another user cannot read this Python or this package")
        yield call


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["list", "--json", "list.json"], id="json"),
        pytest.param(["study", "macbeth-epochs", "--shipped", "--out", "pictures"], id="pictures"),
        pytest.param(["run", "--variant", "hidden-2+epochs-1", "--engine", "keras"], id="run"),
        pytest.param(["run", "--data", "secret.csv"], id="unreadable"),
    ],
)
def test_folder_of_somebody_else_is_one_line(words, as_nobody, tmp_path):
    """Exit code 1, and nothing new in it; a file that may not be read likewise."""
    (tmp_path / "secret.csv").touch(mode=0o600)
    ended = as_nobody(*words)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert_one_line(ended.stderr, "Permission denied")
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_studies_belong_to_the_articles():
    """These tests name every study there is."""
    assert {name: article.id for name, (article, _) in studies().items()} == STUDY_OF
    assert {article.id for article in ARTICLES} == set(STUDY_OF.values())
