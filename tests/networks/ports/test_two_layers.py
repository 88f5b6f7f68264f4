"""The network of two layers without a slip is Keras's, of which it shares no code; with one, slopes hold."""

import re
from dataclasses import replace

import numpy as np
import pytest

from reproduce.networks.ports.contract import ask_port, load
from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.questions import Question
from reproduce.networks.ports.templates import two_layers_text
from reproduce.networks.ports.two_layers.targets import CHARACTERS, PRICES
from tests.networks.ports.slipped import answers_as_ports, names

TARGETS = {"prices": PRICES, "characters": CHARACTERS}
pytestmark = pytest.mark.usefixtures("one_thread")


def file_with(tmp_path, library, reads, *changes):
    """The template with pieces of its text exchanged, as a file."""
    text = two_layers_text(library, reads)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "port.py"
    path.write_text(text, encoding="utf-8")
    return path


def compared(path, reads, asked=None):
    """A port's file held against the program, on some questions or all."""
    target = TARGETS[reads]
    questions = [one for one in target.ask(3) if asked is None or one.name in asked]
    found = ask_port(load(path, target.functions), questions)
    return compare(target, questions, found.by_question, found.dtype)


@pytest.mark.parametrize("reads", TARGETS)
def test_template_in_keras_agrees(reads, tmp_path):
    """Forward pass, loss, gradients, a step of Keras's own optimizer, two epochs of its fit with a remainder."""
    comparison = compared(file_with(tmp_path, "keras", reads), reads, TRAINED)
    assert (names(comparison), len(comparison.published)) == ([()], 5)


FORWARD, SMALL, STEPS = ("one day", "forward 7"), ("one step, small",), ("six steps",)
TRAINED = ("forward 7", "gradients", "one step, small", "two epochs")
WRONG = {
    "recurrent-activation": (
        "prices",
        FORWARD,
        ("LSTM(first, ", "LSTM(first, recurrent_activation='hard_sigmoid', "),
        "hard-sigmoid-new",
    ),
    "output-sigmoid": ("prices", FORWARD, ("Dense(outputs)", "Dense(outputs, activation='sigmoid')"), "output-sigmoid"),
    "adam": ("prices", SMALL, ('optimizer="rmsprop"', 'optimizer="adam"'), "adam"),
    "clipnorm": (
        "characters",
        STEPS,
        ('optimizer="adam"', "optimizer=keras.optimizers.Adam(clipnorm=1.0)"),
        "clipped-each",
    ),
    "binary": (
        "characters",
        SMALL,
        ('loss="categorical_crossentropy"', 'loss="binary_crossentropy"'),
        "binary-cross-entropy",
    ),
    "kernel-regularizer": (
        "prices",
        STEPS,
        ("keras.layers.LSTM(", "(lambda *a, **k: keras.layers.LSTM(*a, kernel_regularizer='l2', **k))("),
        "training-penalised",
    ),
    "softmax-by-column": (
        "characters",
        (*FORWARD, "gradients", *SMALL),
        ('activation="softmax"', "activation=lambda z: tf.nn.softmax(z, axis=0)"),
        "softmax-by-column",
    ),
    "dropout-at-inference": (
        "characters",
        FORWARD,
        ("training=False", "training=True"),
        "dropout-at-inference",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_setting_of_keras_is_named(case, tmp_path):
    """As a user sets it."""
    reads, asked, change, slip = WRONG[case]
    changes = [change, ("DROPOUT = 0.0", "DROPOUT = 0.2")] if slip == "dropout-at-inference" else [change]
    assert names(compared(file_with(tmp_path, "keras", reads, *changes), reads, asked)) == [(slip,)]


def test_two_biases_that_are_both_filled_and_both_train_are_one_slip(tmp_path):
    """As in PyTorch; its template hands one of the two back, with its own gradient."""
    path = file_with(tmp_path, "numpy", "prices", ("recurrent + bias, 4", "recurrent + 2 * bias, 4"))
    assert names(compared(path, "prices", TRAINED)) == [("gate-bias-doubled",)]


def test_two_biases_of_one_layer_that_both_train_are_named_with_their_layer(tmp_path):
    """The first one's; their sum is handed back, which moves twice as far as one, and the second layer's does not."""
    twice = "{**weights, 'bias_1': 2 * weights['bias_1']}"
    path = file_with(
        tmp_path,
        "numpy",
        "prices",
        ("def loss_and_gradients", "def of_these"),
        ("loss, gradients = loss_and_gradients", "loss, gradients = of_these"),
        ("return forward(weights, inputs)[0]", f"return forward({twice}, inputs)[0]"),
        ("w = dict(weights)", f"w = {twice}"),
        ("w[name] - 0.001 * g", "w[name] - 0.001 * (1 + (name == 'bias_1')) * g"),
    )
    asked = f"def loss_and_gradients(weights, inputs, targets):\n    return of_these({twice}, inputs, targets)\n"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\n{asked}", encoding="utf-8")
    comparison = compared(path, "prices", TRAINED)
    assert (names(comparison), comparison.ways, comparison.layers) == ([("gate-bias-doubled",)], ("in",), ("first",))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, set(), id="alone"),
        pytest.param({"axes": "windows"}, {"batch-first"}, id="along-windows"),
        pytest.param({"days": "by view"}, {"view-for-transpose"}, id="by-view"),
        pytest.param({"reported": "after the step"}, {"loss-after-the-step"}, id="told-after-the-step"),
    ],
)
def test_what_stands_beside_a_shuffled_order_is_found(changes, found):
    """The order within a batch too, where the network sees it."""
    questions = PRICES.ask(3)
    (port,) = answers_as_ports(PRICES, [replace(PRICES.program, order="shuffled", **changes)], questions, "float32")
    assert [set(one) for one in names(compare(PRICES, questions, port, "float32"))] == [{"shuffled-here", *found}]


UNKNOWN = {
    "coupled-gates": ("f * c + i * g), f * c + i * g)", "(1 - i) * c + i * g), (1 - i) * c + i * g)"),
    "layer-normalisation": (
        "np.stack([day[-1] for day in days], axis=1)",
        "(lambda h: (h - h.mean(-1, keepdims=True)) / h.std())(np.stack([day[-1] for day in days], axis=1))",
    ),
    "residual": ("h_2[:, -1] @ w", "(h_2[:, -1] + h_2[:, 0]) @ w"),
}


@pytest.mark.parametrize(("case", "reads"), [*zip(UNKNOWN, ("prices", "characters", "prices"), strict=True)])
def test_unknown_program_is_given_no_name(case, reads, tmp_path):
    """Not of a slip, and not of two."""
    comparison = compared(file_with(tmp_path, "numpy", reads, UNKNOWN[case]), reads, FORWARD)
    assert comparison.explanations == ()


def test_number_read_off_a_single_loss_explains_nothing(tmp_path):
    """A loss that is too large by 0.1, whose gradients are wrong too, has no penalty: any number fits one loss."""
    wrong = "np.mean((out - targets) ** 2) + 0.1, 3.3 * np.sign(out - targets)"
    path = file_with(
        tmp_path, "numpy", "prices", ("np.mean((out - targets) ** 2), 2 * (out - targets) / len(out)", wrong)
    )
    comparison = compared(path, "prices", (*FORWARD, "gradients"))
    assert (comparison.explanations, comparison.partly) == ((), ())


def test_windows_of_text_are_told_in_characters():
    """Their slips and places have no days."""
    told = [word for slip in CHARACTERS.slips for word in (slip.title, slip.symptom, slip.cause, slip.mend)]
    places = [rung.place([("forward 2", "predictions")]) for rung in CHARACTERS.rungs if rung.name == "forward"]
    assert [text for text in told if re.search(r"\bdays?\b", text)] == []
    assert places == ["first after 2 of 7 characters"]


def test_gru_for_an_lstm_is_given_no_name():
    """Its reset and update gates take the blocks of i and f, its candidate that of c."""

    def layer(x, kernel, recurrent, bias):
        h, hs = np.zeros((len(x), len(recurrent))), []
        for t in range(x.shape[1]):
            a = np.split(x[:, t] @ kernel + bias, 4, axis=1)
            r = np.split(h @ recurrent, 4, axis=1)
            z, reset = (1 / (1 + np.exp(-(a[k] + r[k]))) for k in (0, 1))
            h = z * h + (1 - z) * np.tanh(a[2] + reset * r[2])
            hs.append(h)
        return np.stack(hs, axis=1)

    questions = [one for one in PRICES.ask(3) if one.name in FORWARD]
    answers = {}
    for one in questions:
        w = one.arguments["weights"]
        h = layer(one.arguments["inputs"], w["kernel_1"], w["recurrent_1"], w["bias_1"])
        h = layer(h, w["kernel_2"], w["recurrent_2"], w["bias_2"])[:, -1]
        answers[one.name] = {"predictions": h @ w["kernel_out"] + w["bias_out"]}
    assert compare(PRICES, questions, answers, "float64").explanations == ()


@pytest.mark.parametrize("reads", TARGETS)
def test_gradients_of_every_slip_are_slopes_of_its_loss(reads):
    """Along one random direction through all weights, for all programs but those whose gradients are not the loss's."""
    target = TARGETS[reads]
    untrue = ("gradient-of-last-day", "gradients-scaled")
    by_column = ("by column", "by column, then row") * (reads == "characters")
    slips = [slip for slip in target.slips if slip.name not in untrue]
    programs = [target.program, *(slip.programs(target.program)[0] for slip in slips)]
    programs += [replace(target.program, loss=kind) for kind in by_column]
    asked = {one.name: one for one in target.ask(3, seed=4)}["gradients"].arguments
    generator = np.random.default_rng(5)
    direction = {name: generator.normal(size=array.shape) for name, array in asked["weights"].items()}

    def answers(step):
        moved = {name: array + step * direction[name] for name, array in asked["weights"].items()}
        return target.answers(
            programs, Question("gradients", "loss_and_gradients", {**asked, "weights": moved}), "float64"
        )

    slopes = (answers(1e-6)["loss"] - answers(-1e-6)["loss"]) / 2e-6
    found = answers(0)
    along = sum(np.sum(found[f"gradients/{n}"] * d, axis=tuple(range(1, d.ndim + 1))) for n, d in direction.items())
    is_smooth = np.array([one.loss != "absolute" for one in programs])
    np.testing.assert_allclose(along[is_smooth], slopes[is_smooth], rtol=2e-6, atol=1e-9)
