"""The lessons themselves: each runs, shows a picture, ends in an exercise, and keeps to its size and its subject."""

import re
import runpy

import matplotlib.pyplot as plt
import pytest

from reproduce.lessons import check
from reproduce.lessons.catalogue import read_lessons
from tests.test_layout import ROOT, imports

LESSONS = read_lessons()
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[one.path.stem for one in LESSONS])


def code_of(lesson):
    """Its code alone."""
    return "\n".join(block.text for block in lesson.blocks if block.is_code)


def prose_of(lesson):
    """Its text alone."""
    return "\n".join(block.text for block in lesson.blocks if not block.is_code)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
@every_lesson
def test_lesson_runs_to_its_picture_and_its_exercise(lesson, capsys, monkeypatch, tmp_path):
    """From top to bottom, in a folder of its own where it leaves nothing; what it prints last is about the stub."""
    monkeypatch.chdir(tmp_path)
    plt.switch_backend("Agg")
    runpy.run_path(str(lesson.path), run_name="__main__")
    try:
        assert len(plt.get_fignums()) == 1
        (figure,) = map(plt.figure, plt.get_fignums())
        assert all(axes.has_data() or axes.texts for axes in figure.get_axes())
    finally:
        plt.close("all")
    assert capsys.readouterr().out.splitlines()[-1].startswith("not yet: ")
    assert list(tmp_path.iterdir()) == []


@every_lesson
def test_lesson_is_short(lesson):
    """At most 120 lines of code and 900 words."""
    lines = [line for line in code_of(lesson).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) <= 120
    assert len(re.findall(r"\w[\w'-]*", prose_of(lesson))) <= 900


@every_lesson
def test_lesson_has_one_number_and_one_picture(lesson):
    """Its number is that of its file; the last block of code checks the exercise."""
    assert lesson.path.name.startswith(f"{lesson.number:02}_")
    assert code_of(lesson).count("plt.show()") == 1
    assert re.search(r"\ncheck\.\w+\(.*\)$", code_of(lesson))
    assert prose_of(lesson).count("\n## Exercise") == 1


@every_lesson
def test_lesson_explains_a_file_and_quotes_none_of_it(lesson):
    """It imports that file or one that does; no longer line of it stands in the lesson."""
    source = (ROOT / lesson.source).read_text(encoding="utf-8")
    lines = {line.strip() for line in source.splitlines() if len(line.strip()) > 30}
    text = lesson.path.read_text(encoding="utf-8")
    assert lines
    assert [
        line for line in lines - {"from __future__ import annotations"} if line in text and "import" not in line
    ] == []


@every_lesson
def test_lesson_uses_what_a_user_may_use(lesson):
    """Nothing of the command line, and no private name."""
    assert [name for name in imports(lesson.path) if name.startswith("reproduce.cli")] == []
    assert re.findall(r"import _\w+|\w\._(?!asdict)\w+", code_of(lesson)) == []


def test_every_check_belongs_to_a_lesson():
    """And every lesson to a check."""
    used = [re.search(r"\ncheck\.(\w+)\(", code_of(one))[1] for one in LESSONS]
    public = [name for name, one in vars(check).items() if callable(one) and one.__module__ == check.__name__]
    assert used == [name for name in public if not name.startswith("_")]


@every_lesson
def test_docstring_of_the_check_names_the_lesson(lesson):
    """So that `help(check)` is a list of the exercises."""
    name = re.search(r"\ncheck\.(\w+)\(", code_of(lesson))[1]
    assert getattr(check, name).__doc__.startswith(f"Lesson {lesson.number}: ")
