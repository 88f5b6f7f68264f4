"""How many claims have which verdict; settings, reconstructions and questions of ours are counted apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reproduce.evidence.claims import REPRODUCED, Claim
from reproduce.evidence.schema import VERDICTS


@dataclass(frozen=True)
class Tally:
    """The counts of an article, of those claims that have a verdict."""

    claims: dict[str, int]  # by verdict, all four in the order of VERDICTS
    settings: int  # typed from the article: that they agree proves nothing
    reconstructions: int  # counts that the article never prints
    differing: int  # settings and reconstructions that do not agree
    ours: int  # questions of ours, which the article does not ask

    @property
    def total(self) -> int:
        """How many claims proper there are."""
        return sum(self.claims.values())

    def sentence(self) -> str:
        """The counts in words: `33 claims: 18 reproduced, …; not counted among them: 12 settings, all in agreement`.

        >>> counts = {"reproduced": 2, "partly reproduced": 1, "not reproduced": 0, "not testable": 0}
        >>> Tally(counts, settings=3, reconstructions=0, differing=1, ours=0).sentence()
        '3 claims: 2 reproduced, 1 partly reproduced; not counted among them: 3 settings, 1 differs'
        """
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in self.claims.items() if count)
        told = f"{counted(self.total, 'claim')}: {verdicts or 'none judged'}"
        apart = [counted(n, word) for n, word in ((self.settings, "setting"), (self.reconstructions, "reconstruction"))]
        apart = [words for words in apart if not words.startswith("0 ")]
        if apart:
            agreement = (
                f"{self.differing} differ{'s' * (self.differing == 1)}" if self.differing else "all in agreement"
            )
            told += f"; not counted among them: {' and '.join(apart)}, {agreement}"
        return told + (f"; {counted(self.ours, 'question')} of ours" if self.ours else "")


def count_verdicts(claims: Sequence[Claim], verdicts: Mapping[str, str]) -> Tally:
    """Count the claims that have a verdict, by id, on record or just judged."""
    judged = [claim for claim in claims if claim.id in verdicts]
    groups = Counter(claim.group for claim in judged)
    proper = Counter(verdicts[claim.id] for claim in judged if claim.group == "claims")
    apart = [verdicts[claim.id] for claim in judged if claim.group in ("settings", "reconstructions")]
    return Tally(
        claims={verdict: proper[verdict] for verdict in VERDICTS},
        settings=groups["settings"],
        reconstructions=groups["reconstructions"],
        differing=sum(verdict != REPRODUCED for verdict in apart),
        ours=groups["ours"],
    )


def counted(number: int, thing: str) -> str:
    """A number with its noun: 1 day, 2 days."""
    return f"{number:,} {thing}{'s' * (number != 1)}"
