"""The trained Macbeth network for other programs."""

from __future__ import annotations

from reproduce.articles.exporting import KERAS, Exported
from reproduce.articles.sources import TEXTS
from reproduce.inputs.text import scale
from reproduce.runs.directory import Directory


def exported(directory: Directory) -> Exported:
    """What a finished run gives; RunError where its weights are damaged."""
    from reproduce.articles.macbeth.training import load_weights
    from reproduce.networks.characters.keras import trained_model

    text, variant, weights = TEXTS.read(directory), directory.config.variant, load_weights(directory)
    characters, window = len(text.vocabulary), variant.window
    with directory.reading("weights.npz"):
        model = trained_model(variant, characters, weights)
    inputs = scale(text.indices[:window], characters)[None]  # (1, window, 1)
    return Exported(
        weights=weights._asdict(),
        write={KERAS: model.save},
        about={
            "inputs": f"(n, {window}, 1) scaled characters, in the order of the text",
            "outputs": f"(n, {characters}) the probability of each character of the vocabulary to come next",
            "scaling": f"number of the character in the vocabulary / {characters}; the text is lower-cased first",
            "vocabulary": list(text.vocabulary),
            "gates": "side by side in Keras's order: i f c o",
        },
        example=(inputs, model(inputs, training=False).numpy()),
    )
