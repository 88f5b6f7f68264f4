"""The article's claims judged by what the package ships: the study's table, and what the program sets and does."""

from __future__ import annotations

from typing import Any

from reproduce.articles.macbeth.outputs import settings_outputs, study_outputs
from reproduce.articles.macbeth.study import shipped_rows
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.evidence.claims import Judgement, judge_all, load_claims


def audit() -> list[Judgement]:
    """Judge every claim of the article, in the order of claims.toml.

    Raises:
        ClaimsError: a claim's rule names a figure that is none of `audit_outputs`.
    """
    return judge_all(load_claims(__package__), audit_outputs())


def audit_outputs() -> dict[str, Any]:
    """Every figure of ours by its name in claims.toml; None where nothing here can tell."""
    return {
        "text_confirmed": None,  # the article names the play, not the edition
        **settings_outputs(MacbethVariant()),
        **study_outputs(shipped_rows()),
    }
