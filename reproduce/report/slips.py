"""The page of slips, docs/slips.md, from the tables of all three programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from reproduce.networks.ports.slips import Slip
from reproduce.networks.ports.table import SLIPS
from reproduce.networks.ports.windows import SLIPS as WINDOW_SLIPS
from reproduce.report.markdown import filled


def page(told: Sequence[Slip]) -> str:
    """Every slip under a heading of its name.

    What a slip shares with those before is linked and not said again, and so is a slip of the Bitcoin program.
    """
    above = set() if told is SLIPS else {slip.name for slip in SLIPS}
    links = [f"[{slip.name}](#{slip.name})" for slip in told if slip.name in above]
    parts = ["\n".join(["Told above:", "", *(f"- {link}" for link in links)])] if links else []
    first = None  # of those that share symptom and cause
    for slip in (one for one in told if one.name not in above):
        if first is None or (slip.symptom, slip.cause) != (first.symptom, first.cause):
            first = slip
        parts += [f"### {slip.name}", filled(f"{_begun(slip.title)}."), _told(slip, first)]
    return "\n\n".join(parts)


def windows(_: Path) -> str:
    """The slips of the windows, a line each."""
    return "\n".join(filled(f"- {_begun(slip)}.") for slip in WINDOW_SLIPS)


def _begun(words: str) -> str:
    """With a capital, unless it begins with code or a symbol."""
    return words[0].upper() + words[1:] if re.match(r"(?!h |c )[a-z]+[ ,](?!=)", words) else words


def _told(slip: Slip, first: Slip) -> str:
    mend = f"**To mend.** {_begun(slip.mend)}."
    if slip is not first:
        return f"Symptom and cause: those of [{first.name}](#{first.name}).\n\n{filled(mend)}"
    same = [f"**Symptom.** {slip.symptom}", f"**Cause.** {slip.cause}"]
    issue = [f"**Asked** in [an issue]({slip.issue})."] if slip.issue else []
    return "\n\n".join(filled(text) for text in (*same, mend, *issue))
