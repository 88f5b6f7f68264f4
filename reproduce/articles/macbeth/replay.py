"""Replays of a training that collapsed: from the last clean state on, as before or altered. The rules: claims.toml.

A replay is a run of its own, beside the run that it replays and whose steps were recorded. Its variant's `replay` says
how it goes on:

    as-before                    with the order of samples and the masks of dropout that the run had
    reshuffled-1 … 5             with others, an own draw each
    clipped, clipped-1 … 5       as these six, the norm of the whole gradient clipped at CLIP_NORM
    epsilon, rate                as before, with Adam's ε at EPSILON, or a learning rate of RATE

It begins from the newest state that is CLEAN steps older than the collapse's onset, and trains REPLAYED epochs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reproduce.articles.macbeth.hundred import onset
from reproduce.articles.macbeth.record import RECORD, read_record, state_name
from reproduce.articles.macbeth.variant import Variant
from reproduce.errors import RunError
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Arrays, Directory

if TYPE_CHECKING:
    from reproduce.networks.engine import CharEngine

REPLAYED = 2  # epochs
CLEAN = 500  # steps
CLIP_NORM, EPSILON, RATE = 1.0, 1e-4, 1e-4
APART = 1000  # between the seeds of two draws; the runs' own seeds are fewer


@dataclass(frozen=True)
class Beginning:
    """Where a replay takes up the run that it replays."""

    losses: list[float]  # of the epochs before
    state: Arrays  # of the engine after them


def trained_epochs(variant: Variant) -> int:
    """How many epochs a run trains itself: a replay has those before its state from another run."""
    return variant.epochs if variant.replay == "none" else REPLAYED


def original_of(directory: Directory) -> Directory:
    """The run that a replay replays, beside it."""
    config = directory.config
    variant = replace(config.variant, replay="none", recorded="steps")
    return Directory(directory.path.parent, replace(config, variant=variant))


def beginning(directory: Directory) -> Beginning:
    """Where a replay begins: in a run that need not have ended, as a later step moves no onset.

    Raises:
        RunError: the run that it replays has not collapsed, or has no state old enough.
    """
    original = original_of(directory)
    first = clean_epochs(original)
    progress, _ = original.load_checkpoint()
    return Beginning(progress["losses"][:first].tolist(), original.read_arrays(state_name(first)))


def clean_epochs(original: Directory) -> int:
    """After how many epochs the newest state is that lies CLEAN steps before a run's onset.

    Raises:
        RunError: the run has no onset, or none yet, or no such state.
    """
    has_ended = original.is_finished
    record = read_record(original) if has_ended or (original.path / RECORD).exists() else None
    step = None if record is None else onset(record)
    if step is None and not has_ended:
        raise RunError(
            f"{original.path}: the run to replay is not finished and has not collapsed so far; train it first, with "
            f"--variant {original.config.variant.name} --seed {original.config.seed}"
        )
    if step is None:
        raise RunError(f"{original.path}: this training did not collapse, so there is nothing to replay")
    epochs = (step - CLEAN) // record.shape[1]
    if epochs < 1:
        raise RunError(
            f"{original.path}: it collapses at step {step + 1}, expected {CLEAN} steps after its first epoch at least, "
            "as a replay begins from the state at an epoch's end"
        )
    return epochs


def drawn_seed(config: RunConfig) -> int:
    """What draws a run's order of samples and its masks: its seed, but in replays with a draw of their own."""
    _, _, draw = config.variant.replay.partition("-")
    return config.seed + APART * int(draw) if draw.isdigit() else config.seed


def replay_engine(config: RunConfig, characters: int) -> CharEngine:
    """The engine of a replay, whose state is yet to be restored; RunError where its steps cannot be altered."""
    if config.engine != "compiled":
        raise RunError(f"the engine {config.engine} has no replays, only compiled; leave --engine out")
    from reproduce.networks.characters.altered import AlteredEngine

    variant = config.variant
    kind, _, _ = variant.replay.partition("-")
    rate = RATE if kind == "rate" else variant.learning_rate
    altered = {"clipped": {"clip_norm": CLIP_NORM}, "epsilon": {"epsilon": EPSILON}}.get(kind, {})
    network = replace(variant, learning_rate=rate)
    return AlteredEngine(network, characters, drawn_seed(config), config.threads, **altered)
