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
from reproduce.articles.macbeth import findings as macbeth
from reproduce.articles.macbeth.study import shipped_rows
from reproduce.articles.stacked_lstm import findings as stacked
from reproduce.articles.stacked_lstm.pairs import compare
from reproduce.articles.stacked_lstm.rivals import shipped_rivals
from reproduce.articles.stacked_lstm.variant import Variant as StackedVariant
from reproduce.articles.stacked_lstm.windows import persistence_rmse_usd, prepare
from reproduce.bench.targets import MEMORY
from reproduce.inputs.prices import load_prices
from reproduce.runs.files import write_text

WIDTH = 120  # characters a line
ALT = {
    "loss": "Training loss of seed 0 on a log axis, in the range and the 95 % band of 40 seeds; the article's figures",
    "predictions_by_date": "Price and predictions by date in USD; below, the test set alone with persistence beside it",
    "ablation": "Skill of every variant with its 95 % interval, beside the line of persistence",
}


def filled_in(readme: str, docs: Path) -> str:
    """The README with findings, answers and speeds as the tables have them now, between their marks.

    Args:
        docs: the folder with bench.json, throughput.json and characters.json, as `reproduce bench` wrote them.

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
    readme = _between(_between(readme, "stacked", _stacked()), "macbeth", _macbeth())
    bench, throughput, characters = (
        json.loads((docs / f"{name}.json").read_text(encoding="utf-8"))["rows"]
        for name in ("bench", "throughput", "characters")
    )
    return _between(_between(readme, "speed", _speed(bench, throughput)), "characters", _characters(characters))


def _stacked() -> str:
    """The networks' comparison."""
    rows, persistence = shipped_rivals(), persistence_rmse_usd(prepare(load_prices(), StackedVariant()))
    pairs = compare(rows)
    told = textwrap.fill(stacked.sentence(pairs, persistence, rows), WIDTH)
    return "\n".join([told, "", *stacked.table_lines(pairs, persistence, rows)])


def _macbeth() -> str:
    """What the network has learnt after some epochs."""
    rows = shipped_rows()
    told = [textwrap.fill(sentence, WIDTH) for sentence in macbeth.sentences(rows)]
    return "\n\n".join([*told, "\n".join(macbeth.table_lines(rows))])


def _speed(bench: list[dict[str, Any]], throughput: list[dict[str, Any]]) -> str:
    """A step's time in multiples of the compiled engine's, on the fastest number of threads; runs an hour; memory."""
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
    peaks = " and ".join(f"{row['measured']:.2f} ({row['wiring']})" for row in bench if row.get("target") == MEMORY)
    memory = f"The compiled engine's process peaks at {peaks} of the memory of Keras's."
    return "\n\n".join(["\n".join(lines), textwrap.fill(told, WIDTH), memory])


def _characters(bench: list[dict[str, Any]]) -> str:
    """Macbeth's training and writing, each in multiples of ours, on the number of threads that is fastest."""
    steps, written = _fastest(bench, "contender", "ms_per_step"), _fastest(bench, "writer", "ms_per_character")
    ours = steps["compiled engine"]
    lines = ["| | time, compiled engine's as 1 |", "|---|---|"]
    lines += [f"| a training step, {name} | {time / ours:.1f} |" for name, time in steps.items()]
    predict = written["Keras predict"]
    faster = " and ".join(
        f"{predict / time:.0f} times with {name.removeprefix('generate, ')}"
        for name, time in written.items()
        if name != "Keras predict"
    )
    told = f"Text is written faster than by calling Keras's `predict` once a character: {faster}."
    return "\n".join(lines) + "\n\n" + textwrap.fill(told, WIDTH)


def _fastest(bench: list[dict[str, Any]], kind: str, time: str) -> dict[str, float]:
    """The least time of each name, over its numbers of threads."""
    times: dict[str, float] = {}
    for row in bench:
        if row.get("status") == "timed" and kind in row:
            times[row[kind]] = min(row[time], times.get(row[kind], row[time]))
    return times


def _between(text: str, mark: str, content: str) -> str:
    begin = f"<!-- {mark}: made by make docs -->\n\n"
    before, after = text.index(begin) + len(begin), text.index(f"\n\n<!-- /{mark} -->")
    return text[:before] + content + text[after:]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    write_text(path, filled_in(path.read_text(encoding="utf-8"), path.parent / "docs"))
