"""Progress bars on stderr, and what Ctrl-C says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from reproduce.cli.output import Interrupted
from reproduce.runs import training
from reproduce.runs.config import RunConfig

QUIET = 1.0  # s, until a search has a bar


@contextmanager
def training_progress(
    title: str, epochs: int, *, is_forced: bool = False
) -> Iterator[Callable[[RunConfig, training.Progress], None]]:
    """A bar a run over its epochs: epoch, loss, time left. Until the first step, which takes seconds, the title.

    Yields what to call with a run's configuration and progress, before its first step and after every few, from any
    thread. Ctrl-C becomes a line that says where it was and how to go on.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("epoch {task.fields[epoch]}/{task.total}"))
    loss = TextColumn("loss {task.fields[loss]}")
    bar = Progress(*columns, loss, TimeRemainingColumn(), console=Console(stderr=True))
    tasks: dict[str, TaskID] = {}
    one_at_a_time, reached = Lock(), ""
    try:
        with ExitStack() as shown:
            waiting = shown.enter_context(bar.console.status(f"{title}: starts"))

            def show(config: RunConfig, progress: training.Progress) -> None:
                nonlocal reached
                name, epoch = config.engine, min(int(progress.done) + 1, epochs)
                if not tasks:  # a bar without a task is an empty line, also above an error's
                    waiting.stop()
                    shown.enter_context(bar)
                if name not in tasks:
                    if 0 < progress.done < epochs:
                        bar.console.print(f"{name} goes on in epoch {epoch}")
                    tasks[name] = bar.add_task(name, total=epochs, completed=progress.done, epoch=epoch, loss="…")
                latest = progress.latest_loss
                told = "…" if latest is None else f"{latest:.5f}"
                bar.update(tasks[name], completed=progress.done, epoch=epoch, loss=told)
                reached = f" in epoch {epoch} of {epochs} of {name}"

            def show_from_any_thread(config: RunConfig, progress: training.Progress) -> None:
                with one_at_a_time:
                    show(config, progress)

            yield show_from_any_thread
    except KeyboardInterrupt:
        forced = "without --force the same command goes on, and with it begins again"
        how = forced if is_forced else "the same command goes on from the last checkpoint"
        raise Interrupted(f"interrupted{reached}; {how}") from None


@contextmanager
def run_progress(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar over runs; yields what to call as each one ends, with its name."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[last]}"), console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total, last="")
        yield lambda name: bar.update(task, advance=1, last=name)


@contextmanager
def search_progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar over what a search tries, gone at its end; none where that takes less than a second.

    Yields what to call with what is tried, and how many of how many have been.
    """
    columns = (TextColumn("trying {task.description}"), BarColumn(), MofNCompleteColumn())
    console, begun = Console(stderr=True), time.monotonic()
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with ExitStack() as shown:

        def show(what: str, tried: int, total: int) -> None:
            if not bar.tasks:
                if time.monotonic() - begun < QUIET:
                    return
                shown.enter_context(bar)
                bar.add_task(what)
            bar.update(bar.tasks[0].id, description=what, completed=tried, total=total)

        yield show


@contextmanager
def resumable(*, elsewhere: bool = False) -> Iterator[None]:
    """Turn Ctrl-C among many runs into a line that says what is kept and how to go on.

    Args:
        elsewhere: whether they are trained on other machines, which send finished runs alone.
    """
    try:
        yield
    except KeyboardInterrupt:
        kept = f"finished runs stand, others {'begin anew' if elsewhere else 'go on from their checkpoints'}"
        raise Interrupted(f"interrupted; {kept}, and the same command goes on") from None
