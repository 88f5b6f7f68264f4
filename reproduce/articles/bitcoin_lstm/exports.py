"""The trained network of the Bitcoin article for other programs."""

from __future__ import annotations

from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.exporting import CHECKPOINT, KERAS, Exported, about_windows
from reproduce.articles.sources import PRICES
from reproduce.runs.directory import Directory


def exported(directory: Directory) -> Exported:
    """What a finished run gives; RunError where its checkpoint is damaged, or its network is no LSTM."""
    from reproduce.articles.bitcoin_lstm.training import require_network, trained_engine
    from reproduce.networks.lstm.portable import portable_model, published_names, save_checkpoint

    require_network(directory, "lstm")
    variant, engine = directory.config.variant, trained_engine(directory)
    windows, weights = prepare(PRICES.read(directory), variant), engine.weights()
    return Exported(
        weights=weights,
        write={
            KERAS: lambda path: portable_model(variant, weights).save(path),
            CHECKPOINT: lambda path: save_checkpoint(weights, path),
        },
        about=about_windows(windows)
        | {
            "gates": "i input, f forget, o output, g candidate; in Keras's LSTM side by side as i f g o",
            "wiring": "published: the gates read c of the day before, and c = f h + i g"
            if variant.wiring == "published"
            else "described: the gates read h of the day before, and c = f c + i g",
            "checkpoint_names": published_names(),
        },
        example=(windows.last, engine.predict(windows.last)),
    )
