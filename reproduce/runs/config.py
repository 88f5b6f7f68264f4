"""What determines a run's result, for every article: config.json, and the name of the run's directory."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from reproduce.networks.engine import check_seed
from reproduce.runs.variant import Variant


@dataclass(frozen=True)
class RunConfig:
    """Everything that determines a run's result."""

    variant: Variant
    seed: int
    engine: str
    data_sha256: str  # of the price table or text that was read
    article: str
    threads: int = 1  # that share a training step; its last bits depend on their number
    gaps: str | None = None  # what was done about missing days, where they were not refused

    def __post_init__(self) -> None:
        check_seed(self.seed)

    @property
    def name(self) -> str:
        """The name of its directory."""
        return f"{self.article}-{self.variant.name}-s{self.seed}-{self.engine}"

    def as_json(self) -> dict[str, Any]:
        """What config.json holds: every field that is not None."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def read_config(text: str, kind: type[Variant]) -> RunConfig:
    """Undo `RunConfig.as_json`, for an article whose variants are of that kind; a missing field takes its default.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: the text is no JSON, or not the fields of such a run.
    """
    values = json.loads(text)
    return RunConfig(**{**values, "variant": kind(**values["variant"])})
