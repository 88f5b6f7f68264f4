"""What is wrong with a port's file is said in one line, with its own line's number."""

import os
import re
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from reproduce.errors import PortError
from reproduce.networks.ports.contract import ask_port, load
from reproduce.networks.ports.price_questions import ask
from reproduce.networks.ports.script import PortInterrupted


@pytest.fixture
def write(tmp_path):
    """A way to write a port."""

    def file(text):
        path = tmp_path / "port.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return file


def test_answers_of_a_port_that_reuses_its_arrays_are_those_it_gave(write):
    """One array is filled and returned for every question."""
    port = """
        import numpy as np
        kept = np.zeros((3, 1))
        def predict(weights, inputs):
            kept[:] = inputs[:, 0]
            return kept
    """
    questions = [one for one in ask(hidden=2) if one.function == "predict"]
    answers = ask_port(load(write(port)), questions).by_question
    assert len(questions) > 2
    for question in questions:
        np.testing.assert_array_equal(answers[question.name]["predictions"], question.arguments["inputs"][:, 0])


def test_tensorflow_s_warning_of_many_shapes_is_left_out(write, caplog):
    """They are those of our questions; what else it warns of is the port's."""
    port = """
        import logging
        def predict(weights, inputs):
            logging.getLogger("tensorflow").warning("5 out of the last 5 calls to f triggered tf.function retracing.")
            logging.getLogger("tensorflow").warning("gradients do not exist")
            return inputs[:, 0]
    """
    ask_port(load(write(port)), [one for one in ask(hidden=2) if one.function == "predict"][:1])
    assert [record.message for record in caplog.records] == ["gradients do not exist"]


def test_progress_bar_that_a_port_prints_is_kept_as_words(write):
    """Keras's: colours, and a line that is written over."""
    port = r"""
        def predict(weights, inputs):
            print("\x1b[1m1/2\x1b[0m \x1b[32m--\x1b[0m\r\x1b[1m2/2\x1b[0m \x08\x08 0s")
            return inputs[:, 0]
    """
    loaded = load(write(port))
    ask_port(loaded, [one for one in ask(hidden=2) if one.function == "predict"][:1])
    assert loaded.script.printed == ["1/2 --", "2/2  0s"]


def problem_of(path):
    """What is said of the port, without its folder."""
    with pytest.raises(PortError) as refused:
        ask_port(load(path), ask(hidden=2))
    return str(refused.value).replace(str(path), "port.py")


BROKEN = {
    "syntax": ("def predict(:\n", "port.py, line 1, cannot be loaded: SyntaxError: invalid syntax"),
    "no-module": (
        "import numpy\nimport no_such_library\n",
        "port.py, line 2, cannot be loaded: ModuleNotFoundError: No module named 'no_such_library'",
    ),
    "exits": ("import sys\nsys.exit(3)\n", "port.py, line 2, cannot be loaded: SystemExit: 3"),
    "no-function": (
        "def forecast(weights, inputs): ...\n",
        "port.py: defines none of windows, cell, predict, loss_and_gradients, train; "
        "reproduce compare --template keras shows how",
    ),
    "another-case": (
        "def Cell(weights, x, h, c): ...\n",
        "port.py: defines none of windows, cell, predict, loss_and_gradients, train; "
        "it defines Cell: did you mean cell?",
    ),
    "width": (
        "HIDDEN = '8'\ndef predict(weights, inputs): ...\n",
        "port.py: HIDDEN is '8', expected a whole number from 1 to 1024",
    ),
    "raises": (
        "def predict(weights, inputs):\n    return weights['W_xa']\n",
        "port.py, line 2, predict: KeyError: 'W_xa'; the weights are W_xi, W_hi, b_i, W_xf, W_hf, b_f, "
        "W_xo, W_ho, b_o, W_xg, W_hg, b_g, W_hy, b_y",
    ),
    "another-key": (
        "def predict(weights, inputs):\n    return {}['rate']\n",
        "port.py, line 2, predict: KeyError: 'rate'",
    ),
    "another-article": (
        "def predict(weights, inputs):\n    return weights['kernel_1']\n",
        "port.py, line 2, predict: KeyError: 'kernel_1'; the weights are W_xi, W_hi, b_i, W_xf, W_hf, b_f, "
        "W_xo, W_ho, b_o, W_xg, W_hg, b_g, W_hy, b_y",
    ),
    "arguments": (
        "def predict(weights): ...\n",
        "port.py, line 1: predict has other arguments (too many positional arguments); expected (weights, inputs)",
    ),
    "no-step": (
        "def train(w, inputs, targets, batch, epochs):\n    return [[] for _ in range(epochs)], w\n",
        "port.py: train gave losses without a number; is a `+ 1` missing in the range of its batches?",
    ),
    "nothing": (
        "def predict(weights, inputs): ...\n",
        "port.py: predict gave predictions of type object, expected float32 or float64",
    ),
    "shape": (
        "def predict(weights, inputs):\n    return inputs[:, 0, 0]\n",
        "port.py: predict gave predictions of shape (3,), expected (3, 1)",
    ),
    "half": (
        "def predict(weights, inputs):\n    return inputs[:, 0].astype('float16')\n",
        "port.py: predict gave predictions of type float16, expected float32 or float64",
    ),
    "nan": (
        "def predict(weights, inputs):\n    return inputs[:, 0] + float('nan')\n",
        "port.py: predict gave predictions with nan or infinity in it",
    ),
    "changes-inputs": (
        "def predict(weights, inputs):\n    inputs *= 2\n    return inputs[:, 0]\n",
        "port.py: predict changed the inputs that it was given; compute with a copy of it",
    ),
    "changes-weights": (
        "def predict(weights, inputs):\n    weights['b_f'] += 1\n    return inputs[:, 0]\n",
        "port.py: predict changed the b_f that it was given; compute with a copy of it",
    ),
    "one-of-two": (
        "def cell(weights, x, h, c):\n    return h\n",
        "port.py: cell gave ndarray, expected 2 values: h, c",
    ),
    "names": (
        "def loss_and_gradients(weights, inputs, targets):\n"
        "    return 1.0, {('W_hc' if k == 'W_hg' else k): v for k, v in weights.items()}\n",
        "port.py: loss_and_gradients gave gradients without W_hg; with W_hc, expected a dictionary of the 14 weights",
    ),
    "list": (
        "def train(weights, inputs, targets, batch, epochs):\n    return [[0.0]] * epochs, list(weights.values())\n",
        "port.py: train gave weights as list, expected a dictionary of the 14 weights",
    ),
    "losses-in-a-row": (
        "def train(weights, inputs, targets, batch, epochs):\n    return [0.0] * 12, weights\n",
        "port.py: train gave losses of shape (12,), expected (1, any number)",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_port_is_refused_in_one_line(case, write):
    """What came, what was wanted, and where."""
    text, expected = BROKEN[case]
    assert problem_of(write(text)) == expected


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none.py", "there is no such file; give the file of your port"),
        ("folder", "a folder; give the files in it, such as "),
        ("port.ipynb", "a notebook; save its code with jupyter nbconvert --to python, and give that"),
    ],
)
def test_what_is_no_file_of_python_is_refused(name, told, tmp_path):
    """With the word of what to give."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "port.ipynb").write_text("{}")
    with pytest.raises(PortError, match=re.escape(f"{tmp_path / name}: {told}")):
        load(tmp_path / name)


def test_decorator_may_hand_in_an_argument(write):
    """What counts is what it takes itself, not the function that it wraps."""
    path = write("""
        import functools

        def with_scale(function):
            @functools.wraps(function)
            def inner(weights, inputs):
                return function(weights, inputs, 2.0)
            return inner

        @with_scale
        def predict(weights, inputs, scale):
            return scale * inputs[:, 0]
    """)
    questions = [one for one in ask(hidden=2) if one.name == "forward 1"]
    found = ask_port(load(path), questions).by_question["forward 1"]["predictions"]
    np.testing.assert_array_equal(found, 2 * questions[0].arguments["inputs"][:, 0])


def test_interrupted_port_says_where_it_was(write):
    """A loop for ever ends with Ctrl-C."""
    port = load(write("def predict(weights, inputs):\n    raise KeyboardInterrupt\n"))
    with pytest.raises(PortInterrupted, match=r"port.py, line 2, predict: interrupted"):
        ask_port(port, ask(hidden=2))


def test_what_a_port_prints_is_kept_off_stdout(write, capsys):
    """And kept, to be told; of seven windows, the longest of which is asked twice."""
    port = load(write("print('hello')\ndef predict(weights, inputs):\n    print('day')\n    return inputs[:, 0]\n"))
    ask_port(port, ask(hidden=2))
    assert capsys.readouterr().out == ""
    assert port.script.printed == ["hello"] + ["day"] * 8


def test_port_imports_what_lies_beside_it(write, tmp_path):
    """As a script does."""
    (tmp_path / "beside_this_port.py").write_text("FACTOR = 2.0\n")
    port = load(
        write("from beside_this_port import FACTOR\ndef predict(w, inputs):\n    return FACTOR * inputs[:, 0]\n")
    )
    questions = [one for one in ask(hidden=2) if one.function == "predict"]
    found = ask_port(port, questions)
    np.testing.assert_array_equal(
        found.by_question["forward 1"]["predictions"], 2 * questions[0].arguments["inputs"][:, 0]
    )


@pytest.mark.parametrize(
    ("first", "folder"),
    [
        ("import os\nos.chdir(os.path.dirname(os.path.abspath(__file__)))\n", ""),
        ("import sys\nsys.path.append(__file__[:-len('port.py')] + 'more')\n", "more"),
    ],
    ids=["beside", "appended"],
)
def test_function_of_a_port_imports_when_it_is_called(first, folder, write, tmp_path, monkeypatch):
    """From a relative path, wherever the port has gone; and what it has put into sys.path is not ours."""
    path = write(first + "def predict(w, inputs):\n    import late\n    return late.FACTOR * inputs[:, 0]\n")
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "late.py").write_text("FACTOR = 2.0\n")
    monkeypatch.chdir(path.parent.parent)
    monkeypatch.delitem(sys.modules, "late", raising=False)
    before = list(sys.path)
    found = ask_port(load(path.relative_to(Path.cwd())), ask(hidden=2))
    assert "forward 1" in found.by_question
    assert sys.path == before


@pytest.mark.parametrize(
    "first",
    [
        "import os\nos.chdir(os.path.dirname(os.path.abspath(__file__)))\n",
        "import sys\nsys.path[:] = sys.path[1:]\n",
        "import sys\nsys.path = sys.path[1:]\n",
        "import sys\nassert not sys.argv[1:]\n",
    ],
    ids=["chdir", "path", "new-path", "argv"],
)
def test_port_begins_as_a_script_does(first, write, monkeypatch):
    """From a relative path; whatever it changes is ours again, but for the folder that it works in."""
    path = write(first + "def predict(weights, inputs): ...\n")
    monkeypatch.chdir(path.parent.parent)
    before = list(sys.path), list(sys.argv)
    assert list(load(path.relative_to(Path.cwd())).functions) == ["predict"]
    assert (list(sys.path), list(sys.argv)) == before


def test_file_of_zero_bytes_is_refused_in_one_line(write):
    """Python names no line of it."""
    with pytest.raises(PortError, match=r"port\.py, (line \d+, )?cannot be loaded: \w+: [^\n]*null bytes$"):
        load(write("\0\0"))


def test_edited_file_is_read_anew(write, monkeypatch):
    """Also within the second of the edit before, with as many characters: Python would take what it has compiled."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for hidden in (2, 3):
        path = write(f"HIDDEN = {hidden}\ndef predict(weights, inputs): ...\n")
        os.utime(path, (0, 0))
        assert load(path).hidden == hidden
    assert [one.name for one in path.parent.iterdir()] == ["port.py"]  # and nothing is left beside it


def test_type_is_that_of_the_numbers_not_of_the_arrays(write):
    """A float32 program may hand back float64."""
    text = "def predict(weights, inputs):\n    return (inputs[:, 0] / 3).astype({!r}).astype('float64')\n"
    found = [ask_port(load(write(text.format(dtype))), ask(hidden=2)).dtype for dtype in ("float32", "float64")]
    assert found == ["float32", "float64"]
