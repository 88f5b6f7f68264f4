"""The sentences of the studies on memory, lag, windows and dropout, made from other tables."""

from statistics import median

import pytest

from reproduce.articles.stacked_lstm.findings import findings
from reproduce.articles.stacked_lstm.memory import TABLE as MEMORY
from reproduce.articles.stacked_lstm.settings import TABLE as SETTINGS
from tests.articles.stacked_lstm.test_memory import rows_of as memory_rows
from tests.articles.stacked_lstm.test_settings import rows_of as setting_rows


@pytest.fixture
def tables(ship):
    """Tables in the place of the shipped ones; what they are made of can be changed."""

    def put(memory=None, **settings):
        ship(MEMORY, memory or memory_rows([6] * 10, [3] * 10)[::-1])
        ship(SETTINGS, setting_rows(**settings))
        return findings()

    return put


@pytest.mark.parametrize(
    ("lstm", "rnn", "words"),
    [
        pytest.param([6] * 10, [3] * 10, "remembers longer than a plain RNN", id="longer"),
        pytest.param([2] * 10, [3] * 10, "remembers less far back than a plain RNN", id="shorter"),
        pytest.param([3] * 10, [3] * 10, "remembers as far back as a plain RNN", id="as-long"),
        pytest.param([2] * 5 + [6] * 5, [3] * 10, "remembers as far back as a plain RNN", id="half-of-the-seeds"),
    ],
)
def test_memory_is_told_by_what_most_seeds_show(lstm, rnn, words, tables):
    """Eight of ten; with the days of each network."""
    found = tables(memory=memory_rows(lstm, rnn)[::-1])[1]
    assert found.headline == f"The trained LSTM {words}."
    longer, shorter = (sum(a > b for a, b in zip(*pair, strict=True)) for pair in ((lstm, rnn), (rnn, lstm)))
    assert f"{median(lstm):.0f} days for LSTM (10 seeds) and 3 days for" in found.text
    assert f"longer of the two in {longer} of 10 seeds, and the shorter in {shorter}." in found.text


@pytest.mark.parametrize(
    ("lags", "headline"),
    [
        ((0,) * 10, "The guide's predictions are in line with the price."),
        ((1,) * 10, "The guide's predictions trail the price by 1 day."),
        ((0, *[3] * 9), "The guide's predictions trail the price by 3 days."),
    ],
)
def test_lag_is_told_in_days(lags, headline, tables):
    """The median, and how many have none."""
    found = tables(lags=lags)[2]
    assert found.headline == headline
    assert f"Of 10 trained networks, {lags.count(0)} have predictions" in found.text


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param({}, "are more precise than those of 7, and dropout helps", id="both"),
        pytest.param(
            {"windows": (60, 70, 80, 90), "undropped": 50.0},
            "are less precise than those of 7, and dropout harms",
            id="the-opposite",
        ),
        pytest.param(
            {"windows": (60, 70, 80, 60), "undropped": 60.0},
            "are not surely more or less precise than those of 7, and dropout makes no sure difference",
            id="neither",
        ),
    ],
)
def test_windows_and_dropout_are_told_by_their_intervals(settings, words, tables):
    """Of the differences seed by seed."""
    assert tables(**settings)[3].headline == f"Windows of 60 days {words}."
