"""The pictures that stand still: small enough to be read on a phone, as data URIs, each with what it shows in words."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from matplotlib.figure import Figure

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES, figures
from reproduce.articles.bitcoin_lstm.ablation import ALONE, LADDER, AblationRow
from reproduce.articles.bitcoin_lstm.bands import EPOCHS, LEVEL
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.evidence.pictures import TESTING, draw_band, draw_reported, new_figure
from reproduce.report.subject import Subject

WIDTH = 5.6  # inches; text of 10 points is then legible at the width of a phone


@dataclass(frozen=True)
class Picture:
    """An image as the page holds it."""

    uri: str
    alt: str
    width: int  # CSS pixels at which its text has its own size
    height: int


def as_published(subject: Subject) -> Picture:
    """The article's figure: same data, curves, labels and proportions."""
    dataset, window = subject.dataset, subject.config.variant.window
    figure = figures.predictions_as_published(dataset, *_scaled_predictions(subject))
    for line in figure.axes[0].get_lines():
        line.set_linewidth(0.7)  # as thin beside 5.6 inches as the article's beside 16
    ends = f"{dataset.dates[0]} at the left to {dataset.dates[-1]} at the right"
    alt = (
        f"The figure as the program draws it: scaled price of {len(dataset.dates)} days by row number, from {ends}, "
        f"with training predictions drawn {_days(window)} and test predictions {_days(window - 1)} left of where they "
        "belong."
    )
    return _picture(figure, 7 / 16 * WIDTH, alt)


def by_date(subject: Subject) -> Picture:
    """The same predictions on the days they are for, in USD; below, the test set with persistence."""
    dataset, metrics = subject.dataset, subject.metrics
    figure = figures.predictions_by_date(dataset, *_scaled_predictions(subject))
    days = subject.predictions.date[subject.predictions.is_test]
    alt = (
        f"Two charts in USD by date. Above, actual price and predictions from {dataset.dates.min()} to "
        f"{dataset.dates.max()}. Below, the test set from {days.min()} to {days.max()} with persistence; the root mean "
        f"squared error is {_shown(metrics['test_rmse_usd'], '.2f')} USD, that of persistence "
        f"{_shown(metrics['persistence_rmse_usd'], '.2f')} USD."
    )
    return _picture(figure, 0.95 * WIDTH, alt)


def loss(subject: Subject) -> Picture:
    """The run's loss in the band of its study, with the article's points."""
    figure, (axes,) = new_figure(WIDTH, WIDTH)
    losses, study = subject.losses, subject.study
    if study.curves is not None:
        draw_band(axes, EPOCHS, study.curves, LEVEL)
    axes.plot(losses, color=TESTING, linewidth=1, label="this run")
    draw_reported(axes, REPORTED_LOSSES)
    axes.legend()
    band = f"the {LEVEL:.0%} band of {study.source}" if study.curves is not None else "no band"
    first, last = (f"{_shown(losses[epoch], '.4f')} at epoch {epoch}" for epoch in (0, len(losses) - 1))
    reported = [f"{REPORTED_LOSSES[epoch]:.4f} at epoch {epoch}" for epoch in (EPOCHS[0], EPOCHS[-1])]
    alt = (
        f"Training loss by epoch on a log axis: this run goes from {first} to {last}, with {band} and the article's "
        f"seven losses, from {reported[0]} to {reported[1]}. The table below has the figures."
    )
    return _picture(figure, 0.72 * WIDTH, alt)


def ladder(table: Mapping[str, AblationRow]) -> Picture:
    """Skill of every rung and of every departure alone."""
    published, *_, sound = (table[variant.name] for variant in (Variant(), *LADDER.values()))
    best = max(ALONE, key=lambda label: table[ALONE[label].name].skill)
    alt = (
        "Skill against persistence, with 95 % intervals: as published "
        f"{published.skill:.2f}; with every departure undone {sound.skill:.2f}; of those undone alone, the best is "
        f"{best} with {table[ALONE[best].name].skill:.2f}. Zero is persistence. The table below has every figure."
    )
    return _picture(figures.ablation_ladder(table), 1.1 * WIDTH, alt)


def _scaled_predictions(subject: Subject) -> tuple[np.ndarray, np.ndarray]:
    predicted, is_test = subject.predictions.predicted_scaled, subject.predictions.is_test
    return predicted[~is_test], predicted[is_test]


def _shown(value: float, form: str) -> str:
    return format(value, form) if np.isfinite(value) else "no finite"


def _days(count: int) -> str:
    return f"{count} day{'s' * (count != 1)}"


def _picture(figure: Figure, height: float, alt: str) -> Picture:
    """Draw `figure` anew in WIDTH times `height` inches."""
    figure.set_size_inches(WIDTH, height)
    for legend in filter(None, (axes.get_legend() for axes in figure.axes)):
        for text in legend.get_texts():
            text.set_fontsize("small")
    svg = BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None})
    uri = "data:image/svg+xml;base64," + base64.b64encode(svg.getvalue()).decode()
    return Picture(uri, alt, width=round(96 * WIDTH), height=round(96 * height))
