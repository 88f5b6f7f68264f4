"""Never a traceback: every command against a collection of broken and odd inputs, which this file makes.

Each is refused in one line with status 1 or 2, and leaves nothing behind: no file, no folder, no half of one.
"""

import functools
import json
import os
import shutil
import threading

import numpy as np
import pytest

from reproduce.articles import audit
from reproduce.articles.macbeth.variant import Variant
from tests.cli.commands import (
    COMMANDS,
    TINY,
    VERSE,
    assert_one_line,
    assert_refused,
    days_and_prices,
    reproduce,
    states,
)
from tests.inputs.broken import BROKEN

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch, tmp_path):
    """Commands run in a folder of their own, so that what they leave there shows."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


@pytest.fixture
def refuse(invoke, empty_folder):
    """A way to call a command that must refuse its input, in one line, and leave nothing in the working directory."""

    def call(*words, parts=()):
        answer = invoke(*words)
        assert answer[0] in (1, 2), answer
        assert_refused(answer, answer[0], *parts)
        assert list(empty_folder.iterdir()) == []
        return answer[2]

    return call


# Prices


@pytest.mark.parametrize("case", BROKEN)
def test_broken_price_file_is_refused(case, refuse, tmp_path):
    """By the Bitcoin article's run; the line is the reader's own."""
    content, message = BROKEN[case]
    (tmp_path / "table.csv").write_bytes(content)
    told = refuse("run", "--data", tmp_path / "table.csv")
    assert told == f"reproduce: {' '.join(message.split())}\n"


@pytest.mark.parametrize("case", list(BROKEN)[::8])
@pytest.mark.parametrize("words", [["run", "stacked-lstm"], ["study", "bitcoin-losses"], ["study", "stacked-networks"]])
def test_broken_price_file_is_refused_by_every_command_that_takes_one(words, case, refuse, tmp_path):
    """Each in the same words; an eighth of the collection for each."""
    content, message = BROKEN[case]
    (tmp_path / "table.csv").write_bytes(content)
    refuse(*words, "--data", tmp_path / "table.csv", parts=[" ".join(message.split())])


def turned(rows, **changes):
    """A table of so many days in which some texts are replaced."""
    return functools.reduce(lambda text, change: text.replace(*change), changes.values(), days_and_prices(rows))


ODD = {  # sound as tables, but of no use to the articles as published
    "one-day": days_and_prices(1),
    "43-days": days_and_prices(43),
    "60-days-that-are-one-price": "date,close\n"
    + "".join(f"{d},7\n" for d in np.datetime64("2018-01-01") + np.r_[:60]),
    "one-minute": "Timestamp,Close\n1527292800,7\n",
    "cut-in-the-middle-of-a-row": days_and_prices(300)[:2000].rstrip("0123456789") + "",
    "two-files-glued-together": days_and_prices(80) + days_and_prices(80),
    "newest-day-twice": days_and_prices(80) + "2018-05-26,7000\n",
    "every-other-day": "".join(days_and_prices(400).splitlines(keepends=True)[::2]),
}


@pytest.mark.parametrize("article", ["bitcoin-lstm", "stacked-lstm"])
@pytest.mark.parametrize("case", ODD)
def test_table_that_is_of_no_use_is_refused(case, article, refuse, tmp_path):
    """Before a run directory is begun."""
    (tmp_path / "table.csv").write_text(ODD[case], encoding="utf-8")
    refuse("run", article, "--data", tmp_path / "table.csv", parts=["table.csv"])


# Texts

TEXTS = {
    "empty": b"",
    "byte-order-mark-alone": b"\xef\xbb\xbf",
    "one-letter": b"a" * 80,
    "one-letter-in-both-cases": b"aA" * 80,
    "line-ends-alone": b"\r\n" * 80,
    "blanks-alone": b" " * 80,
    "too-short": b"To be, or not to be",
    "as-long-as-one-window": b"ab" * 25,
    "latin-1": "Zwölf Boxkämpfer".encode("latin-1") * 20,
    "utf-16": (VERSE * 2).encode("utf-16"),
    "utf-32": (VERSE * 2).encode("utf-32"),
    "bad-in-its-last-byte": VERSE.encode() * 2 + b"\xe2",
    "surrogate": VERSE.encode() + b"\xed\xa0\x80",
    "zip": b"PK\x03\x04\xff\xfe" * 40,
    "gzip": b"\x1f\x8b\x08" * 60,
    "picture": b"\x89PNG\r\n\x1a\n" * 40,
}


@pytest.mark.parametrize("command", [["run", "macbeth"], ["study", "macbeth-epochs"]], ids=" ".join)
@pytest.mark.parametrize("case", TEXTS)
def test_broken_text_is_refused(case, command, refuse, tmp_path):
    """By its name."""
    (tmp_path / "verse.txt").write_bytes(TEXTS[case])
    refuse(*command, "--text", tmp_path / "verse.txt", parts=["verse.txt"])


# Places that are no files


def make_folder(path):
    path.mkdir()


def make_dangling_link(path):
    path.symlink_to(path.with_name("nowhere"))


def make_link_to_itself(path):
    path.symlink_to(path)


def make_huge_file(path):
    with path.open("wb") as file:
        file.truncate(1 << 31)  # sparse: no block is written


def make_empty_pipe(path):
    os.mkfifo(path)
    threading.Thread(target=lambda: path.open("wb").close(), daemon=True).start()


PLACES = {
    "folder": make_folder,
    "dangling-link": make_dangling_link,
    "link-to-itself": make_link_to_itself,
    "huge": make_huge_file,
    "empty-pipe": make_empty_pipe,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "missing": lambda path: None,
}
READERS = {
    **{f"run {article}": ["run", article, one.option] for article, one in TINY.items()},
    "study": ["study", "bitcoin-losses", "--data"],
}


@pytest.mark.parametrize("words", READERS.values(), ids=READERS)
@pytest.mark.parametrize("place", PLACES)
def test_place_that_is_no_file_is_refused(place, words, refuse, tmp_path):
    """Before it is read, where that would take for ever or all memory."""
    PLACES[place](tmp_path / "input.txt")
    refuse(*words, tmp_path / "input.txt", parts=["input.txt"])


NAMES = [
    "two\nlines",
    "tab\tand\rreturn",
    "escape\x1b[31m",
    "bytes\udcff",
    "x" * 300,
    "quote'\"",
    "[bold]markup[/]",
    "é",
]


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name[:20]) for name in NAMES])
@pytest.mark.parametrize("words", [*READERS.values(), ["generate"], ["report"]], ids=" ".join)
def test_odd_name_is_shown_on_one_line(name, words, refuse):
    """Of a file or a run that is not there; characters that no terminal shows are escaped."""
    assert refuse(*words, name).rstrip("\n").isprintable()


def test_file_whose_name_is_not_utf_8_is_read(invoke, tiny, tmp_path):
    """It trains as any other does, in a folder with such a name too, and JSON and page can be written."""
    words = tiny("bitcoin-lstm", "--json")
    words[words.index("--out") + 1] = str(tmp_path / "runs\udcff")
    path = (tmp_path / "bitcoin-lstm.input").rename(tmp_path / "prices\udcff.csv")
    words[words.index("--data") + 1] = str(path)
    code, stdout, stderr = invoke(*words)
    assert code == 0, stderr
    assert json.loads(stdout)["rows"]
    (run,) = (tmp_path / "runs\udcff").glob("*-session")
    assert json.loads((run / "environment.json").read_bytes())["argv"][0] == "reproduce"
    assert invoke("report", run)[0] == 0


# Run directories


@pytest.fixture(scope="module")
def audited():
    """The audit of each article, made once."""
    return functools.cache(audit.audit)


@pytest.fixture
def broken_run(tiny_runs, tmp_path, monkeypatch, audited):
    """A way to copy an article's finished run and damage one file of it; the copy's path."""
    monkeypatch.setattr(audit, "audit", audited)

    def make(article, name, damage):
        path = tmp_path / "runs" / tiny_runs[article].path.name
        shutil.copytree(tiny_runs[article].path, path, ignore=shutil.ignore_patterns("pictures"))
        damage(path / name)
        return path

    return make


DAMAGES = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "noise": lambda path: path.write_bytes(b"\xff\xfe\0" * 50),
    "words": lambda path: path.write_bytes(b"something else\n"),
    "list": lambda path: path.write_bytes(b"[1, 2]\n"),
    "folder": lambda path: (path.unlink(), path.mkdir()),
    "locked-away": lambda path: (path.unlink(), path.symlink_to(path)),
}
NEEDED = {  # what the page of a run is made of
    "bitcoin-lstm": [
        *("config.json", "environment.json", "input.json", "losses.csv", "metrics.json", "predictions.csv"),
        "prices.csv",
    ],
    "stacked-lstm": [
        *("config.json", "environment.json", "input.json", "losses.csv", "metrics.json", "predictions.csv"),
        "prices.csv",
    ],
    "macbeth": [
        *("config.json", "environment.json", "input.json", "losses.csv", "metrics.json", "milestones.csv", "text.txt"),
        *("written.txt", "sample-epoch-001.txt"),
    ],
}
NO_DAMAGE = {("text.txt", "words"), ("text.txt", "list"), ("text.txt", "half")}  # another text is a text
NO_DAMAGE |= {
    (name, how) for name in ("written.txt", "sample-epoch-001.txt") for how in ("words", "list", "half", "empty")
}


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize(("article", "name"), [(article, name) for article, names in NEEDED.items() for name in names])
def test_damaged_run_has_no_page(article, name, how, refuse, broken_run):
    """The line names the run, and nothing in it changes; text that is still text can be shown."""
    path = broken_run(article, name, DAMAGES[how])
    before = states(path)
    if (name, how) in NO_DAMAGE:
        return
    refuse("report", path, parts=[path.name])
    assert states(path) == before
