"""What the engines on a TF1 graph share: a session, and the graph's variables read and written by name."""

from __future__ import annotations

import numpy as np
import tensorflow.compat.v1 as tf

from reproduce.lstm.weights import Weights


class GraphEngine:
    """The part of `reproduce.engines.Engine` that concerns variables; how to train is the subclass's."""

    def __init__(self, weights: Weights, variables: list[tf.Variable], threads: int) -> None:
        """Open a session on the default graph and initialise the variables, of which `weights` are some."""
        self.graph = tf.get_default_graph()
        self._weights = weights
        self._variables = {variable.op.name: variable for variable in variables}
        # Restoring goes through placeholders: a constant in the graph would stay there, one more at each restore.
        self._restored = {name: tf.placeholder(v.dtype, v.shape) for name, v in self._variables.items()}
        self._assign = {name: v.assign(self._restored[name]).op for name, v in self._variables.items()}
        self._session = tf.Session(config=session_config(threads))
        self._session.run(tf.variables_initializer(variables))

    def weights(self) -> dict[str, np.ndarray]:
        return self._session.run(self._weights)._asdict()

    def set_weights(self, weights: dict[str, np.ndarray]) -> None:
        self.restore({variable.op.name: weights[field] for field, variable in self._weights._asdict().items()})

    def state(self) -> dict[str, np.ndarray]:
        return self._session.run(self._variables)

    def restore(self, state: dict[str, np.ndarray]) -> None:
        self._session.run([self._assign[name] for name in state], {self._restored[name]: state[name] for name in state})

    def close(self) -> None:
        self._session.close()


def session_config(threads: int) -> tf.ConfigProto:
    """A session with a pool of its own for `threads` operations at once, one thread for each, and the graph as written.

    TensorFlow's rewriter orders some sums by the names of operations; without it, name scopes move no bit, and the
    losses are those of original_code/ to the last one.
    """
    config = tf.ConfigProto(
        intra_op_parallelism_threads=1, inter_op_parallelism_threads=threads, use_per_session_threads=True
    )
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    return config
