"""The page as one HTML file that loads nothing: template, style, scripts and pictures in one text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape
from plotly.offline import get_plotlyjs

from reproduce.articles.sections import WIDTH, Block, Cell, Chart, Pair, Picture, Walk, numeral, shown
from reproduce.errors import RunError
from reproduce.evidence.claims import NOT_REPRODUCED, NOT_TESTABLE, PARTLY, REPRODUCED
from reproduce.report.page import APART, Page
from reproduce.runs.files import check_writable

MARKER = b'<meta name="generator" content="reproduce report">'
TITLE, LABEL = 40, 26  # characters of a line over and beside a picture
MARKS = {REPRODUCED: "✓", PARTLY: "◐", NOT_REPRODUCED: "✗", NOT_TESTABLE: "?"}  # so that no verdict is colour alone


class Image(NamedTuple):
    """A picture as the page holds it."""

    uri: str
    width: int  # CSS pixels at which its text has its own size
    height: int


def render(page: Page) -> str:
    """The whole page. Whatever it quotes is escaped; only files of this package and Plotly enter as they are."""
    blocks = [block for section in page.sections for block in _flat(section.blocks)]
    kinds = {type(block) for block in blocks}
    charts = [get_plotlyjs(), _own("chart.js")] if Chart in kinds else []
    walks = [_own("walk.js")] if Walk in kinds else []
    scripts = [_own("page.js"), *charts, *walks]
    environment = Environment(autoescape=True, undefined=StrictUndefined, loader=FunctionLoader(_own))
    environment.globals["fresh"] = itertools.count(1).__next__  # for ids: no number comes twice
    environment.filters |= {
        "kind": lambda block: type(block).__name__,
        "image": _image,
        "shown": shown,
        "marked": _marked,
        "breaking": _breaking,
        "json": htmlsafe_json_dumps,
        "told": _told,
        "numeral": numeral,
    }
    environment.tests["cell"] = lambda value: isinstance(value, Cell)
    return environment.get_template("template.html.j2").render(
        page=page,
        marks=MARKS,
        apart=APART,
        style=Markup(_own("style.css")),
        scripts=[Markup(script) for script in scripts],
        policy=_policy(scripts),
    )


def check_place(path: Path, *, force: bool) -> None:
    """Refuse a place where a page cannot stand.

    Raises:
        RunError: as `check_writable` says, or there is a file that is not a report of ours and `force` is not set.
    """
    check_writable(path, "--out")
    if path.exists() and not force and MARKER not in _beginning(path):
        raise RunError(f"{path}: not a report of ours; give --out another file, or --force to replace it")


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(500)


def _own(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _flat(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield from _flat([*block.left, *block.right]) if isinstance(block, Pair) else [block]


def _told(block: Chart | Walk) -> dict[str, Any]:
    """What a script reads of a block; the numbers of a walk are in the order of their `names`, which stand once."""
    told = asdict(block)
    if isinstance(block, Walk):
        days = [day for window in told["windows"] for day in window["days"]]
        told["names"] = list(next(iter(days[0]["cells"].values()))[0])
        for day in days:
            day["cells"] = {name: [list(cell.values()) for cell in cells] for name, cells in day["cells"].items()}
    return told


def _marked(text: str) -> Markup:
    """Sentences in which what stands between backticks is code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _breaking(text: str) -> Markup:
    """A path or a rule, of which a line may break behind a slash or an underscore."""
    return Markup(re.sub(r"(?<=[/_])(?=\w)", "<wbr>", str(escape(text))))


def _image(picture: Picture) -> Image:
    """Draw the picture anew at its size on the page, with words that find room there."""
    figure, height = picture.figure, picture.height * WIDTH
    figure.set_size_inches(WIDTH, height)
    for axes in figure.axes:
        axes.title.set_text(textwrap.fill(axes.get_title(), TITLE))
        axes.yaxis.label.set_text(textwrap.fill(axes.get_ylabel(), LABEL))
        for text in axes.get_legend().get_texts() if axes.get_legend() else ():
            text.set_fontsize("small")
    svg = BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None})
    uri = "data:image/svg+xml;base64," + base64.b64encode(svg.getvalue()).decode()
    return Image(uri, width=round(96 * WIDTH), height=round(96 * height))


def _policy(scripts: list[str]) -> str:
    """A content security policy: these scripts and no others, images in the file, and no network at all.

    Plotly sets styles as it draws, so those stay free.
    """
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    rules = ["default-src 'none'", "img-src data:", "style-src 'unsafe-inline'", f"script-src {allowed}"]
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])
