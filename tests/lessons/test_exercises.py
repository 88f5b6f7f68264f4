"""What each exercise is told: `not yet` for a stub, `right` for a solution, and the slip for a slip."""

import re
import sys
from functools import partial

import numpy as np
import pytest

from reproduce.evidence.bands import band_test
from reproduce.lessons import check
from reproduce.lessons.exercises import adam, asking, curve, slip, tolerance
from reproduce.networks import reference
from reproduce.networks.ports.network import shapes
from reproduce.networks.ports.templates import template_text
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
    raise NotImplementedError  # on purpose: the check has to take it for a stub, and not for an error


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
        (lambda *_: sys.exit(), "it raises SystemExit in its line "),
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
    "c before h": "the cell returns c before h; the order is h, c",
    "minus in exp forgotten": "the sign of the sum in the three gates is wrong; sigmoid(z) is 1 / (1 + exp(-z))",
    "no bias in o": "b_o has no effect in the output gate; the sum in it has three parts",
    "no forget gate": "the forget gate is left out, as if it were 1; in the program it scales the state that is kept",
    "no input gate": "the input gate is left out, as if it were 1; in the program it scales the candidate",
    "no output gate": "the output gate is left out, as if it were 1; in the program it scales the tanh of the new c",
    "sigmoid for g": "the candidate g goes through a sigmoid, as the gates do; in the program through tanh",
    "gates read c": "the gates read the c of the day before; they read its h",
    "weights of f in o": "the output gate is computed with the weights of the forget gate; it has its own",
}
BACK = {
    "no slope of tanh": "the slope of the tanh between c' and h' is left out",
    "no dc": "c' acts through h' alone; it also acts on the next day by itself, and that part is dc",
    "new c": "the forget gate multiplies c'; it multiplies c, that of the day before",
    "no slopes of sigmoid": "the slopes of the three sigmoids are left out",
    "c whole": "c gets all of the derivative by c'; the forget gate lets a share of it through",
}
ADAM = {
    "Adam's epsilon is 1e-7; the program's is 1e-8": {"epsilon": 1e-7},
    "Adam adds epsilon after the bias correction (PyTorch); the program adds it before (TF1)": {"is_after": True},
    "Adam's means are not corrected for their start at 0; the program corrects them": {"corrected": ""},
    "m is corrected for its start at 0 and v is not; both are": {"corrected": "m"},
    "v is corrected for its start at 0 and m is not; both are": {"corrected": "v"},
    "w moves along the gradient; it must move against it, so the step is subtracted": {"sign": 1},
    "epsilon is added inside the root; it is added to the root": {"is_inside": True},
}
SLIPS = [
    *((check.cell, partial(solutions.cell, change=change), words) for change, words in CELL.items()),
    *((check.day_back, partial(solutions.day_back, change=change), words) for change, words in BACK.items()),
    *((check.adam, partial(solutions.adam_step, **how), words) for words, how in ADAM.items()),
]


def test_two_mistakes_in_a_step_are_both_named(told):
    """As in an Adam of textbooks that returns what it has corrected."""
    assert told(check.adam, solutions.adam_of_textbooks) == (
        "not yet: Adam adds epsilon after the bias correction (PyTorch); the program adds it before (TF1); and "
        "m and v are returned corrected; the next step needs them as they were before"
    )


@pytest.mark.parametrize("words", adam.WAYS)
def test_mistake_in_a_step_is_told_by_its_own_sentence(words, told):
    """None is taken for another one, nor for a right step."""
    way = adam.Way(**adam.WAYS[words])
    assert told(check.adam, lambda *given: way.take(adam.Given(*given))) == f"not yet: {words}"


def test_way_without_a_mistake_is_the_right_step(told):
    """Its defaults are TF1's."""
    assert told(check.adam, lambda *given: adam.Way().take(adam.Given(*given))) == "right"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda w, m, v: (w, 3 * m, v), "the new m is wrong on step 1, by about 2 times the largest value"),
        (lambda w, m, v: (w, m, 1.03 * v), "the new v is wrong on step 1, by 3 % of the largest value"),
        (lambda w, m, v: (w + 1e-3 * np.sqrt(v), m, v), "the step of w is wrong on step 1, by "),
    ],
)
def test_unknown_mistake_in_a_step_is_placed(wrong, words, told):
    """In m, in v or in the step that is made of them."""
    line = told(check.adam, lambda *given: wrong(*solutions.adam_step(*given)))
    assert line.startswith(f"not yet: {words}")


def test_mistake_of_a_late_step_is_told_though_training_ends_before_it(told):
    """A correction that is left out from the 20th step on; the training takes 12."""

    def mine(w, g, m, v, t):
        way = adam.Way(corrected="mv" if t < 20 else "")
        return way.take(adam.Given(w, g, m, v, t))

    assert told(check.adam, mine).startswith("not yet: the step of w is wrong on step 50, by ")


def test_answer_may_change_what_it_is_given(told):
    """The output gate becomes its slope, in place, once it is no longer needed."""

    def day_back(day, dh, dc):
        answer = solutions.day_back(day, dh, dc)
        day.o[:] *= 1 - day.o
        dh[:] = dc[:] = 0
        return answer

    assert told(check.day_back, day_back) == "right"


def test_number_of_adam_is_found(told):
    """Ten times the learning rate."""

    def mine(w, *given):
        moved, m, v = solutions.adam_step(w, *given)
        return w + 10 * (moved - w), m, v

    assert told(check.adam, mine) == "not yet: the learning rate is 0.01; the program's is 0.001"


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (250.0, "more than 100 times the largest value"),
        (2.1, "about 2 times the largest value"),
        (1.2, "about as much as the largest value"),
        (0.031, "3 % of the largest value"),
        (0.0012, "0.1 % of the largest value"),
        (5e-7, "less than 0.01 % of the largest value"),
        (np.inf, "a number that is missing or too many"),
    ],
)
def test_difference_is_told_in_words(share, words):
    """And not as a power of ten."""
    assert asking.in_words(share) == words


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

    assert re.fullmatch(
        r"not yet: one day of the cell is wrong in the input gate, by \d\d % of the largest value; to see one gate "
        "alone, the check gave the others a bias that holds them open or shut, 50 or -50",
        told(check.cell, cell),
    )
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


@pytest.fixture(scope="module")
def seed_of():
    """A seed by the name of the slip that it draws."""
    return {name: next(k for k in range(1000) if slip.problem(name, k) is None) for name in slip.NAMES}


@pytest.mark.parametrize("name", slip.NAMES)
def test_hidden_slip_is_found_by_its_name_alone(name, told, seed_of):
    """Of every name but the right one a probe is told, and the right one is not."""
    assert told(check.slip, name, seed_of[name]) == "right"
    for other in (other for other in slip.NAMES if other != name):
        line = told(check.slip, other, seed_of[name])
        assert re.match(rf"not yet: the slip {other} (shows|does not show|and the hidden one both show) in ", line)
        assert name not in line


PROBES = {  # by what the check calls them, as a student asks them; the right answer is that of lesson 1
    "windows of one day": lambda ask, w, s: ask.predict(w, s["inputs"][:, :1]),
    "windows of two days": lambda ask, w, s: ask.predict(w, s["inputs"][:, :2]),
    "windows of two days with a b_y of 0": lambda ask, w, s: ask.predict(w | {"b_y": np.zeros(1)}, s["inputs"][:, :2]),
    "the cell with an h and a c that are not 0": lambda ask, w, s: ask.cell(w, s["x"], s["h"], s["c"]),
    "the cell with a c of 0": lambda ask, w, s: ask.cell(w, s["x"], s["h"], 0 * s["c"]),
    "the cell with the same vector for h and c": lambda ask, w, s: ask.cell(w, s["x"], s["h"], s["h"]),
    "the cell with biases of 0": lambda ask, w, s: ask.cell(
        w | {f"b_{gate}": np.zeros(HIDDEN) for gate in "ifog"}, s["x"], s["h"], s["c"]
    ),
    "the cell with symmetric W_h": lambda ask, w, s: ask.cell(
        w | {f"W_h{gate}": w[f"W_h{gate}"] + w[f"W_h{gate}"].T for gate in "ifog"}, s["x"], s["h"], s["c"]
    ),
    "the cell with the same weights in i and f": lambda ask, w, s: ask.cell(
        w | {f"{kind}f": w[f"{kind}i"] for kind in ("W_x", "W_h", "b_")}, s["x"], s["h"], s["c"]
    ),
    "the cell with the same weights in g and i": lambda ask, w, s: ask.cell(
        w | {f"{kind}g": w[f"{kind}i"] for kind in ("W_x", "W_h", "b_")}, s["x"], s["h"], s["c"]
    ),
}


class Right:
    """The described network, asked as a hidden program is."""

    @staticmethod
    def predict(weights, inputs):
        """From a state of zeros, day by day."""
        h = c = np.zeros((len(inputs), HIDDEN))
        for t in range(inputs.shape[1]):
            h, c = solutions.cell(weights, inputs[:, t], h, c)
        return h @ weights["W_hy"] + weights["b_y"]

    @staticmethod
    def cell(weights, x, h, c):
        """One day."""
        return solutions.cell(weights, x, h, c)


@pytest.mark.parametrize("mine", slip.NAMES)
def test_probe_that_the_check_tells_tells_the_slips_apart(mine, told, seed_of):
    """Asked with other weights and days: the one named shows there, or does not, and the hidden one as is said."""
    random = np.random.default_rng(3)
    state = {"inputs": INPUTS, "x": INPUTS[:, 0], "h": random.normal(size=(2, HIDDEN)), "c": random.normal(size=(2, 8))}
    for hidden in (name for name in slip.NAMES if name != mine):
        said, probe = told(check.slip, mine, seed_of[hidden]).partition(" in ")[::2]
        probe = re.split(r",| and the hidden one does", probe)[0]
        right, ours, theirs = (
            np.ravel(PROBES[probe](one, WEIGHTS, state))
            for one in (Right, *map(slip.draw, (seed_of[mine], seed_of[hidden])))
        )
        shows = [not np.allclose(one, right) for one in (ours, theirs)]
        expected = {"shows": [True, False], "does not show": [False, True], "both show": [True, True]}
        assert shows == next(value for words, value in expected.items() if said.endswith(words))
        assert not np.allclose(ours, theirs)


def test_name_of_no_slip_is_refused_with_the_names(told):
    """And no name is a stub."""
    assert told(check.slip, "", 1).startswith("not yet: no name is given")
    assert "'tanh' is not in the list: gate-order-fiog, " in told(check.slip, "tanh", 1)


TEMPLATE = template_text("numpy", "published")


@pytest.fixture
def port(tmp_path):
    """A way to write a port: the NumPy template, with a piece of its text exchanged."""

    def file(old="", new="", text=TEMPLATE):
        assert old in text
        path = tmp_path / "my_port.py"
        path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
        return path

    return file


def test_right_port_is_right(port, told):
    """With windows or without, given as a path or as its name."""
    assert told(check.port, port()) == "right"
    assert told(check.port, str(port("def windows(", "def _windows("))) == "right"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("np.sqrt(v[name]) + 1e-8", "np.sqrt(v[name]) + 1e-7", "Adam's epsilon is 1e-7; the program's is 1e-8"),
        ("return (1 + np.tanh(z / 2)) / 2", "return np.clip(0.2 * z + 0.5, 0, 1)", "one day of the cell is wrong in "),
        ("PUBLISHED = True", "PUBLISHED = False", "the cell gets h and c in each other's place"),
        ("len(inputs) - batch + 1, batch", "len(inputs), batch", "the windows that fill no batch are trained on"),
        ("def train(", "def _train(", "what it has agrees, and "),
        ("def cell(", "def cell(x):\n    return 1 / 0\n\n\ndef _cell(", "cell has other arguments"),
        (TEMPLATE, "def windows(close): ...", "it has none of cell, predict, loss_and_gradients, train"),
        (TEMPLATE, "x = 1", "defines none of windows, cell, "),
        (TEMPLATE, "def cell(:", "cannot be loaded: SyntaxError"),
    ],
)
def test_slip_of_a_port_is_named(old, new, words, port, told):
    """As `reproduce compare` names it; what is missing or broken is said too."""
    line = told(check.port, port(old, new))
    assert line.startswith("not yet: ")
    assert words in line


def test_port_that_is_not_there_is_not_yet_right(told, tmp_path):
    """It says what is enough to begin, and shows no solution."""
    path = tmp_path / "my_port.py"
    assert told(check.port, path) == (
        f"not yet: there is no my_port.py in {tmp_path}; one function is enough to begin: cell(weights, x, h, c), "
        "which returns h and c; the lesson lists all four"
    )
    assert told(check.port, None).startswith("not yet: ")


def test_port_may_begin_with_a_cell_alone(port, told):
    """As the lesson says; the others are asked for. A file without any is shown no more than the lesson prints."""
    cell = "import numpy as np\n\n\ndef cell(weights, x, h, c):\n    return h, c\n"
    assert told(check.port, port(text=cell)).startswith("not yet: ")
    right = TEMPLATE.replace("def train(", "def _train(").replace("def predict(", "def _predict(")
    right = right.replace("def loss_and_gradients(", "def _loss_and_gradients(")
    assert told(check.port, port(text=right)).endswith("; write predict, loss_and_gradients, train too")
    assert told(check.port, port(text="x = 1")).endswith("; reproduce compare --template keras shows how")


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        (1e-5, "right"),
        (np.float32(1e-5), "right"),
        (None, "not yet: no number is given"),
        (0, "not yet: 0 asks for equal bits"),
        (float("nan"), "not yet: nan is no number"),
        (1e-8, "not yet: a right port in float32 is off by "),
        (1e-3, "not yet: a port whose epsilon is 1e-7 is off by "),
        ("1e-5", "not yet: this is str, and no number"),
        (True, "not yet: this is bool, and no number"),
    ],
)
def test_tolerance_lies_between_rounding_and_the_slip(mine, words, told):
    """The limits are far apart, so that there is something to choose."""
    assert told(check.tolerance, mine).startswith(words)
    least, most = tolerance.limits()
    assert 10 * least < most


def test_tolerance_has_room_for_other_first_weights(told):
    """Twice the rounding that was measured, which differs between processors."""
    least, _ = tolerance.limits()
    words = f"not yet: a right port in float32 is off by {least:.1e} here, and with other first weights by more"
    assert told(check.tolerance, 1.9 * least).startswith(words)
    assert told(check.tolerance, 2.1 * least) == "right"


@pytest.mark.parametrize("seed", range(20))
def test_drawn_curve_can_be_found_with_the_band_test(seed, told):
    """The letter of the largest p under the described study is right, and the two others are not."""
    drawn = curve.draw(seed)
    p = {letter: band_test(drawn.studies["described"], losses).p_value for letter, losses in drawn.curves.items()}
    best, *others = sorted(p, key=p.get, reverse=True)
    assert told(check.curve, best, seed) == "right"
    for letter in others:
        assert told(check.curve, letter, seed) == (
            f"not yet: held against the described study, {letter} has p = 0.025; "
            "the curve that was made by it has a larger one"
        )


def test_letter_of_no_curve_is_refused(told):
    """And no letter is a stub."""
    assert told(check.curve, "", 1).startswith("not yet: no letter is given")
    assert told(check.curve, "D", 1) == "not yet: 'D' is none of A, B, C"


def test_drawn_curve_is_not_in_its_study():
    """Otherwise it would be held against itself."""
    drawn = curve.draw(1)
    assert {study.shape for study in drawn.studies.values()} == {(39, 7)}
    for losses in drawn.curves.values():
        assert not any((study == losses).all(axis=1).any() for study in drawn.studies.values())
