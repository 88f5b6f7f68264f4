"""The guide's trained network for other programs."""

from __future__ import annotations

from reproduce.articles.exporting import KERAS, Exported, about_windows
from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.runs.directory import Directory


def exported(directory: Directory) -> Exported:
    """What a finished run gives; RunError where its checkpoint is damaged."""
    from reproduce.articles.stacked_lstm.training import trained_forecaster

    forecaster, windows = trained_forecaster(directory), prepare(PRICES.read(directory), directory.config.variant)
    return Exported(
        weights=forecaster.weights(),
        write={KERAS: forecaster.save},
        about=about_windows(windows) | {"gates": "side by side in Keras's order: LSTM i f c o, GRU z r h"},
        example=(windows.last, forecaster.predict(windows.last)),
    )
