"""`reproduce generate`: text that a trained Macbeth network writes."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reproduce.articles.macbeth.variant import Generation
from reproduce.cli.output import JsonOption, checked, give_json, note
from reproduce.errors import RunError

if TYPE_CHECKING:
    import numpy as np

    from reproduce.inputs.text import Text
    from reproduce.runs.directory import Directory

LENGTH = 1000  # characters, where the loop feeds them back


class Memory(str, Enum):
    """The choices of `--memory`."""

    window = "window"
    carried = "carried"


class Loop(str, Enum):
    """The choices of `--loop`."""

    published = "published"
    repaired = "repaired"


def generate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The directory of a finished run of macbeth.")],
    start: Annotated[
        str | None, typer.Option(help="A text to go on from.  [default: a window of the text, drawn with --seed]")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the drawn window, and of characters that are drawn.")] = 0,
    length: Annotated[
        int | None, typer.Option(min=1, help="Characters.  [default: 1000; the window's with --loop published]")
    ] = None,
    temperature: Annotated[
        float, typer.Option(min=0, help="0 takes the likeliest character; above, one is drawn.")
    ] = 0,
    memory: Annotated[
        Memory, typer.Option(help="Read the last window anew for each character, or carry the state on.")
    ] = Memory.window,
    loop: Annotated[
        Loop, typer.Option(help="Feed each character back, or do as the article printed it.")
    ] = Loop.repaired,
    json_to: JsonOption = None,
) -> None:
    """Write text with a trained network: the text alone on stdout, what it goes on from on stderr.

    The same seed writes the same text.

    Example: reproduce generate runs/macbeth-published-s0-compiled --seed 1 --temperature 0.5
    """
    options = {"loop": loop.value, "memory": memory.value, "temperature": temperature, "seed": seed}
    checked(Generation, **options, option="--loop")  # refused now, before files are read
    if start == "":
        raise typer.BadParameter("is empty; write a text, or leave it out to have one drawn", param_hint="--start")
    directory, source = _finished(run)
    window = directory.config.variant.window
    longest = window if loop is Loop.published else LENGTH
    chosen = Generation(**options, length=length or longest, start=start or "")
    if loop is Loop.published and chosen.length > window:
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
    from reproduce.articles.macbeth.training import load_weights
    from reproduce.networks.characters import generation

    weights, window = load_weights(directory), directory.config.variant.window
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
