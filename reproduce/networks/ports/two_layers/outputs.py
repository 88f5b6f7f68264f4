"""What the two programs differ in: how they read, what they answer and how they judge it. Their slips, a field each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from reproduce.networks.ports.network import losses_of
from reproduce.networks.ports.two_layers.program import TwoLayers

CUT = 1e-7  # from 0 and 1, where Keras's cross-entropy cuts probabilities


class Output:
    """P programs' inputs, answers and losses. All of them read prices, or all characters. K outputs."""

    def __init__(self, programs: Sequence[TwoLayers], dtype: str) -> None:
        self.programs, self.dtype = programs, dtype
        self.reads_characters = programs[0].reads == "characters"

    def scaled(self, inputs: np.ndarray, characters: int) -> np.ndarray:
        """What the first layer reads, from inputs (P, n, T), of which there are so many distinct characters."""
        if not self.reads_characters:
            return inputs
        by = {"count": characters, "count - 1": characters - 1, "none": 1}
        return inputs / np.array([by[one.scale] for one in self.programs], self.dtype)[:, None, None]

    def answers(self, z: np.ndarray) -> np.ndarray:
        """Predictions or probabilities, (P, n, K)."""
        found = np.empty_like(z)
        for kind, rows in _of_each([one.output for one in self.programs]):
            found[rows] = self._answer(kind, z[rows])
        return found

    def _answer(self, kind: str, z: np.ndarray) -> np.ndarray:
        if self.reads_characters:
            p = softmax(z)
            return {"softmax twice": softmax(p), "by column": softmax(z, axis=1), "logits": z, "log": np.log(p)}.get(
                kind, p
            )
        return {"relu": np.maximum(z, 0), "sigmoid": (1 + np.tanh(z / 2)) / 2, "tanh": np.tanh(z)}.get(kind, z)

    def loss(self, z: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Each program's loss, (P,), and its derivative by z, (P, n, K); targets (P, n)."""
        loss, d_z = self._loss_of_characters(z, targets) if self.reads_characters else self._loss_of_prices(z, targets)
        return loss, d_z * np.array([one.gradient_factor for one in self.programs], self.dtype)[:, None, None]

    def _loss_of_prices(self, z: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        answers = self.answers(z)
        loss, slope = losses_of([one.loss for one in self.programs], answers[..., 0], targets)
        slopes = {"relu": answers > 0, "sigmoid": answers * (1 - answers), "tanh": 1 - answers**2}
        d_z = slope[..., None]
        for kind, rows in _of_each([one.output for one in self.programs]):
            d_z[rows] *= slopes[kind][rows] if kind in slopes else 1
        return loss, d_z

    def _loss_of_characters(self, z: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        up = np.array([{"one up": 1, "one down": -1}.get(one.labels, 0) for one in self.programs])[:, None]
        wanted = np.eye(z.shape[2], dtype=self.dtype)[(targets.astype(int) + up) % z.shape[2]]  # (P, n, K)
        losses, slopes = np.zeros(len(z), self.dtype), np.zeros_like(z)
        for kind, rows in _of_each([one.loss for one in self.programs]):
            losses[rows], slopes[rows] = _judged(kind, z[rows], wanted[rows])
        return losses, slopes


def _of_each(kinds: list[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Each kind with a mask of the programs, (P,), that are of it."""
    for kind in dict.fromkeys(kinds):
        yield kind, np.array([one == kind for one in kinds])


def _judged(kind: str, z: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The loss of some programs, (P,), of z and the characters wanted, (P, n, K), and its derivative by z."""
    p, n = softmax(z), z.shape[1]
    if kind == "sigmoid":  # log(1 + e^z) - wanted · z, with log(1 + e^z) written so that it does not overflow
        each = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - wanted * z
        return each.mean(axis=(1, 2)), ((1 + np.tanh(z / 2)) / 2 - wanted) / np.asarray(n * z.shape[2], z.dtype)
    if kind.startswith("by column"):
        return _judged_by_column(z, wanted, made_rows=kind == "by column, then row")
    if kind not in ("squared", "binary", "softmax twice"):
        factor = np.asarray({"sum": n, "bits": 1 / np.log(2)}.get(kind, 1), z.dtype)
        loss = -factor * (wanted * log_softmax(z)).sum(axis=2).mean(axis=1)
        return loss, factor * (p - wanted) / np.asarray(n, z.dtype)
    if kind == "squared":
        each, d = (p - wanted) ** 2 / p.shape[2], 2 * (p - wanted) / p.shape[2]
    elif kind == "binary":
        each = -(wanted * np.log(p) + (1 - wanted) * np.log(1 - p)) / p.shape[2]
        d = -(wanted / p - (1 - wanted) / (1 - p)) / p.shape[2]
    else:
        each, d = -wanted * log_softmax(p), softmax(p) - wanted
    d_z = p * (d - (d * p).sum(axis=2, keepdims=True)) / n  # back through p = softmax(z)
    return each.sum(axis=2).mean(axis=1), d_z


def _judged_by_column(z: np.ndarray, wanted: np.ndarray, made_rows: bool) -> tuple[np.ndarray, np.ndarray]:
    """The same of a softmax over the n windows.

    Args:
        made_rows: whether the loss divides each row by its sum and cuts it, as Keras does with probabilities.
    """
    p, n = softmax(z, axis=1), np.asarray(z.shape[1], z.dtype)
    if not made_rows:
        loss = -(wanted * log_softmax(z, axis=1)).sum(axis=2).mean(axis=1)
        return loss, (p * wanted.sum(axis=1, keepdims=True) - wanted) / n
    sums = p.sum(axis=2, keepdims=True)
    rows = p / sums
    cut = np.clip(rows, CUT, 1 - CUT)
    d = np.where(rows == cut, -wanted / cut, 0)
    d = (d - (d * rows).sum(axis=2, keepdims=True)) / sums  # back through the division
    return -(wanted * np.log(cut)).sum(axis=2).mean(axis=1), p * (d - (d * p).sum(axis=1, keepdims=True)) / n


def log_softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Of logits along an axis."""
    z = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """Probabilities of logits along an axis."""
    return np.exp(log_softmax(z, axis))
