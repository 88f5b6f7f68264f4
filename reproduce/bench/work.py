"""What one training step cannot do without: arithmetic, and numbers that travel between memory and the core.

A product of (a, b) and (b, c) is 2abc operations. A layer of H hidden units has four gates of H columns. It reads F
features on each of T steps, B samples at once:

    recurrent products    (T-1) · 2·B·H·4H, three times: forward, back to the step before, and W_h's gradient
    input products        2·TB·(F+1)·4H, twice: forward and the gradient of W_x; the bias is the weight of a one
    back to the features  2·TB·F·4H, where a layer below is trained

The first step has nothing to read of a step before, so it takes no recurrent product. Sigmoids, tanhs, dropout and the
products within a step that are element by element are left out: a few in a thousand.

Of the bytes two streams are counted, float32, and the rest left out: W_h, which every step reads once on the way
forward and once on the way back, and the optimizer's pass over all weights.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reproduce.articles.bitcoin_lstm.variant import Variant

if TYPE_CHECKING:
    from reproduce.networks.engine import CharSettings

FLOAT = 4  # bytes
ADAM_OPERATIONS = 12  # for each weight: 3 for m, 4 for v, 5 for the step √v + ε, rate·m, their quotient, w
ADAM_ARRAYS = 7  # read w, m, v and the gradient, write w, m and v
ADAM_KEPT = 4  # the arrays that these are: w, m, v, gradient


class Stream(NamedTuple):
    """Bytes that travel in one step, again and again through an array of some size."""

    moved: int
    through: int  # bytes of the array: where it fits into a core's own cache, they travel faster


class Work(NamedTuple):
    """Of one training step."""

    operations: int  # floating-point
    streams: tuple[Stream, ...]


def price_work(variant: Variant) -> Work:
    """Of the Bitcoin network: one layer that reads a price a day, and one output.

    The prices need no derivative, so nothing goes back to the features.
    """
    B, T, H = variant.batch, variant.window, variant.hidden
    weights = 4 * H * (1 + H + 1) + H + 1
    operations = _layer(B, T, features=1, hidden=H) + _output(B, H, 1) + ADAM_OPERATIONS * weights
    return Work(operations, (_recurrent_stream(T, H), _adam_stream(weights)))


def character_work(network: CharSettings, characters: int) -> Work:
    """Of the Macbeth network: two layers, the second on the first one's outputs, and an output for each character."""
    B, T, H = network.batch, network.window, network.hidden
    weights = 4 * H * (1 + H + 1) + 4 * H * (H + H + 1) + (H + 1) * characters
    lower, upper = _layer(B, T, features=1, hidden=H), _layer(B, T, features=H, hidden=H)
    back_to_lower = 2 * T * B * H * 4 * H
    operations = lower + upper + back_to_lower + _output(B, H, characters) + ADAM_OPERATIONS * weights
    return Work(operations, (_recurrent_stream(T, H), _recurrent_stream(T, H), _adam_stream(weights)))


def _layer(B: int, T: int, features: int, hidden: int) -> int:
    recurrent = 3 * (T - 1) * 2 * B * hidden * 4 * hidden
    inputs = 2 * 2 * T * B * (features + 1) * 4 * hidden
    return recurrent + inputs


def _output(B: int, hidden: int, outputs: int) -> int:
    """The prediction, the output weights' gradient, and back to h."""
    return 3 * 2 * B * hidden * outputs


def _recurrent_stream(T: int, hidden: int) -> Stream:
    size = FLOAT * hidden * 4 * hidden
    return Stream(2 * (T - 1) * size, size)


def _adam_stream(weights: int) -> Stream:
    return Stream(ADAM_ARRAYS * FLOAT * weights, ADAM_KEPT * FLOAT * weights)
