"""Which samples of the text train the Macbeth network, and which judge it; needs no TensorFlow."""

from __future__ import annotations

from reproduce.articles.macbeth.variant import Variant
from reproduce.inputs.text import Samples, Text, cut_samples, split_samples


def parts(text: Text, variant: Variant) -> tuple[Samples, Samples]:
    """The samples that train and those that judge: the held-out ones, or where none are, the same.

    Raises:
        TextError: the text is too short for the variant.
    """
    if variant.held_out == "none":
        samples = cut_samples(text, window=variant.window, batch=variant.batch)
        return samples, samples
    return split_samples(text, window=variant.window, batch=variant.batch)
