"""Programs with a slip that is in no table: it is not given a wrong name."""

import numpy as np
import pytest

from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.price_questions import ask
from tests.networks.ports.slipped import PUBLISHED
from tests.oracles import sigmoid


def gates_of(w, x, read):
    """What stands in each gate."""
    return {k: x @ w[f"W_x{k}"] + read @ w[f"W_h{k}"] + w[f"b_{k}"] for k in "ifog"}


def coupled(w, x, h, c):
    """f = 1 - i."""
    z = gates_of(w, x, c)
    i = sigmoid(z["i"])
    after = (1 - i) * h + i * np.tanh(z["g"])
    return sigmoid(z["o"]) * np.tanh(after), after


def peepholes(w, x, h, c):
    """The gates see the cell state too."""
    z = gates_of(w, x, c)
    after = sigmoid(z["f"] + 0.1 * h) * h + sigmoid(z["i"] + 0.1 * h) * np.tanh(z["g"])
    return sigmoid(z["o"] + 0.1 * after) * np.tanh(after), after


def normalised(w, x, h, c):
    """Layer normalisation of what stands in each gate."""
    z = {k: (v - v.mean(axis=1, keepdims=True)) / v.std(axis=1, keepdims=True) for k, v in gates_of(w, x, c).items()}
    after = sigmoid(z["f"]) * h + sigmoid(z["i"]) * np.tanh(z["g"])
    return sigmoid(z["o"]) * np.tanh(after), after


def right(w, x, h, c):
    """The published cell."""
    z = gates_of(w, x, c)
    after = sigmoid(z["f"]) * h + sigmoid(z["i"]) * np.tanh(z["g"])
    return sigmoid(z["o"]) * np.tanh(after), after


def zoneout(w, x, h, c):
    """A tenth of each state stays as it was."""
    after = right(w, x, h, c)
    return 0.9 * after[0] + 0.1 * h, 0.9 * after[1] + 0.1 * c


# The cell, and what h and c start from: the last one's have been learnt.
UNKNOWN = {
    "coupled-gates": (coupled, 0.0),
    "peepholes": (peepholes, 0.0),
    "layer-normalisation": (normalised, 0.0),
    "zoneout": (zoneout, 0.0),
    "learnt-initial-state": (right, 0.03),
}


def answer(question, step, start):
    """That of a port with predict and cell."""
    given = question.arguments

    def predict(w):
        h = c = np.full((3, question.hidden), start)
        for t in range(given["inputs"].shape[1]):
            h, c = step(w, given["inputs"][:, t], h, c)
        return h @ w["W_hy"] + w["b_y"]

    if question.function == "cell":
        return dict(zip("hc", step(given["weights"], given["x"], given["h"], given["c"]), strict=True))
    return {"predictions": predict(given["weights"])}


@pytest.mark.parametrize(("functions", "dtype"), [(("cell", "predict"), "float64"), (("predict",), "float32")])
@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_slip_is_given_no_name(case, functions, dtype):
    """Not of a single slip, and not of two; with the fewest functions in float32, which has the widest tolerance."""
    questions = ask()
    asked = [one for one in questions if one.function in functions]
    answers = {one.name: answer(one, *UNKNOWN[case]) for one in asked}
    rounded = {name: {k: v.astype(dtype).astype("float64") for k, v in one.items()} for name, one in answers.items()}
    comparison = compare(PUBLISHED, questions, rounded, dtype)
    assert (comparison.explanations, comparison.dtype) == ((), dtype)  # not float32, which nothing shows
