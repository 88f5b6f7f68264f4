"""The Macbeth article's training: down to the step within an epoch, measured at milestones, and what it then writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass, field, replace
from typing import Any

import numpy as np

from reproduce.articles.macbeth.milestones import (
    Milestone,
    is_milestone,
    measure,
    milestones_of,
    sample_name,
    write_milestones,
)
from reproduce.articles.macbeth.record import write_record
from reproduce.articles.macbeth.replay import REPLAYED, beginning, drawn_seed, replay_engine
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.macbeth.variant import Generation, Variant
from reproduce.articles.sources import TEXTS
from reproduce.inputs.text import Text
from reproduce.networks.characters.create import create_char_engine, prove_compiled
from reproduce.networks.characters.generation import draw_start, generate, predict_shrinking
from reproduce.networks.characters.steps import STEP_VALUES, losses
from reproduce.networks.engine import epoch_order
from reproduce.networks.stack.weights import StackWeights
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Arrays, Directory
from reproduce.runs.training import Progress

STEPS = 20  # of training in one call of the engine
CHECKPOINT_EVERY = 10  # calls: some twenty seconds
WRITTEN = "written.txt"
WRITES = 500  # characters, greedily, at the end of a run


def check(text: Text, variant: Variant) -> None:
    """Raise TextError where the text is too short for the variant."""
    parts(text, variant)


def prove(config: RunConfig, text: Text) -> dict[str, float]:
    """The compiled engine's first steps beside Keras's; MismatchError where they differ."""
    training, _ = parts(text, config.variant)
    return prove_compiled(config.variant, len(text.vocabulary), config.seed, config.threads, training)


def begin(directory: Directory, text: Text) -> TextTraining:
    """The training of the directory's run."""
    return TextTraining(directory, text)


@dataclass
class SampleProgress(Progress):
    """Down to the step within an epoch; losses are means over samples, in nats."""

    step: int = 0  # done in the epoch that is under way
    loss_sum: float = 0.0  # over the samples of those steps
    milestones: list[Milestone] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # a greedy one of each milestone, behind its start window
    record: list[np.ndarray] = field(default_factory=list)  # (steps, 7) of each call so far, where steps are recorded
    batch: int = 1  # samples of a step; this and the next are the same in every process, and in no checkpoint
    samples: int = 1  # of an epoch

    @property
    def done(self) -> float:
        return self.epoch + min(self.step * self.batch, self.samples) / self.samples

    @property
    def latest_loss(self) -> float | None:
        trained = min(self.step * self.batch, self.samples)
        return self.loss_sum / trained if trained else super().latest_loss

    def arrays(self) -> dict[str, Any]:
        """With a row a milestone, (milestones, 4), and `whole_record`."""
        rows = np.array([astuple(one) for one in self.milestones]).reshape(-1, 4)
        kept = {name: value for name, value in vars(self).items() if name not in ("batch", "samples")}
        return kept | {"milestones": rows, "record": self.whole_record}

    @property
    def whole_record(self) -> np.ndarray:
        """The columns of STEP_VALUES, a row a step of all epochs: (steps, 7) float32."""
        return np.concatenate([np.empty((0, len(STEP_VALUES)), np.float32), *self.record])

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> SampleProgress:
        """With the arrays `step`, `loss_sum`, `milestones`, a row each, `texts` and perhaps `record`."""
        return replace(
            super().from_arrays(arrays),
            step=int(arrays["step"]),
            loss_sum=float(arrays["loss_sum"]),
            milestones=milestones_of(arrays),
            texts=[str(text) for text in arrays["texts"]],
            record=[arrays["record"]] if "record" in arrays else [],  # none in a checkpoint of an earlier version
        )


def load_weights(directory: Directory) -> StackWeights:
    """The weights that a finished run ends with; RunError where they are damaged."""
    arrays = directory.read_arrays("weights.npz")
    with directory.reading("weights.npz"):
        return StackWeights(**arrays)


class TextTraining:
    """See `reproduce.runs.training.Training` for what each method promises."""

    def __init__(self, directory: Directory, text: Text) -> None:
        self._directory, self._text = directory, text
        config = directory.config
        self._variant: Any = config.variant
        self._training, self._judged = parts(text, config.variant)
        self._sizes = {"batch": self._variant.batch, "samples": len(self._training)}
        self.progress, self._epochs = SampleProgress(**self._sizes), self._variant.epochs
        if self._variant.replay == "none":
            given = (config.variant, len(text.vocabulary), config.seed, config.threads)
            self._engine = create_char_engine(config.engine, *given)
        else:
            before = beginning(directory)
            self._engine = replay_engine(config, len(text.vocabulary))
            self._engine.restore(before.state)
            self.progress.losses, self._epochs = before.losses, len(before.losses) + REPLAYED

    def advance(self) -> Iterator[bool]:
        """A call of the engine at a time."""
        progress = self.progress
        while progress.epoch < self._epochs:
            for calls, (step, chosen) in enumerate(self._calls(progress.epoch, progress.step), start=1):
                loss = self._train(self._training.inputs[chosen], self._training.targets[chosen])
                progress.step, progress.loss_sum = step, progress.loss_sum + loss * chosen.size
                yield calls % CHECKPOINT_EVERY == 0
            self._end_epoch()
            yield True

    @property
    def _is_recorded(self) -> bool:
        return self._variant.recorded == "steps" or self._variant.replay != "none"

    def _train(self, inputs: np.ndarray, targets: np.ndarray) -> float:
        """The mean loss of these steps; and their record, where it is kept."""
        if not self._is_recorded:
            return self._engine.train(inputs, targets)
        record = self._engine.train_steps(inputs, targets)
        self.progress.record.append(record)
        return float(np.mean(losses(record), dtype=np.float64))

    def _calls(self, epoch: int, first_step: int) -> Iterator[tuple[int, np.ndarray]]:
        """Each call's last step and the samples it takes, (steps, batch); a shorter last batch has its own call.

        Calls begin at multiples of STEPS whether a run was resumed or not, so that it is the same programs that run.
        """
        batch, samples = self._variant.batch, len(self._training)
        order, whole = epoch_order(drawn_seed(self._directory.config), epoch, samples), samples // batch
        for start in range(first_step, whole, STEPS):
            stop = min(start + STEPS, whole)
            yield stop, order[start * batch : stop * batch].reshape(-1, batch)
        if samples % batch and first_step <= whole:  # beyond it, the checkpoint was saved behind the last call
            yield whole + 1, order[whole * batch :].reshape(1, -1)

    def _end_epoch(self) -> None:
        progress = self.progress
        progress.losses.append(progress.loss_sum / len(self._training))
        progress.step, progress.loss_sum = 0, 0.0
        if self._is_due(progress.epoch):
            measured, sample = measure(self._engine, self._judged, is_held_out=self._variant.held_out != "none")
            progress.milestones.append(replace(measured, epoch=progress.epoch, loss=progress.losses[-1]))
            progress.texts.append(self._text.decode(sample))
            self._write_sample(-1)
        if self._is_recorded:
            write_record(self._directory, progress.epoch, progress.whole_record, self._engine.state())

    def state(self) -> Arrays:
        return self._engine.state()

    def restore(self, progress: Arrays, state: Arrays) -> None:
        self._engine.restore(state)
        taken = replace(SampleProgress.from_arrays(progress), **self._sizes)
        # A run of fewer epochs measured its last one too, whichever it was.
        kept = [(one, text) for one, text in zip(taken.milestones, taken.texts, strict=True) if self._is_due(one.epoch)]
        self.progress = replace(taken, milestones=[one for one, _ in kept], texts=[text for _, text in kept])
        for number in range(len(kept)):
            self._write_sample(number)

    def _is_due(self, epoch: int) -> bool:
        return is_milestone(epoch) or epoch == self._epochs

    def _write_sample(self, number: int) -> None:
        epoch, sample = self.progress.milestones[number].epoch, self.progress.texts[number]
        self._directory.write_text(sample_name(epoch), sample + "\n")

    def write_input(self) -> None:
        TEXTS.write(self._directory, self._text)

    def write_results(self) -> None:
        """losses.csv, milestones.csv, weights.npz, written.txt and metrics.json."""
        progress, weights = self.progress, self._engine.weights()
        self._directory.write_losses(progress.losses)
        write_milestones(self._directory, progress.milestones)
        self._directory.write_arrays("weights.npz", weights._asdict())
        self._directory.write_text(WRITTEN, self._write(weights))
        last = progress.milestones[-1]
        self._directory.write_json(
            "metrics.json",
            {
                "final_loss": progress.losses[-1],
                "held_out_loss": last.held_out_loss,
                "repeat_rate": last.repeat_rate,
                "characters": len(self._text.indices),
                "distinct_characters": len(self._text.vocabulary),
                "samples": len(self._training),
                "batches": self._training.batches(self._variant.batch),
                "weights": sum(array.size for array in weights),
            },
        )

    def _write(self, weights: StackWeights) -> str:
        """What the trained network makes of one window of the text, drawn with the run's seed, by either loop."""
        text, seed, published = self._text, self._directory.config.seed, Generation()
        start = draw_start(text, self._variant.window, seed)
        pieces = {
            "A window of the text": start,
            "What the published loop prints, which feeds nothing back (M3)": predict_shrinking(
                weights, start, min(published.length, len(start))
            ),
            "What the repaired loop writes": generate(
                weights, start, WRITES, memory="window", temperature=0, seed=seed
            ),
        }
        return "\n".join(f"--- {title}:\n{text.decode(indices)}\n" for title, indices in pieces.items())

    def close(self) -> None:
        self._engine.close()
