"""The article's seven losses among those of a study: the p-values, and the table of a study that comes along."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.study import read_study, read_study_by_seed
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.errors import RunError
from reproduce.evidence.bands import MIN_CURVES, band_test
from reproduce.inputs.prices import EMBEDDED_SHA256

EPOCHS = list(REPORTED_LOSSES)
LEVEL = 0.95
DECISIVE = ("tensorflow", "numpy")


@dataclass(frozen=True)
class BandVerdict:
    """Whether the article's losses are one more draw of a variant."""

    variant: str
    seeds: int
    p_value: float  # joint, of all seven epochs
    farthest_epoch: int  # where the article's curve is farthest from the median, in MADs

    @property
    def words(self) -> str:
        """The answer at the level of the band."""
        return "consistent" if self.p_value > 1 - LEVEL else "excluded"

    def as_row(self) -> dict[str, Any]:
        """For JSON."""
        fields = {"variant": self.variant, "seeds": self.seeds, "p_value": self.p_value}
        return fields | {"farthest_epoch": self.farthest_epoch, "article": self.words}


def judge_study(losses: dict[str, np.ndarray]) -> list[BandVerdict]:
    """Test the article's losses against each variant's, (seeds, 7)."""
    verdicts = []
    for variant, curves in losses.items():
        try:
            test = band_test(curves, list(REPORTED_LOSSES.values()))
        except ValueError as error:
            raise RunError(f"variant {variant} cannot be judged: {error}") from error
        verdicts.append(BandVerdict(variant, len(curves), test.p_value, EPOCHS[test.worst_epoch_index]))
    return verdicts


def study_losses(folder: Path) -> dict[str, np.ndarray]:
    """The losses at the seven reported epochs of each variant of a study, (seeds, 7).

    Raises:
        RunError: no study there, too few seeds for the test, or runs too short to reach the last reported epoch.
    """
    path = folder / "study.csv"
    losses = read_study(path)
    for variant, curves in losses.items():
        if len(curves) < MIN_CURVES:
            raise RunError(f"{path}: {len(curves)} seeds of {variant}, expected at least {MIN_CURVES}; run more seeds")
        if curves.shape[1] <= EPOCHS[-1]:
            raise RunError(
                f"{path}: {curves.shape[1]} epochs of {variant}, expected more than {EPOCHS[-1]}, the last reported "
                "one; run the study without a variant of fewer epochs"
            )
    return {variant: curves[:, EPOCHS] for variant, curves in losses.items()}


def shipped_losses() -> dict[str, np.ndarray]:
    """Those of every variant in the table of the package, by name, over seeds 0 to 39, (40, 7)."""
    text = (files(__package__) / "study.csv").read_text(encoding="utf-8")
    losses: dict[str, list[list[float]]] = {}
    for row in csv.DictReader(io.StringIO(text)):
        losses.setdefault(row["variant"], []).append([float(row[f"loss_{epoch}"]) for epoch in EPOCHS])
    return {variant: np.array(curves) for variant, curves in losses.items()}


def shipped_losses_of(variant: Variant, data_sha256: str) -> np.ndarray | None:
    """Those of one variant, (seeds, 7); a run of fewer epochs is the beginning of one of 200. None for other data."""
    if data_sha256 != EMBEDDED_SHA256:
        return None
    return shipped_losses().get(replace(variant, epochs=Variant().epochs).name)


def study_machine(folder: Path) -> dict[str, Any]:
    """The processor and the packages that a study ran on, which decide its last bits, and by chaos its later losses.

    Raises:
        RunError: its runs are of several.
    """
    machines = []
    for path in sorted(folder.glob("*/environment.json")):
        there = json.loads(path.read_text(encoding="utf-8"))
        machine = {"processor": there["processor"], "packages": {n: there["packages"][n] for n in DECISIVE}}
        if machine not in machines:
            machines.append(machine)
    if len(machines) != 1:
        raise RunError(
            f"{folder}: its runs are of {len(machines)} machines, expected one; train them on one to ship them"
        )
    return machines[0]


def table_to_ship(folder: Path) -> str:
    """The text of the package's study.csv from a study: a row a run, losses to the digits that float32 has."""
    lines = [",".join(["variant", "seed", *(f"loss_{epoch}" for epoch in EPOCHS)])]
    for variant, seeds in read_study_by_seed(folder / "study.csv").items():
        for seed, losses in seeds.items():
            lines.append(",".join([variant, str(seed), *(f"{losses[epoch]:.9g}" for epoch in EPOCHS)]))
    return "\n".join(lines) + "\n"
