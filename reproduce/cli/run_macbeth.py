"""`reproduce run macbeth`: the Macbeth article's main job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.cli.output import Interrupted, JsonOption, checked, note, show_table
from reproduce.inputs.text import load_text
from reproduce.networks.engine import MAX_SEED, limit_threads

if TYPE_CHECKING:
    from reproduce.articles.macbeth.training import SampleProgress


class CharEngineName(str, Enum):
    """The choices of `--engine`."""

    compiled = "compiled"
    keras = "keras"


def run_macbeth(
    variant: Annotated[
        str, typer.Option(help="published, or departures such as epochs-100, held-out-last-tenth or hidden-64.")
    ] = "published",
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the text; the prose says 100.  [default: 1, as the code ran]")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, help="Of weights, dropout and batches; the program set none.")
    ] = 0,
    engine: Annotated[CharEngineName, typer.Option(help="How the training is executed.")] = CharEngineName.compiled,
    text: Annotated[Path | None, typer.Option(help="Your own text (UTF-8).  [default: Macbeth, as installed]")] = None,
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="That share an operation; other numbers give other last bits.  [default: all cores]"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for run directories.")] = Path("runs"),
    force: Annotated[bool, typer.Option("--force", help="Replace a finished run.")] = False,
    json_to: JsonOption = None,
) -> None:
    """Train the Macbeth network, let it write, and judge the claims that a run can judge.

    Stopped at any moment, the same command goes on where the last checkpoint stands, within an epoch too.

    Example: reproduce run macbeth --epochs 100
    """
    chosen = checked(MacbethVariant.parse, variant, option="--variant")
    if epochs is not None:
        chosen = replace(chosen, epochs=epochs)
    source = load_text(text)
    import joblib

    threads = threads or joblib.cpu_count()
    limit_threads(1, within=threads)
    from reproduce.articles.macbeth.job import Job, run_job
    from reproduce.articles.macbeth.training import parts

    samples = len(parts(source, chosen)[0])
    with sample_progress(chosen, samples) as show:
        finished, judgements = run_job(Job(chosen, seed, engine.value, threads, out, force), source, show)
    show_table(
        f"Macbeth article, variant {chosen.name}, seed {seed}, engine {engine.value}",
        [judgement.as_row() for judgement in judgements],
        [judgement.as_text() for judgement in judgements],
        json_to,
    )
    note(f"everything is in {finished.path}")


@contextmanager
def sample_progress(variant: MacbethVariant, samples: int) -> Iterator[Callable[[SampleProgress], None]]:
    """A progress bar on stderr over the samples of all epochs: epoch, loss so far, samples a second, time left.

    Yields what to call with the progress, before the first step and every few steps. Ctrl-C becomes a line that says
    where it was and how to go on.

    Args:
        samples: of one epoch.
    """
    columns = (TextColumn("epoch {task.fields[epoch]}"), BarColumn(), TextColumn("loss {task.fields[loss]}"))
    more = (TextColumn("{task.fields[rate]} samples/s"), TextColumn("left"), TimeRemainingColumn())
    bar = Progress(*columns, *more, console=Console(stderr=True))
    first: list[tuple[int, float]] = []  # what this process began with: samples, seconds
    reached = ""
    try:
        with ExitStack() as shown:

            def show(progress: SampleProgress) -> None:
                nonlocal reached
                in_epoch = min(progress.step * variant.batch, samples)
                done = progress.epoch * samples + in_epoch
                if not first:
                    shown.enter_context(bar)
                    if 0 < done < variant.epochs * samples:
                        bar.console.print(f"goes on in epoch {progress.epoch + 1}, at sample {in_epoch} of {samples}")
                    bar.add_task("", total=variant.epochs * samples, completed=done, epoch="", loss="…", rate="…")
                    first.append((done, progress.seconds))
                reached = f" in epoch {min(progress.epoch + 1, variant.epochs)} of {variant.epochs}"
                seconds = progress.seconds - first[0][1]
                bar.update(
                    bar.task_ids[0],
                    completed=done,
                    epoch=f"{min(progress.epoch + 1, variant.epochs)}/{variant.epochs}",
                    loss=_loss(progress, in_epoch),
                    rate=f"{(done - first[0][0]) / seconds:.0f}" if seconds > 0 else "…",
                )

            yield show
    except KeyboardInterrupt:
        raise Interrupted(f"interrupted{reached}; the same command goes on from the last checkpoint") from None


def _loss(progress: SampleProgress, in_epoch: int) -> str:
    """The mean over this epoch's samples so far; of the last whole epoch where there are none; an ellipsis before."""
    if in_epoch:
        return f"{progress.loss_sum / in_epoch:.4f}"
    return f"{progress.losses[-1]:.4f}" if progress.losses else "…"
