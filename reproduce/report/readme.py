"""The parts of the README that are made from tables: `python -m reproduce.report.readme README.md`."""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

from reproduce.articles.bitcoin_lstm.ablation import shipped_ablation
from reproduce.articles.bitcoin_lstm.answers import answers
from reproduce.articles.bitcoin_lstm.bands import judge_study, shipped_losses
from reproduce.articles.bitcoin_lstm.findings import findings
from reproduce.files import write_text

WIDTH = 120  # characters a line
ALT = {
    "loss": "Training loss of seed 0 on a log axis, in the range and the 95 % band of 40 seeds; the article's figures",
    "predictions_by_date": "Price and predictions by date in USD; below, the test set alone with persistence beside it",
    "ablation": "Skill of every variant with its 95 % interval, beside the line of persistence",
}


def filled_in(readme: str, docs: Path) -> str:
    """The README with findings, answers and speed as the tables have them now, between their marks.

    Args:
        docs: the folder with bench.json and throughput.json, as `reproduce bench` wrote them.

    Raises:
        ValueError: a mark is missing.
    """
    table, bands = shipped_ablation(), judge_study(shipped_losses())
    parts = []
    for number, finding in enumerate(findings(table, bands), start=1):
        parts.append(textwrap.fill(f"**{number}. {finding.headline}** {finding.text}", WIDTH))
        parts.append(f"![{ALT[finding.figure]}](docs/{finding.figure}.png)")
    rows = [f"| {one.question} | {one.answer} | {one.evidence} |" for one in answers(table, bands)]
    lines = ["| question | answer | because |", "|---|---|---|", *rows]
    readme = _between(_between(readme, "findings", "\n\n".join(parts)), "answers", "\n".join(lines))
    bench, throughput = (
        json.loads((docs / f"{name}.json").read_text(encoding="utf-8"))["rows"] for name in ("bench", "throughput")
    )
    return _between(readme, "speed", _speed(bench, throughput))


def _speed(bench: list[dict[str, Any]], throughput: list[dict[str, Any]]) -> str:
    """A step's time in multiples of the compiled engine's, on the number of threads that is fastest; runs an hour."""
    timed = [row for row in bench if row.get("status") == "timed"]
    lines = ["| a training step takes | published wiring | described wiring |", "|---|---|---|"]
    for name in dict.fromkeys(row["contender"] for row in timed):
        cells = []
        for wiring in ("published", "described"):
            mine = [r["times_compiled"] for r in timed if (r["contender"], r["wiring"]) == (name, wiring)]
            cells.append(f"{min(mine):.1f}" if mine else "")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    studies = [row for row in throughput if row["what"] == "study"]
    hours = ", ".join(f"with {row['workers']} of its workers {row['times_graph']:.1f}" for row in studies)
    told = f"Whole runs an hour, in multiples of the published graph's one after another: a study {hours}."
    return "\n".join(lines) + "\n\n" + told


def _between(text: str, mark: str, content: str) -> str:
    begin = f"<!-- {mark}: made by make docs -->\n\n"
    before, after = text.index(begin) + len(begin), text.index(f"\n\n<!-- /{mark} -->")
    return text[:before] + content + text[after:]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    write_text(path, filled_in(path.read_text(encoding="utf-8"), path.parent / "docs"))
