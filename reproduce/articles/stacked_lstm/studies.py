"""The guide's study: the stacked LSTM against SimpleRNN, MLP and GRU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from statistics import median

from matplotlib.figure import Figure

from reproduce.articles.article import Shown, StudyPlan
from reproduce.articles.stacked_lstm import pictures
from reproduce.articles.stacked_lstm.rivals import TABLE, RivalRow, compare, persistence_usd, rival_rows
from reproduce.articles.stacked_lstm.variant import NETWORKS, Variant
from reproduce.evidence.pairs import Pairs


def _show(rows: Sequence[RivalRow]) -> list[Shown]:
    pairs = compare(rows)
    title = "The rival's error on the test days less the LSTM's, of the same seed; above 0 the LSTM is better"
    compared = Shown(
        title,
        [asdict(one) | {"verdict": f"the LSTM is {one.outcome}"} for one in pairs],
        [_pair_text(p) for p in pairs],
    )
    networks = Shown("Medians, by network", [asdict(row) for row in rows], _network_texts(rows))
    return [compared, networks] if pairs else [networks]


def _pair_text(one: Pairs) -> dict[str, str]:
    return {
        "rival": one.rival,
        "seeds": f"{len(one.differences)}" + (f", {one.diverged} diverged" if one.diverged else ""),
        "mean difference, USD": f"{one.mean:.1f} ({one.low:.1f} to {one.high:.1f})",
        "seeds won by the LSTM": f"{one.share_won:.0%}",
        "Wilcoxon p": f"{one.wilcoxon_p:.2g}",
        "so": f"the LSTM is {one.outcome}",
    }


def _network_texts(rows: Sequence[RivalRow]) -> list[dict[str, str]]:
    groups: dict[str, list[RivalRow]] = {}
    for row in rows:
        groups.setdefault(row.network, []).append(row)
    return [
        {
            "network": network,
            "seeds": str(len(group)),
            "USD": _median([row.rmse_usd for row in group], ".0f"),
            "skill": _median([row.skill for row in group], ".2f"),
            "final loss": _median([row.final_loss for row in group], ".5f"),
            "seconds": _median([row.seconds for row in group], ".0f"),
        }
        for network, group in groups.items()
    ]


def _median(values: Sequence[float], form: str) -> str:
    known = [value for value in values if not isnan(value)]
    return format(median(known), form) if known else "-"


def _draw(rows: Sequence[RivalRow]) -> dict[str, Figure]:
    pairs = compare(rows)
    return {"rivals": pictures.rivals(rows, pairs, persistence_usd(rows))} if pairs else {}


STUDIES = (
    StudyPlan(
        name="stacked-networks",
        question="Does the stacked LSTM outperform SimpleRNN, MLP and GRU?",
        package=__package__,
        table=TABLE,
        row=RivalRow,
        runs=tuple((Variant(network=network), range(20)) for network in NETWORKS),
        rows=rival_rows,
        show=_show,
        draw=_draw,
    ),
)
