"""What the study found, in a sentence and a table made from the shipped figures; the README has them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from reproduce.articles.stacked_lstm.pairs import LSTM, Pairs
from reproduce.articles.stacked_lstm.rivals import RivalRow
from reproduce.articles.stacked_lstm.variant import LABELS, NETWORKS

_HEADER = "| network | median error, USD | median skill | the LSTM is better by, USD (95 %) | on seeds |"


def sentence(pairs: Sequence[Pairs], persistence_usd: float, rows: Sequence[RivalRow]) -> str:
    """Who outperforms whom, and the day before."""
    told = "; ".join(f"against {LABELS[one.rival]}, {one.verdict}" for one in pairs)
    ours = median(row.rmse_usd for row in rows if row.network == LSTM)
    seeds = len({row.seed for row in rows})
    than = "above" if ours > persistence_usd else "not above"
    return (
        f"Over {seeds} seeds, by the 95 % interval of the mean paired difference: {told}. The LSTM's median error on "
        f"the 60 test days, {ours:.0f} USD, is {than} that of repeating the day before, {persistence_usd:.0f} USD."
    )


def table_lines(pairs: Sequence[Pairs], persistence_usd: float, rows: Sequence[RivalRow]) -> list[str]:
    """The comparison as a Markdown table: a network a row, then persistence."""
    against = {one.rival: one for one in pairs}
    lines = [_HEADER, "|---|---|---|---|---|"]
    for network in NETWORKS:
        mine = [row for row in rows if row.network == network]
        error, skill = median(row.rmse_usd for row in mine), median(row.skill for row in mine)
        pair = against.get(network)
        compared = f"{pair.mean:.0f} ({pair.low:.0f} to {pair.high:.0f}) | {pair.share_won:.0%}" if pair else " | "
        lines.append(f"| {LABELS[network]} | {error:.0f} | {skill:.2f} | {compared} |")
    return [*lines, f"| persistence | {persistence_usd:.0f} | 0 | | |"]
