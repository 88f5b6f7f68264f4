"""Where lessons are found, how their files are cut, and what a notebook of them is."""

import shutil

import pytest

from reproduce.errors import ReproduceError
from reproduce.lessons import catalogue
from reproduce.lessons.catalogue import Block, read_lessons, split
from reproduce.lessons.notebook import INSTALL, as_notebook
from tests.test_layout import ROOT


@pytest.fixture
def moved(monkeypatch, tmp_path):
    """A package elsewhere, in which the module that looks for lessons believes it lies."""
    here = tmp_path / "reproduce" / "lessons" / "catalogue.py"
    here.parent.mkdir(parents=True)
    monkeypatch.setattr(catalogue, "__file__", str(here))
    return here.parent


def test_lessons_lie_beside_the_package_in_a_checkout():
    """In the folder lessons/ of the repository."""
    assert [one.path for one in read_lessons()] == sorted((ROOT / "lessons").glob("*.py"))


def test_lessons_lie_inside_the_package_in_a_wheel(moved):
    """As reproduce/lessons/texts."""
    shutil.copytree(ROOT / "lessons", moved / "texts")
    assert {one.path.parent for one in read_lessons()} == {moved / "texts"}


def test_missing_lessons_are_an_error_with_a_remedy(moved):
    """As where a file was lost."""
    with pytest.raises(ReproduceError, match=r"lessons: holds no lessons; install reproduce again"):
        read_lessons()
    (moved / "texts").mkdir()
    (moved / "texts" / "01_cell.py").write_text("# %% [markdown]\n# # One day\n", encoding="utf-8")
    with pytest.raises(ReproduceError, match=r"01_cell\.py: does not open with number"):
        read_lessons()


def test_file_is_cut_at_its_marks():
    """A comment in code stays; an indented line of prose stays indented."""
    text = '# %% [markdown]\n# # A\n#\n#     x = 1\n\n# %%\n# why\nx = 1\n\n\n# %%\nprint("# %%")\n'
    assert split(text) == (
        Block(is_code=False, text="# A\n\n    x = 1"),
        Block(is_code=True, text="# why\nx = 1"),
        Block(is_code=True, text='print("# %%")'),
    )


@pytest.mark.parametrize("lesson", read_lessons(), ids=lambda one: one.path.stem)
def test_notebook_is_the_lesson_behind_a_cell_that_installs(lesson):
    """Block for block, with an id each, and no output."""
    first, *cells = as_notebook(lesson)["cells"]
    assert "".join(first["source"]) == INSTALL
    assert [(cell["cell_type"] == "code", "".join(cell["source"])) for cell in cells] == [
        (block.is_code, block.text) for block in lesson.blocks
    ]
    assert len({cell["id"] for cell in [first, *cells]}) == len(lesson.blocks) + 1
    assert {len(cell["outputs"]) for cell in cells if cell["cell_type"] == "code"} == {0}
