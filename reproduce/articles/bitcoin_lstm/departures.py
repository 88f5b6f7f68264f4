"""From the published program to a sound one: each deviation from the text undone alone, and one after another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.forecasts import read_predictions
from reproduce.articles.sources import PRICES
from reproduce.articles.tables import StudyTable
from reproduce.errors import RunError
from reproduce.evidence.baselines import drift, linear_autoregression
from reproduce.evidence.skill import evaluate, persistence, prediction_metrics
from reproduce.inputs.windows import Windows
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

DEPARTURES: dict[str, dict[str, Any]] = {  # in the order of the ladder; the D-numbers of original_code/README.md
    "the described wiring": {"wiring": "described"},  # D2
    "clipping applied": {"clipping": "applied"},  # D3
    "rows in date order": {"row_order": "oldest-first"},  # D1
    "scaler fitted on training rows": {"scaler_rows": "training"},  # D4
    "remainder kept": {"remainder": "kept"},  # D6
    "window of 3 days": {"window": 3},  # the article's own proposal
}
ALONE = {label: Variant(**fields) for label, fields in DEPARTURES.items()}


def _ladder() -> dict[str, Variant]:
    rungs, variant = {}, Variant()
    for label, departure in DEPARTURES.items():
        rungs[label] = variant = replace(variant, **departure)
    return rungs


LADDER = _ladder()  # each rung has the departures of those before it, too
TEXT = LADDER["remainder kept"]  # the last that only undoes deviations
STEPS = (  # every variant once: what is undone, and whether with all before it
    ("as published", Variant()),
    *((f"{label}, alone", variant) for label, variant in ALONE.items()),
    *((f"… and {label}", variant) for label, variant in LADDER.items() if variant not in ALONE.values()),
)


@dataclass(frozen=True)
class DepartureRow:  # its fields are the columns of departures.csv
    """One variant's test set, judged over many seeds. Errors are scaled, or in USD where the name says so."""

    variant: str
    seeds: int  # finished with finite predictions; the figures below are theirs
    diverged: int
    final_loss: float  # mean training loss of the last epoch, median over seeds
    test_mse: float  # mean over seeds
    test_rmse_usd: float  # the root of that mean
    persistence_mse: float
    persistence_rmse_usd: float
    skill: float  # 1 - test_mse / persistence_mse
    skill_low: float  # its 95 % bootstrap interval, over days and seeds
    skill_high: float
    skill_median: float  # of the single seeds' skills
    dm_statistic: float  # Diebold-Mariano against persistence; below 0 where the model is better
    dm_p: float
    direction_accuracy: float
    majority_share: float  # the larger share of rises or falls, on the same days
    moved_days: int  # those days: the test set's on which the price moved
    best_lag: float  # rows by which the predictions trail the price, 1 for persistence; nan if none of them varies
    drift_skill: float
    autoregression_skill: float  # linear, as many days as the window has

    @property
    def median_rmse_usd(self) -> float:
        """The root of the median over seeds of a seed's mean squared error, which few seeds cannot drive."""
        return self.persistence_rmse_usd * math.sqrt(1 - self.skill_median)

    @property
    def dm_p_words(self) -> str:
        """`= 0.012`, or `< 0.001`."""
        return "< 0.001" if self.dm_p < 0.001 else f"= {self.dm_p:.3f}"

    @property
    def verdict(self) -> str:
        """How the model compares with persistence, as far as the interval tells; a price that stands still has none."""
        if math.isnan(self.skill_low):
            return "not comparable with persistence"
        if self.skill_low > 0:
            return "better than persistence"
        return "worse than persistence" if self.skill_high < 0 else "not significantly different from persistence"


TABLE = StudyTable(__package__, "departures.csv", DepartureRow)


def departure_rows(study: Study) -> list[DepartureRow]:
    """Judge every variant of a study, in its order, by the test predictions in its run directories.

    Raises:
        RunError: a run is not finished, or a variant has no run that did not diverge.
    """
    return [_judge(variant, directories) for variant, directories in study.of_variants().items()]


def _judge(variant: str, directories: Sequence[Directory]) -> DepartureRow:
    predictions, losses = [], []
    for directory in directories:
        directory.require_finished()
        predictions.append(read_predictions(directory, "testing")["predicted_scaled"].to_numpy())
        losses.append(directory.read_losses()[-1])
    windows = prepare(PRICES.read(directories[0]), directories[0].config.variant)
    is_finite = np.isfinite(predictions).all(axis=1) & np.isfinite(losses)  # (seeds,)
    if not is_finite.any():
        raise RunError(f"{directories[0].path.parent}: every run of {variant} diverged; there is nothing to judge")
    finite, final_losses = np.array(predictions)[is_finite], np.array(losses)[is_finite]

    inputs, targets = windows.test
    skills = [_errors(windows, one[:, np.newaxis])["skill"] for one in finite]
    judged = asdict(evaluate(inputs, targets, finite))
    mse = float(np.mean(np.square(finite - targets[:, 0])))
    return DepartureRow(
        variant=variant,
        seeds=len(finite),
        diverged=int(np.sum(~is_finite)),
        final_loss=float(np.median(final_losses)),
        test_mse=mse,
        test_rmse_usd=float(np.sqrt(mse)) * windows.unit_usd,
        skill_median=float(np.median(skills)),
        moved_days=int(np.sum(targets != persistence(inputs))),
        **baseline_values(windows),
        **judged | {"best_lag": np.nan if judged["best_lag"] is None else float(judged["best_lag"])},
    )


def baseline_values(windows: Windows) -> dict[str, float]:
    """Persistence's errors, and the skill of the other baselines against it: all that needs no training."""
    naive = _errors(windows, persistence(windows.test[0]))
    training_prices = windows.close_scaled[: windows.train_windows + windows.window]
    return {
        "persistence_mse": naive["persistence_mse"],
        "persistence_rmse_usd": naive["persistence_rmse_usd"],
        "drift_skill": _errors(windows, drift(training_prices, windows.test[0]))["skill"],
        "autoregression_skill": _errors(windows, linear_autoregression(*windows.train, windows.test[0]))["skill"],
    }


def _errors(windows: Windows, predicted: np.ndarray) -> dict[str, float]:
    inputs, targets = windows.test
    return prediction_metrics(predicted, targets, persistence(inputs), windows.unit_usd)


def by_variant(rows: Sequence[DepartureRow]) -> Mapping[str, DepartureRow]:
    """The rows by the name of their variant."""
    return {row.variant: row for row in rows}
