"""The guide's studies: the stacked LSTM against SimpleRNN, MLP and GRU, what they remember, and other settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.article import Shown, StudyPlan, of_seeds
from reproduce.articles.paired import differences
from reproduce.articles.stacked_lstm import advice, memory, pictures, rivals, settings
from reproduce.articles.stacked_lstm.advice import PUBLISHED, SETTINGS, AdviceRow, apart, curves_of, skills_of
from reproduce.articles.stacked_lstm.memory import MemoryRow, lengths_of
from reproduce.articles.stacked_lstm.rivals import (
    RivalRow,
    compare,
    median_of,
    persistence_usd,
    rival_rows,
)
from reproduce.articles.stacked_lstm.settings import UNDROPPED, WINDOWS, SettingRow, pairs_of, step_pairs
from reproduce.articles.stacked_lstm.variant import NETWORKS, Variant
from reproduce.articles.tables import has_variants
from reproduce.evidence.pairs import Pairs


def _show(rows: Sequence[RivalRow]) -> list[Shown]:
    pairs = compare(rows)
    title = "The rival's error on the test days minus the LSTM's, of the same seed; above 0 the LSTM is better"
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
        "mean difference, USD": one.told(".1f"),
        "seeds won by the LSTM": f"{one.share_won:.0%}",
        "Wilcoxon p": f"{one.wilcoxon_p:.2g}",
        "so": f"the LSTM is {one.outcome}",
    }


def _network_texts(rows: Sequence[RivalRow]) -> list[dict[str, str]]:
    columns = {"USD": ("rmse_usd", ".0f"), "skill": ("skill", ".2f"), "final loss": ("final_loss", ".5f")}
    return _medians(rows, "network", columns | {"seconds": ("seconds", ".0f")})


def _medians(rows: Sequence[Any], by: str, columns: Mapping[str, tuple[str, str]]) -> list[dict[str, str]]:
    """A row for each value of the field `by`: how many seeds, and the medians of fields, each with its format."""
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(getattr(row, by), []).append(row)
    return [
        {by: name, "seeds": str(len(group))}
        | {label: _median([getattr(row, field) for row in group], form) for label, (field, form) in columns.items()}
        for name, group in groups.items()
    ]


def _median(values: Sequence[float], form: str) -> str:
    known = median_of(values)
    return "-" if known is None else format(known, form)


def _draw(rows: Sequence[RivalRow]) -> dict[str, Figure]:
    pairs = compare(rows)
    return {"rivals": pictures.rivals(rows, pairs, persistence_usd(rows))} if pairs else {}


def _show_memory(rows: Sequence[MemoryRow]) -> list[Shown]:
    lengths = lengths_of(rows)
    values = [
        {"network": network, "seeds": len(mine), "median_days": np.nanmedian(list(mine.values()))}
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
    columns = {"USD": ("test_rmse_usd", ".0f"), "final loss": ("loss", ".5f"), "lag, days": ("lag", ".0f")}
    texts = _medians(rows, "variant", columns)
    table = Shown("The LSTM with other windows and without dropout: medians", [asdict(row) for row in rows], texts)
    if not has_variants(rows, dict(settings.RUNS)):
        return [table]  # a part of the variants answers nothing
    pairs = [*step_pairs(rows), pairs_of(rows, WINDOWS[0], WINDOWS[-1]), pairs_of(rows, UNDROPPED, Variant())]
    others = [*WINDOWS[1:], WINDOWS[-1], Variant()]
    compared = list(zip(pairs, [other.name for other in others], strict=True))
    return [table, differences(compared)]


def _show_advice(rows: Sequence[AdviceRow]) -> list[Shown]:
    variants = {variant.name: label for label, variant in (("published", PUBLISHED), *SETTINGS.items())}
    values = [
        {"setting": variants.get(name, name), "seeds": len(curves)}
        | {"last_loss": np.nanmedian([np.exp(curve[-1]) for curve in curves.values()])}
        | {"skill": np.nanmedian(list(skills_of(rows, name).values()))}
        for name in dict.fromkeys(row.variant for row in rows)
        for curves in [curves_of(rows, name)]
    ]
    texts = [
        {name: format(one, ".4g") if isinstance(one, float) else str(one) for name, one in row.items()}
        for row in values
    ]
    table = Shown("Other settings: medians of the seeds", values, texts)
    if not advice.is_whole(rows):
        return [table]
    pairs = apart(rows)
    words = {"better": "changes more than a seed", "worse": "changes less than a seed"}
    compared = [
        {"setting": label, "mean, natural logs": one.told(".2f")}
        | {"so": words.get(one.outcome, "not surely more than a seed")}
        for label, one in pairs.items()
    ]
    title = "Distance of loss curves from the published ones of the same seeds, minus that of other seeds"
    return [table, Shown(title, [asdict(one) for one in pairs.values()], compared)]


def _draw_advice(rows: Sequence[AdviceRow]) -> dict[str, Figure]:
    return {"stacked_advice": pictures.advice(rows)} if advice.is_whole(rows) else {}


def _draw_settings(rows: Sequence[SettingRow]) -> dict[str, Figure]:
    return {"stacked_settings": pictures.settings(rows)} if has_variants(rows, dict(settings.RUNS)) else {}


STUDIES = (
    StudyPlan(
        "stacked-networks",
        "Does the stacked LSTM outperform SimpleRNN, MLP and GRU?",
        table=rivals.TABLE,
        runs=of_seeds((Variant(network=network) for network in NETWORKS), range(20)),
        rows=rival_rows,
        show=_show,
        draw=_draw,
    ),
    StudyPlan(
        "stacked-memory",
        "Does the guide's LSTM remember longer than SimpleRNN?",
        table=memory.TABLE,
        runs=memory.RUNS,
        rows=memory.memory_rows,
        show=_show_memory,
        draw=lambda rows: {"stacked_memory": pictures.memory(rows)},
    ),
    StudyPlan(
        "stacked-settings",
        "Do longer windows and dropout make the guide's LSTM more precise, and do its predictions trail?",
        table=settings.TABLE,
        runs=settings.RUNS,
        rows=settings.setting_rows,
        show=_show_settings,
        draw=_draw_settings,
    ),
    StudyPlan(
        "stacked-advice",
        "Do other optimizers, other numbers of layers or another series change more than another seed does?",
        table=advice.TABLE,
        runs=advice.RUNS,
        rows=advice.advice_rows,
        show=_show_advice,
        draw=_draw_advice,
    ),
)
