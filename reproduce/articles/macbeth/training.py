"""One run from start, or from its checkpoint within an epoch, to finish."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

import numpy as np

from reproduce.articles.macbeth.milestones import Milestone, is_milestone, measure, sample_name, write_milestones
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.inputs.text import Samples, Text, cut_samples, split_samples
from reproduce.networks.characters.engines import CHAR_ENGINES, create_char_engine
from reproduce.networks.characters.weights import CharWeights, count_weights
from reproduce.networks.engine import check_seed, limit_threads
from reproduce.networks.order import epoch_order
from reproduce.runs.directory import Directory
from reproduce.runs.environment import describe_environment
from reproduce.runs.files import write_json, write_text
from reproduce.runs.progress import Progress

STEPS = 20  # of training in one call of the engine
CHECKPOINT_EVERY = 10  # calls: some twenty seconds


@dataclass(frozen=True)
class RunConfig:
    """Everything that determines a run's result. Goes to config.json."""

    variant: MacbethVariant
    seed: int
    engine: str
    text_sha256: str
    threads: int = 1  # that share an operation: how a product is divided among them moves its last bits
    article: str = "macbeth"

    def __post_init__(self) -> None:
        check_seed(self.seed)
        if self.engine not in CHAR_ENGINES:
            raise ValueError(f"engine is {self.engine!r}, expected one of {', '.join(CHAR_ENGINES)}")

    @property
    def name(self) -> str:
        """The name of its directory."""
        return f"{self.article}-{self.variant.name}-s{self.seed}-{self.engine}"


@dataclass
class SampleProgress(Progress):
    """Down to the step within an epoch; losses are means over samples, in nats."""

    step: int = 0  # done in the epoch that is under way
    loss_sum: float = 0.0  # over the samples of those steps
    milestones: list[Milestone] = field(default_factory=list)

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> SampleProgress:
        """With the arrays `step`, `loss_sum` and `milestones`, a row each."""
        return replace(
            super().from_arrays(arrays),
            step=int(arrays["step"]),
            loss_sum=float(arrays["loss_sum"]),
            milestones=[Milestone(int(row[0]), *map(float, row[1:])) for row in arrays["milestones"]],
        )


def run(
    root: Path,
    config: RunConfig,
    text: Text,
    *,
    force: bool = False,
    wait: bool = False,
    on_progress: Callable[[SampleProgress], None] = lambda _: None,
) -> Directory:
    """Train what `config` says on `text` and leave a finished run directory under `root`.

    A finished run of the same configuration is left as it is; an unfinished one is taken up at its checkpoint, to the
    same bits.

    Args:
        wait: for another process that is in the directory, rather than be refused.
        on_progress: called with the progress before the first step of this process, after every STEPS, after epochs.

    Raises:
        TextError: the text is too short for the variant.
        RunError: the directory is in use, or holds another run.
    """
    training, judged = parts(text, config.variant)
    directory = Directory(root, config)
    with directory.opened(force=force, wait=wait):
        if not directory.is_finished:
            described = describe_environment(1, config.text_sha256, within=config.threads)
            write_json(directory.path / "environment.json", described)
            trainer = _Trainer(directory, text, training, judged)
            trainer.train(on_progress)
            write_json(directory.path / "environment.json", described | {"seconds": trainer.progress.seconds})
            trainer.write_results()
    return directory


def train(root: Path, config: RunConfig, text: Text) -> None:
    """Do one run of a study in this process."""
    limit_threads(1, within=config.threads)
    run(root, config, text, wait=True)


def parts(text: Text, variant: MacbethVariant) -> tuple[Samples, Samples]:
    """The samples that train and those that judge: the held-out ones, or where none are, the same."""
    if variant.held_out == "none":
        samples = cut_samples(text, window=variant.window, batch=variant.batch)
        return samples, samples
    return split_samples(text, window=variant.window, batch=variant.batch)


def load_weights(directory: Directory) -> CharWeights:
    """The weights that a finished run ends with; RunError where they are damaged."""
    with directory.reading("weights.npz") as path, np.load(path) as archive:
        return CharWeights(**archive)


class _Trainer:
    """A training under way: its engine, its samples and its progress."""

    def __init__(self, directory: Directory, text: Text, training: Samples, judged: Samples) -> None:
        config = directory.config
        self._directory, self._config, self._variant = directory, config, config.variant
        self._text, self._training, self._judged = text, training, judged
        self._engine = create_char_engine(config.engine, config.variant, len(text.vocabulary), config.seed)
        self.progress = directory.resumed(self._engine.restore, SampleProgress.from_arrays) or SampleProgress()

    def train(self, on_progress: Callable[[SampleProgress], None]) -> None:
        """Train from where the progress stands to the last epoch."""
        progress = self.progress
        begin = time.perf_counter() - progress.seconds
        on_progress(progress)
        while progress.epoch < self._variant.epochs:
            for calls, (step, chosen) in enumerate(self._calls(progress.epoch, progress.step), start=1):
                loss = self._engine.train(self._training.inputs[chosen], self._training.targets[chosen])
                progress.step, progress.loss_sum = step, progress.loss_sum + loss * chosen.size
                progress.seconds = time.perf_counter() - begin
                if calls % CHECKPOINT_EVERY == 0:
                    self._save()
                on_progress(progress)
            self._end_epoch()
            progress.seconds = time.perf_counter() - begin
            self._save()
            on_progress(progress)

    def _calls(self, epoch: int, first_step: int) -> Iterator[tuple[int, np.ndarray]]:
        """Each call's last step and the samples it takes, (steps, batch); a shorter last batch has its own call.

        Calls begin at multiples of STEPS whether a run was resumed or not, so that it is the same programs that run.
        """
        batch, samples = self._variant.batch, len(self._training)
        order, whole = epoch_order(self._config.seed, epoch, samples), samples // batch
        for start in range(first_step, whole, STEPS):
            stop = min(start + STEPS, whole)
            yield stop, order[start * batch : stop * batch].reshape(-1, batch)
        if samples % batch and first_step <= whole:  # beyond it, the checkpoint was saved behind the last call
            yield whole + 1, order[whole * batch :].reshape(1, -1)

    def _end_epoch(self) -> None:
        progress = self.progress
        progress.losses.append(progress.loss_sum / len(self._training))
        progress.step, progress.loss_sum = 0, 0.0
        if is_milestone(progress.epoch) or progress.epoch == self._variant.epochs:
            measured, sample = measure(self._engine, self._judged, is_held_out=self._variant.held_out != "none")
            progress.milestones.append(replace(measured, epoch=progress.epoch, loss=progress.losses[-1]))
            sample_path = self._directory.path / sample_name(progress.epoch)
            write_text(sample_path, self._text.decode(sample) + "\n")

    def _save(self) -> None:
        milestones = np.array([astuple(milestone) for milestone in self.progress.milestones]).reshape(-1, 4)
        self._directory.save_checkpoint(vars(self.progress) | {"milestones": milestones}, self._engine.state())

    def write_results(self) -> None:
        """Write losses.csv, milestones.csv, weights.npz and, last, metrics.json; free the engine."""
        directory, progress = self._directory, self.progress
        directory.write_losses(progress.losses)
        write_milestones(directory, progress.milestones)
        directory.write_arrays("weights.npz", self._engine.weights()._asdict())
        self._engine.close()
        last = progress.milestones[-1]
        directory.write_metrics(
            {
                "final_loss": progress.losses[-1],
                "held_out_loss": last.held_out_loss,
                "repeat_rate": last.repeat_rate,
                "characters": len(self._text.indices),
                "distinct_characters": len(self._text.vocabulary),
                "samples": len(self._training),
                "batches": self._training.batches(self._variant.batch),
                "weights": count_weights(self._variant.hidden, len(self._text.vocabulary)),
            }
        )
