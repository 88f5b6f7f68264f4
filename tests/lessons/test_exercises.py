"""What each exercise is told: `not yet` for a stub, `right` for a solution, and the slip for a slip."""

from functools import partial

import numpy as np
import pytest

from reproduce.lessons import check
from reproduce.lessons.exercises import slip
from reproduce.networks import reference
from reproduce.networks.ports.network import shapes
from tests.lessons import solutions


@pytest.fixture
def told(capsys):
    """A way to check an answer: the one line that is printed."""

    def call(function, *given):
        assert function(*given) is None
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 1
        return lines[0]

    return call


RIGHT = [(check.cell, solutions.cell), (check.day_back, solutions.day_back), (check.adam, solutions.adam_step)]
by_function = pytest.mark.parametrize("function", [function for function, _ in RIGHT], ids=lambda one: one.__name__)


@pytest.mark.parametrize(("function", "solution"), RIGHT, ids=lambda one: one.__name__)
def test_solution_is_right(function, solution, told):
    """Written from the lesson's equations alone."""
    assert told(function, solution) == "right"


def stub(*_):
    """Nothing yet."""
    return ...


def unwritten(*_):
    """As some write a stub."""
    raise NotImplementedError


@by_function
@pytest.mark.parametrize("mine", [stub, unwritten, lambda *_: None])
def test_stub_is_not_yet_right(function, mine, told):
    """And is no error."""
    assert told(function, mine) == "not yet: it returns nothing; write it, and run this again"


@by_function
@pytest.mark.parametrize(
    ("mine", "words"),
    [
        (solutions.sigmoid(0.0), "this is float64, and no function; hand over the function, without calling it"),
        (lambda *_: 1 / 0, "it raises ZeroDivisionError in its line "),
        (lambda: 1, "it raises TypeError: "),
        (lambda *_: "h, c", "expected"),
        (lambda *_: (1.0, 2.0), "expected"),
        (lambda *_: ({}, 1.0), "expected"),
        (lambda *_: ([[1, 2], [3]], None, {}), ""),
        (lambda *_: (np.zeros((3, 8)), "c"), ""),
    ],
)
def test_unusable_answer_is_one_line(function, mine, words, told):
    """Whatever it is."""
    line = told(function, mine)
    assert line.startswith("not yet: ")
    assert words in line


CELL = {
    "gates exchanged": "the gates i f o g take the weights of f i o g; in the program each takes its own",
    "forget gate scales h": "the forget gate scales h; it scales the c of the day before",
    "no tanh": "h = o · c; the program has h = o · tanh(c)",
    "c before h": "it returns c before h; the order is h, c",
}
BACK = {
    "no slope of tanh": "the slope of the tanh between c and h is left out",
    "no dc": "c acts through h alone; it also acts on the next day by itself, and that part is dc",
    "new c": "the forget gate multiplies the new c; it multiplies the c of the day before",
    "no slopes of sigmoid": "the slopes of the three sigmoids are left out",
    "c whole": "the c of the day before gets all of c's derivative; the forget gate lets a share of it through",
}
ADAM = {
    "Adam's epsilon is 1e-7; the program's is 1e-8": {"epsilon": 1e-7},
    "Adam adds epsilon after the bias correction (PyTorch); the program adds it before (TF1)": {"is_after": True},
    "Adam's means are not corrected for their start at 0; the program corrects them": {"is_corrected": False},
}
SLIPS = [
    *((check.cell, partial(solutions.cell, change=change), words) for change, words in CELL.items()),
    *((check.day_back, partial(solutions.day_back, change=change), words) for change, words in BACK.items()),
    *((check.adam, partial(solutions.adam_step, **how), words) for words, how in ADAM.items()),
]


@pytest.mark.parametrize(("function", "mine", "words"), SLIPS, ids=[words[:40] for *_, words in SLIPS])
def test_typical_slip_is_named(function, mine, words, told):
    """As a sentence, without the answer's code."""
    assert told(function, mine) == f"not yet: {words}"


def test_unknown_slip_is_placed(told):
    """A cell whose input gate is squared, and a backward pass with the wrong sign at one gate."""

    def cell(weights, x, h, c):
        day = reference.step(weights, "described", x, reference.State(h, c))
        return day.o * np.tanh(day.f * c + day.i**2 * day.g), day.f * c + day.i**2 * day.g

    def day_back(day, dh, dc):
        sums, before = solutions.day_back(day, dh, dc)
        return sums | {"o": -sums["o"]}, before

    assert "differs on the rung cell, in gate i, seen alone" in told(check.cell, cell)
    assert told(check.day_back, day_back) == "not yet: wrong are the derivatives by the sum in the output gate"


def test_what_a_function_prints_is_shown_first(capsys):
    """Students look at values; a function is called many times, so the first lines must do."""

    def cell(weights, x, h, c):
        print("x is", x.shape)
        return solutions.cell(weights, x, h, c)

    check.cell(cell)
    assert capsys.readouterr().out.splitlines() == ["it prints: x is (3, 1)"] * 5 + ["right"]


HIDDEN = 8
RANDOM = np.random.default_rng(2)
WEIGHTS = {name: RANDOM.normal(0, 0.5, shape) for name, shape in shapes(HIDDEN).items()}
INPUTS = RANDOM.normal(size=(2, 7, 1))


def value_of(name, day, window=0):
    """What the published graph has there, (1, hidden), rounded as float32 rounds."""
    one = reference.forward(WEIGHTS, "published", INPUTS)[1][day]
    return (one._asdict() | one.after._asdict())[name][window : window + 1].astype("float32")


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        (value_of("f", 3), "right"),
        (None, "not yet: nothing is fetched"),
        ("window_0/day_3/forget_gate/Sigmoid:0", "not yet: this is a name; session.run gives the value"),
        (value_of("f", 2), "not yet: this is the forget gate of window 0, day 2; the forget gate of window 0, day 3"),
        (value_of("i", 3), "not yet: this is the input gate of window 0, day 3; "),
        (value_of("c", 3), "not yet: this is c of window 0, day 3; "),
        (value_of("f", 3, window=1), "not yet: this is the forget gate of window 1, day 3; "),
        (value_of("f", 3)[0], "not yet: its shape is (8,); a gate of one window has (1, 8)"),
        (value_of("f", 3) + 0.01, "not yet: no gate of these windows has this value"),
        ({"a": 1}, "not yet: this is dict, and no array"),
    ],
)
def test_fetched_value_is_named(mine, words, told):
    """By where it stands in the graph."""
    assert told(check.gate, mine, WEIGHTS, INPUTS).startswith(words)


@pytest.mark.parametrize("name", slip.NAMES)
def test_hidden_slip_is_found_by_its_name_alone(name, told):
    """Every name but the right one is held against the program, and differs."""
    seed = next(seed for seed in range(1000) if told(check.slip, name, seed) == "right")
    others = {other: told(check.slip, other, seed) for other in slip.NAMES if other != name}
    for other, line in others.items():
        assert line.startswith(f"not yet: held against a program with the slip {other}, it differs on the rung ")


def test_name_of_no_slip_is_refused_with_the_names(told):
    """And no name is a stub."""
    assert told(check.slip, "", 1).startswith("not yet: no name is given")
    assert "'tanh' is not in the list: gate-order-fiog, " in told(check.slip, "tanh", 1)
