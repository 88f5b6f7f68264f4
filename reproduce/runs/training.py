"""One run of any article, from start or from its checkpoint, to finish."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from reproduce.errors import RunError
from reproduce.runs.config import RunConfig, read_config
from reproduce.runs.directory import Arrays, Directory
from reproduce.runs.environment import describe_environment
from reproduce.runs.files import write_atomically

STATES = "state-*.npz"  # an engine's at an epoch's end, of a run that keeps them
CHECKPOINT_EVERY = 10  # epochs, where an epoch is a matter of a second


@dataclass
class Progress:
    """Where a training stands; an article's own may have more fields."""

    losses: list[float] = field(default_factory=list)  # of each finished epoch, the mean over its batches or samples
    seconds: float = 0.0  # of training so far, in all processes that took part

    @property
    def epoch(self) -> int:
        """The number of finished epochs, which is the next epoch's number."""
        return len(self.losses)

    @property
    def done(self) -> float:
        """The same with the part of an epoch that is under way."""
        return self.epoch

    @property
    def latest_loss(self) -> float | None:
        """Of the last epoch, or the part that is under way; None before the first."""
        return self.losses[-1] if self.losses else None

    def arrays(self) -> dict[str, Any]:
        """What a checkpoint keeps of it, by name; each value is an array, or what NumPy makes one of."""
        return vars(self)

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Progress:
        """Undo `arrays`; LookupError, TypeError or ValueError where these are other arrays."""
        return cls(losses=[float(loss) for loss in arrays["losses"]], seconds=float(arrays["seconds"]))


class Training(Protocol):
    """What an article trains: an engine, its samples, and how far it has come."""

    progress: Progress

    def advance(self) -> Iterator[bool]:
        """Train to the last epoch; yield after every few steps whether a checkpoint is due."""

    def state(self) -> Arrays:
        """All that the next step depends on beside the progress."""

    def restore(self, progress: Arrays, state: Arrays) -> None:
        """Continue from a checkpoint, to the same bits; LookupError, TypeError or ValueError where it is another's."""

    def write_input(self) -> None:
        """Leave in its directory what a page, or a later command, needs of the input."""

    def write_results(self) -> None:
        """Write every result and, last, metrics.json."""

    def close(self) -> None:
        """Free what the engine holds."""


def run(
    root: Path,
    config: RunConfig,
    begin: Callable[[Directory], Training],
    *,
    anew: bool = False,
    wait: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Directory:
    """Train what `config` says and leave a finished run directory under `root`.

    A finished run of the same configuration is left as it is. An unfinished one is taken up at its checkpoint, and one
    that has none at the end of the longest finished run of fewer epochs beside it; both to the same bits. Call
    `reproduce.runs.process.limit_threads` before.

    Args:
        begin: builds the engine and its samples for a directory; called only where there is something to train.
        anew: begin at the start where there is no checkpoint, whatever stands beside it.
        wait: for another process that is in the directory, rather than be refused.
        on_progress: called with the progress before the first step of this process, and after every few.

    Raises:
        RunError: the directory is in use, holds another run, or its checkpoint is damaged.
    """
    directory = Directory(root, config)
    with directory.opened(wait=wait):
        if not directory.is_finished:
            described = describe_environment(config.data_sha256)
            directory.write_json("environment.json", described)
            with closing(begin(directory)) as training:
                training.write_input()
                _resume(directory, training, anew)
                _train(directory, training, on_progress)
                directory.write_json("environment.json", described | {"seconds": training.progress.seconds})
                training.write_results()
    return directory


def _resume(directory: Directory, training: Training, anew: bool) -> None:
    source, loaded, remedy = directory, directory.load_checkpoint(), "remove it, and the run starts anew"
    if loaded is None and not anew:
        source, loaded = _shorter(directory)
        remedy = "move that run elsewhere, and this one starts anew"
    if loaded is None:
        return
    try:
        training.restore(*loaded)
    except (LookupError, ValueError, TypeError) as error:
        path = source.path / "checkpoint.npz"
        raise RunError(f"{path}: not of this network ({error}); {remedy}") from error
    if source is not directory:
        _take_over_states(directory, source)


def _take_over_states(directory: Directory, shorter: Directory) -> None:
    """Copy the states that a shorter run kept into the directory of the one that goes on from its end."""
    for path in shorter.path.glob(STATES):
        with path.open("rb") as source:
            write_atomically(directory.path / path.name, partial(shutil.copyfileobj, source))


def _shorter(directory: Directory) -> tuple[Directory, tuple[Arrays, Arrays] | None]:
    """The longest finished run beside a directory that differs from its own in nothing but fewer epochs; and its end.

    The directory itself, and None, where there is no such run.
    """
    config, found = directory.config, {}
    for path in directory.path.parent.glob(f"{config.article}-*-s{config.seed}-{config.engine}/checkpoint.npz"):
        with suppress(
            OSError, ValueError, TypeError, LookupError, AttributeError, RunError
        ):  # no run of ours, or damaged
            there = read_config((path.parent / "config.json").read_text(encoding="utf-8"), type(config.variant))
            epochs = there.variant.epochs
            as_long = replace(there, variant=replace(there.variant, epochs=config.variant.epochs))
            one = Directory(path.parents[1], there)
            if as_long == config and epochs < config.variant.epochs and one.is_finished:
                found[epochs] = one, one.load_checkpoint()
    return found[max(found)] if found else (directory, None)


def _train(directory: Directory, training: Training, on_progress: Callable[[Progress], None]) -> None:
    progress = training.progress
    begin = time.perf_counter() - progress.seconds
    on_progress(progress)
    for is_due in training.advance():
        progress.seconds = time.perf_counter() - begin
        if is_due:
            directory.save_checkpoint(progress.arrays(), training.state())
        on_progress(progress)
