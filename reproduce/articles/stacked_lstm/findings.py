"""What the study found, in a sentence and a table made from the shipped values."""

from __future__ import annotations

from statistics import median

from reproduce.articles.article import Finding
from reproduce.articles.stacked_lstm.rivals import LSTM, compare, shipped_persistence_usd, shipped_rivals
from reproduce.articles.stacked_lstm.variant import LABELS, NETWORKS
from reproduce.evidence.pairs import Pairs

_HEADER = "| network | median error, USD | median skill | the LSTM is better by, USD (95 %) | on seeds |"


def findings() -> list[Finding]:
    """Who outperforms whom, and the day before."""
    rows, persistence_usd = shipped_rivals(), shipped_persistence_usd()
    pairs = compare(rows)
    told = ", ".join(_told(one) for one in pairs)
    ours = median(row.rmse_usd for row in rows if row.network == LSTM)
    seeds = len({row.seed for row in rows})
    than = "above" if ours > persistence_usd else "not above"
    lost = [LABELS[one.rival] for one in pairs if one.high < 0]
    because = (
        f"Compared seed by seed over {seeds} seeds, by the 95 % interval of the mean difference of test errors, the "
        f"LSTM is {told}."
    )
    more = (
        f"Its median error on the 60 test days is {ours:.0f} USD. That is {than} the error of repeating the day "
        f"before, {persistence_usd:.0f} USD."
    )
    headline = f"The LSTM is worse than {' and '.join(lost)}." if lost else "No rival is better than the LSTM."
    alt = "A dot a seed for each network's error in USD, beside persistence; below, each rival's paired differences"
    claims = ("outperforms", "outperforms-simple-rnn", "outperforms-mlp")
    ids = (*(f"stacked-lstm/{name}" for name in claims), "ours/lstm-against-gru")
    return [Finding(headline, because, more, "rivals", alt, ids, "stacked-networks")]


def _told(one: Pairs) -> str:
    link = "from" if one.outcome.endswith("different") else "than"
    return f"{one.outcome} {link} {LABELS[one.rival]}"


def table_lines() -> list[str]:
    """The comparison as a Markdown table: a network a row, then persistence."""
    rows, persistence_usd = shipped_rivals(), shipped_persistence_usd()
    pairs = compare(rows)
    against = {one.rival: one for one in pairs}
    lines = [_HEADER, "|---|---|---|---|---|"]
    for network in NETWORKS:
        mine = [row for row in rows if row.network == network]
        error, skill = median(row.rmse_usd for row in mine), median(row.skill for row in mine)
        pair = against.get(network)
        compared = f"{pair.mean:.0f} ({pair.low:.0f} to {pair.high:.0f}) | {pair.share_won:.0%}" if pair else " | "
        lines.append(f"| {LABELS[network]} | {error:.0f} | {skill:.2f} | {compared} |")
    return [*lines, f"| persistence | {persistence_usd:.0f} | 0 | | |"]
