"""`reproduce generate`: text that a trained Macbeth network writes."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reproduce.articles.macbeth.variant import Generation
from reproduce.cli.output import JsonOption, checked, give_json, note
from reproduce.errors import RunError

if TYPE_CHECKING:
    from reproduce.inputs.text import Text
    from reproduce.runs.directory import Directory

LENGTH, LONGEST = 1000, 1_000_000  # characters, where the loop feeds them back


def generate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The directory of a finished run of macbeth.")],
    start: Annotated[
        str | None, typer.Option(help="A text to go on from.  [default: a window of the run's text, drawn with --seed]")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Random seed of that window, and of drawn characters.")] = 0,
    length: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=LONGEST,
            help="How many characters.  [default: 1000; with --loop published as many as the window has]",
        ),
    ] = None,
    temperature: Annotated[
        float, typer.Option(min=0, help="0 takes the likeliest character. Above 0, characters are drawn.")
    ] = 0,
    memory: Annotated[
        Literal["window", "carried"],
        typer.Option(help="window: read the last window again for each character; carried: keep the network's state."),
    ] = "window",
    loop: Annotated[
        Literal["published", "repaired"],
        typer.Option(help="repaired: append each character; published: do as the article printed it."),
    ] = "repaired",
    json_to: JsonOption = None,
) -> None:
    """Let a trained network write. The text goes to stdout; what it goes on from, to stderr.

    The same seed writes the same text.

    Example: reproduce generate runs/macbeth-published-s0-compiled --seed 1 --temperature 0.5
    """
    options = {"loop": loop, "memory": memory, "temperature": temperature, "seed": seed}
    if not isfinite(temperature):
        raise typer.BadParameter(f"is {temperature}, expected a number of at least 0", param_hint="--temperature")
    checked(Generation, **options, option="--loop")  # refused now, before files are read
    if start == "":
        raise typer.BadParameter("is empty; write a text, or leave it out to have one drawn", param_hint="--start")
    directory, source = _finished(run)
    window = directory.config.variant.window
    usual = window if loop == "published" else LENGTH
    chosen = Generation(**options, length=length or usual, start=start or "")
    if loop == "published" and chosen.length > window:
        wanted = f"at most {window}: that loop shortens its window by a character a step"
        raise typer.BadParameter(f"is {length} with --loop published, expected {wanted}", param_hint="--length")
    begun, written = _write(directory, source, chosen)
    if json_to is None:
        note(f"goes on from: {begun!r}")
        print(written)
    else:
        give_json({"run": directory.config.name, **asdict(chosen), "start": begun, "text": written}, json_to)


def _finished(path: Path) -> tuple[Directory, Text]:
    """The run in that folder and the text it read; RunError where it is no finished run of macbeth."""
    from reproduce.articles.reading import open_run
    from reproduce.articles.sources import TEXTS

    article, directory = open_run(path)
    if article.source is not TEXTS:
        raise RunError(f"{path}: a run of {article.id}, which writes no text; name a run of macbeth")
    return directory, TEXTS.read(directory)


def _write(directory: Directory, source: Text, chosen: Generation) -> tuple[str, str]:
    """What was gone on from, and what was written."""
    import numpy as np

    from reproduce.articles.macbeth.training import load_weights
    from reproduce.networks.characters import generation

    weights, window = load_weights(directory), directory.config.variant.window
    if not all(np.isfinite(array).all() for array in weights):
        raise RunError(f"{directory.path}: the training diverged, and its weights are not numbers; name another run")
    begun: np.ndarray
    if chosen.start:
        begun = generation.choose_start(source, chosen.start, window)
        if len(begun) < window and chosen.memory == "window":
            given, (begun, filling) = len(begun), generation.pad_start(source, begun, window)
            note(
                f"reproduce: the start has {given} characters and the network reads {window}: padded on the left with "
                f"{filling}; --memory carried reads a short start as it is"
            )
    else:
        begun = generation.draw_start(source, window, chosen.seed)
    if chosen.loop == "published":
        written = generation.predict_shrinking(weights, begun, chosen.length)
    else:
        how = {"memory": chosen.memory, "temperature": chosen.temperature, "seed": chosen.seed}
        written = generation.generate(weights, begun, chosen.length, **how)
    return source.decode(begun), source.decode(written)
