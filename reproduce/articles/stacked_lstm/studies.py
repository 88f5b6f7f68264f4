"""The guide's studies: the stacked LSTM against SimpleRNN, MLP and GRU, what they remember, and other settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from statistics import median

from matplotlib.figure import Figure
from numpy import nanmedian

from reproduce.articles.article import Shown, StudyPlan
from reproduce.articles.paired import differences
from reproduce.articles.stacked_lstm import memory, pictures, settings
from reproduce.articles.stacked_lstm.memory import MemoryRow, lengths_of
from reproduce.articles.stacked_lstm.rivals import (
    TABLE,
    RivalRow,
    compare,
    persistence_usd,
    rival_rows,
)
from reproduce.articles.stacked_lstm.settings import UNDROPPED, WINDOWS, SettingRow, pairs_of, step_pairs
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


def _show_memory(rows: Sequence[MemoryRow]) -> list[Shown]:
    lengths = lengths_of(rows)
    values = [
        {"network": network, "seeds": len(mine), "median_days": nanmedian(list(mine.values()))}
        | {f"seed_{seed}": length for seed, length in mine.items()}
        for network, mine in lengths.items()
    ]
    texts = [
        {
            "network": row["network"],
            "seeds": str(row["seeds"]),
            "days": f"{row['median_days']:.0f}",
            "of the seeds": " ".join(f"{length:.0f}" for length in lengths[row["network"]].values()),
        }
        for row in values
    ]
    title = "Memory length: the nearest days that hold 95 % of what all days move the prediction by"
    return [Shown(title, values, texts)]


def _show_settings(rows: Sequence[SettingRow]) -> list[Shown]:
    groups: dict[str, list[SettingRow]] = {}
    for row in rows:
        groups.setdefault(row.variant, []).append(row)
    texts = [
        {
            "variant": variant,
            "seeds": str(len(group)),
            "USD": _median([row.test_rmse_usd for row in group], ".0f"),
            "final loss": _median([row.loss for row in group], ".5f"),
            "lag, days": _median([row.lag for row in group], ".0f"),
        }
        for variant, group in groups.items()
    ]
    table = Shown("The LSTM with other windows and without dropout: medians", [asdict(row) for row in rows], texts)
    if not _is_whole(rows):
        return [table]  # a part of the variants answers nothing
    pairs = [*step_pairs(rows), pairs_of(rows, WINDOWS[0], WINDOWS[-1]), pairs_of(rows, UNDROPPED, Variant())]
    others = [*WINDOWS[1:], WINDOWS[-1], Variant()]
    compared = list(zip(pairs, [other.name for other in others], strict=True))
    return [table, differences("Differences of the test error, of the same seeds", compared, "USD")]


def _is_whole(rows: Sequence[SettingRow]) -> bool:
    return {variant.name for variant, _ in settings.RUNS} <= {row.variant for row in rows}


def _draw_settings(rows: Sequence[SettingRow]) -> dict[str, Figure]:
    return {"stacked_settings": pictures.settings(rows)} if _is_whole(rows) else {}


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
    StudyPlan(
        name="stacked-memory",
        question="Does the guide's LSTM remember longer than SimpleRNN?",
        package=__package__,
        table=memory.TABLE,
        row=MemoryRow,
        runs=memory.RUNS,
        rows=memory.memory_rows,
        show=_show_memory,
        draw=lambda rows: {"stacked_memory": pictures.memory(rows)},
    ),
    StudyPlan(
        name="stacked-settings",
        question="Do longer windows and dropout make the guide's LSTM more precise, and do its predictions trail?",
        package=__package__,
        table=settings.TABLE,
        row=SettingRow,
        runs=settings.RUNS,
        rows=settings.setting_rows,
        show=_show_settings,
        draw=_draw_settings,
    ),
)
