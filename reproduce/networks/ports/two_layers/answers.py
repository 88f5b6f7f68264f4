"""What slipped programs of two layers answer, P at once, and what is random in them, found from a port's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations, product
from typing import Any

import numpy as np

from reproduce.networks.ports.answers import in_parts
from reproduce.networks.ports.penalty import Penalty
from reproduce.networks.ports.questions import Answer, Question
from reproduce.networks.ports.rule import Rule
from reproduce.networks.ports.training import apart, flat, kinds, train
from reproduce.networks.ports.two_layers.network import NAMES, LayerWeights, Masks, Network, Packed
from reproduce.networks.ports.two_layers.program import DROPOUT, TwoLayers
from reproduce.networks.ports.two_layers.questions import SEEN

KINDS = "xhbxhbyb"  # of the arrays, as `penalty.PENALISED` has them


def answers_of(
    programs: Sequence[TwoLayers], question: Question, dtype: str, draws: Sequence[Any] | None = None
) -> Answer:
    """The programs' answers, each array with an axis (P,) in front; the losses of a batch not trained on are nan.

    Args:
        draws: of each program, from `draws_of`; None where nothing is random.
    """
    return in_parts(_answer, programs, question, dtype, draws)


def _answer(programs: Sequence[TwoLayers], question: Question, dtype: str, draws: Sequence[Any] | None) -> Answer:
    if question.function == "loss_and_gradients":
        programs = [replace(one, loss=one.asked_loss or one.loss) for one in programs]
    given, network = question.arguments, Network(programs, dtype)
    inputs = _inputs(question, len(programs), dtype)
    if question.function == "train":
        orders = None if draws is None else np.stack(draws)
        losses, weights = train(_Training(network, question, inputs), given["batch"], given["epochs"], orders)
        return {"losses": losses} | {f"weights/{name}": array for name, array in weights.items()}
    weights = network.weights(given["weights"])
    w = network.inside(weights)
    if question.function == "predict":
        z, _ = network.forward(w, inputs, _masks(w, inputs, draws, dtype))
        predictions = network.output.answers(z)
        for k, draw in enumerate(draws or ()):
            predictions[k] = draw["predictions"] if isinstance(draw, dict) else predictions[k]
        return {"predictions": predictions}
    z, trace = network.forward(w, inputs)
    loss, d_z = network.output.loss(z, given["targets"].reshape(1, -1).astype(dtype))
    arrays = _arrays(weights)
    penalty, before = Penalty(programs, kinds(KINDS, arrays), False, dtype), flat(arrays)
    found = flat(_arrays(network.backward(w, trace, d_z))) + penalty.gradient(before)
    gradients = network.named(_packed(found, weights))
    return {"loss": loss + penalty.loss(before)} | {f"gradients/{name}": gradients[name] for name in NAMES}


def _inputs(question: Question, programs: int, dtype: str) -> np.ndarray:
    """(P, n, T)."""
    inputs = question.arguments["inputs"]
    return np.repeat(inputs.reshape(inputs.shape[:2])[None].astype(dtype), programs, axis=0)


def _masks(w: Packed, inputs: np.ndarray, draws: Sequence[Any] | None, dtype: str) -> Masks | None:
    """Each program's masks; ones for those that drop nothing."""
    if draws is None or not any(isinstance(draw, Masks) for draw in draws):
        return None
    between = np.ones((*inputs.shape, w.first.b.shape[2]), dtype)
    last = np.ones((*inputs.shape[:2], w.second.b.shape[2]), dtype)
    for k, draw in enumerate(draws):
        if isinstance(draw, Masks):
            between[k], last[k] = draw
    return Masks(between, last)


class _Training:
    """P programs in training, each on all of `inputs` (P, N, T); see `reproduce.networks.ports.training.Trainable`."""

    def __init__(self, network: Network, question: Question, inputs: np.ndarray) -> None:
        self.network, self.dtype, self.inputs = network, network.dtype, inputs
        self.targets = question.arguments["targets"].reshape(-1).astype(self.dtype)
        self.weights = network.weights(question.arguments["weights"])
        self._rule = _rule(network.programs, self.weights, self.dtype)
        self._penalty = Penalty(network.programs, kinds(KINDS, _arrays(self.weights)), True, self.dtype)
        self._tells_after = np.array([one.reported == "after the step" for one in network.programs])

    def start_epoch(self) -> None:
        self._rule.start_epoch()

    def step(self, rows: np.ndarray, is_taken: np.ndarray) -> np.ndarray:
        network, inputs, targets = self.network, self.inputs[np.arange(len(rows))[:, None], rows], self.targets[rows]
        w = network.inside(self.weights)
        z, trace = network.forward(w, inputs)
        loss, d_z = network.output.loss(z, targets)
        before = flat(_arrays(self.weights))
        loss = loss + self._penalty.loss(before)
        gradients = flat(_arrays(network.backward(w, trace, d_z))) + self._penalty.gradient(before)
        moved = self._rule.step(before, gradients, is_taken[:, None])
        self.weights = _packed(moved, self.weights)
        if self._tells_after.any():
            z, _ = network.forward(network.inside(self.weights), inputs)
            after = network.output.loss(z, targets)[0] + self._penalty.loss(moved)
            loss = np.where(self._tells_after, after, loss)
        return loss


def _arrays(packed: Packed) -> list[np.ndarray]:
    return [*packed.first, *packed.second, packed.W_y, packed.b_y]


def _packed(flattened: np.ndarray, like: Packed) -> Packed:
    """What `flat` made one array of."""
    x_1, h_1, b_1, x_2, h_2, b_2, *output = apart(flattened, _arrays(like))
    return Packed(LayerWeights(x_1, h_1, b_1), LayerWeights(x_2, h_2, b_2), *output)


def _rule(programs: Sequence[TwoLayers], weights: Packed, dtype: str) -> Rule:
    """A norm for each of Keras's eight arrays."""
    sizes = [array[0].size for array in _arrays(weights)]
    biases = {"first": (2,), "second": (5,), "both": (2, 5)}  # of the arrays
    is_bias = np.array([np.repeat(np.isin(range(len(sizes)), biases[one.layer]), sizes) for one in programs])
    return Rule([one.steps_by for one in programs], programs, {"each": sizes}, is_bias, dtype)


def draws_of(programs: Sequence[TwoLayers], question: Question, answer: Answer | None) -> list[Any] | None:
    """What each program drew: the order of its windows, or what dropout dropped; without an answer, anything.

    What dropout drops of a longer window cannot be found out. There a program that drops is taken at the port's word.
    """
    if question.function == "train" and any(one.order != "given" for one in programs):
        return [_order(one, question, answer) for one in programs]
    if question.function == "predict" and any(one.dropout != "off" for one in programs):
        return [None if one.dropout == "off" else _dropped(one, question, answer) for one in programs]
    return None


def _order(program: TwoLayers, question: Question, answer: Answer | None) -> np.ndarray:
    """The order whose losses are nearest, (epochs, n), found epoch by epoch.

    Of a batch its windows count, and their order only where the program sees it.
    """
    given = question.arguments
    n, batch, epochs = len(given["targets"]), given["batch"], given["epochs"]
    if program.order == "given" or (n <= batch and not program.sees_order):
        return np.tile(np.arange(n), (epochs, 1))
    if answer is None:
        return np.tile(np.arange(n)[::-1], (epochs, 1))
    sets = [[*one, *np.setdiff1d(np.arange(n), one)] for one in combinations(range(n), batch)]
    tried, theirs = np.array(list(permutations(range(n))) if program.sees_order else sets), answer["losses"]
    order = np.empty((0, n), int)
    for epoch in range(epochs):
        orders = [np.vstack([order, one]) for one in tried]
        some = replace(question, arguments=given | {"epochs": epoch + 1})
        losses = answers_of([program] * len(orders), some, "float64", orders)["losses"][:, epoch]  # (orders, batches)
        common = min(losses.shape[1], theirs.shape[1])
        gaps = np.abs(losses[:, :common] - theirs[epoch, :common]).sum(axis=1)
        order = orders[int(np.argmin(np.nan_to_num(gaps, nan=np.inf)))]
    return order


def _dropped(program: TwoLayers, question: Question, answer: Answer | None) -> Masks | Answer:
    """What the program dropped, of all it may have dropped what is nearest to the answer, window by window."""
    w = question.arguments["weights"]
    n, days, first, second = *question.arguments["inputs"].shape[:2], len(w["recurrent_1"]), len(w["recurrent_2"])
    between = _patterns(first, program.dropout in ("on", "between"))  # (A, H1)
    last = _patterns(second, program.dropout in ("on", "last"))  # (B, H2)
    if answer is None:
        return Masks(np.tile(between[-2:-1], (n, days, 1)), np.tile(last[-2:-1], (n, 1)))
    if question.name != "one day":
        return answer
    A, B = len(between), len(last)
    network = Network([program] * A, "float64")
    packed = network.inside(network.weights(w))
    masks = Masks(np.broadcast_to(between[:, None, None], (A, n, 1, first)), np.ones((A, n, second)))
    _, trace = network.forward(packed, _inputs(question, A, "float64"), masks)
    z = (trace.last[:, None] * last[:, None]) @ packed.W_y[:1, None] + packed.b_y[0]  # (A, B, n, K)
    answers = Network([program] * B, "float64").output.answers
    gaps = np.stack([np.abs(answers(z[k]) - answer["predictions"]).sum(axis=2) for k in range(A)])  # (A, B, n)
    a, b = np.unravel_index(np.argmin(gaps.reshape(A * B, n), axis=0), (A, B))
    return Masks(between[a][:, None], last[b])


def _patterns(units: int, is_at_work: bool) -> np.ndarray:
    """Every way to drop some of the first SEEN units, (ways, units): 0, or 1 / (1 - rate)."""
    if not is_at_work:
        return np.ones((2, units))  # two, as a pattern that drops is taken from behind
    kept = np.ones((2 ** min(SEEN, units), units))
    kept[:, :SEEN] = list(product((0, 1), repeat=min(SEEN, units)))
    return kept / (1 - DROPOUT)
