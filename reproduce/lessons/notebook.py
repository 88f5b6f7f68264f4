"""A lesson as a Jupyter notebook, version 4.5 of the format: plain JSON, written without any of Jupyter."""

from __future__ import annotations

from typing import Any

from reproduce.lessons.catalogue import Block, Lesson

INSTALL = """\
# Install the package where it is missing, as on Colab. First put its wheel among the files at the left.
import importlib.util
from glob import glob

if importlib.util.find_spec("reproduce") is None:
    wheels = sorted(glob("reproduce-*.whl"))
    if not wheels:
        raise FileNotFoundError("reproduce-….whl: put the wheel of the package among the files, and run this again")
    %pip install --quiet {wheels[-1]}"""


def as_notebook(lesson: Lesson) -> dict[str, Any]:
    """The notebook as JSON has it. Its first cell installs the package, the others are the lesson's blocks."""
    blocks = (Block(is_code=True, text=INSTALL), *lesson.blocks)
    return {
        "cells": [_cell(number, block) for number, block in enumerate(blocks)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(number: int, block: Block) -> dict[str, Any]:
    cell = {"id": f"block-{number}", "metadata": {}, "source": block.text.splitlines(keepends=True)}
    if block.is_code:
        return {"cell_type": "code", **cell, "execution_count": None, "outputs": []}
    return {"cell_type": "markdown", **cell}
