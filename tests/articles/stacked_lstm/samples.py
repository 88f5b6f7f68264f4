"""Small tables and studies that the tests of this article share."""

import numpy as np

from reproduce.articles.stacked_lstm.rivals import RivalRow
from reproduce.articles.stacked_lstm.variant import NETWORKS, Variant
from reproduce.inputs.prices import PriceTable

TINY = Variant(window=5, first=3, second=4, epochs=5, batch=7, test_days=6)  # 23 training windows of 34 days


def table_of(prices):
    """A table of these prices, oldest first; its newest day is 2018-05-26."""
    days = np.datetime64("2018-05-26") - np.arange(len(prices))
    return PriceTable(days, np.array(prices[::-1], dtype=float), sha256="1" * 64, name="prices.csv")


def short_table():
    """34 days of prices that vary."""
    return table_of([7000 + (37 * k * k) % 911 for k in range(34)])


def study_rows(errors):
    """The rows of a study whose networks have these errors in USD, by seed; the other figures are all different."""
    return [
        RivalRow(network, seed, usd, usd / 1e4, usd / 200, usd / 1e5, usd / 10, "0.1.0")
        for network in NETWORKS
        for seed, usd in enumerate(errors[network])
    ]
