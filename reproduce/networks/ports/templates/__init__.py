"""Ports that pass, to begin with: a text file each, in which one line says the wiring, or a few which network it is."""

from __future__ import annotations

from importlib.resources import files

import jinja2

TEMPLATES = ("numpy", "keras", "pytorch", "jax", "tf1")
OF_TWO_LAYERS = ("numpy", "keras", "pytorch")
PUBLISHED = "PUBLISHED = True"


def template_text(name: str, wiring: str) -> str:
    """A port of the Bitcoin network in that library.

    Args:
        name: one of TEMPLATES.
        wiring: published or described.
    """
    text = _read(name)
    return text if wiring == "published" else text.replace(PUBLISHED, "PUBLISHED = False")


def two_layers_text(name: str, reads: str) -> str:
    """A port of a network of two layers in that library.

    Args:
        name: one of OF_TWO_LAYERS.
        reads: prices or characters.
    """
    network = "stacked LSTM" if reads == "prices" else "Macbeth network"
    template = jinja2.Template(_read(f"two_layers_{name}"), keep_trailing_newline=True)
    return template.render(network=network, characters=reads == "characters")


def _read(name: str) -> str:
    return files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
