"""The trained Macbeth network for other programs."""

from __future__ import annotations

from reproduce.articles.exporting import KERAS, Exported
from reproduce.articles.sources import TEXTS
from reproduce.inputs.text import code
from reproduce.runs.directory import Directory


def exported(directory: Directory) -> Exported:
    """What a finished run gives; RunError where its weights are damaged."""
    from reproduce.articles.macbeth.training import load_weights
    from reproduce.networks.characters.keras import trained_model

    text, variant, weights = TEXTS.read(directory), directory.config.variant, load_weights(directory)
    characters, window = len(text.vocabulary), variant.window
    with directory.reading("weights.npz"):
        model = trained_model(variant, characters, weights)
    inputs = code(text.indices[:window], characters, variant.coding)[None]  # (1, window, features)
    return Exported(
        weights=weights._asdict(),
        write={KERAS: model.save},
        about={
            **_read(variant.coding, window, characters),
            "outputs": f"(n, {characters}) the probability of each character of the vocabulary to come next",
            "vocabulary": list(text.vocabulary),
            **({"gates": "side by side in Keras's order: i f c o"} if variant.network == "lstm" else {}),
        },
        example=(inputs, model(inputs, training=False).numpy()),
    )


def _read(coding: str, window: int, characters: int) -> dict[str, str]:
    """What a network of that coding reads."""
    if coding == "one-hot":
        read = f"(n, {window}, {characters}) characters, in the order of the text, each one-hot: 1 at its number"
        return {"inputs": read, "scaling": "none; the number is that in the vocabulary, the text lower-cased first"}
    return {
        "inputs": f"(n, {window}, 1) scaled characters, in the order of the text",
        "scaling": f"number of the character in the vocabulary / {characters}; the text is lower-cased first",
    }
