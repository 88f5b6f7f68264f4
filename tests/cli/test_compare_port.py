"""`reproduce compare PORT`: a line a rung, the slip and its remedy, exit codes, files for a port elsewhere."""

import importlib.util
import io
import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from reproduce.cli import against, port_text, ports
from reproduce.networks.ports.table import SLIPS
from reproduce.networks.ports.templates import template_text, two_layers_text
from reproduce.networks.ports.two_layers.targets import CHARACTERS, PRICES
from tests.cli.commands import ROOT, assert_one_line, assert_refused, reproduce

EXAMPLES = ROOT / "examples" / "ports"
TEMPLATE = template_text("numpy", "published")


@pytest.fixture
def port(tmp_path):
    """A way to write a port: the NumPy template with pieces of its text exchanged."""

    def file(*changes, text=TEMPLATE):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "my_port.py"
        path.write_text(text, encoding="utf-8")
        return path

    return file


def verdicts(stdout):
    """Of each rung that was printed."""
    found = re.findall(r"(?m)^  ([a-z]+(?: [a-z]+)?) +(?:-|\d\S*).*? (agrees|DIFFERS|follows|not asked)", stdout)
    return dict(found)


NO_TANH = (
    ("return o * np.tanh(c), c,", "return o * c, c,"),
    ("a = dc + dh * o * (1 - np.tanh(c) ** 2)", "a = dc + dh * o"),
    ('"o": dh * np.tanh(c) * o', '"o": dh * c * o'),
)
RUNGS = ["contract", "windows", "cell", "forward", "loss", "gradients", "one step", "six steps", "two epochs"]


def test_right_port_agrees(port, invoke):
    """Every rung, and exit code 0."""
    code, stdout, stderr = invoke("compare", port())
    assert (code, stderr) == (0, "")
    assert verdicts(stdout) == dict.fromkeys(RUNGS, "agrees")
    assert stdout.startswith("my_port.py against the published program, hidden 8, computes in float64\n")
    assert "1266, 1018 for training" in stdout
    assert stdout.endswith("Agrees on all 8 rungs that it answers.\n")


def test_slip_is_named_with_its_remedy(port, invoke):
    """The first rung that differs, those that follow, and where to read more."""
    code, stdout, stderr = invoke("compare", port(("np.sqrt(v[name]) + 1e-8", "np.sqrt(v[name]) + 1e-7")))
    assert (code, stderr) == (1, "")
    told = verdicts(stdout)
    assert [told[rung] for rung in RUNGS] == ["agrees"] * 6 + ["DIFFERS", "follows", "follows"]
    assert f"Explained exactly by one slip of {len(SLIPS)}: Adam's epsilon is 1e-7; the program's is 1e-8." in stdout
    assert "  Cause: 1e-7 is Keras's default" in stdout
    assert "docs/slips.md#adam-epsilon-keras" in stdout


@pytest.mark.parametrize("gate", ["input", "forget", "output"])
def test_gate_that_is_left_out_is_named(gate, port, invoke):
    """In every rung: its derivative is 0 too."""
    code, stdout, _ = invoke("compare", port((f'sigmoid(z["{gate[0]}"])', f'np.ones_like(z["{gate[0]}"])')))
    assert code == 1
    assert f"Explained exactly by one slip of {len(SLIPS)}: the {gate} gate is left out, as if it were 1" in stdout


def test_two_slips_are_named_together(port, invoke):
    """Each with its remedy."""
    halved = (
        ("return np.mean(error**2)", "return np.mean(error**2) / 2"),
        ("d_prediction = 2 * error", "d_prediction = error"),
    )
    code, stdout, _ = invoke("compare", port(*halved, ("np.sqrt(v[name]) + 1e-8", "np.sqrt(v[name]) + 1e-7")))
    assert code == 1
    assert f"Explained exactly by two slips together of {len(SLIPS)}" in stdout
    assert set(re.findall(r"docs/\S+", stdout)) == {"docs/slips.md#loss-half", "docs/slips.md#adam-epsilon-keras"}


def test_unknown_slip_is_placed_and_not_named(port, invoke):
    """Coupled gates."""
    code, stdout, _ = invoke("compare", port(("c = f * kept + i * g", "c = (1 - i) * kept + i * g")))
    assert code == 1
    assert "No known slip explains it, and no pair of them that was tried. It differs first on the rung cell" in stdout
    assert stdout.endswith("\n  Right so far: windows.\n")


def test_what_is_known_of_a_port_with_too_many_slips_is_said(port, invoke):
    """What explains all before training; training has two slips more."""
    path = port(
        ("i, f, o, g = sigmoid", 'z["f"] = z["f"] + 1\n    i, f, o, g = sigmoid'),
        ("np.sqrt(v[name]) + 1e-8", "np.sqrt(v[name]) + 1e-7"),
        ("len(inputs) - batch + 1, batch", "len(inputs), batch"),
    )
    code, stdout, _ = invoke("compare", path)
    told = " ".join(stdout.split())
    assert (
        code,
        "Explained as far as the rung six steps: 1 is added to the forget gate's bias in the cell" in told,
    ) == (1, True)
    assert "The rungs after six steps differ in more than that. Mend that first, and compare again." in told
    assert "No known slip" not in told


def test_port_that_draws_in_predict_is_told_so(port, invoke):
    """It is asked the same question twice; its first state is random, in predict alone."""
    state = 'np.zeros((len(inputs), len(w["b_i"])))'
    drawn = (state, f"first + {state}"), ("def forward(w, inputs", "def forward(w, inputs, first=0")
    asked = ("forward(weights, inputs)[0]", "forward(weights, inputs, np.random.randn(len(inputs), 1))[0]")
    code, stdout, _ = invoke("compare", port(*drawn, asked, ("def train(", "def _train(")))
    told = " ".join(stdout.split())
    assert code == 1
    assert "predict answers the same question differently: it draws something, or keeps it from a call" in told
    assert ("No known slip explains it" in told, "first on the rung forward, first after 1 of 7 days" in told) == (
        False,
        True,
    )


def test_port_that_answers_otherwise_when_asked_again_does_not_agree(port, invoke):
    """Though all rungs agree: it keeps something from call to call, and its eighth answer is another."""
    late = "CALLS = []\n\n\ndef late():\n    CALLS.append(1)\n    return 1e-3 * (len(CALLS) == 8)\n\n\n"
    asked = ("forward(weights, inputs)[0]", "forward(weights, inputs)[0] + late()")
    code, stdout, _ = invoke(
        "compare", port(("def forward(", f"{late}def forward("), asked, ("def train(", "def _train("))
    )
    assert (code, "Else every rung that it answers agrees." in stdout) == (1, True)
    assert "predict answers the same question differently" in stdout


KEPT = {"loss": [("losses[-1].append(loss)", "losses[-1].append(2 * loss)")], "cell": []}  # what training tells


@pytest.mark.parametrize(
    ("change", "rung", "later"),
    [
        (("return np.mean(error**2), gradients", "return np.mean(error**2) / 2, gradients"), "loss", "gradients"),
        (
            ("    h, c, _ = step(weights, x, h, c)", "    h, c, _ = step(weights, x, c, h)"),
            "cell",
            "forward, loss, gradients",
        ),
    ],
    ids=["reported-loss", "cell"],
)
def test_remedy_that_would_spoil_what_is_right_is_not_given(change, rung, later, port, invoke):
    """Only what is reported is half, or only the cell that is asked alone is called otherwise; training is right."""
    code, stdout, _ = invoke("compare", port(change, *KEPT[rung]))
    told = " ".join(stdout.split())
    assert (code, f"But {later}" in told, "To mend" in told) == (1, True, False)
    assert f"look only at what the function of the rung {rung} returns" in told


def test_function_with_nearly_a_name_is_remarked(port, invoke):
    """It is not asked, which agreement of the others would hide."""
    code, stdout, _ = invoke("compare", port(("def train(", "def trian(")))
    assert (code, stdout.endswith("It defines trian: did you mean train?\n")) == (0, True)


def test_slips_that_cannot_be_told_apart_are_listed_with_the_function_to_add(port, invoke, monkeypatch):
    """Here by a cell that is asked for its input gate alone."""
    asked = against.Against.ask
    names = ("windows", "cell i", "forward 7")

    def fewer(self, hidden):
        questions, expected = asked(self, hidden)
        return [one for one in questions if one.name in names], expected

    monkeypatch.setattr(against.Against, "ask", fewer)
    order = ("i, f, o, g = sigmoid", 'z["f"], z["o"] = z["o"], z["f"]\n    i, f, o, g = sigmoid')
    hidden = [(f"def {name}(", f"def _{name}(") for name in ("predict", "loss_and_gradients", "train")]
    code, stdout, _ = invoke("compare", port(order, *hidden))
    assert code == 1
    assert (
        "Explained by each of 3 changes, which these functions cannot tell apart:\n- the gates i f o g take" in stdout
    )
    assert stdout.endswith("Add predict to tell them apart.\n")


def test_other_wiring_is_asked_for(port, invoke):
    """The published cell is not the text's: that is a slip of its own."""
    code, stdout, _ = invoke("compare", port(), "--wiring", "described")
    assert code == 1
    assert "docs/slips.md#wiring" in stdout


def test_windows_are_judged_by_themselves(port, invoke):
    """Rows turned round: the network's rungs agree nevertheless, and the exit code is 1."""
    code, stdout, _ = invoke("compare", port(("scaled = (close", "close = close[::-1]\n    scaled = (close")))
    assert code == 1
    assert verdicts(stdout) == dict.fromkeys(RUNGS, "agrees") | {"windows": "DIFFERS"}
    assert "Windows: the table is turned round, oldest day first" in stdout
    assert stdout.endswith("The other rungs that it answers agree: 7.\n")


WINDOWS = """
import numpy as np

def windows(close):
    rows = np.asarray(close)[::-1]
    count = len(rows) - 7
    train = int(0.8 * count)
    seen = rows[:train]
    scaled = (rows - seen.min()) / np.ptp(seen)
    return np.stack([scaled[k : k + 7, None] for k in range(count)]), scaled[7:, None], train
"""


def test_slips_of_the_windows_are_a_line_each(port, invoke):
    """Four that a careful user makes. Of what no function shows, the dtype, nothing is said."""
    code, stdout, _ = invoke("compare", port(text=WINDOWS))
    assert code == 1
    assert stdout.startswith("my_port.py against the published program, hidden 8\n")
    assert re.search(r"windows +- +1e-09 +DIFFERS    1012 for training, the program has 1018\n", stdout)
    told = stdout.partition("Windows: explained by 4 slips together:\n")[2].splitlines()
    begun = ("- the table is turned", "- the scaler is fitted", "- prices are scaled to 0", "- 80 % of the windows")
    assert [line.startswith(begin) for line, begin in zip(told, begun, strict=False)] == [True] * 4
    _, stdout, _ = invoke("compare", port(text=WINDOWS), "--json")
    assert json.loads(stdout, parse_constant=pytest.fail)["computes_in"] is None


def test_part_of_a_program_says_what_would_not_show(port, invoke):
    """Agreement of one function is not agreement of all."""
    text = "from my_functions import predict\n"
    path = port(text=text)
    path.with_name("my_functions.py").write_text(TEMPLATE, encoding="utf-8")
    code, stdout, _ = invoke("compare", path)
    assert code == 0
    assert f"35 of {len(SLIPS)} slips would not show in these functions; add cell, loss_and_gradients, train." in stdout


def test_json_has_all_of_it(port, invoke):
    """Rungs, and the slip by name."""
    code, stdout, _ = invoke("compare", port(*NO_TANH), "--json")
    document = json.loads(stdout, parse_constant=pytest.fail)
    assert (code, document["agrees"], document["computes_in"]) == (1, False, "float64")
    assert [row["rung"] for row in document["rows"]] == RUNGS
    assert [[slip["name"] for slip in slips] for slips in document["explanations"]] == [["tanh-left-out"]]


def test_port_behind_json_is_not_taken_for_its_file(port, invoke):
    """It stays what it is; what the line says to write prints the JSON."""
    path = port()
    assert_refused(invoke("compare", "--json", path), 2, "expected a name that ends in .json", '"--json -"')
    assert path.read_text(encoding="utf-8") == TEMPLATE
    code, stdout, _ = invoke("compare", "--json", "-", path)
    assert (code, json.loads(stdout)["agrees"]) == (0, True)


def test_failing_port_is_one_line_with_its_own_line_number(port, invoke):
    """Exit code 1, nothing on stdout."""
    assert_refused(
        invoke("compare", port(text="def predict(weights, inputs):\n    return weights['W']\n")), 1, "line 2"
    )
    assert_refused(invoke("compare", "none.py"), 1, "none.py: there is no such file")


def test_what_a_port_prints_is_told_in_one_line(port, invoke):
    """Not mixed with the result."""
    code, stdout, stderr = invoke("compare", port(("def predict(weights", "print('hello')\n\n\ndef predict(weights")))
    assert (code, "hello" in stdout) == (0, False)
    assert_one_line(stderr, "printed a line", "hello")


HEARING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit a deaf ear
from reproduce.cli import main
main()
"""


def test_loop_for_ever_ends_with_ctrl_c(port, tmp_path):
    """And the line says where it was."""
    path = port(text="def predict(weights, inputs):\n    open('begun', 'w').close()\n    while True:\n        pass\n")
    command = [sys.executable, "-c", HEARING, "compare", path]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as running:
        while not (tmp_path / "begun").exists() and running.poll() is None:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, stderr = running.communicate()
    assert running.returncode == 130
    assert re.search(r"my_port\.py, line [34], predict: interrupted\n$", stderr)


@pytest.mark.usefixtures("one_thread")
def test_example_in_keras_agrees(invoke):
    """The right port that the documents show."""
    code, stdout, _ = invoke("compare", EXAMPLES / "keras_port.py", "--wiring", "described")
    assert (code, "Agrees on all 4 rungs that it answers." in stdout) == (0, True)


def test_port_finds_keras_in_tensorflow_and_its_notes_are_left_out(tmp_path):
    """TensorFlow writes to the process's stderr as it starts; what the port writes there itself is kept."""
    own = "import sys\n\nfrom tensorflow import keras\n\nkeras.ops.ones(1)\nprint('my own line', file=sys.stderr)"
    (tmp_path / "port.py").write_text(f"{own}\n{TEMPLATE}", encoding="utf-8")
    answer = reproduce("compare", tmp_path / "port.py")
    assert (answer.returncode, answer.stderr) == (0, "my own line\n")


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_example_in_pytorch_is_told_of_its_epsilon():
    """In a process of its own: loaded beside TensorFlow, some of its releases crash."""
    answer = reproduce("compare", EXAMPLES / "pytorch_port.py", "--wiring", "described")
    assert (answer.returncode, "docs/slips.md#adam-epsilon" in answer.stdout) == (1, True), answer.stderr


def test_document_shows_what_is_printed(invoke):
    """Of the student's cell, character by character, but for what float64 rounds, which differs between processors."""
    _, stdout, _ = invoke("compare", EXAMPLES / "student.py")
    shown = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
    printed, shown = (re.sub(r"\de-1\d", "#e-1#", text) for text in (stdout, shown))
    assert f"```text\n{printed}```" in shown


OF_TWO = {"stacked-lstm": "prices", "macbeth": "characters"}
TWO_RUNGS = ["contract", "forward", "loss", "gradients", "one step", "six steps", "two epochs"]


@pytest.mark.parametrize("article", OF_TWO)
def test_template_of_an_article_is_printed_and_agrees(article, port, invoke):
    """On every rung."""
    code, text, stderr = invoke("compare", "--article", article, "--template", "numpy")
    assert (code, text, stderr) == (0, two_layers_text("numpy", OF_TWO[article]), "")
    code, stdout, stderr = invoke("compare", port(text=text), "--article", article)
    assert (code, stderr, verdicts(stdout)) == (0, "", dict.fromkeys(TWO_RUNGS, "agrees"))
    assert stdout.startswith(f"my_port.py against the program of {article}, hidden 8, computes in float64\n")
    assert (
        "Not compared, as what is random cannot be: the rate and place of dropout, and the order of windows" in stdout
    )


def test_slip_in_one_layer_is_named_with_its_layer(port, invoke):
    """Two blocks of the second layer's bias exchanged; --json has it too."""
    bias = 'w["recurrent_2"], w["bias_2"]'
    wrong = (bias, f"{bias}.reshape(4, -1)[[1, 0, 2, 3]].ravel()")
    path = port(
        wrong, ("def train(", "def _train("), ("def loss_and", "def _loss_and"), text=two_layers_text("numpy", "prices")
    )
    code, stdout, _ = invoke("compare", path, "--article", "stacked-lstm")
    assert code == 1
    assert f"Explained exactly by one slip of {len(PRICES.slips)}" in stdout
    assert "(only in the second layer)" in " ".join(stdout.split())
    code, stdout, _ = invoke("compare", path, "--article", "stacked-lstm", "--json")
    document = json.loads(stdout, parse_constant=pytest.fail)
    assert [[slip["name"] for slip in slips] for slips in document["explanations"]] == [["exchanged-bias-i-f"]]
    assert set(document["layers"]) == {"second"}


def test_partial_explanation_has_its_layer_and_way(port, capsys):
    """Two blocks of the second layer's bias are read as each other's, and its gradients handed back right."""
    bias, right = 'w["recurrent_2"], w["bias_2"]', "losses[-1].append(loss)"
    changes = (bias, f"{bias}.reshape(4, -1)[[1, 0, 2, 3]].ravel()"), (right, "losses[-1].append(loss + t)")
    path = port(*changes, text=two_layers_text("numpy", "prices"))
    program = against.Against("stacked-lstm")
    held = ports.hold(ports.ask_port(path, program), program)
    where = "(only in the second layer) (only where the weights are handed in)"
    assert f"are not {where}." in " ".join(port_text.as_text(held).split())
    port_text.give_held(held, "-")
    document = json.loads(capsys.readouterr().out)
    assert (document["explanations"], document["partly"][0]["name"]) == ([], "exchanged-bias-i-f")
    assert (set(document["ways"]), set(document["layers"])) == ({"in"}, {"second"})


def test_port_without_a_function_of_its_article_is_sent_to_its_template(port, invoke):
    """A cell is no function of the Macbeth network."""
    told = "defines none of predict, loss_and_gradients, train; reproduce compare --article macbeth --template keras"
    assert_refused(invoke("compare", port(text="def cell(): ...\n"), "--article", "macbeth"), 1, told)


def test_questions_of_an_article_are_answered_elsewhere(port, invoke, tmp_path):
    """By the same script: numbers of characters arrive as whole numbers."""
    questions, answers = tmp_path / "q.npz", tmp_path / "a.npz"
    code, _, stderr = invoke("compare", "--article", "macbeth", "--questions", questions, "--hidden", "3")
    assert (code, "12 questions" in stderr) == (0, True)
    path = port(text=two_layers_text("numpy", "characters"))
    subprocess.run([sys.executable, EXAMPLES / "answers.py", questions, path, answers], check=True)
    code, stdout, stderr = invoke("compare", "--answers", answers, "--article", "macbeth")
    assert (code, stderr, verdicts(stdout)) == (0, "", dict.fromkeys(TWO_RUNGS, "agrees"))


def test_every_slip_has_its_place_in_the_document():
    """Where the answer sends its reader."""
    headings = re.findall(r"(?m)^### (.*)$", (ROOT / "docs" / "slips.md").read_text(encoding="utf-8"))
    told = {slip.anchor.partition("#")[2] for slip in (*SLIPS, *PRICES.slips, *CHARACTERS.slips)}
    assert (told - set(headings), len(headings)) == (set(), len(set(headings)))


def test_questions_are_written_and_answers_read(port, invoke, tmp_path):
    """By way of the script that is copied to the other machine."""
    questions, answers = tmp_path / "q.npz", tmp_path / "a.npz"
    code, stdout, stderr = invoke("compare", "--questions", questions, "--hidden", "3")
    assert (code, stdout) == (0, "")
    assert_one_line(stderr, "20 questions")
    subprocess.run([sys.executable, EXAMPLES / "answers.py", questions, port(), answers], check=True)
    code, stdout, stderr = invoke("compare", "--answers", answers)
    assert (code, stderr) == (0, "")
    assert stdout.startswith("a.npz against the published program, hidden 3, computes in float64\n")
    assert verdicts(stdout) == dict.fromkeys(RUNGS, "agrees")


def test_questions_are_written_over_nothing(port, invoke, tmp_path):
    """A file that is there stays; so does one of another kind, such as the port."""
    (tmp_path / "q.npz").write_bytes(b"mine")
    assert_refused(invoke("compare", "--questions", tmp_path / "q.npz"), 1, "q.npz: is there already; give --questions")
    assert (tmp_path / "q.npz").read_bytes() == b"mine"
    assert_refused(invoke("compare", "--questions", port()), 2, "my_port.py, expected a name that ends in .npz")


def npy(array):
    """A file of one array."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays):
    """A file of several."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def damaged_npz():
    """A compressed file whose first stream begins with a block of no known type."""
    file = io.BytesIO()
    np.savez_compressed(file, hidden=3)
    content = bytearray(file.getvalue())
    content[30 + len("hidden.npy") + content[28]] |= 0b110  # after the zip's local header, the name and the extra field
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is no .npz file"),
        (b"not a zip", "is no .npz file"),
        (b"PK\x03\x04 half of it", "is no .npz file"),
        (npy(np.zeros(3)), "is no .npz file"),
        (damaged_npz(), "is no .npz file"),
        (npz(hidden=0), "hidden is 0, expected 1 to 1024; copy it from the questions"),
        (npz(hidden=2000), "hidden is 2000, expected 1 to 1024"),
        (None, "No such file"),
    ],
    ids=["empty", "text", "half", "one-array", "damaged", "no-units", "too-many-units", "missing"],
)
def test_broken_answers_are_refused(content, told, invoke, tmp_path):
    """In one line."""
    path = tmp_path / "a.npz"
    if content is not None:
        path.write_bytes(content)
    assert_refused(invoke("compare", "--answers", path), 1, told)


def test_file_without_the_functions_is_told_the_template_of_its_wiring(invoke, tmp_path):
    """Which that of the published program is not."""
    port = tmp_path / "port.py"
    port.write_text("x = 1\n", encoding="utf-8")
    told = "reproduce compare --template keras --wiring described shows how"
    assert_refused(invoke("compare", port, "--wiring", "described"), 1, told)


def test_template_is_printed_for_either_wiring(invoke):
    """As it is in the package."""
    assert invoke("compare", "--template", "numpy") == (0, TEMPLATE, "")
    assert "PUBLISHED = False" in invoke("compare", "--template", "jax", "--wiring", "described")[1]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["my_port.py", "--template", "numpy"], "--template and PORT: give one of them"),
        (["my_port.py", "--epochs", "3"], "changes nothing with PORT"),
        (["--wiring", "described"], "changes nothing without PORT"),
        (["--questions", "q.npz", "--json"], "changes nothing with --questions"),
        (["my_port.py", "--hidden", "3"], "--hidden: changes nothing without --questions"),
        (["--hidden", "3"], "--hidden: changes nothing without --questions"),
        (["--template", "caffe"], "--template"),
        (["--template", "jax", "--article", "macbeth"], "macbeth has numpy, keras, pytorch, not jax"),
        (["my_port.py", "--article", "macbeth", "--wiring", "described"], "changes nothing with --article macbeth"),
        (["--article", "macbeth"], "changes nothing without PORT"),
        (["my_port.py", "--wiring", "other"], "--wiring"),
    ],
)
def test_misuse_is_refused(words, named, invoke):
    """Exit code 2."""
    assert_refused(invoke("compare", *words), 2, named)
