"""Ports that pass, to begin with: a text file each, in which one line says the wiring."""

from __future__ import annotations

from importlib.resources import files

TEMPLATES = ("numpy", "keras", "pytorch", "jax", "tf1")
PUBLISHED = "PUBLISHED = True"


def template_text(name: str, wiring: str) -> str:
    """A port in that library.

    Args:
        name: one of TEMPLATES.
        wiring: published or described.
    """
    text = files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return text if wiring == "published" else text.replace(PUBLISHED, "PUBLISHED = False")
