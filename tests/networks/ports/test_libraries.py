"""Real programs as ports: Keras, PyTorch, JAX and a TF1 graph, each right and with the packings people get wrong.

The ports are the templates. Where the layouts pack, their order is moved, as a user's own packing would have it.
"""

import importlib.util
import json
import subprocess
import sys

import pytest

from reproduce.networks.ports import layouts
from reproduce.networks.ports.price import price_target
from reproduce.networks.ports.price_questions import ask
from reproduce.networks.ports.templates import TEMPLATES, template_text
from tests.networks.ports.slipped import compare_file, names

LIBRARIES = {"numpy": "numpy", "keras": "keras", "pytorch": "torch", "jax": "jax", "tf1": "tensorflow"}
pytestmark = pytest.mark.usefixtures("one_thread")


ALL = [question.name for question in ask() if question.name not in [f"forward {days}" for days in range(2, 7)]]
FEW = ("cell", "forward 2", "gradients", "one step")


def installed(library):
    """A mark that skips where it is not."""
    return pytest.mark.skipif(importlib.util.find_spec(library) is None, reason=f"{library} is not installed")


def compared(tmp_path, library, wiring, *changes, asked=("cell", "forward 2", "gradients")):
    """The template with pieces of its text exchanged, held against the program: names of slips, and their ways.

    PyTorch and JAX run in a process of their own: loaded beside TensorFlow, some of their releases crash.
    """
    text = template_text(library, wiring)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / f"{library}_port.py"
    path.write_text(text, encoding="utf-8")
    if library not in ("pytorch", "jax"):
        comparison = compare_file(path, price_target(wiring), hidden=4, asked=asked)
        return names(comparison), comparison.ways
    command = [sys.executable, "-m", "reproduce", "compare", path, "--wiring", wiring, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode in (0, 1), ended.stderr
    document = json.loads(ended.stdout)
    found = [tuple(slip["name"] for slip in slips) for slips in document["explanations"]]
    return found, tuple(document["ways"])


@pytest.mark.parametrize(("wiring", "asked"), [("published", ALL), ("described", FEW)], ids=["published", "described"])
@pytest.mark.parametrize("library", [pytest.param(name, marks=installed(LIBRARIES[name])) for name in TEMPLATES])
def test_template_agrees(library, wiring, asked, tmp_path):
    """On every rung, training too; of the described one, which differs by one word, up to a step."""
    assert compared(tmp_path, library, wiring, asked=asked) == ([()], ("both",))


# An order of the four blocks in one matrix that is read as i f g o: none is where it belongs, nor on the way back. That
# each order has its slip is seen in test_slips.
ORDER = "fgoi"
SLIP = "gate-order-" + "".join(ORDER["ifgo".index(gate)] for gate in "ifog")  # what i, f, o and g take


@pytest.mark.parametrize(
    ("library", "name"),
    [
        pytest.param("keras", "KERAS", marks=installed("keras")),
        pytest.param("pytorch", "PYTORCH", marks=installed("torch")),
    ],
)
def test_wrong_packing_is_named(library, name, tmp_path, monkeypatch):
    """The order of Keras's and PyTorch's blocks; weights and gradients by the same one."""
    monkeypatch.setattr(layouts, name, getattr(layouts, name))  # and back again after the test
    line = "from reproduce.networks.ports import layouts\n"
    found = compared(tmp_path, library, "described", (line, f"{line}\nlayouts.{name} = {ORDER!r}\n"))
    assert found == ([(SLIP,)], ("both",))


@pytest.mark.parametrize(
    ("library", "loop"),
    [
        pytest.param("jax", "for gate in {!r}", marks=installed("jax")),
        pytest.param("tf1", "for k in {!r}", marks=installed("tensorflow")),
    ],
)
def test_wrong_order_of_gates_is_named(library, loop, tmp_path):
    """The same order where a program names its gates: i, f, o and g are bound to other letters."""
    gates = SLIP.removeprefix("gate-order-")
    there = (loop.format(letters).replace("'", '"') for letters in ("ifog", gates))
    assert compared(tmp_path, library, "published", tuple(there)) == ([(SLIP,)], ("both",))


# What tells a slip, beside a step where gradients are small.
TOLD_BY = dict.fromkeys(("hard-sigmoid-new", "forget-bias", "loss-half", "loss-sum"), "gradients")
TOLD_BY |= dict.fromkeys(("adam-counts-epochs", "loss-running-mean"), "six steps")
TOLD_BY |= dict.fromkeys(("clipping-each", "clipping-value", "clipping-global"), "six steps")
EVERY = "loss-every-with-every"
SETTINGS = {
    "keras-clipnorm": ("keras", "epsilon=1e-8", "epsilon=1e-8, clipnorm=4.0", "clipping-each"),
    "keras-clipvalue": ("keras", "epsilon=1e-8", "epsilon=1e-8, clipvalue=4.0", "clipping-value"),
    "keras-global-clipnorm": ("keras", "epsilon=1e-8", "epsilon=1e-8, global_clipnorm=4.0", "clipping-global"),
    "keras-weight-decay": ("keras", "epsilon=1e-8", "epsilon=1e-8, weight_decay=0.01", "weight-decay"),
    "keras-hard-sigmoid": (
        "keras",
        "LSTMCell(hidden)",
        "LSTMCell(hidden, recurrent_activation='hard_sigmoid')",
        "hard-sigmoid-new",
    ),
    "pytorch-epsilon": ("pytorch", "optimizer = Adam(", "optimizer = torch.optim.Adam(", "adam-epsilon"),
    "pytorch-two-biases": ("pytorch", "bias_hh.requires_grad = False", "bias_hh.requires_grad = True", "two-biases"),
    "pytorch-sum": (
        "pytorch",
        "loss = torch.nn.functional.mse_loss(",
        "loss = torch.nn.MSELoss(reduction='sum')(",
        "loss-sum",
    ),
    "tf1-forget-bias": ("tf1", "tf.sigmoid(f)", "tf.sigmoid(f + 1)", "forget-bias"),
    "tf1-sgd": ("tf1", "AdamOptimizer(0.001)", "GradientDescentOptimizer(0.001)", "sgd"),
    "tf1-loss": ("tf1", "tf.reduce_mean(tf.square(", "0.5 * tf.reduce_mean(tf.square(", "loss-half"),
    "numpy-clipping": ("numpy", "m[name] = 0.9", "g = np.clip(g, -0.01, 0.01); m[name] = 0.9", "clipping-value"),
    "numpy-epochs": ("numpy", "            t += 1\n", "            t = len(losses)\n", "adam-counts-epochs"),
    "numpy-running-mean": (
        "numpy",
        "losses[-1].append(loss)",
        "losses[-1].append((loss + sum(losses[-1][-1:]) * len(losses[-1])) / (len(losses[-1]) + 1))",
        "loss-running-mean",
    ),
    "jax-uncorrected": ("jax", "jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)", "1", "adam-uncorrected"),
}


@pytest.mark.parametrize(
    ("handed_back", "way"),
    [
        ("w", "both"),
        ("w | {f'b_{gate}': 2 * w[f'b_{gate}'] for gate in GATES}", "in"),
    ],
    ids=["one", "their-sum"],
)
def test_two_biases_that_are_both_filled_and_both_train_are_one_slip(handed_back, way, tmp_path):
    """As in PyTorch: each has its own gradient and step. They stay alike, so here is one, which is added twice."""
    twice = ('w[f"b_{gate}"]', '2 * w[f"b_{gate}"]')
    back = ("return losses, w", f"return losses, {handed_back}")
    found = compared(tmp_path, "numpy", "published", twice, back, asked=(*FEW, "one step, small", "six steps"))
    assert found == ([("gate-bias-doubled",)], (way,))


@pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="keras is not installed")
def test_default_epsilon_of_keras_is_named_and_nothing_beside_it(tmp_path):
    """On all rungs of the described wiring, where Keras rounds most; its optimizer as everybody makes it."""
    change = ("Adam(0.001, epsilon=1e-8)", "Adam(0.001)")
    assert compared(tmp_path, "keras", "described", change, asked=ALL) == ([("adam-epsilon-keras",)], ("both",))


def test_remedy_for_every_with_every_mends_either_cause(tmp_path):
    """Neither squeezed: targets come as (n, 1), and predictions stay so."""
    for wrong in ("forward(w, inputs)[:, 0] - targets)", "forward(w, inputs) - targets[:, 0])"):
        change = ("forward(w, inputs) - targets)", wrong)
        assert compared(tmp_path, "tf1", "published", change, asked=("gradients",))[0] == [(EVERY,)]
    assert compared(tmp_path, "tf1", "published", asked=("gradients",))[0] == [()]


BY_HAND = {
    "loss-half-sum": (
        ("d_prediction = 2 * error / len(error)", "d_prediction = error"),
        ("return np.mean(error**2), gradients", "return np.sum(error**2) / 2, gradients"),
    ),
    "view-for-transpose": (
        ("    h = c = np.zeros(", "    inputs = inputs.reshape(7, -1, 1).swapaxes(0, 1)\n    h = c = np.zeros("),
    ),
    "loss-after-the-step": (
        ("            losses[-1].append(loss)\n", ""),
        (
            "+ 1e-8)\n",
            "+ 1e-8)\n            after = loss_and_gradients(w, inputs[k : k + batch], targets[k : k + batch])\n"
            "            losses[-1].append(after[0])\n",
        ),
    ),
    "weight-penalty": (("m[name] = 0.9 *", "g = g + 0.01 * w[name]; m[name] = 0.9 *"),),
    "learning-rate-by-step": (("rate = 0.001 *", "rate = 0.001 * 0.96 ** (t - 1) *"),),
    "learning-rate-by-epoch": (("rate = 0.001 *", "rate = 0.001 * 0.5 ** (len(losses) - 1) *"),),
    "gradients-added-up": (
        ("losses, t = [], 0", "losses, t, total = [], 0, {}"),
        (
            "rate = 0.001 *",
            "total = gradients = {k: g + total.get(k, 0) for k, g in gradients.items()}\n            rate = 0.001 *",
        ),
    ),
    "optimizer-renewed": (
        (
            "losses.append([])",
            "losses.append([])\n        t, m, v = 0, *({k: 0 * a for k, a in w.items()} for _ in 'mv')",
        ),
    ),
}


PENALISED = ("", "W_", "W_x", "W_x|W_hy", "W_h[ifog]", "W_[xh][ifog]", "W_hy")  # names begin so; "": all of them


@pytest.mark.parametrize("names", PENALISED)
def test_penalty_of_some_weights_is_named(names, tmp_path):
    """0.01 times the sum of their squares in the loss, and its derivative in the gradients."""
    change = (
        "return np.mean(error**2), gradients",
        f"some = [name for name in weights if __import__('re').match({names!r}, name)]\n"
        "    gradients = {k: g + 0.02 * weights[k] * (k in some) for k, g in gradients.items()}\n"
        "    return np.mean(error**2) + 0.01 * sum((weights[k] ** 2).sum() for k in some), gradients",
    )
    assert compared(tmp_path, "numpy", "published", change, asked=("gradients",))[0] == [("loss-penalised",)]


@pytest.mark.parametrize("slip", BY_HAND)
def test_slip_by_hand_is_named(slip, tmp_path):
    """As it is made in NumPy."""
    asked = ("forward 7", "gradients", "one step", "two epochs")
    assert compared(tmp_path, "numpy", "published", *BY_HAND[slip], asked=asked)[0] == [(slip,)]


def test_penalty_of_an_optimizer_is_no_part_of_what_its_gradients_add_up_to(tmp_path):
    """As PyTorch's weight_decay is none of .grad: it is added within the step."""
    both = (*BY_HAND["gradients-added-up"], *BY_HAND["weight-penalty"])
    asked = ("gradients", "one step", "two epochs")
    assert compared(tmp_path, "numpy", "published", *both, asked=asked)[0] == [("gradients-added-up", "weight-penalty")]


def test_loop_that_exchanges_h_and_c_is_named_beside_a_right_cell(tmp_path):
    """The cell that is asked alone is not what the loop calls."""
    change = ("h, c, day = step(w, inputs[:, t], h, c)", "h, c, day = step(w, inputs[:, t], c, h)")
    assert compared(tmp_path, "numpy", "published", change, asked=("cell", "forward 3"))[0] == [("wiring",)]


@pytest.mark.parametrize("case", [
    pytest.param(case, marks=installed(LIBRARIES[one[0]])) for case, one in SETTINGS.items()
])  # fmt: skip
def test_wrong_setting_is_named(case, tmp_path):
    """The library's own way to set it, where a program would have it."""
    library, right, wrong, slip = SETTINGS[case]
    asked = (TOLD_BY[slip],) if slip in TOLD_BY else ("gradients", "one step, small")
    assert compared(tmp_path, library, "published", (right, wrong), asked=asked)[0] == [(slip,)]
