"""original_code/bitcoin_lstm.py itself as a port, asked and answered through files, as one on another machine would be.

`BasicLSTMCell` is not in TensorFlow beside Keras 3, so this graph is the real TF1 program; it is also packed wrongly.
"""

import runpy
import subprocess
import sys

import numpy as np
import pytest
import tensorflow.compat.v1 as tf

from reproduce.cli import ports
from reproduce.cli.against import Against
from reproduce.evidence.program import load_program
from reproduce.networks.ports import layouts
from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.network import NAMES
from reproduce.networks.ports.price_questions import ask
from tests.networks.ports.slipped import PUBLISHED, names
from tests.test_layout import ROOT

ANSWERS = ROOT / "examples" / "ports" / "answers.py"
pytestmark = pytest.mark.usefixtures("one_thread")


class Published:
    """The program's graph, its sizes set to those of the question, with weights fed in the order it makes them."""

    def __init__(self):
        self.program = load_program("bitcoin_lstm")
        self.program.batch_size = 3
        self.graphs = {}

    def start(self, weights, days):
        """A session over the graph of that many days, its variables those weights and Adam's at their start."""
        hidden = len(weights["b_i"])
        if (days, hidden) not in self.graphs:
            self.program.window_size, self.program.hidden_layer = days, hidden
            session = tf.Session(graph=tf.Graph())
            with session.graph.as_default():
                built = self.program.build_graph(seed=0)
                variables, initial = tf.trainable_variables(), tf.global_variables_initializer()
                self.graphs[days, hidden] = session, initial, variables, built, tf.gradients(built[3], variables)
        session, initial, variables, (inputs, targets, outputs, loss, update), gradients = self.graphs[days, hidden]
        with session.graph.as_default():
            session.run(initial)
            for variable, name in zip(variables, NAMES, strict=True):
                variable.load(weights[name].astype("float32"), session)
        return session, inputs, targets, outputs, loss, update, gradients, variables

    def windows(self, close):
        scaled = self.program.StandardScaler().fit_transform(close.reshape(-1, 1))
        return *self.program.window_data(scaled, 7), self.program.TRAIN_WINDOWS

    def predict(self, weights, inputs):
        session, x, _, outputs, *_ = self.start(weights, inputs.shape[1])
        return np.concatenate(session.run(outputs, {x: inputs}))

    def loss_and_gradients(self, weights, inputs, targets):
        session, x, y, _, loss, _, gradients, _ = self.start(weights, inputs.shape[1])
        loss, gradients = session.run([loss, gradients], {x: inputs, y: targets})
        return loss, dict(zip(NAMES, gradients, strict=True))

    def train(self, weights, inputs, targets, batch, epochs):
        session, x, y, _, loss, update, _, variables = self.start(weights, inputs.shape[1])
        starts = range(0, len(inputs) - batch + 1, batch)
        losses = [
            [session.run([loss, update], {x: inputs[k : k + batch], y: targets[k : k + batch]})[0] for k in starts]
            for _ in range(epochs)
        ]
        return losses, dict(zip(NAMES, session.run(variables), strict=True))

    def functions(self):
        """By name, as a port has them."""
        return {name: getattr(self, name) for name in ("windows", "predict", "loss_and_gradients", "train")}


@pytest.fixture(scope="module")
def published(one_thread):  # noqa: ARG001
    """The program, whose graphs take a second each to build."""
    return Published()


def test_published_program_agrees_through_files(published, tmp_path):
    """On every rung that can be asked of it: its cell is a function within another."""
    answer = runpy.run_path(str(ANSWERS))["answer"]
    ports.give_questions(tmp_path / "questions.npz", 4, Against())
    asked = dict(np.load(tmp_path / "questions.npz"))
    longer = tuple(f"forward {days}/" for days in range(3, 7))  # each window is a graph of its own, and 7 is asked too
    asked = {name: array for name, array in asked.items() if not name.startswith(longer)}
    answers = answer(asked, published.functions())
    np.savez(tmp_path / "answers.npz", **answers)
    held = ports.hold(ports.read_answers(tmp_path / "answers.npz", Against()), Against())
    assert held.agrees
    assert [row.rung for row in held.rows if row.verdict != "agrees"] == ["cell"]


@pytest.mark.parametrize("order", ["ifgo", "goif", "ofig"])
def test_basic_lstm_cell_s_kernel_cut_wrongly_is_named(order, published, monkeypatch):
    """Weights that came as i j f o and were cut into gates in another order, with no gradient to tell of it."""
    right, questions = layouts.BASIC, [one for one in ask(4) if one.name == "forward 2"]
    answers = {}
    for question in questions:
        monkeypatch.setattr(layouts, "BASIC", right)
        kernel = layouts.to_basic_lstm_cell(question.arguments["weights"], forget_bias=0.0)
        monkeypatch.setattr(layouts, "BASIC", order)
        cut = layouts.from_basic_lstm_cell(kernel, forget_bias=0.0)
        answers[question.name] = {"predictions": published.predict(cut, question.arguments["inputs"]).astype("float64")}
    gates = "".join(right[order.index(gate)] for gate in "ifog")
    assert names(compare(PUBLISHED, questions, answers, "float32")) == [(f"gate-order-{gates}",)]


def test_answers_script_runs_where_reproduce_is_not_installed(tmp_path):
    """By a Python that finds nothing of it; it writes all that the port has a function for."""
    ports.give_questions(tmp_path / "questions.npz", 2, Against())
    (tmp_path / "port.py").write_text("def cell(weights, x, h, c):\n    return h, c\n", encoding="utf-8")
    words = [sys.executable, ANSWERS, "questions.npz", "port.py", "answers.npz"]
    ended = subprocess.run(words, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    with np.load(tmp_path / "answers.npz") as answers:
        assert {name.partition("/")[0] for name in answers} == {"hidden", "cell", *(f"cell {gate}" for gate in "ifog")}
