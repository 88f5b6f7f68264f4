"""What TensorBoard shows of a trained price network: the published graph, the loss of each epoch, and the gates.

Written when the training is over, from its results: nothing is added to the graph that trains, so no draw and no bit
of it depends on this. The package tensorboard is needed to look at the files, and not to write them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow.compat.v1 as tf

from reproduce.networks.lstm.gates import SCOPES, Inside
from reproduce.networks.lstm.session import SessionEngine

BINS = 30  # of a histogram


def write_events(folder: Path, settings: Any, seed: int, losses: Iterable[float], inside: Inside) -> None:
    """Write an event file into a folder.

    - the graph of the session engine with its windows, days and gates, losses, gradients and updates: the published
      program's, whichever engine has trained;
    - `loss`, a step an epoch;
    - a histogram of each gate, the candidate, c and h, such as `gates/forget_gate`; a step is a day of the window.

    Args:
        settings: `reproduce.networks.engine.Settings`.
        losses: of each epoch.
        inside: of the windows that the histograms are over.
    """
    engine = SessionEngine(settings, seed)
    graph = engine.graph
    engine.close()
    with graph.as_default():  # else its writer would not be one for sessions
        writer = tf.summary.FileWriter(str(folder), graph)
    for epoch, loss in enumerate(losses):
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="loss", simple_value=loss)]), epoch)
    for quantity, scope in SCOPES.items():
        for day, values in enumerate(np.moveaxis(getattr(inside, quantity), 1, 0)):  # (windows, hidden) a day
            if np.isfinite(values).all():  # not so of a training that diverged
                tag = f"gates/{scope}"
                writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag=tag, histo=_histogram(values))]), day)
    writer.close()


def _histogram(values: np.ndarray) -> tf.HistogramProto:
    counts, edges = np.histogram(values, BINS)
    flat = values.astype(float).ravel()
    return tf.HistogramProto(
        min=flat.min(),
        max=flat.max(),
        num=flat.size,
        sum=flat.sum(),
        sum_squares=np.square(flat).sum(),
        bucket_limit=edges[1:],  # the upper end of each
        bucket=counts,
    )
