"""The verdicts on record: an article's verdicts.json, which only a program writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from reproduce.errors import ReproduceError
from reproduce.evidence.schema import record_problems
from reproduce.runs.files import write_json

_REMEDY = "remove it and record the verdicts again"


class ClaimsError(ReproduceError):
    """A claims.toml or verdicts.json breaks rules; the message has a line for each."""


def refuse(problems: Iterable[str]) -> None:
    """Raise a ClaimsError with a line for each problem; none raises nothing."""
    lines = list(problems)
    if lines:
        raise ClaimsError("\n".join(lines))


@dataclass(frozen=True)
class Record:
    """What is on record, by the claims' ids."""

    time: datetime | None = None  # when it was written; None where nothing is on record
    verdicts: dict[str, str] = field(default_factory=dict)
    p_values: dict[str, float] = field(default_factory=dict)  # of verdicts that rest on chance

    def of(self, ids: Sequence[str]) -> Record:
        """That of these claims alone, in their order."""
        verdicts, p_values = ({id_: one[id_] for id_ in ids if id_ in one} for one in (self.verdicts, self.p_values))
        return Record(self.time, verdicts, p_values)


def read_record(path: Path) -> Record:
    """Read verdicts.json; an empty record where there is none.

    Raises:
        ClaimsError: the file breaks rules of `reproduce.evidence.schema`; the message has a line for each.
    """
    if not path.is_file():
        return Record()
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ClaimsError(f"{path.name}: not JSON: {error}; {_REMEDY}") from error
    refuse(f"{path.name}, {problem}; {_REMEDY}" for problem in record_problems(record))
    return Record(datetime.fromisoformat(record["time"]), record["verdicts"], record.get("p_values", {}))


def write_record(path: Path, record: Record) -> None:
    """Write verdicts.json, moved into place whole; p-values to six digits, which all machines agree on."""
    rounded = {id_: float(f"{p:.6g}") for id_, p in record.p_values.items()}
    write_json(path, {"time": record.time.isoformat(), "verdicts": record.verdicts, "p_values": rounded})
