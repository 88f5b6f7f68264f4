"""What a page is about: a run, or a study's first finished one, read from its files and refused unless they agree."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.articles.bitcoin_lstm.bands import EPOCHS, shipped_losses_of
from reproduce.articles.bitcoin_lstm.runs import RunConfig
from reproduce.articles.bitcoin_lstm.study import read_study
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import Dataset, prepare
from reproduce.errors import RunError
from reproduce.evidence.bands import MIN_CURVES, band_test
from reproduce.inputs.prices import EMBEDDED_SHA256, load_prices
from reproduce.report.predictions import Predictions, dataset_of, read_predictions

_ANEW = "remove the folder and make the run anew"


@dataclass(frozen=True, eq=False)
class StudyLosses:
    """The losses that a run's curve is held against, and where they come from."""

    curves: np.ndarray | None  # at the seven reported epochs, (seeds, 7); None where there are none
    source: str  # in words: which study, or why there is none


@dataclass(frozen=True, eq=False)
class Subject:
    """One finished run, and the study around it."""

    path: Path  # the run's directory
    study_path: Path | None  # the study's folder, where the page was asked for a study
    config: RunConfig
    losses: np.ndarray  # (epochs,)
    predictions: Predictions
    dataset: Dataset
    metrics: dict[str, float]  # nan where the training diverged
    environment: dict[str, Any]
    study: StudyLosses

    @property
    def has_article_s_data(self) -> bool:
        """Whether the run read the embedded table."""
        return self.config.data_sha256 == EMBEDDED_SHA256


def find_subject(given: Path) -> Subject:
    """Read the run, or of a study the first finished run of its first variant.

    Raises:
        RunError: it is neither, not finished, of another article, or its files are damaged or do not agree.
    """
    if (given / "config.json").is_file():
        return _read_run(given, None)
    if (given / "study.csv").is_file():
        return _read_run(_first_run(given), given)
    raise RunError(
        f"{given}: neither a run (no config.json) nor a study (no study.csv); "
        "name a folder that reproduce run or reproduce study has written"
    )


def _first_run(study: Path) -> Path:
    path = study / "study.csv"
    read_study(path)  # refuses what is no study's table, or not finished
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    of_variant = [row for row in rows if all(row[f.name] == rows[0][f.name] for f in fields(Variant))]
    finished = [row["run"] for row in of_variant if row["status"] == "finished"]
    if not finished:
        raise RunError(f"{path}: every run of the first variant diverged; name the directory of one run instead")
    return study / Path(finished[0]).name


def _read_run(path: Path, study_path: Path | None) -> Subject:
    with _reading(path / "config.json"):
        article = _read_object(path / "config.json").get("article", RunConfig.article)
    if article != RunConfig.article:
        raise RunError(f"{path}: a run of article {article!r}, expected {RunConfig.article!r}; name another run")
    with _reading(path / "config.json"):
        config = RunConfig.from_json((path / "config.json").read_text(encoding="utf-8"))
    if not (path / "metrics.json").is_file():
        raise RunError(f"{path}: the run is not finished; give the command that began it again")
    with _reading(path / "metrics.json"):
        metrics = {name: _figure(value) for name, value in _read_object(path / "metrics.json").items()}
    with _reading(path / "environment.json"):
        environment = _read_object(path / "environment.json")
    predictions = read_predictions(path / "predictions.csv", config.variant)
    dataset = _dataset(path, config, predictions)
    if not _are_equal(predictions.test_mse, metrics.get("test_mse", math.inf)):
        raise RunError(f"{path}: predictions.csv and metrics.json do not agree on the test error; {_ANEW}")
    return Subject(
        path=path,
        study_path=study_path,
        config=config,
        losses=_read_losses(path / "losses.csv", config.variant.epochs),
        predictions=predictions,
        dataset=dataset,
        metrics=metrics,
        environment=environment,
        study=_study_losses(config, study_path),
    )


def _dataset(path: Path, config: RunConfig, predictions: Predictions) -> Dataset:
    """The embedded table as the run saw it; of other data, what predictions.csv has of it."""
    if config.data_sha256 != EMBEDDED_SHA256:
        return dataset_of(predictions, config.variant)
    dataset = prepare(load_prices(), config.variant)
    trained, tested = len(dataset.train[0]), len(dataset.test[0])
    rows = [*dataset.target_rows(0, trained), *dataset.target_rows(dataset.train_windows, tested)]
    if not (
        np.array_equal(predictions.row, rows)
        and np.array_equal(predictions.date, dataset.dates[rows])
        and np.array_equal(predictions.actual_usd, dataset.close_usd[rows])
    ):
        raise RunError(f"{path / 'predictions.csv'}: its days and prices are not those of the article's table; {_ANEW}")
    return dataset


def _study_losses(config: RunConfig, study_path: Path | None) -> StudyLosses:
    """Those of the study itself where it has enough seeds and epochs, else of the one in the package."""
    curves, source = shipped_losses_of(config.variant, config.data_sha256), "the study that comes with the package"
    if study_path is not None:
        own = read_study(study_path / "study.csv")[config.variant.name]
        if len(own) >= MIN_CURVES and own.shape[1] > EPOCHS[-1]:
            curves, source = own[:, EPOCHS], "this study"
    if curves is None:
        return StudyLosses(None, "no study of this variant and these data has enough seeds for a band")
    try:
        band_test(curves, curves[0])
    except ValueError as error:
        return StudyLosses(None, f"{source} gives no band: {error}")
    return StudyLosses(curves, f"{len(curves)} seeds of {source}")


def _read_losses(path: Path, epochs: int) -> np.ndarray:
    with _reading(path):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if [int(row["epoch"]) for row in rows] != list(range(epochs)):
            raise ValueError(f"expected epochs 0 to {epochs - 1}, one a row")
        return np.array([float(row["loss"]) for row in rows])


def _read_object(path: Path) -> dict[str, Any]:
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError("expected a JSON object")
    return value


def _figure(value: Any) -> float:
    return math.nan if value is None else float(value)


def _are_equal(one: float, other: float) -> bool:
    """Whether two figures agree to the rounding of a sum; a training that diverged has neither."""
    return math.isclose(one, other, rel_tol=1e-9) or not (math.isfinite(one) or math.isfinite(other))


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RunError(f"{path}: cannot be read ({error}); {_ANEW}") from error
