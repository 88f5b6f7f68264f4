"""What the engines on a TF1 graph share: a session, the graph's variables read and written by name, and XLA."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import tensorflow.compat.v1 as tf
from tensorflow import function

# Compile a function by XLA. The loops are TensorFlow's own already, so there is no Python to rewrite; to look for some
# takes a second and memory.
compiled = functools.partial(function, jit_compile=True, autograph=False)


class GraphEngine:
    """The part of `reproduce.networks.engine.Trainable` that every graph does alike; how to train is the subclass's."""

    def __init__(self, weights: tuple[tf.Variable, ...], variables: list[tf.Variable], threads: int) -> None:
        """Open a session on the default graph and take the variables in; `weights` are some, in a NamedTuple."""
        self._weights = weights
        self._variables: dict[str, tf.Variable] = {}
        self._restored: dict[str, tf.Tensor] = {}
        self._assign: dict[str, tf.Operation] = {}
        self._session = tf.Session(config=session_config(threads))
        self._take_in(variables)

    def _complete(self) -> None:
        """Build what the state and the whole graph need and is built late; here, nothing is."""

    @property
    def graph(self) -> tf.Graph:
        self._complete()
        return self._session.graph

    def _take_in(self, variables: list[tf.Variable]) -> None:
        """Make these, of the default graph, part of the state, and initialise them."""
        named = {variable.op.name: variable for variable in variables}
        # Restoring goes through placeholders: a constant in the graph would stay there, one more at each restore.
        self._restored |= {name: tf.placeholder(v.dtype, v.shape, f"restored/{name}") for name, v in named.items()}
        self._assign |= {name: v.assign(self._restored[name]).op for name, v in named.items()}
        self._variables |= named
        self._session.run(tf.variables_initializer(variables))

    def weights(self) -> dict[str, np.ndarray]:
        return self._session.run(self._weights)._asdict()

    def set_weights(self, weights: dict[str, np.ndarray]) -> None:
        self._write({variable.op.name: weights[field] for field, variable in self._weights._asdict().items()})

    def state(self) -> dict[str, np.ndarray]:
        self._complete()
        return self._session.run(self._variables)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        self._complete()
        if set(state) != set(self._variables):
            raise ValueError(f"state has {sorted(state)}, expected {sorted(self._variables)}")
        self._write(state)

    def close(self) -> None:
        self._session.close()

    def _run(self, built: tuple[tuple[tf.Tensor, ...], Any], *arrays: np.ndarray) -> Any:
        """Fetch from a part of the graph, given as its placeholders and its fetches, what it makes of these arrays."""
        placeholders, fetches = built
        return self._session.run(fetches, dict(zip(placeholders, arrays, strict=True)))

    def _write(self, values: dict[str, np.ndarray]) -> None:
        self._session.run([self._assign[name] for name in values], {self._restored[n]: v for n, v in values.items()})


def session_config(threads: int) -> tf.ConfigProto:
    """A session with a pool of its own for `threads` operations at once, one thread for each, and the graph as written.

    TensorFlow's rewriter orders some sums by the names of operations; without it, name scopes move no bit. With one
    thread operations also run in one order: the usual executor's depends on timing, and AddN begins its sum with
    whichever input's memory is free by then. So bits repeat for one thread, and need not for more.
    """
    config = tf.ConfigProto(
        intra_op_parallelism_threads=1, inter_op_parallelism_threads=threads, use_per_session_threads=True
    )
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    if threads == 1:
        config.experimental.executor_type = "SINGLE_THREADED_EXECUTOR"
    return config
