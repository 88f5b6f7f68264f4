"""The network's weights by name, created in the program's order (step 5), each drawn with a seed of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tensorflow.compat.v1 as tf

from reproduce.networks.engine import SEEDS_A_RUN

STDDEV = 0.05  # of the truncated normal draw; biases start at zero
FORCED = 1000.0  # a bias at which a sigmoid is 1 to the last bit, or at -FORCED 0


class Weights(NamedTuple):
    """All that is trained: variables, or arrays or gradients of the same shapes. Order: the program's, i f o g."""

    W_xi: tf.Variable  # (1, hidden)        input gate
    W_hi: tf.Variable  # (hidden, hidden)
    b_i: tf.Variable  # (hidden,)
    W_xf: tf.Variable  # forget gate, likewise
    W_hf: tf.Variable
    b_f: tf.Variable
    W_xo: tf.Variable  # output gate
    W_ho: tf.Variable
    b_o: tf.Variable
    W_xg: tf.Variable  # memory cell: the candidate
    W_hg: tf.Variable
    b_g: tf.Variable
    W_hy: tf.Variable  # (hidden, 1)        output layer
    b_y: tf.Variable  # (1,)


GATE_SCOPES = {"i": "input_gate", "f": "forget_gate", "o": "output_gate", "g": "memory_cell"}
OUTPUT_SCOPE = "output_layer"


def weight_shapes(hidden: int) -> Weights:
    """The shape of each weight."""
    return Weights(*[(1, hidden), (hidden, hidden), (hidden,)] * len(GATE_SCOPES), (hidden, 1), (1,))


def create_weights(hidden: int, seed: int, dtype: str) -> Weights:
    """Create the variables in the default graph, one name scope a gate.

    Every draw has its own op-level seed, SEEDS_A_RUN·seed + its number, and no two runs share one. So neither another
    op in the graph nor the state of a global generator can move it, and each weight of each seed is a different draw.
    """
    shapes, names = weight_shapes(hidden), Weights._fields
    scopes = [scope for scope in GATE_SCOPES.values() for _ in range(3)] + [OUTPUT_SCOPE] * 2
    variables, draws = [], 0
    for scope, name, shape in zip(scopes, names, shapes, strict=True):
        with tf.name_scope(f"{scope}/"):
            if name.startswith("b_"):
                initial = tf.zeros(shape, dtype)
            else:
                initial = tf.truncated_normal(shape, stddev=STDDEV, dtype=dtype, seed=SEEDS_A_RUN * seed + draws)
                draws += 1
            # A resource variable: each read is a copy of one moment. The program's reference variables may be read
            # while Adam writes them; with one thread both give the same bits (tests/original_code).
            variables.append(tf.Variable(initial, name=name, use_resource=True))
    return Weights(*variables)


def random_weights(hidden: int, seed: int) -> dict[str, np.ndarray]:
    """Weights by name for a comparison: each a draw of its own, biases too, normal with deviation 0.1, float64."""
    generator = np.random.default_rng(seed)
    return {name: generator.normal(0, 0.1, shape) for name, shape in weight_shapes(hidden)._asdict().items()}


def initial_weights(hidden: int, seed: int, dtype: str) -> dict[str, np.ndarray]:
    """The arrays that `create_weights` starts from, by name, for engines that hold their weights elsewhere."""
    with tf.Graph().as_default(), tf.Session() as session:
        weights = create_weights(hidden, seed, dtype)
        session.run(tf.global_variables_initializer())
        return session.run(weights)._asdict()


def forced(w: dict[str, np.ndarray], **gates: float) -> dict[str, np.ndarray]:
    """The weights with these gates at 0 or 1 whatever they read, to the last bit.

    No training moves them: the derivative by every weight of such a gate is 0, since σ' = σ (1 - σ) is.
    """
    changed = dict(w)
    for gate, value in gates.items():
        changed |= {f"{kind}{gate}": np.zeros_like(w[f"{kind}{gate}"]) for kind in ("W_x", "W_h")}
        changed[f"b_{gate}"] = np.full_like(w[f"b_{gate}"], FORCED if value else -FORCED)
    return changed
