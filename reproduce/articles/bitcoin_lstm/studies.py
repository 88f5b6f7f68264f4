"""The Bitcoin article's studies: which program made its losses, and what undoing its deviations from the text does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.article import Shown, StudyPlan, of_seeds
from reproduce.articles.bitcoin_lstm import curves, departures, losses, pictures
from reproduce.articles.bitcoin_lstm.answers import answers
from reproduce.articles.bitcoin_lstm.curves import CurveRow
from reproduce.articles.bitcoin_lstm.departures import STEPS, DepartureRow
from reproduce.articles.bitcoin_lstm.losses import CANDIDATES, LossRow
from reproduce.articles.bitcoin_lstm.panels import panels
from reproduce.articles.bitcoin_lstm.story import STORY
from reproduce.articles.tables import has_variants

SHOWN_EPOCHS = (0, 5, 10, 20, 30)


def _show_losses(rows: Sequence[LossRow]) -> list[Shown]:
    judged = losses.judge(rows)
    if not judged:
        return []
    texts = [
        {
            "variant": one.variant,
            "seeds": str(one.seeds),
            "joint p-value": f"{one.p_value:.3f}",
            "farthest at epoch": str(one.farthest_epoch),
            "the article's losses": one.words,
        }
        for one in judged
    ]
    values = [asdict(one) | {"article": one.words} for one in judged]
    return [Shown("Can this program have made the article's seven losses?", values, texts)]


def _draw_losses(rows: Sequence[LossRow]) -> dict[str, Figure]:
    curves = losses.curves_of(rows)
    return {
        f"losses_{variant}": pictures.losses(f"Training loss of {len(study)} seeds, variant {variant}", study)
        for variant, study in curves.items()
    }


def _show_departures(rows: Sequence[DepartureRow]) -> list[Shown]:
    table = Shown("Every variant against persistence", [asdict(row) for row in rows], [_text(row) for row in rows])
    if not has_variants(rows, dict(STEPS).values()):
        return [table]  # a part of the variants answers no question of the article
    found = answers(departures.by_variant(rows), [])
    texts = [{"question": one.question, "answer": one.answer, "evidence": one.evidence} for one in found]
    return [table, Shown("What follows", texts, texts)]


def _text(row: DepartureRow) -> dict[str, str]:
    labels = {variant.name: label for label, variant in STEPS}
    return {
        "variant": labels.get(row.variant, row.variant),
        "seeds": f"{row.seeds}" + (f", {row.diverged} diverged" if row.diverged else ""),
        "final loss": f"{row.final_loss:.5f}",
        "test error": f"{row.test_mse:.2e}",
        "USD": f"{row.test_rmse_usd:.0f}",
        "skill": f"{row.skill:.2f} ({row.skill_low:.2f} to {row.skill_high:.2f})",
        "Diebold-Mariano": f"{row.dm_statistic:.1f} (p {row.dm_p_words})",
        "direction": f"{row.direction_accuracy:.0%} (more frequent {row.majority_share:.0%})",
        "lag": f"{row.best_lag:.0f}",
        "drift, linear": f"{row.drift_skill:.2f}, {row.autoregression_skill:.2f}",
    }


def _draw_departures(rows: Sequence[DepartureRow]) -> dict[str, Figure]:
    is_whole = has_variants(rows, dict(STEPS).values())
    return {"departures": pictures.departures(departures.by_variant(rows))} if is_whole else {}


def _show_curves(rows: Sequence[CurveRow]) -> list[Shown]:
    """Each variant's median of the mean loss at some epochs."""
    values = [
        {"variant": variant, "seeds": len(losses), "diverged": int(np.sum(~np.isfinite(losses).all(axis=1)))}
        | {f"epoch {epoch}": float(np.nanmedian(losses[:, epoch])) for epoch in SHOWN_EPOCHS}
        for variant, losses in curves.curves_of(rows, "mean").items()
    ]
    texts = [
        {name: f"{one:.4f}" if isinstance(one, float) else str(one) for name, one in row.items()} for row in values
    ]
    return [Shown("Mean losses, the median over seeds", values, texts)]


def _draw_curves(rows: Sequence[CurveRow]) -> dict[str, Figure]:
    return {"losses": panels(curves.curves_of(rows, "mean"))}


STUDIES = (
    StudyPlan(
        "bitcoin-losses",
        "Which program can have made the seven losses that the Bitcoin article reports?",
        table=losses.TABLE,
        runs=of_seeds(CANDIDATES, range(40)),
        rows=losses.loss_rows,
        show=_show_losses,
        draw=_draw_losses,
        is_of_article=True,
    ),
    StudyPlan(
        "bitcoin-departures",
        "Does the Bitcoin network beat persistence, as published and with deviations from the text undone?",
        table=departures.TABLE,
        runs=of_seeds((variant for _, variant in STEPS), range(20)),
        rows=departures.departure_rows,
        show=_show_departures,
        draw=_draw_departures,
    ),
    StudyPlan(
        "bitcoin-curves",
        "Which variants of the Bitcoin program can have printed given losses?",
        table=curves.TABLE,
        runs=curves.RUNS,
        rows=curves.curve_rows,
        show=_show_curves,
        draw=_draw_curves,
    ),
    *STORY,
)
