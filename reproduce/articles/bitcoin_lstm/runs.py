"""The Bitcoin article's runs: what determines one, where it stands, and the results it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import Dataset
from reproduce.networks.engine import ENGINES, check_seed
from reproduce.runs.config import read_config
from reproduce.runs.directory import Directory
from reproduce.runs.progress import Progress


@dataclass(frozen=True)
class RunConfig:
    """Everything that determines a run's result. Goes to config.json and reads back equal."""

    variant: Variant
    seed: int
    engine: str
    data_sha256: str
    article: str = "bitcoin-lstm"

    def __post_init__(self) -> None:
        check_seed(self.seed)
        if self.engine not in ENGINES:
            raise ValueError(f"engine is {self.engine!r}, expected one of {', '.join(ENGINES)}")

    @property
    def name(self) -> str:
        """The name of its directory."""
        return f"{self.article}-{self.variant.name}-s{self.seed}-{self.engine}"

    @classmethod
    def from_json(cls, text: str) -> RunConfig:
        """Undo `json.dumps(asdict(config))`."""
        return read_config(cls, text)


@dataclass
class PredictingProgress(Progress):
    """With what the last epoch predicted on the way; losses are means of its batches', scaled units."""

    predictions: np.ndarray = field(default_factory=lambda: np.empty((0, 1)))  # (windows, 1)

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> PredictingProgress:
        """With the array `predictions`."""
        predictions = arrays["predictions"]
        if predictions.ndim != 2:
            raise ValueError(f"predictions has the shape {predictions.shape}, expected (windows, 1)")
        return replace(super().from_arrays(arrays), predictions=predictions)


class RunDirectory(Directory):
    """A directory whose results are predicted prices."""

    config: RunConfig

    def write_results(
        self, progress: PredictingProgress, test_predictions: np.ndarray, dataset: Dataset, metrics: dict[str, float]
    ) -> None:
        """Write losses.csv, predictions.csv and, last, metrics.json."""
        self.write_losses(progress.losses)
        header = ("row", "date", "set", "actual_scaled", "predicted_scaled", "actual_usd", "predicted_usd")
        rows = [
            *_prediction_rows(dataset, "training", 0, progress.predictions),
            *_prediction_rows(dataset, "testing", dataset.train_windows, test_predictions),
        ]
        self.write_table("predictions.csv", header, rows)
        self.write_metrics(metrics)

    def read_predictions(self, which: str) -> np.ndarray:
        """The scaled predictions of the set `training` or `testing`, (windows,)."""
        both = self.read_table("predictions.csv", lambda row: (row["set"], float(row["predicted_scaled"])))
        return np.array([predicted for set_, predicted in both if set_ == which])


def _prediction_rows(dataset: Dataset, which: str, first_window: int, predictions: np.ndarray) -> Iterator[tuple]:
    rows = dataset.target_rows(first_window, len(predictions))
    for row, predicted in zip(rows, predictions[:, 0].astype(float), strict=True):
        scaled = (dataset.close_scaled[row], predicted)
        usd = (dataset.close_usd[row], dataset.to_usd(predicted))
        yield row, dataset.dates[row], which, *(repr(float(value)) for value in (*scaled, *usd))
