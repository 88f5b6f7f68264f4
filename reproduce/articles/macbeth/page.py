"""What the page says of a run of the Macbeth article: how it went, what the network writes, and what it cost."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

from reproduce.articles.macbeth import pictures
from reproduce.articles.macbeth.epochs import TABLE, TREND, MilestoneRow, trend_of
from reproduce.articles.macbeth.findings import PROSE_EPOCHS
from reproduce.articles.macbeth.inside import has_gates, inside_section
from reproduce.articles.macbeth.milestones import Milestone, read_milestones, sample_name
from reproduce.articles.macbeth.replay import trained_epochs
from reproduce.articles.macbeth.training import WRITES, WRITTEN
from reproduce.articles.sections import Account, Pair, Paragraph, Picture, Quote, Section, Table, shown
from reproduce.articles.sources import TEXTS
from reproduce.errors import RunError
from reproduce.evidence.tally import counted
from reproduce.inputs.text import Text
from reproduce.networks.characters.generation import draw_place
from reproduce.runs.directory import Directory

COLUMNS = {"Epochs": "d", "Training loss": ".3f", "Held-out loss": ".3f", "Repeat rate": ".3f"}


def account(directory: Directory, study: Path | None) -> Account:
    """Tell of a finished run from its files, with the table of the study around it where it is complete.

    Raises:
        RunError: a file is damaged.
    """
    config, text = directory.config, TEXTS.read(directory)
    milestones = read_milestones(directory)
    rows, source = TABLE.of_study(study, lambda rows: bool(trend_of(rows)))
    return Account(
        lead=f"The network of this article was trained (variant {config.variant.name}, seed {config.seed}, "
        f"{counted(trained_epochs(config.variant), 'epoch')}, {config.engine} engine) on a text of "
        f"{counted(len(text.characters), 'character')}, {len(text.vocabulary)} of them distinct, and then wrote.",
        sections=[
            _milestones(directory, milestones),
            _samples(directory, milestones),
            *([inside_section(directory)] if has_gates(directory) else []),
            _window(directory, text),
            _cost(directory),
            _trend(trend_of(rows), source),
        ],
    )


def _milestones(directory: Directory, milestones: Sequence[Milestone]) -> Section:
    """Whether it gets better: losses and repeat rates after 1, 2, 5, 10, … epochs."""
    counts, first, last = pictures.baselines(directory), milestones[0], milestones[-1]
    picture = Picture(
        pictures.milestones(milestones, counts),
        0.9,
        f"Above, cross-entropy by epochs: the training loss goes from {shown(first.loss, '.3f')} after "
        f"{counted(first.epoch, 'epoch')} to {shown(last.loss, '.3f')} after {last.epoch}; lines show characters "
        f"counted alone, {counts.entropy_0:.3f}, and in pairs, {counts.entropy_1:.3f}"
        f"{_in_contexts(counts)}. Below, the repeat rate of "
        f"greedy text, {shown(first.repeat_rate, '.2f')} to {shown(last.repeat_rate, '.2f')}; the text's own is "
        f"{counts.repeat_rate:.3f}.",
        "A loss below the dotted line knows more than how frequent each character is. A repeat rate near 1 is text "
        "that goes round in circles.",
    )
    rows = [(one.epoch, one.loss, one.held_out_loss, one.repeat_rate) for one in milestones]
    without = [
        ("characters counted alone", counts.entropy_0, None, None),
        ("counted in pairs", counts.entropy_1, None, None),
        *([(f"counted after the {counts.order:.0f} before", None, counts.entropy, None)] if _is_judged(counts) else []),
        ("the text itself", None, None, counts.repeat_rate),
    ]
    caption = "After each milestone; losses in nats a character, repeat rate of pieces of 10 characters"
    table = Table(caption, COLUMNS, {"": rows, "Without a network": without})
    return Section("milestones", "Does it get better and better?", "Milestones", [Pair([picture], [table])])


def _is_judged(counts: pictures.Baselines) -> bool:
    """Whether text was held out to judge by."""
    return math.isfinite(counts.entropy)


def _in_contexts(counts: pictures.Baselines) -> str:
    if not _is_judged(counts):
        return ""
    return f", and of the held-out text, counted after the {counts.order:.0f} before each, {counts.entropy:.3f}"


def _samples(directory: Directory, milestones: Sequence[Milestone]) -> Section:
    """The greedy text that was kept at each milestone, all from one window."""
    window = directory.config.variant.window
    texts = {one.epoch: directory.read_text(sample_name(one.epoch)) for one in milestones}
    start = Quote("All go on from this window", next(iter(texts.values()))[:window])
    quotes = [_written(f"After {counted(epoch, 'epoch')}", text[window:-1]) for epoch, text in texts.items()]
    words = Paragraph("Greedy text: the likeliest character each time, fed back. The same start at every milestone.")
    return Section("samples", "Text written at each milestone", "Text", [words, start, *quotes])


def _written(title: str, text: str) -> Quote:
    return Quote(title if text.strip() else f"{title}: {counted(len(text), 'blank')}", text)


def _window(directory: Directory, text: Text) -> Section:
    """One window drawn from the text, and what follows it in the text and by either loop."""
    window = directory.config.variant.window
    pieces = "\n".join(f"--- [^\n]*:\n({piece})\n" for piece in (f".{{{window}}}", ".*?", f".{{{WRITES}}}"))
    found = re.fullmatch(pieces, directory.read_text(WRITTEN), re.DOTALL)
    if found is None:
        raise RunError(f"{directory.path / WRITTEN}: not the texts that a run writes; make the run anew")
    start, published, repaired = found.groups()
    after = draw_place(text, window, directory.config.seed) + window
    continued = text.characters[after : after + WRITES]
    words = Paragraph("The loop as printed feeds nothing back, so it does not write on: M3 in original_code/README.md.")
    left = [Quote("A window of the text, drawn with the run's seed", start), Quote("How the text goes on", continued)]
    right = [
        _written("What the published loop prints: each character from a shorter ending of the window", published),
        _written("What the repaired loop writes: each character is fed back", repaired),
    ]
    return Section("window", "A window, and what follows it", "A window", [words, Pair(left, right)])


def _cost(directory: Directory) -> Section:
    """Time and size of the training, and what the epochs of the article's prose would take."""
    metrics, seconds = directory.read_metrics(), directory.read_environment()["seconds"]
    an_epoch = seconds / trained_epochs(directory.config.variant)
    rows = [
        ("weights", f"{metrics['weights']:,}"),
        ("samples in an epoch", f"{metrics['samples']:,}"),
        ("steps in an epoch", f"{metrics['batches']:,}"),
        ("time", f"{seconds:,.0f} s"),
        ("time an epoch", f"{an_epoch:,.1f} s"),
        (f"the {PROSE_EPOCHS} epochs of the article's text would take", f"{an_epoch * PROSE_EPOCHS / 3600:,.1f} h"),
    ]
    table = Table("On the machine named below", {"What": "", "How much": ".0f"}, {"": rows})
    return Section("cost", "What it cost", "Cost", [table])


def _trend(trend: Sequence[MilestoneRow], source: str) -> Section:
    """What a longer training teaches the network, with text held out."""
    rows = [(row.epoch, row.loss, row.held_out_loss, row.repeat_rate, row.writes) for row in trend]
    caption = f"Seed {trend[0].seed} of {source}, a tenth of the text held out: what it is like after some epochs"
    table = Table(caption, COLUMNS | {"Greedy text goes on": ""}, {"": rows})
    return Section("trend", f"Over {counted(TREND.epochs, 'epoch')}", f"{TREND.epochs} epochs", [table])
