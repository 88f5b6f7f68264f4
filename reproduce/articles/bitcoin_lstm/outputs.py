"""Our values that the article's claims are judged by, under the names claims.toml uses."""

from __future__ import annotations

from typing import Any

import numpy as np

from reproduce.articles.article import Shown
from reproduce.articles.bitcoin_lstm import (
    ARTICLE,
    REPORTED_LOSSES,
    accuracy,
    changes,
    clipping,
    departures,
    forgetting,
    memory,
    months,
    recall,
    trained_gates,
)
from reproduce.articles.bitcoin_lstm.gates import gate_outputs
from reproduce.articles.bitcoin_lstm.losses import EPOCHS, p_of_run, shipped_curves
from reproduce.articles.bitcoin_lstm.program import program_outputs, windows_outputs
from reproduce.articles.bitcoin_lstm.terms import term_outputs
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.forecasts import read_predictions, result_of
from reproduce.articles.running import PROOF
from reproduce.articles.sources import PRICES
from reproduce.evidence.bands import band_test
from reproduce.evidence.chance import count_p, intervals_p
from reproduce.evidence.skill import evaluate
from reproduce.inputs.prices import EMBEDDED_SHA256
from reproduce.inputs.windows import Windows
from reproduce.networks.agreement import relative_difference
from reproduce.runs.directory import Directory

FALL = 0.1  # the share of its first loss that a training must fall below: the rule of `loss-falls`
TRAINED = (  # what only training tells, or comparing
    *(f"{name}_{epoch}" for name in ("loss", "p") for epoch in EPOCHS),
    *("loss_fall", "p_value", "run_p_value", "skill", "skill_low", "skill_high"),
    *("keras_difference", "session_difference"),
)


def run_outputs(directory: Directory) -> dict[str, Any]:
    """The values that a run can have; None where this one cannot tell, such as epoch 180 of a run of 3."""
    config, losses = directory.config, directory.read_losses()
    windows = prepare(PRICES.read(directory), config.variant)
    outputs = dict.fromkeys(TRAINED) | windows_outputs(windows, config.variant.batch)
    outputs |= {f"loss_{epoch}": float(losses[epoch]) for epoch in EPOCHS if epoch < len(losses)}
    if len(losses) > EPOCHS[-1] and np.isfinite(losses[EPOCHS[-1]]):
        outputs["loss_fall"] = float(losses[EPOCHS[-1]] / losses[0])
    if len(losses) == Variant().epochs:
        outputs |= _skill(windows, directory)
    study = shipped_curves(config.variant, config.data_sha256)
    if study is not None:
        outputs |= p_values(study)
    others = shipped_curves(config.variant, config.data_sha256, without=config.seed)
    if (p := p_of_run(others, losses)) is not None:
        outputs["run_p_value"] = p
    outputs |= _differences(directory, float(losses[0]))
    return outputs


def own_result(directory: Directory) -> Shown:
    """What a run says of its own prices."""
    return result_of(directory, prepare(PRICES.read(directory), directory.config.variant))


def audit_outputs() -> dict[str, Any]:
    """Every value by the tables in the package; None where nothing here can tell."""
    of_studies = _loss_outputs() | _skill_outputs() | _story_outputs()
    return program_outputs() | of_studies | dict(gate_outputs()) | dict(term_outputs())


def _skill(windows: Windows, directory: Directory) -> dict[str, float]:
    """Skill against persistence with its 95 % interval over days; nothing where training diverged or no price moved."""
    metrics = directory.read_metrics()
    if metrics["test_mse"] is None or not metrics["persistence_mse"] > 0:
        return {}
    predicted = read_predictions(directory, "testing")["predicted_scaled"].to_numpy()
    judged = evaluate(*windows.test, predicted[np.newaxis])
    found = {"skill": judged.skill, "skill_low": judged.skill_low, "skill_high": judged.skill_high}
    return {name: value for name, value in found.items() if np.isfinite(value)}


def _differences(directory: Directory, first_loss: float) -> dict[str, float | None]:
    """How far the first epoch's loss is from that of the Keras run beside it, and of the session engine's proof."""
    found = {}
    for engine in ARTICLE.beside:
        beside = Directory(directory.path.parent, ARTICLE.on_engine(directory.config, engine))
        if engine != directory.config.engine and beside.is_finished:
            difference = relative_difference(float(beside.read_losses()[0]), first_loss)
            found["keras_difference"] = None if np.isnan(difference) else difference
    if (directory.path / PROOF).exists():
        found["session_difference"] = directory.read_json(PROOF)["relative_difference"]
    return found


def p_values(study: np.ndarray) -> dict[str, float]:
    """How rare the article's losses are among those of a study, (seeds, 7): `p_30` of one epoch, `p_value` jointly."""
    reported = np.array(list(REPORTED_LOSSES.values()))
    found = {f"p_{e}": band_test(study[:, [k]], reported[[k]]).p_value for k, e in enumerate(EPOCHS)}
    return found | {"p_value": band_test(study, reported).p_value}


def _loss_outputs() -> dict[str, float]:
    """The losses of the shipped study, each the median over its seeds, and the article's p-values among them."""
    losses, described = (  # (seeds, 7)
        shipped_curves(variant, EMBEDDED_SHA256) for variant in (Variant(), Variant(wiring="described"))
    )
    medians, falls = np.median(losses, axis=0), losses[:, -1] / losses[:, 0]
    return {
        **{f"loss_{epoch}": float(median) for epoch, median in zip(EPOCHS, medians, strict=True)},
        **p_values(losses),
        "described_p_value": p_values(described)["p_value"],
        "loss_fall": float(np.median(falls)),
        "loss_fall_p": count_p(int(np.sum(falls < FALL)), len(falls)),
    }


def _story_outputs() -> dict[str, float]:
    """What the studies of `reproduce.articles.bitcoin_lstm.story` tell: counts of seeds, and paired differences."""
    return (
        memory.memory_outputs(memory.TABLE.shipped())
        | trained_gates.trained_gate_outputs(trained_gates.TABLE.shipped())
        | accuracy.accuracy_outputs(accuracy.TABLE.shipped())
        | forgetting.forgetting_outputs(forgetting.TABLE.shipped())
        | clipping.clipping_outputs(clipping.TABLE.shipped())
        | changes.change_outputs(changes.TABLE.shipped())
        | months.months_outputs(months.TABLE.shipped())
        | recall.recall_outputs(recall.TABLE.shipped())
    )


def _skill_outputs() -> dict[str, float]:
    table = departures.by_variant(departures.TABLE.shipped())
    published, short = table[Variant().name], table[Variant(window=3).name]
    return {
        "skill": published.skill,
        "skill_low": published.skill_low,
        "skill_high": published.skill_high,
        "window_3_skill_low": short.skill_low,
        "skill_p": published.dm_p,
        "skill_gain_of_window_3": short.skill - published.skill,
        "window_3_p": intervals_p(short.skill_low, published.skill_high),
    }
