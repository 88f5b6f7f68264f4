"""The figures of a finished run that the article's claims are judged by, under the names claims.toml uses."""

from __future__ import annotations

from typing import Any

from reproduce.articles.bitcoin_lstm import EPOCHS, REPORTED_LOSSES
from reproduce.runs import RunDirectory
from reproduce.windows import Dataset


def run_outputs(dataset: Dataset, graph_run: RunDirectory, keras_run: RunDirectory | None) -> dict[str, Any]:
    """Name our figures; what this run cannot tell, such as epoch 180 of a run of 3, is left out."""
    losses, metrics = graph_run.read_losses(), graph_run.read_metrics()
    split, batch = dataset.train_windows, dataset.batch
    outputs = {
        "rows": len(dataset.close_usd),
        "windows": len(dataset.inputs),
        "train_inputs_shape": list(dataset.inputs[:split].shape),
        "train_targets_shape": list(dataset.targets[:split].shape),
        "test_inputs_shape": list(dataset.inputs[split:].shape),
        "test_targets_shape": list(dataset.targets[split:].shape),
        "train_batches": len(dataset.train[0]) // batch,
        "test_batches": len(dataset.test[0]) // batch,
    }
    outputs |= {f"loss_{epoch}": float(losses[epoch]) for epoch in REPORTED_LOSSES if epoch < len(losses)}
    if len(losses) == EPOCHS:
        outputs["loss_fall"] = float(losses[-1] / losses[0])
        outputs["error_over_persistence"] = metrics["test_mse"] / metrics["persistence_mse"]
    if keras_run is not None:
        outputs["keras_difference"] = float(abs(keras_run.read_losses()[0] / losses[0] - 1))
    return outputs
