"""The parts of README.md and docs/ that are made from tables: `python -m reproduce.report.docs .` in a checkout.

Each part stands between two marks, `<!-- NAME: made by make docs -->` and `<!-- /NAME -->`, and is named in PARTS.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reproduce.articles import ARTICLES, article_of
from reproduce.articles.article import Finding
from reproduce.articles.bitcoin_lstm import answers, departures, losses, variant, windows
from reproduce.articles.macbeth import findings as macbeth
from reproduce.articles.stacked_lstm import findings as stacked
from reproduce.bench.targets import MEMORY
from reproduce.evidence.claims import read_claims
from reproduce.evidence.skill import persistence
from reproduce.evidence.tally import count_verdicts
from reproduce.inputs.prices import load_prices
from reproduce.runs.files import write_text

WIDTH = 120  # characters a line
LAST_LINES = 6  # of the output of a run
APART = 0.01  # relative difference of two losses

Part = Callable[[Path], str]  # from the folder docs/ to what stands between two marks


def filled_in(page: str, root: Path) -> str:
    """A page, by its path below the checkout `root`, with its parts as the tables have them now.

    Raises:
        ValueError: a mark is missing.
    """
    text = (root / page).read_text(encoding="utf-8")
    for name, write in PARTS[page].items():
        begin, end = f"<!-- {name}: made by make docs -->\n\n", f"\n\n<!-- /{name} -->"
        text = text[: text.index(begin) + len(begin)] + write(root / "docs") + text[text.index(end) :]
    return text


def _findings(id_: str) -> list[Finding]:
    return article_of(id_).module("findings").findings()


def _words(finding: Finding) -> str:
    return textwrap.fill(f"**{finding.headline}** {finding.text}", WIDTH)


def _picture(finding: Finding, folder: str = "") -> str:
    return f"![{finding.alt}]({folder}{finding.picture}.png)"


def _one_finding(id_: str, number: int) -> Part:
    """One finding and its picture, for the README."""
    return lambda _: "\n\n".join([_words(_findings(id_)[number]), _picture(_findings(id_)[number], "docs/")])


def _all_findings(id_: str) -> Part:
    """All of an article's findings, then their pictures, each once."""
    return lambda _: "\n\n".join(dict.fromkeys([*map(_words, _findings(id_)), *map(_picture, _findings(id_))]))


def _last_lines(docs: Path) -> str:
    lines = (docs / "run.txt").read_text(encoding="utf-8").rstrip().splitlines()
    return "\n".join(["```", *(line.rstrip() for line in lines[-LAST_LINES:]), "```"])


def _articles(_: Path) -> str:
    lines = ["| article | what was found | verdicts |", "|---|---|---|"]
    for article in ARTICLES:
        about = read_claims(article.package)
        tally = count_verdicts(about.claims, about.verdicts).sentence()
        link = f"[{article.id}](docs/{article.id}.md): {', '.join(about.authors)}, {about.reference}"
        lines.append(f"| {link} | {_findings(article.id)[0].headline} | {tally} |")
    return "\n".join(lines)


def _answers(_: Path) -> str:
    found = answers.answers(departures.shipped_departures(), losses.judge(losses.shipped_losses()))
    rows = [f"| {one.question} | {one.answer} | {one.evidence} |" for one in found]
    return "\n".join(["| question | answer | because |", "|---|---|---|", *rows])


def _run(docs: Path) -> str:
    """The table in which one run ends, from what it wrote with --json."""
    claims = {claim.id: claim for claim in read_claims(ARTICLES[0].package).claims}
    lines = ["| claim | article | ours | verdict |", "|---|---|---|---|"]
    for row in _rows(docs, "run"):
        claim = claims[row["id"]]
        shown = claim.judge(row["others"] | {claim.output: row["ours"]}).as_text()
        lines.append(f"| {' | '.join(shown[name] for name in ('claim', 'article', 'ours', 'verdict'))} |")
    return "\n".join(lines)


def _two_days(_: Path) -> str:
    """How much of persistence's error the two worst days of the published test set carry."""
    cut = windows.prepare(load_prices(), variant.Variant())
    inputs, targets = cut.test
    errors = np.square(targets - persistence(inputs))[:, 0]
    worst = np.sort(np.argsort(errors)[-2:])
    days, share = " and ".join(sorted(str(day) for day in cut.dates[cut.test_rows][worst])), errors[worst].sum()
    return textwrap.fill(
        f"That interval is wide, and the Diebold-Mariano test weak, because two days, {days}, carry "
        f"{share / errors.sum():.0%} of persistence's squared error on the published test set.",
        WIDTH,
    )


def _assumptions(_: Path) -> str:
    lines = article_of("stacked-lstm").assumptions
    return "\n".join(textwrap.fill(f"- {line}", WIDTH, subsequent_indent="  ") for line in lines)


def _apart(docs: Path) -> str:
    """The first epochs in which one seed's losses on two engines are far apart."""
    curves = {e: pd.read_csv(docs / f"losses-{e}.csv")["loss"].to_numpy() for e in ARTICLES[0].engines}
    ours = curves.pop(ARTICLES[0].engines[0])
    apart = {engine: np.abs(curve / ours - 1) for engine, curve in curves.items()}
    first = max(difference[:2].max() for difference in apart.values())
    epochs = " and ".join(f"epoch {np.argmax(difference > APART)} ({e})" for e, difference in apart.items())
    return textwrap.fill(
        f"For seed 0 the losses differ from the compiled engine's by at most {first:.0e} of their value in the first "
        f"two epochs. They differ by more than {APART:.0%} for the first time in {epochs}.",
        WIDTH,
    )


def _speed(docs: Path) -> str:
    """A step's time in multiples of the compiled engine's, on the fastest number of threads; runs an hour; memory."""
    bench, throughput = _rows(docs, "bench"), _rows(docs, "throughput")
    timed = [row for row in bench if row.get("status") == "timed"]
    lines = ["| a training step takes | published wiring | described wiring |", "|---|---|---|"]
    for name in dict.fromkeys(row["contender"] for row in timed):
        cells = []
        for wiring in ("published", "described"):
            mine = [r["times_compiled"] for r in timed if (r["contender"], r["wiring"]) == (name, wiring)]
            cells.append(f"{min(mine):.1f}" if mine else "")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    studies = [row for row in throughput if row["what"] == "study"]
    hours = ", ".join(f"{row['times_graph']:.1f} with {row['workers']}" for row in studies)
    told = f"Whole runs an hour, where the published graph, run after run, is 1: a study has, by its workers, {hours}."
    peaks = " and ".join(f"{row['measured']:.2f} ({row['wiring']})" for row in bench if row.get("target") == MEMORY)
    memory = f"The compiled engine needs at most {peaks} times the memory of Keras."
    return "\n\n".join(["\n".join(lines), textwrap.fill(told, WIDTH), textwrap.fill(memory, WIDTH)])


def _characters(docs: Path) -> str:
    """Macbeth's training and writing, each on the number of threads that is fastest."""
    timed = pd.DataFrame([row for row in _rows(docs, "characters") if row.get("status") == "timed"])
    steps = timed.groupby("contender", sort=False)["ms_per_step"].min()
    written = timed.groupby("writer", sort=False)["ms_per_character"].min()
    lines = ["| a training step of Macbeth takes | |", "|---|---|"]
    lines += [f"| {name} | {time:.1f} |" for name, time in (steps / steps["compiled engine"]).items()]
    times = (written["Keras predict"] / written.drop("Keras predict")).items()
    faster = " and ".join(f"{one:.0f} times with {name.removeprefix('generate, ')}" for name, one in times)
    told = f"Text is written faster than by calling Keras's `predict` once a character: {faster}."
    return "\n".join(lines) + "\n\n" + textwrap.fill(told, WIDTH)


def _rows(docs: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((docs / f"{name}.json").read_text(encoding="utf-8"))["rows"]


PARTS: dict[str, dict[str, Part]] = {
    "README.md": {
        "opening": lambda _: _picture(_findings(ARTICLES[0].id)[0], "docs/"),
        "run": _last_lines,
        "articles": _articles,
        "bitcoin-lstm": _one_finding("bitcoin-lstm", 1),
        "stacked-lstm": _one_finding("stacked-lstm", 0),
        "macbeth": _one_finding("macbeth", 0),
    },
    "docs/bitcoin-lstm.md": {
        "findings": _all_findings("bitcoin-lstm"),
        "answers": _answers,
        "days": _two_days,
        "run": _run,
    },
    "docs/stacked-lstm.md": {
        "findings": _all_findings("stacked-lstm"),
        "networks": lambda _: "\n".join(stacked.table_lines()),
        "assumptions": _assumptions,
    },
    "docs/macbeth.md": {
        "findings": _all_findings("macbeth"),
        "milestones": lambda _: "\n".join(macbeth.table_lines()),
    },
    "docs/engines.md": {"apart": _apart, "speed": _speed, "characters": _characters},
}


if __name__ == "__main__":
    for page in PARTS:
        write_text(Path(sys.argv[1]) / page, filled_in(page, Path(sys.argv[1])))
