"""The figures of a finished run that the article's claims are judged by, under the names claims.toml uses."""

from __future__ import annotations

from typing import Any

import numpy as np

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.bands import EPOCHS, shipped_losses_of
from reproduce.articles.bitcoin_lstm.runs import RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import Dataset
from reproduce.evidence.bands import band_test
from reproduce.evidence.skill import evaluate
from reproduce.networks.agreement import relative_difference

PROOF = "proof.json"  # in the directory of a compiled run: its first epoch beside the session engine's
TRAINED = (  # what only training tells, or comparing
    *(f"{name}_{epoch}" for name in ("loss", "p") for epoch in EPOCHS),
    *("loss_fall", "p_value", "run_p_value", "skill", "skill_low", "skill_high"),
    *("keras_difference", "session_difference"),
)


def dataset_outputs(dataset: Dataset) -> dict[str, Any]:
    """Rows, windows, shapes and batches, which hang on the table and the variant alone."""
    split, batch = dataset.train_windows, dataset.batch
    return {
        "rows": len(dataset.close_usd),
        "windows": len(dataset.inputs),
        "train_inputs_shape": list(dataset.inputs[:split].shape),
        "train_targets_shape": list(dataset.targets[:split].shape),
        "test_inputs_shape": list(dataset.inputs[split:].shape),
        "test_targets_shape": list(dataset.targets[split:].shape),
        "train_batches": len(dataset.train[0]) // batch,
        "test_batches": len(dataset.test[0]) // batch,
    }


def run_outputs(dataset: Dataset, graph_run: RunDirectory, keras_run: RunDirectory | None) -> dict[str, Any]:
    """Name the figures that a run can have; None where this one cannot tell, such as epoch 180 of a run of 3."""
    losses = graph_run.read_losses()
    outputs = dict.fromkeys(TRAINED) | dataset_outputs(dataset)
    outputs |= {f"loss_{epoch}": float(losses[epoch]) for epoch in EPOCHS if epoch < len(losses)}
    if len(losses) > EPOCHS[-1] and np.isfinite(losses[EPOCHS[-1]]):
        outputs["loss_fall"] = float(losses[EPOCHS[-1]] / losses[0])
    if len(losses) == Variant().epochs:
        outputs |= _skill(dataset, graph_run)
    outputs |= p_values(graph_run.config, losses)
    if keras_run is not None:
        difference = relative_difference(float(keras_run.read_losses()[0]), float(losses[0]))
        outputs["keras_difference"] = None if np.isnan(difference) else difference
    if (graph_run.path / PROOF).exists():
        outputs["session_difference"] = graph_run.read_json(PROOF)["relative_difference"]
    return outputs


def _skill(dataset: Dataset, graph_run: RunDirectory) -> dict[str, float]:
    """Skill against persistence with its 95 % interval over days; nothing where training diverged or no price moved."""
    metrics = graph_run.read_metrics()
    if metrics["test_mse"] is None or not metrics["persistence_mse"] > 0:
        return {}
    judged = evaluate(dataset, graph_run.read_predictions("testing")[np.newaxis])
    found = {"skill": judged.skill, "skill_low": judged.skill_low, "skill_high": judged.skill_high}
    return {name: value for name, value in found.items() if np.isfinite(value)}


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
