"""The page as one HTML file that loads nothing: template, style, scripts and figures in one text."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from reproduce.errors import RunError
from reproduce.evidence.claims import NOT_REPRODUCED, NOT_TESTABLE, PARTLY, REPRODUCED
from reproduce.report.page import Page
from reproduce.runs.files import write_text

MARKER = b'<meta name="generator" content="reproduce report">'
MARKS = {REPRODUCED: "✓", PARTLY: "◐", NOT_REPRODUCED: "✗", NOT_TESTABLE: "?"}  # so that no verdict hangs on colour
CURVES = {
    "actual": "actual price",
    "training": "predicted, training set",
    "testing": "predicted, test set",
    "persistence": "persistence",
}


def render(page: Page) -> str:
    """The whole page. Whatever it quotes is escaped; only files of this package and Plotly enter as they are."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=False)
    scripts = [get_plotlyjs(), _own("page.js"), _own("chart.js")]
    return environment.from_string(_own("template.html.j2")).render(
        page=page,
        chart_data=htmlsafe_json_dumps(asdict(page.chart)),
        marks=MARKS,
        curves=CURVES,
        style=Markup(_own("style.css")),
        scripts=[Markup(script) for script in scripts],
        policy=_policy(scripts),
    )


def check_place(path: Path, *, force: bool) -> None:
    """Refuse a place where a page cannot stand.

    Raises:
        RunError: the folder is missing, or there is a file that is not a report of ours and `force` is not set.
    """
    if not path.parent.is_dir() or path.is_dir():
        raise RunError(f"{path}: not a file in a folder that is there; choose another with --out")
    if path.exists() and not force and MARKER not in _beginning(path):
        raise RunError(f"{path}: not a report of ours; choose another file with --out, or --force to replace it")


def write_report(text: str, path: Path) -> None:
    """Write the page, whole or not at all; RunError where that is not allowed."""
    try:
        write_text(path, text)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}; choose another file with --out") from error


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(500)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}; choose another file with --out") from error


def _own(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _policy(scripts: list[str]) -> str:
    """A content security policy: these scripts and no others, images in the file, and no network at all.

    Plotly sets styles as it draws, so those stay free.
    """
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    rules = ["default-src 'none'", "img-src data:", "style-src 'unsafe-inline'", f"script-src {allowed}"]
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])
