"""docs/adding_an_article.md, followed step by step: its files written, its lines typed, its command run."""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import reproduce.articles

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "adding_an_article.md"
STEPS = re.findall(r"(?ms)^## (\d\. .*?)\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"))
FILE = re.compile(r"(?s)^`(reproduce/articles/twenty_days/\w+\.\w+)`:\n\n```\w+\n(.*?)```|^```pycon\n(.*?)```", re.M)


class Followed(NamedTuple):
    """What the page led to."""

    checkout: Path  # a copy of the package, and the toy in it
    differences: str  # between what typed lines print and what the page says


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """Every file of the page written and every line typed, in its order."""
    checkout, said = tmp_path_factory.mktemp("checkout"), []
    for name in ("reproduce", "data"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(checkout)
        patch.setattr(reproduce.articles, "__path__", [*reproduce.articles.__path__, "reproduce/articles"])
        for title, step in STEPS:
            for name, content, typed in FILE.findall(step):
                if name:
                    Path(name).parent.mkdir(exist_ok=True)
                    Path(name).write_text(content, encoding="utf-8")
                else:
                    runner.run(doctest.DocTestParser().get_doctest(typed, {}, title, None, 0), out=said.append)
    for module in [one for one in sys.modules if one.startswith("reproduce.articles.twenty_days")]:
        del sys.modules[module]
    return Followed(checkout, "".join(said))


def test_page_is_read():
    """A page without files or typed lines would pass the other tests."""
    found = [FILE.findall(step) for _, step in STEPS]
    assert [len([name for name, *_ in step if name]) for step in found] == [2, 1, 1, 1, 2, 0]
    assert [len([typed for *_, typed in step if typed]) for step in found] == [1, 1, 1, 1, 0, 0]


def test_typed_lines_print_what_the_page_says(followed):
    """To the last character."""
    assert followed.differences == ""


def test_entered_article_is_run_to_its_verdicts(followed):
    """With the two lines changed, by the command of the page; its picture is drawn."""
    ((_, last),) = STEPS[-1:]
    entry = followed.checkout / "reproduce" / "articles" / "__init__.py"
    text = entry.read_text(encoding="utf-8")
    for line in re.search(r"(?s)```python\n(.*?)```", last)[1].split("\n\n"):
        beginning = re.match("from reproduce.articles import|ARTICLES:", line)[0]
        text, changed = re.subn(rf"(?m)^{beginning}.*$", line.strip(), text)
        assert changed == 1
    entry.write_text(text, encoding="utf-8")
    (command,) = re.findall(r"(?m)^\.venv/bin/(reproduce .*)$", last)
    ran = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=followed.checkout,
        env=os.environ | {"PYTHONPATH": str(followed.checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    shown = re.search(r"(?s)```text\n(.*?)```", last)[1]
    assert [line.rstrip() for line in ran.stdout.splitlines()] == shown.splitlines()
    assert (followed.checkout / re.search(r"`(runs/[\w-]+)`", last)[1] / "pictures" / "loss.png").exists()
