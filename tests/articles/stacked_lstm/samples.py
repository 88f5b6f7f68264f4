"""Rows that the tests of this article share."""

from reproduce.articles.stacked_lstm.rivals import RivalRow
from reproduce.articles.stacked_lstm.variant import NETWORKS


def study_rows(errors):
    """The rows of a study whose networks have these errors in USD, by seed; the other values are all different."""
    return [
        RivalRow(network, seed, usd, usd / 1e4, usd / 200, usd / 1e5, usd / 10, "0.1.0")
        for network in NETWORKS
        for seed, usd in enumerate(errors[network])
    ]
