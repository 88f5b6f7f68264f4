"""Never a traceback: every command against a collection of broken and odd inputs, which this file makes.

Each is refused in one line with status 1 or 2, and leaves nothing behind: no file, no folder, no half of one.
"""

import itertools
import json
import os
import shutil
import threading

import numpy as np
import pytest

from tests.cli.commands import (
    COMMANDS,
    TINY,
    VERSE,
    assert_one_line,
    assert_refused,
    days_and_prices,
    reproduce_each,
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


def in_turn(cases, others):
    """Each of the cases with one of the others, each of the others with some of the cases."""
    return list(zip(cases, itertools.cycle(others), strict=False))


def named(case):
    """A case as it is told."""
    return ascii(case[:20]) if isinstance(case, str) else " ".join(case)


# Prices


TAKING_PRICES = [["run"], ["run", "stacked-lstm"], ["study", "bitcoin-losses"], ["study", "stacked-networks"]]


@pytest.mark.parametrize(("case", "words"), in_turn(list(BROKEN)[::12], TAKING_PRICES), ids=named)
def test_broken_price_file_is_refused(words, case, refuse, tmp_path):
    """By every command that takes one; the line is the reader's own. The reader meets the whole collection."""
    content, message = BROKEN[case]
    (tmp_path / "table.csv").write_bytes(content)
    told = refuse(*words, "--data", tmp_path / "table.csv")
    assert told == f"reproduce: {' '.join(message.split())}\n"


ODD = {  # sound as tables, but of no use to the articles as published
    "one-day": days_and_prices(1),
    "43-days": days_and_prices(43),
    "60-days-that-are-one-price": "date,close\n"
    + "".join(f"{d},7\n" for d in np.datetime64("2018-01-01") + np.r_[:60]),
    "one-minute": "Timestamp,Close\n1527292800,7\n",
    "cut-in-the-middle-of-a-row": days_and_prices(300)[:2000].rpartition(",")[0],
    "two-files-glued-together": days_and_prices(80) + days_and_prices(80),
    "newest-day-twice": days_and_prices(80) + "2018-05-26,7000\n",
    "every-other-day": "".join(days_and_prices(400).splitlines(keepends=True)[::2]),
}


@pytest.mark.parametrize("article", ["bitcoin-lstm", "stacked-lstm"])
@pytest.mark.parametrize("case", ODD)
def test_table_that_is_of_no_use_is_refused(case, article, refuse, tmp_path):
    """Before a run directory is begun."""
    (tmp_path / "table.csv").write_text(ODD[case], encoding="utf-8")
    refuse("run", article, "--data", tmp_path / "table.csv", "--inter-op-threads", 1, parts=["table.csv"])


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


TAKING_TEXT = [["run", "macbeth", "--intra-op-threads", "1"], ["study", "macbeth-epochs"]]


@pytest.mark.parametrize(("case", "words"), in_turn(TEXTS, TAKING_TEXT), ids=named)
def test_broken_text_is_refused(case, words, refuse, tmp_path):
    """By its name."""
    (tmp_path / "verse.txt").write_bytes(TEXTS[case])
    refuse(*words, "--text", tmp_path / "verse.txt", parts=["verse.txt"])


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
    "missing": lambda _: None,
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


@pytest.mark.parametrize(("name", "words"), in_turn(NAMES, [*READERS.values(), ["generate"], ["report"]]), ids=named)
def test_odd_name_is_shown_on_one_line(name, words, refuse):
    """Of a file or a run that is not there; characters that no terminal shows are escaped."""
    assert refuse(*words, name).rstrip("\n").isprintable()


def test_file_whose_name_is_not_utf_8_is_read(invoke, tiny, tmp_path):
    """It trains as any other does, in a folder with such a name too, and its JSON can be written."""
    words = tiny("stacked-lstm", "--json")
    words[words.index("--out") + 1] = str(tmp_path / "runs\udcff")
    path = (tmp_path / "stacked-lstm.input").rename(tmp_path / "prices\udcff.csv")
    words[words.index("--data") + 1] = str(path)
    words[words.index("--variant") + 1] = f"mlp+{TINY['stacked-lstm'].variant}"
    code, stdout, stderr = invoke(*words)
    assert code == 0, stderr
    assert json.loads(stdout)["rows"]
    (run,) = (tmp_path / "runs\udcff").glob("*-keras")
    assert json.loads((run / "environment.json").read_bytes())["argv"][0] == "reproduce"


# Run directories


@pytest.fixture
def broken_run(tiny_runs, tmp_path, verdicts):  # noqa: ARG001 (the audit is not what is tested)
    """A way to copy an article's finished run and damage one file of it; the copy's path."""

    def make(article, name, damage):
        path = tmp_path / "runs" / tiny_runs[article].path.name
        shutil.copytree(tiny_runs[article].path, path)
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
    "link-to-itself": lambda path: (path.unlink(), path.symlink_to(path)),
}
IN_ALL = ("config.json", "environment.json", "input.json", "metrics.json")
NEEDED = {  # what a command cannot do without in a run
    **{("report", article, name): None for article in TINY for name in IN_ALL},
    **{("report", article, name): None for article in list(TINY)[:2] for name in ("losses.csv", "predictions.csv")},
    **{("report", article, "prices.csv"): None for article in list(TINY)[:2]},
    **{("report", "macbeth", name): None for name in ("milestones.csv", "text.txt")},
    **{("generate", "macbeth", name): None for name in ("config.json", "input.json", "metrics.json", "text.txt")},
    ("generate", "macbeth", "weights.npz"): None,
}
del NEEDED["report", "stacked-lstm", "losses.csv"]


READ_AS = ["config.json", "metrics.json", "predictions.csv", "text.txt", "weights.npz"]  # JSON, a table, a text, arrays
DAMAGED = dict.fromkeys(
    [
        *in_turn(NEEDED, ["missing", "half", "empty"]),
        *((next(one for one in NEEDED if one[2] == name), how) for name in READ_AS for how in DAMAGES),
    ]
)


@pytest.mark.parametrize(("needed", "how"), [*DAMAGED], ids=lambda one: one if isinstance(one, str) else " ".join(one))
def test_damaged_run_is_refused(needed, how, refuse, broken_run):
    """By what needs the file; the line names the run, and nothing in it changes.

    One of three damages of every file in turn, all of them of one file of each kind.
    """
    command, article, name = needed
    path = broken_run(article, name, DAMAGES[how])
    before = states(path)
    refuse(command, path, parts=[path.name])
    assert states(path) == before


@pytest.mark.parametrize(("article", "other"), [("macbeth", "stacked-lstm"), ("stacked-lstm", "bitcoin-lstm")])
@pytest.mark.parametrize("name", [*IN_ALL, "losses.csv"])
def test_file_of_another_run_never_ends_in_a_traceback(name, article, other, invoke, broken_run, tiny_runs):
    """Where the page shows that it is another's, it is refused in one line; else there is a page."""
    content = (tiny_runs[other].path / name).read_bytes()
    path = broken_run(article, name, lambda file: file.write_bytes(content))
    code, stdout, stderr = invoke("report", path, "--json")
    assert code in ((1,) if name == "config.json" else (0, 1))
    assert (path / "report.html").exists() == (code == 0)
    if code:
        assert_refused((code, stdout, stderr), 1, path.name)


@pytest.mark.parametrize(
    ("article", "name", "how"),
    [
        *(
            ("stacked-lstm", name, how)
            for name in ("config.json", "metrics.json", "checkpoint.npz")
            for how in ("missing", "half", "noise")
        ),
        ("macbeth", "checkpoint.npz", "half"),
    ],
)
def test_damaged_run_goes_on_or_is_refused(article, name, how, invoke, empty_folder, broken_run, tiny_runs):
    """By the command that made it: what is lost is made anew where it can be, and refused in one line where not."""
    path = broken_run(article, name, DAMAGES[how])
    if name == "checkpoint.npz":
        (path / "metrics.json").unlink()
    words = list(tiny_runs[article].words)
    words[words.index("--out") + 1] = str(path.parent)
    code, _, stderr = invoke(*words)
    if code:
        assert_one_line("".join(line for line in stderr.splitlines(keepends=True) if "\u2501" not in line), path.name)
    assert (code, list(empty_folder.iterdir())) == (0 if how == "missing" else 1, [])


# Studies


TABLE = "run,variant,status\n"
STUDIES = {
    "no-folder": None,
    "no-table": {},
    "empty": {"study.csv": b""},
    "header-alone": {"study.csv": TABLE.encode()},
    "noise": {"study.csv": b"\xff\xfe\0" * 50},
    "other-columns": {"study.csv": b"a,b\n1,2\n"},
    "cut-in-a-row": {"study.csv": (TABLE + "bitcoin-lstm-published-s0-compiled,publ").encode()},
    "row-too-long": {"study.csv": (TABLE + "a,published,finished,more\n").encode()},
    "nothing-finished": {"study.csv": (TABLE + "a,published,failed\n").encode()},
    "run-is-gone": {"study.csv": (TABLE + "bitcoin-lstm-published-s0-compiled,published,finished\n").encode()},
    "run-outside-the-folder": {"study.csv": (TABLE + "../../etc,published,finished\n").encode()},
    "run-without-a-name": {"study.csv": (TABLE + "/,published,finished\n").encode()},
    "something-else": {"notes.txt": b"mine"},
}


@pytest.mark.parametrize("case", STUDIES)
def test_folder_that_is_no_study_has_no_page(case, refuse, tmp_path):
    """The line names it."""
    for name, content in (STUDIES[case] or {}).items():
        (tmp_path / "study").mkdir(exist_ok=True)
        (tmp_path / "study" / name).write_bytes(content)
    before = states(tmp_path)
    refuse("report", tmp_path / "study", parts=["study"])
    assert states(tmp_path) == before


@pytest.mark.parametrize("command", ["report", "generate"])
@pytest.mark.parametrize("place", PLACES)
def test_place_that_is_no_run_is_refused(place, command, refuse, tmp_path):
    """A file, a device, a pipe, or nothing."""
    PLACES[place](tmp_path / "input.txt")
    refuse(command, tmp_path / "input.txt", parts=["input.txt"])


@pytest.mark.parametrize("article", ["bitcoin-lstm", "stacked-lstm"])
def test_run_that_writes_no_text_is_refused(article, refuse, tiny_runs):
    """Another article's."""
    refuse("generate", tiny_runs[article].path, parts=[f"a run of {article}, which writes no text"])


# Where output goes


def make_file(path):
    path.write_bytes(b"mine")


TARGETS = {"folder": make_folder, "link-to-itself": make_link_to_itself, "file-as-folder": make_file}
COMMON = {name: [] for name in COMMANDS} | {"generate": ["none"], "report": ["none"]}


TAKING_NO_JSON = [*TARGETS, "missing-folder", "long-name", "empty-name", "port"]


@pytest.mark.parametrize(("command", "target"), in_turn(COMMON, TAKING_NO_JSON), ids=named)
def test_place_that_takes_no_json_is_refused_before_the_work(target, command, refuse, tmp_path):
    """By every command; what stands there stays."""
    path = tmp_path / "target.json"
    if target in TARGETS:
        TARGETS[target](path)
    given = dict.fromkeys(("missing-folder", "file-as-folder"), path / "a.json")
    given |= {"long-name": "x" * 300 + ".json", "empty-name": "", "port": path.with_name("port.py")}
    given["port"].write_bytes(b"mine")
    before = states(tmp_path)
    refuse(command, *COMMON[command], "--json", given.get(target, path))
    assert states(tmp_path) == before


def test_json_goes_through_links_pipes_and_devices(invoke, tmp_path):
    """A link's file is replaced, and not the link; a pipe and a device are written, and stay what they are."""
    (tmp_path / "link.json").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()), daemon=True)
    reader.start()
    answers = [invoke("list", "--json", place) for place in (tmp_path / "link.json", tmp_path / "pipe", os.devnull)]
    reader.join(timeout=60)
    assert answers == [(0, "", "")] * 3
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads(read[0]) == json.loads((tmp_path / "file").read_bytes())


def test_json_goes_to_a_stream_though_a_file_is_behind_it(invoke, tmp_path):
    """`--json /dev/stdout > answers` in a shell: the name needs no ending, nor does the file's."""
    kept = os.dup(1)
    try:
        with (tmp_path / "answers").open("w") as file:
            os.dup2(file.fileno(), 1)
            answer = invoke("list", "--json", "/dev/stdout")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    assert answer == (0, "", "")
    assert "rows" in json.loads((tmp_path / "answers").read_text())


@pytest.mark.parametrize("command", ["run", "study"])
@pytest.mark.parametrize("target", ["file", "below-a-file", "long-name"])
def test_place_that_takes_no_runs_is_refused(command, target, invoke, tiny, tmp_path):
    """What stands there stays."""
    make_file(tmp_path / "file")
    place = {"file": "file", "below-a-file": "file/runs", "long-name": "x" * 300}[target]
    words = tiny("bitcoin-lstm")
    if command == "study":
        words = ["study", "bitcoin-losses", *words[words.index("--data") :], "--variants", words[3], "--seeds", "0"]
    words[words.index("--out") + 1] = str(tmp_path / place)
    code, stdout, stderr = invoke(*words)
    assert (code, stdout, (tmp_path / "file").read_bytes()) == (1, "", b"mine")
    assert_one_line(stderr.splitlines(keepends=True)[-1], place[:4])


PAGES = {"folder": make_folder, "own-file": make_file}


@pytest.mark.parametrize("target", [*PAGES, "missing-folder"])
def test_place_that_takes_no_page_is_refused(target, refuse, tiny_runs, tmp_path):
    """A file that is not ours is not overwritten."""
    path = tmp_path / "target.html"
    PAGES.get(target, lambda _: None)(path)
    before = states(tmp_path)
    refuse("report", tiny_runs["macbeth"].path, "--out", path / "a.html" if target == "missing-folder" else path)
    assert states(tmp_path) == before


@pytest.mark.parametrize("name", ["slides.pdf", "page", "table.csv"])
def test_page_of_another_ending_is_refused(name, invoke, tiny_runs, tmp_path):
    """It is a web page, whatever it is called."""
    code, _, stderr = invoke("report", tiny_runs["macbeth"].path, "--out", tmp_path / name)
    assert code == 2
    assert_one_line(stderr, name, "expected a name that ends in .html")
    assert not (tmp_path / name).exists()


@pytest.mark.usefixtures("verdicts")
@pytest.mark.parametrize("target", ["folder", "missing-folder"])
def test_place_that_takes_no_manifest_is_refused(target, refuse, tmp_path):
    """Whole or not at all."""
    path = {"folder": tmp_path, "missing-folder": tmp_path / "none" / "codecheck.yml"}[target]
    refuse("claims", "macbeth", "--codecheck", path)


# A sample in processes of their own, where nothing of the tests' can catch what escapes

SAMPLE = {
    "price": (["run", "--data", "input"], b"date,close\n2018-03-01,n/a\n"),
    "bytes": (["run", "stacked-lstm", "--data", "input"], b"\xff\xfe\0"),
    "text": (["run", "macbeth", "--text", "input"], b"a" * 80),
    "run": (["generate", "input"], b"mine"),
    "page": (["report", "input"], b"mine"),
    "name": (["run", "--data", "in\udcffput"], b""),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Every case's answer, and the names of what then is in its folder."""
    cases, folder = {}, tmp_path_factory.mktemp("processes")
    for case, (words, content) in SAMPLE.items():
        (folder / case).mkdir()
        (folder / case / "input").write_bytes(content)
        cases[case] = folder / case, words
    (folder / "said").mkdir()
    answers = reproduce_each(cases, folder / "said")
    return {case: (answers[case], [path.name for path in (folder / case).iterdir()]) for case in cases}


@pytest.mark.parametrize("case", SAMPLE)
def test_process_ends_in_one_line(case, ended):
    """Status 1, nothing on stdout, nothing new in the working directory."""
    answer, left = ended[case]
    assert_refused(answer, 1)
    assert left == ["input"]
