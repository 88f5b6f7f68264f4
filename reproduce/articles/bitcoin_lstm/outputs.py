"""The figures of a finished run that the article's claims are judged by, under the names claims.toml uses."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.bands import EPOCHS, shipped_losses_of
from reproduce.bands import band_test
from reproduce.runs import RunConfig, RunDirectory
from reproduce.variant import Variant
from reproduce.windows import Dataset

PROOF = "proof.json"  # in the directory of a compiled run: its first epoch beside the session engine's


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
    if len(losses) == Variant().epochs and metrics["test_mse"] is not None:
        outputs["loss_fall"] = float(losses[-1] / losses[0])
        if metrics["persistence_mse"] > 0:
            outputs["error_over_persistence"] = metrics["test_mse"] / metrics["persistence_mse"]
    outputs |= p_values(graph_run.config, losses)
    if keras_run is not None:
        outputs["keras_difference"] = float(abs(keras_run.read_losses()[0] / losses[0] - 1))
    proof = graph_run.path / PROOF
    if proof.exists():
        outputs["session_difference"] = json.loads(proof.read_text(encoding="utf-8"))["relative_difference"]
    return outputs


def p_values(config: RunConfig, losses: np.ndarray) -> dict[str, float]:
    """How rare the article's losses, and ours, are among those of the variant's shipped study, if there is one.

    `p_30` is the article's of one epoch, `p_value` its joint one; `run_p_value` ours, where the run is long enough.
    """
    study = shipped_losses_of(config.variant, config.data_sha256)
    if study is None:
        return {}
    reported = np.array(list(REPORTED_LOSSES.values()))
    found = {f"p_{e}": band_test(study[:, [k]], reported[[k]]).p_value for k, e in enumerate(EPOCHS)}
    found["p_value"] = band_test(study, reported).p_value
    if len(losses) > EPOCHS[-1] and np.all(np.isfinite(losses[EPOCHS])):
        found["run_p_value"] = band_test(study, losses[EPOCHS]).p_value
    return found
