"""`reproduce lessons`: the list, a lesson's text, and a notebook that nothing is lost by."""

import json
import sys
from types import SimpleNamespace

import pytest

from reproduce.lessons.catalogue import read_lessons
from tests.cli.commands import ROOT, assert_refused, table_rows

LESSONS = read_lessons()


def test_list_has_every_lesson(invoke):
    """Number, title, question, the file it explains, minutes."""
    code, stdout, stderr = invoke("lessons")
    assert (code, stderr) == (0, "")
    expected = [[str(one.number), one.title, one.question, one.source, str(one.minutes)] for one in LESSONS]
    assert [one.number for one in LESSONS] == list(range(1, len(LESSONS) + 1))
    assert table_rows(stdout) == expected


def test_list_as_json_also_says_where_they_are(invoke):
    """As numbers and texts."""
    rows = json.loads(invoke("lessons", "--json")[1])["rows"]
    assert [row["number"] for row in rows] == [one.number for one in LESSONS]
    assert [row["file"] for row in rows] == [str(path) for path in sorted((ROOT / "lessons").glob("*.py"))]
    assert {row["minutes"] for row in rows} <= set(range(20, 91))


def test_lesson_is_printed_as_the_program_that_it_is(invoke):
    """So that `> lesson4.py` makes a file that runs."""
    code, stdout, stderr = invoke("lessons", 4)
    assert (code, stdout, stderr) == (0, LESSONS[3].path.read_text(encoding="utf-8"), "")


def test_lesson_in_a_pipe_is_its_program_whatever_the_colours(invoke, monkeypatch):
    """A shell that wants colours everywhere does not get a text laid out in its file."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert invoke("lessons", 3)[1] == LESSONS[2].path.read_text(encoding="utf-8")


def test_lesson_on_a_terminal_is_laid_out(invoke, monkeypatch):
    """Without the marks of the file; how to run it stands below."""
    terminal = SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(sys.modules["reproduce.cli.lessons"], "sys", terminal)
    for name, value in {"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": "100"}.items():
        monkeypatch.setenv(name, value)
    code, stdout, stderr = invoke("lessons", 1)
    assert (code, "# %%" in stdout) == (0, False)
    assert "What do six equations compute?" in stdout
    assert stderr.splitlines() == [
        "reproduce: a copy to work on: reproduce lessons 1 > lesson1.py; python lesson1.py",
        "reproduce: as a notebook: reproduce lessons 1 --notebook lesson1.ipynb",
    ]


def test_lesson_as_json_has_its_blocks(invoke):
    """Prose and code apart."""
    document = json.loads(invoke("lessons", 2, "--json")[1])
    assert document["rows"][0]["title"] == LESSONS[1].title
    assert [(one["is_code"], one["text"]) for one in document["blocks"]] == [
        (one.is_code, one.text) for one in LESSONS[1].blocks
    ]


def test_notebook_is_written_and_never_over_another(invoke, tmp_path):
    """One that was there keeps its bytes."""
    path = tmp_path / "one.ipynb"
    code, stdout, stderr = invoke("lessons", 1, "--notebook", path)
    assert (code, stdout) == (0, "")
    assert stderr == f"reproduce: {path}: lesson 1; open it with Jupyter (pip install notebook), VS Code or Colab\n"
    written = path.read_bytes()
    assert_refused(invoke("lessons", 2, "--notebook", path), 1, str(path), "is there already", "another file")
    assert path.read_bytes() == written


@pytest.mark.parametrize("place", ["none/one.ipynb", "file/one.ipynb", "link.ipynb"])
def test_notebook_that_cannot_be_written_is_refused(place, invoke, tmp_path):
    """In one line, and nothing is left."""
    (tmp_path / "file").touch()
    (tmp_path / "link.ipynb").symlink_to("nowhere")
    before = sorted(tmp_path.rglob("*"))
    assert_refused(invoke("lessons", 1, "--notebook", tmp_path / place), 1, place, "give --notebook another file")
    assert sorted(tmp_path.rglob("*")) == before
