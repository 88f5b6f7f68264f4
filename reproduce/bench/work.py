"""What one training step cannot do without: arithmetic, and numbers that travel between memory and the core.

A product of (a, b) and (b, c) is 2abc operations. A layer of H hidden units has four gates of H columns. It reads F
features on each of T steps, B samples at once:

    recurrent products    (T-1) · 2·B·H·4H, three times: forward, back to the step before, and W_h's gradient
    input products        2·TB·(F+1)·4H, twice: forward and the gradient of W_x; the bias is the weight of a one
    back to the features  2·TB·F·4H, where a layer below is trained; prices and characters need no derivative

The first step has nothing to read of a step before, so it takes no recurrent product. Sigmoids, tanhs, dropout and the
products within a step that are element by element are left out: a few in a thousand.

Of the bytes two streams are counted, float32, and the rest left out: W_h, which every step reads once on the way
forward and once on the way back, and the optimizer's pass over all weights.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from reproduce.bench.problem import Layer, Problem

FLOAT = 4  # bytes


class Pass(NamedTuple):
    """What an optimizer does for each weight."""

    operations: int
    arrays: int  # read and written
    kept: int  # the arrays that these are


PASSES = {
    "adam": Pass(12, 7, 4),  # 3 for m, 4 for v, 5 for √v + ε, rate·m, their quotient, w; w, m, v, g, and w, m, v again
    "rmsprop": Pass(9, 5, 3),  # 4 for v, 5 for v + ε, its root, rate·g, their quotient, w; w, v, g, and w, v again
}


class Stream(NamedTuple):
    """Bytes that travel in one step, again and again through an array of some size."""

    moved: int
    through: int  # bytes of the array: where it fits into a core's own cache, they travel faster


class Work(NamedTuple):
    """Of one training step."""

    operations: int  # floating-point
    streams: tuple[Stream, ...]


def work_of(problem: Problem) -> Work:
    """Of any stack of LSTM layers with a linear output."""
    _, B, T = problem.inputs.shape
    layers, (hidden, outputs) = problem.layers, problem.output.W.shape
    done, weights = PASSES[problem.optimizer.name], sum(array.size for array in problem.weights)
    operations = sum(_layer(B, T, layer) for layer in layers)
    operations += sum(2 * T * B * lower.W_h.shape[0] * upper.b.size for lower, upper in pairwise(layers))
    operations += 3 * 2 * B * hidden * outputs  # the prediction, the output weights' gradient, and back to h
    streams = [Stream(2 * (T - 1) * FLOAT * layer.W_h.size, FLOAT * layer.W_h.size) for layer in layers]
    streams.append(Stream(done.arrays * FLOAT * weights, done.kept * FLOAT * weights))
    return Work(operations + done.operations * weights, tuple(streams))


def _layer(B: int, T: int, layer: Layer) -> int:
    features, gates = layer.W_x.shape
    recurrent = 3 * (T - 1) * 2 * B * layer.W_h.shape[0] * gates
    inputs = 2 * 2 * T * B * (features + 1) * gates
    return recurrent + inputs
