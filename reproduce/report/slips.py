"""The page of slips, docs/slips.md, from their table."""

from __future__ import annotations

from pathlib import Path

from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.table import SLIPS
from reproduce.networks.ports.windows import SLIPS as WINDOW_SLIPS
from reproduce.report.markdown import filled


def slips(_: Path) -> str:
    """Every slip under a heading of its name; what it shares with the one before is not said again."""
    parts, before = [], None
    for slip in SLIPS:
        parts += [f"## {slip.name}", filled(f"{slip.title[0].upper()}{slip.title[1:]}."), _told(slip, before)]
        before = slip
    return "\n\n".join(parts)


def windows(_: Path) -> str:
    """The slips of the windows, a line each."""
    return "\n".join(filled(f"- {slip[0].upper()}{slip[1:]}.") for slip in WINDOW_SLIPS)


def _told(slip: Slip, before: Slip | None) -> str:
    shared = before is not None and (slip.symptom, slip.cause) == (before.symptom, before.cause)
    same = ["Symptom and cause: as above."] if shared else [f"**Symptom.** {slip.symptom}", f"**Cause.** {slip.cause}"]
    issue = [f"**Asked** in [an issue]({slip.issue})."] if slip.issue and not shared else []
    return "\n\n".join(filled(text) for text in (*same, f"**To mend.** {slip.mend[0].upper()}{slip.mend[1:]}.", *issue))
