"""What the page says: verdicts, answers, pictures, losses, the ladder and what ran, as texts and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.ablation import ALONE, LADDER, AblationRow, shipped_ablation
from reproduce.articles.bitcoin_lstm.answers import Answer, answers
from reproduce.articles.bitcoin_lstm.bands import EPOCHS, BandVerdict, judge_study, shipped_losses
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.evidence.bands import band_test
from reproduce.evidence.claims import VERDICTS, ClaimsFile, Judgement, claims_path, read_claims
from reproduce.evidence.skill import best_lag
from reproduce.report.chart import Chart, chart_of
from reproduce.report.machine import Fact, facts_of
from reproduce.report.pictures import Picture, as_published, by_date, ladder, loss
from reproduce.report.subject import Subject

PACKAGE = "reproduce.articles.bitcoin_lstm"


@dataclass(frozen=True)
class Audit:
    """What the package ships on the article: the same for every run."""

    article: ClaimsFile
    judgements: list[Judgement]
    ablation: Mapping[str, AblationRow]  # by variant name
    bands: list[BandVerdict]
    answers: list[Answer]


@dataclass(frozen=True)
class LossRow:
    """The loss of one reported epoch; None where there is no study, or the run is shorter."""

    epoch: int
    article: float
    ours: float | None
    low: float | None  # the study's range and median
    median: float | None
    high: float | None


@dataclass(frozen=True)
class Rung:
    """A row of the ablation's table."""

    label: str
    row: AblationRow


@dataclass(frozen=True)
class Page:
    """Everything the template shows."""

    subject: Subject
    audit: Audit
    counts: dict[str, int]  # by verdict, in the order of VERDICTS
    notices: list[str]
    chart: Chart
    lag: int | None
    pictures: dict[str, Picture]
    losses: list[LossRow]
    article_p: float | None  # the joint p-value of the article's losses among the study's, and this run's
    run_p: float | None
    published: list[Rung]
    alone: list[Rung]
    rungs: list[Rung]
    facts: list[Fact]


def load_audit() -> Audit:
    """Judge the article by the tables in the package; a tiny network answers a few of its claims, in seconds."""
    from reproduce.articles.bitcoin_lstm.audit import audit  # brings TensorFlow

    ablation, bands = shipped_ablation(), judge_study(shipped_losses())
    article = read_claims(claims_path(PACKAGE))
    return Audit(article, audit(), ablation, bands, answers(ablation, bands))


def page_of(subject: Subject, found: Audit) -> Page:
    """Put a page together; nothing is trained."""
    pictures = {
        "as_published": as_published(subject),
        "by_date": by_date(subject),
        "loss": loss(subject),
        "ladder": ladder(found.ablation),
    }
    article_p, run_p = _p_values(subject)
    return Page(
        subject=subject,
        audit=found,
        counts={verdict: sum(one.verdict == verdict for one in found.judgements) for verdict in VERDICTS},
        notices=list(_notices(subject)),
        chart=chart_of(subject),
        lag=_lag(subject),
        pictures=pictures,
        losses=_loss_rows(subject),
        article_p=article_p,
        run_p=run_p,
        published=_rungs(found.ablation, {"as published": Variant()}),
        alone=_rungs(found.ablation, ALONE),
        rungs=_rungs(found.ablation, {f"+ {label}": variant for label, variant in LADDER.items()}),
        facts=facts_of(subject),
    )


def _notices(subject: Subject) -> Iterator[str]:
    """Yield what a reader must know before the figures."""
    if subject.study_path is not None:
        yield (
            f"The charts show one run of the study, the first finished seed of its first variant: variant "
            f"{subject.config.variant.name}, seed {subject.config.seed}."
        )
    if not subject.has_article_s_data:
        yield (
            "This run read a price table of its own. The verdicts, the answers and the ablation are those of the "
            "article's data; the charts and the losses are this run's."
        )
    unknown = int(np.sum(np.isnan(subject.dataset.close_usd)))
    if unknown:
        yield (
            f"The prices of {unknown} of {len(subject.dataset.dates)} days are in no file of the run, as nothing was "
            "predicted for them; the charts leave them out."
        )
    if not np.isfinite(subject.predictions.test_mse):
        yield "The training diverged: its predictions are not numbers, and the charts leave them out."


def _p_values(subject: Subject) -> tuple[float | None, float | None]:
    curves, losses = subject.study.curves, subject.losses
    if curves is None:
        return None, None
    article_p = band_test(curves, list(REPORTED_LOSSES.values())).p_value
    if len(losses) <= EPOCHS[-1] or not np.isfinite(losses[EPOCHS]).all():
        return article_p, None
    return article_p, band_test(curves, losses[EPOCHS]).p_value


def _lag(subject: Subject) -> int | None:
    """By how many rows the test predictions trail the price, where all prices are known."""
    predicted = subject.predictions.predicted_scaled[subject.predictions.is_test]
    if not (np.isfinite(predicted).all() and np.isfinite(subject.dataset.close_scaled).all()):
        return None
    return best_lag(subject.dataset, predicted[np.newaxis])


def _loss_rows(subject: Subject) -> list[LossRow]:
    rows = []
    for k, (epoch, article) in enumerate(REPORTED_LOSSES.items()):
        ours = float(subject.losses[epoch]) if epoch < len(subject.losses) else None
        curves = subject.study.curves
        spread = [None] * 3 if curves is None else np.quantile(curves[:, k], [0, 0.5, 1]).tolist()
        rows.append(LossRow(epoch, article, ours, *spread))
    return rows


def _rungs(table: Mapping[str, AblationRow], variants: Mapping[str, Variant]) -> list[Rung]:
    return [Rung(label, table[variant.name]) for label, variant in variants.items()]
