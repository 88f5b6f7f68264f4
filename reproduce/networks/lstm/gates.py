"""What the cell computes inside, read from the graph by name: gates, candidate, c and h, and each day's weight.

The names are those that TensorBoard shows: `window_0/day_3/forget_gate/Sigmoid` is the forget gate of the first
window's fourth day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import tensorflow.compat.v1 as tf

from reproduce.networks.graph_engine import session_config
from reproduce.networks.lstm.cell import STATE_SCOPES
from reproduce.networks.lstm.graph import Network, build_network
from reproduce.networks.lstm.weights import GATE_SCOPES

# The operation that each scope ends in.
_ENDS = dict.fromkeys("ifo", "Sigmoid") | {"g": "Tanh", "c": "add", "h": "mul"}
SCOPES = GATE_SCOPES | STATE_SCOPES


class Inside(NamedTuple):
    """What one wiring of the cell makes of some windows."""

    i: np.ndarray  # input gate, (windows, days, hidden), as are all but the last two
    f: np.ndarray  # forget gate
    o: np.ndarray  # output gate
    g: np.ndarray  # candidate
    c: np.ndarray  # cell state
    h: np.ndarray  # hidden output
    slopes: np.ndarray  # (windows, days): the derivative of the prediction by each day's price, both scaled
    predictions: np.ndarray  # (windows, 1), scaled


def tensor_name(window: int, day: int, quantity: str) -> str:
    """The name by which the graph has one quantity of one day, (1, hidden).

    >>> tensor_name(0, 3, "f"), tensor_name(6, 0, "c")
    ('window_0/day_3/forget_gate/Sigmoid:0', 'window_6/day_0/cell_state/add:0')
    """
    return f"window_{window}/day_{day}/{SCOPES[quantity]}/{_ENDS[quantity]}:0"


def day_tensors(graph: tf.Graph, days: int) -> dict[str, list[tf.Tensor]]:
    """Each quantity of the first window's days, found by name."""
    return {q: [graph.get_tensor_by_name(tensor_name(0, day, q)) for day in range(days)] for q in _ENDS}


def read_inside(settings: Any, weights: dict[str, np.ndarray], inputs: np.ndarray) -> Inside:
    """Run the published graph over the windows, one at a time, and fetch what is in it.

    Args:
        settings: a dataclass with the fields of `reproduce.networks.engine.Settings`; its wiring is what counts.
        weights: by name, of one dtype, in which the graph computes.
        inputs: (windows, days, 1), scaled.
    """
    dtype = weights["W_xi"].dtype.name
    with tf.Graph().as_default() as graph, tf.Session(config=session_config(threads=1)) as session:
        network = build_network(replace(settings, batch=1), 0, dtype)
        (slopes,) = tf.gradients(network.predictions[0], network.inputs)  # (1, days, 1)
        fetches = (day_tensors(graph, settings.window), slopes[0, :, 0], network.predictions[0][0])
        _fill(session, network, weights)
        found = [session.run(fetches, {network.inputs: window[np.newaxis]}) for window in inputs]
    # A list of (1, hidden) a day → (days, hidden), and over the windows (windows, days, hidden).
    stacked = {q: np.stack([np.concatenate(quantities[q]) for quantities, _, _ in found]) for q in _ENDS}
    return Inside(
        **stacked, slopes=np.stack([one[1] for one in found]), predictions=np.stack([one[2] for one in found])
    )


def window_graph(settings: Any) -> tf.GraphDef:
    """The published graph of one window, with the shapes of what flows in it.

    Args:
        settings: as `read_inside` takes them.
    """
    with tf.Graph().as_default() as graph:
        build_network(replace(settings, batch=1), 0, "float32")
        return graph.as_graph_def(add_shapes=True)


def _fill(session: tf.Session, network: Network, weights: dict[str, np.ndarray]) -> None:
    """Give the variables these values in place of their draws."""
    variables = network.weights._asdict()
    given = {variable.initial_value: weights[name] for name, variable in variables.items()}
    session.run([variable.initializer for variable in variables.values()], given)
