"""What a lesson prints and draws, put into its notebook. A lesson is a plain program, so it runs without Jupyter."""

from __future__ import annotations

import base64
import contextlib
import io
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from nbformat.v4 import new_output

DPI = 144  # of pictures: sharp on a phone


def run(notebook: Any, name: str) -> None:
    """Run the code of a notebook from top to bottom and give each cell its outputs; what a lesson raises is raised."""
    mpl.use("Agg")
    names = {"__name__": "__main__"}
    for cell in (one for one in notebook.cells if one.cell_type == "code"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(cell.source, name, "exec"), names)
        if printed.getvalue():
            cell.outputs.append(new_output("stream", name="stdout", text=printed.getvalue()))
        for figure in map(plt.figure, plt.get_fignums()):
            cell.outputs.append(new_output("display_data", data={"image/png": _png(figure)}))
            cell.metadata["mystnb"] = {"image": {"alt": _words(figure)}}
        plt.close("all")


def _png(figure: Figure) -> str:
    file = io.BytesIO()
    figure.savefig(file, dpi=DPI)
    return base64.b64encode(file.getvalue()).decode()


def _words(figure: Figure) -> str:
    """The titles of its plots and their axes, each once: what a reader hears in place of the picture."""
    words = [text for axes in figure.axes for text in (axes.get_title(), axes.get_xlabel(), axes.get_ylabel())]
    return f"Plot: {'; '.join(dict.fromkeys(text for text in words if text))}"
