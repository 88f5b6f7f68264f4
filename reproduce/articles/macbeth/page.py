"""What the page says of a run of the Macbeth article: how it went, what the network writes, and what it cost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from reproduce.articles.macbeth import figures
from reproduce.articles.macbeth.findings import PROSE_EPOCHS, sentences
from reproduce.articles.macbeth.milestones import Milestone, read_milestones, sample_name
from reproduce.articles.macbeth.study import TABLE, TREND, MilestoneRow, read_rows, shipped_rows
from reproduce.articles.macbeth.training import parts
from reproduce.articles.sections import Account, Pair, Paragraph, Picture, Quote, Section, Table, counted, shown
from reproduce.errors import RunError
from reproduce.inputs.text import MACBETH_SHA256, Text
from reproduce.runs.directory import Directory

CONTINUED = 500  # characters of the text's own continuation
PIECES = (  # of written.txt
    "A window of the text",
    "What the published loop prints, which feeds nothing back (M3)",
    "What the repaired loop writes",
)


def account(directory: Directory, text: Text, study: Path | None) -> Account:
    """Tell of a finished run from its files, with the study's own table in place of the package's.

    Args:
        text: text.txt of the run, as the network read it.
        study: the folder of the study that the run is one of.

    Raises:
        RunError: a file is damaged.
    """
    config, milestones = directory.config, read_milestones(directory)
    rows = shipped_rows() if study is None else read_rows(study / TABLE)
    return Account(
        lead=f"The network of this article was trained (variant {config.variant.name}, seed {config.seed}, "
        f"{counted(config.variant.epochs, 'epoch')}, {config.engine} engine) on a text of "
        f"{counted(len(text.characters), 'character')}, {len(text.vocabulary)} of them distinct, and then let write.",
        has_published_input=config.data_sha256 == MACBETH_SHA256,
        sections=[
            _milestones(directory, text, milestones),
            _samples(directory, milestones),
            _window(directory, text),
            _cost(directory),
            _study(rows, study),
        ],
    )


def _milestones(directory: Directory, text: Text, milestones: Sequence[Milestone]) -> Section:
    """Whether it gets better: losses and repeat rates after 1, 2, 5, 10, … epochs."""
    training, judged = parts(text, directory.config.variant)
    counts = figures.baselines(training, judged, len(text.vocabulary))
    first, last = milestones[0], milestones[-1]
    picture = Picture(
        figures.milestones(milestones, counts),
        0.9,
        f"Above, cross-entropy by epochs: the training loss goes from {shown(first.loss, '.3f')} after "
        f"{counted(first.epoch, 'epoch')} to {shown(last.loss, '.3f')} after {last.epoch}; lines show characters "
        f"counted alone, {counts.entropy_0:.3f}, and in pairs, {counts.entropy_1:.3f}. Below, the repeat rate of "
        f"greedy text, {shown(first.repeat_rate, '.2f')} to {shown(last.repeat_rate, '.2f')}; the text's own is "
        f"{counts.repeat_rate:.3f}.",
        "A loss below the dotted line knows more than how frequent each character is. A repeat rate near 1 is text "
        "that goes round in circles.",
    )
    columns = {"Epochs": "d", "Training loss": ".3f", "Held-out loss": ".3f", "Repeat rate": ".2f"}
    rows = [(one.epoch, one.loss, one.held_out_loss, one.repeat_rate) for one in milestones]
    baselines = [
        ("characters counted alone", counts.entropy_0, None, None),
        ("counted in pairs", counts.entropy_1, None, None),
        ("the text itself", None, None, counts.repeat_rate),
    ]
    caption = "After each milestone, in nats a character; the repeat rate is of pieces of 10 characters"
    table = Table(caption, columns, {"": rows, "Without a network": baselines})
    return Section("milestones", "Does it get better and better?", "Milestones", [Pair([picture], [table])])


def _samples(directory: Directory, milestones: Sequence[Milestone]) -> Section:
    """The greedy text that was kept at each milestone, all from one window."""
    window = directory.config.variant.window
    texts = {one.epoch: directory.read_text(sample_name(one.epoch)) for one in milestones}
    start = Quote("All go on from this window", next(iter(texts.values()))[:window])
    quotes = [_quote(f"After {counted(epoch, 'epoch')}", text[window:-1]) for epoch, text in texts.items()]
    words = Paragraph("Greedy text: the likeliest character each time, fed back. The same start at every milestone.")
    return Section("samples", "Text written at each milestone", "Text", [words, start, *quotes])


def _quote(title: str, text: str) -> Quote:
    return Quote(title if text.strip() else f"{title}: {counted(len(text), 'blank')}", text)


def _window(directory: Directory, text: Text) -> Section:
    """One window drawn from the text, and what follows it in the text and by either loop."""
    start, published, repaired = _pieces(directory)
    place = text.characters.find(start)
    continued = text.characters[place + len(start) :][:CONTINUED] if place >= 0 else ""
    quotes = [
        [Quote("A window of the text, drawn with the run's seed", start), Quote("How the text goes on", continued)],
        [
            _quote("What the published loop prints: each character from a shorter ending of the window", published),
            _quote("What the repaired loop writes: each character is fed back", repaired),
        ],
    ]
    words = Paragraph("The loop as printed feeds nothing back, so it does not write on: M3 in original_code/README.md.")
    return Section("window", "A window, and what follows it", "A window", [words, Pair(*quotes)])


def _pieces(directory: Directory) -> list[str]:
    """The texts of written.txt, in the order of PIECES."""
    titles = [f"--- {re.escape(title)}:\n(.*)\n" for title in PIECES]
    found = re.fullmatch("\n".join(titles), directory.read_text("written.txt"), re.DOTALL)
    if found is None:
        raise RunError(f"{directory.path / 'written.txt'}: not the texts that a run writes; make the run anew")
    return list(found.groups())


def _cost(directory: Directory) -> Section:
    """Time and size of the training, and what the epochs of the article's prose would take."""
    config, metrics = directory.config, directory.read_metrics()
    seconds = directory.read_environment()["seconds"]
    an_epoch = seconds / config.variant.epochs
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


def _study(rows: Sequence[MilestoneRow], study: Path | None) -> Section:
    """What many runs show."""
    trend = [row for row in rows if row.variant == TREND.name]
    columns = {"Epochs": "d", "Training loss": ".3f", "Held-out loss": ".3f", "Repeat rate": ".2f", "Greedy text": ""}
    groups = {
        f"Seed {seed}": [
            (row.epoch, row.loss, row.held_out_loss, row.repeat_rate, row.writes) for row in trend if row.seed == seed
        ]
        for seed in sorted({row.seed for row in trend})
    }
    source = "the study that comes with the package" if study is None else "this study"
    table = Table(f"{counted(TREND.epochs, 'epoch')} with a tenth of the text held out, by {source}", columns, groups)
    return Section("study", "What many runs show", "Study", [*map(Paragraph, sentences(rows)), table])
