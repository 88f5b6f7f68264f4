"""The guide's claims judged by what the package ships: the study's table, and what windows, network and picture are."""

from __future__ import annotations

from typing import Any

from reproduce.articles.stacked_lstm.outputs import rival_outputs, settings_outputs
from reproduce.articles.stacked_lstm.rivals import shipped_rivals
from reproduce.articles.stacked_lstm.training import ARTICLE
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import persistence_rmse_usd, prepare
from reproduce.evidence.claims import Judgement, judge_all, load_claims
from reproduce.inputs.prices import load_prices


def audit() -> list[Judgement]:
    """Judge every claim of the article, and those of ours that need no run, in the order of claims.toml.

    Raises:
        ClaimsError: a claim's rule names a figure that is none of `audit_outputs`.
    """
    outputs = audit_outputs()
    claims = [
        claim for claim in load_claims(__package__) if claim.id.startswith(f"{ARTICLE}/") or claim.names <= set(outputs)
    ]
    return judge_all(claims, outputs)


def audit_outputs() -> dict[str, Any]:
    """Every figure of ours by its name in claims.toml; None where nothing here can tell."""
    dataset = prepare(load_prices(), Variant())
    return {
        "data_confirmed": None,  # A1
        **settings_outputs(dataset, Variant()),
        **rival_outputs(shipped_rivals(), persistence_rmse_usd(dataset)),
    }
