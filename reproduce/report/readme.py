"""The parts of the README that are made from the shipped tables: `python -m reproduce.report.readme README.md`."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

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


def filled_in(readme: str) -> str:
    """The README with findings and answers as the shipped tables have them now, between their marks.

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
    return _between(_between(readme, "findings", "\n\n".join(parts)), "answers", "\n".join(lines))


def _between(text: str, mark: str, content: str) -> str:
    begin = f"<!-- {mark}: made by make docs -->\n\n"
    before, after = text.index(begin) + len(begin), text.index(f"\n\n<!-- /{mark} -->")
    return text[:before] + content + text[after:]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    write_text(path, filled_in(path.read_text(encoding="utf-8")))
