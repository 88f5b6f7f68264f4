"""docs/teaching.md: its minutes are those of the lessons, and what it tells a teacher to do ends as it says."""

import importlib.util
import inspect
import json
import re
from pathlib import Path

import pytest

from reproduce.lessons.catalogue import read_lessons
from reproduce.lessons.notebook import INSTALL
from reproduce.networks.ports.templates import template_text
from tests.lessons import solutions
from tests.test_layout import ROOT

PAGE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
LESSONS = read_lessons()
MINUTES = {lesson.number: lesson.minutes for lesson in LESSONS}
HOURS = {"one": 1, "three": 3, "six": 6}
PLANS = re.findall(r"(?m)^\| (\w+) hours?[^|]* \| ([\d, ]+) \| (\d+) \|", PAGE)
CELL = (  # as a student hands it in: without its keyword for tests, and with gates on lines of their own
    "import numpy as np\n\n\n"
    + inspect.getsource(solutions.sigmoid)
    + "\n\ndef cell(weights, x, h, c):\n"
    + "".join(
        f'    {gate} = {function}(x @ weights["W_x{gate}"] + h @ weights["W_h{gate}"] + weights["b_{gate}"])\n'
        for gate, function in {"i": "sigmoid", "f": "sigmoid", "o": "sigmoid", "g": "np.tanh"}.items()
    )
    + "    c = f * c + i * g\n    return o * np.tanh(c), c\n"
)


@pytest.fixture
def hand_in(tmp_path, monkeypatch):
    """A way to write a file into a folder of its own, in which the commands are called."""
    monkeypatch.chdir(tmp_path)
    return lambda name, text: Path(name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("hours", "lessons", "minutes"), PLANS)
def test_minutes_are_those_that_the_lessons_say(hours, lessons, minutes):
    """Added up; of every hour ten are left."""
    taken = sum(MINUTES[int(number)] for number in lessons.split(","))
    assert taken == int(minutes) <= 50 * HOURS[hours]


def test_every_length_has_a_plan_and_one_hour_has_tensorflow():
    """One, three and six hours; lesson 1 has none of it, as the page says, and lesson 2 has."""
    plans = [(hours, lessons) for hours, lessons, _ in PLANS]
    assert [hours for hours, _ in plans] == ["one", "one", "three", "six"]
    texts = [lesson.path.read_text(encoding="utf-8") for lesson in LESSONS]
    assert [("tensorflow" in texts[int(lessons) - 1]) for hours, lessons in plans if hours == "one"] == [False, True]


def test_hour_ends_with_a_cell_that_agrees_and_then_does_not(hand_in, invoke):
    """By the command on the page; two names are exchanged as it says."""
    (command,) = re.findall(r"(?m)^reproduce (compare my_cell\.py .*)$", PAGE)
    hand_in("my_cell.py", CELL)
    code, stdout, _ = invoke(*command.split())
    assert (code, "agrees" in stdout) == (0, True)
    assert all(f"write `{one} =` where" in PAGE or f"and `{one} =` where" in PAGE for one in "if")
    hand_in("my_cell.py", CELL.replace(" i = ", " ? = ").replace(" f = ", " i = ").replace(" ? = ", " f = "))
    code, stdout, _ = invoke(*command.split())
    assert (code, "the gates i f o g take the weights of f i o g" in " ".join(stdout.split())) == (1, True)


def test_marks_are_as_described(hand_in, invoke):
    """`cell` alone answers one step, one without its import fails with 0 of 0; the page has every name of the file."""
    hand_in("a.py", CELL)
    hand_in("b.py", CELL.replace("import numpy as np\n", ""))
    code, stdout, _ = invoke("compare", "a.py", "b.py", "--wiring", "described", "--json")
    document = json.loads(stdout)
    right, failed = document["rows"]
    assert code == 1
    assert (right["verdict"], right["agree"], right["answered"]) == ("agrees", 1, 1)
    assert "one with `cell` alone answers 1" in PAGE
    assert (failed["verdict"], failed["agree"], failed["answered"]) == ("failed", 0, 0)
    assert "name 'np' is not defined" in failed["reason"]
    assert "name 'np' is not defined" in " ".join(PAGE.split())
    described = PAGE.partition("`marks.json` has three parts")[2]
    assert [name for name in (*document, *right) if f"`{name}`" not in described] == []


ANSWERS = {
    "cell": r"sigmoid\(",
    "way back": r"1 - np\.tanh\(c\) \*\* 2",
    "Adam": r"sqrt|\*\* 0\.5",
}  # and what shows them
HOLDS = {"keras": [], "numpy": [*ANSWERS], "jax": ["cell", "Adam"], "tf1": ["cell"], "pytorch": ["Adam"]}


@pytest.mark.parametrize(("name", "answers"), HOLDS.items())
def test_template_holds_the_answers_that_the_page_says(name, answers):
    """To hand out the one of Keras gives none away."""
    text = template_text(name, "described")
    assert [one for one, shown in ANSWERS.items() if re.search(shown, text)] == answers
    assert f"`{name}`" in PAGE or f"--template {name} " in " ".join(PAGE.split())


def test_wheel_is_installed_on_colab_as_the_page_says():
    """By the first cell of every notebook."""
    assert "`%pip install ./reproduce-*.whl`" in PAGE
    assert 'glob("reproduce-*.whl")' in INSTALL
    assert "%pip install" in INSTALL


FILES = re.findall(r"[\w./-]+\.(?:py|ipynb)\b", PAGE + "".join(lesson.path.read_text("utf-8") for lesson in LESSONS))


def test_file_of_a_student_hides_no_module():
    """A file lies first on Python's path: one named `six.py` would stop TensorFlow, which imports a `six`."""
    own = {Path(name).stem for name in FILES if "/" not in name and "*" not in name} - {"six"}
    assert {"lesson1", "my_cell", "hidden_slip", "my_port"} <= own
    assert importlib.util.find_spec("six") is not None
    assert [name for name in sorted(own) if importlib.util.find_spec(name)] == []


def test_every_lesson_asks_for_a_file_of_its_own():
    """So that the file of one is not judged by another."""
    files = [set(re.findall(r"a file `(\w+\.py)`", lesson.path.read_text("utf-8"))) for lesson in LESSONS]
    assert [bool(one) for one in files] == [number in (1, 3, 6) for number in MINUTES]
    assert len(set.union(*files)) == sum(map(len, files))
