"""What the four studies found: sentences and tables made from the shipped values."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from reproduce.articles.article import Finding
from reproduce.articles.paired import ENOUGH
from reproduce.articles.stacked_lstm import advice, memory, rivals, settings
from reproduce.articles.stacked_lstm.advice import (
    PUBLISHED,
    SEEDS,
    SETTINGS,
    TRIED,
    AdviceRow,
    apart,
    skills_of,
)
from reproduce.articles.stacked_lstm.memory import HELD, RNN, MemoryRow, lengths_of, memory_outputs
from reproduce.articles.stacked_lstm.rivals import LSTM, compare, shipped_persistence_usd
from reproduce.articles.stacked_lstm.settings import (
    UNDROPPED,
    WINDOWS,
    SettingRow,
    errors_of,
    lags_of,
    pairs_of,
    setting_outputs,
    step_pairs,
)
from reproduce.articles.stacked_lstm.variant import LABELS, NETWORKS, Variant
from reproduce.evidence.pairs import Pairs
from reproduce.evidence.tally import counted

_HEADER = "| network | median error, USD | median skill | the LSTM is better by, USD (95 %) | on seeds |"


def findings() -> list[Finding]:
    """Who outperforms whom, how far back the networks look, and what the other settings change."""
    rows, persistence_usd = rivals.TABLE.shipped(), shipped_persistence_usd()
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
    return [
        Finding(headline, because, more, "rivals", alt, ids, "stacked-networks"),
        _memory(memory.TABLE.shipped()),
        _lag(settings.TABLE.shipped()),
        _settings(settings.TABLE.shipped()),
        _advice(advice.TABLE.shipped()),
    ]


def _memory(rows: Sequence[MemoryRow]) -> Finding:
    """How many days the trained networks look back."""
    lengths = lengths_of(rows)
    days = {network: median(mine.values()) for network, mine in lengths.items()}
    told = [f"{days[network]:.0f} days for {LABELS[network]} ({len(mine)} seeds)" for network, mine in lengths.items()]
    longer, seeds = memory_outputs(rows)["lstm_longer"], len(lengths[RNN])
    shorter = sum(lengths[LSTM][seed] < length for seed, length in lengths[RNN].items())
    least = ENOUGH * seeds
    words = "longer than" if longer >= least else "less far back than" if shorter >= least else "as far back as"
    return Finding(
        f"The trained LSTM remembers {words} a plain RNN.",
        f"Of what moves a prediction, {HELD:.0%} lies in the nearest {_listed(told)}, of {Variant().window} (medians).",
        f"The LSTM's memory is the longer of the two in {longer} of {seeds} seeds, and the shorter in {shorter}.",
        "stacked_memory",
        "How much each of 60 days moves the prediction, on a log axis, of the trained LSTM, SimpleRNN and GRU",
        claims=("stacked-lstm/remembers-longer",),
        study="stacked-memory",
    )


def _lag(rows: Sequence[SettingRow]) -> Finding:
    """Whether the guide's picture has true and predicted prices in line."""
    lags, in_line = lags_of(rows), setting_outputs(rows)["in_line"]
    days = median(lags)
    first, last = f"{min(lags):.0f}", f"{max(lags):.0f}"
    spread = f"all have a lag of {first}" if first == last else f"their lags are {first} to {last} days"
    trail = "are in line with the price" if days == 0 else f"trail the price by {counted(round(days), 'day')}"
    return Finding(
        f"The guide's predictions {trail}.",
        f"Of {len(lags)} trained networks, {in_line} have predictions that correlate best with the price of the same "
        f"day; {spread}.",
        "Persistence, which repeats the day before, has a lag of 1.",
        "stacked",
        "True and predicted closing price of 60 days in USD, as the guide draws them",
        claims=("stacked-lstm/almost-in-line",),
        study="stacked-settings",
    )


def _settings(rows: Sequence[SettingRow]) -> Finding:
    """What windows of other lengths and no dropout do to the error."""
    steps, undropped = step_pairs(rows), pairs_of(rows, UNDROPPED, Variant())
    span, seeds = pairs_of(rows, WINDOWS[0], WINDOWS[-1]), errors_of(rows, WINDOWS[0])
    errors = ", ".join(f"{median(errors_of(rows, one).values()):.0f} with {one.window}" for one in WINDOWS)
    better = sum(one.outcome == "better" for one in steps)
    precise = {"better": "more", "worse": "less"}.get(span.outcome, "not surely more or less")
    helps = {"better": "dropout helps", "worse": "dropout harms"}.get(
        undropped.outcome, "dropout makes no sure difference"
    )
    return Finding(
        f"Windows of {WINDOWS[-1].window} days are {precise} precise than those of {WINDOWS[0].window}, and {helps}.",
        f"The median error of seeds {min(seeds)} to {max(seeds)} is {errors} days, in USD; that of "
        f"{WINDOWS[0].window} days minus that of {WINDOWS[-1].window}, seed by seed, is {_told_usd(span)}.",
        f"Of the three steps to a longer window, {better} make the network better by the 95 % interval. The error "
        f"without dropout minus that with it is {_told_usd(undropped)}.",
        "stacked_settings",
        "Test error by the days in a window, and with and without dropout, a line a seed, beside persistence",
        claims=("stacked-lstm/longer-steps", "stacked-lstm/dropout-helps"),
        study="stacked-settings",
    )


def _advice(rows: Sequence[AdviceRow]) -> Finding:
    """Whether what the guide advises to try changes more than another seed does, and whether it is better."""
    pairs = apart(rows)
    changing = [label for label, one in pairs.items() if one.low > 0]
    skills = {
        label: median(skills_of(rows, variant.name).values())
        for label, variant in (("RMSprop and 2 layers", PUBLISHED), *SETTINGS.items())
    }
    told = _listed([f"{one.told('.2f')} for {label}" for label, one in pairs.items()])
    named = f": {_listed(changing)}" if 0 < len(changing) < len(pairs) else ""
    return Finding(
        f"Of {len(pairs)} other settings of the guide's network, {len(changing)} change its training more than another "
        f"seed does{named}.",
        f"A loss curve's distance from the published one of the same seed, minus that of other seeds, is {told}, in "
        f"natural logs over {PUBLISHED.epochs} epochs and {len(SEEDS)} seeds.",
        f"The median skill after them is {_listed([f'{skill:.1f} with {label}' for label, skill in skills.items()])}; "
        "above 0 it would be better than repeating the day before. The other series has the same moves from day to "
        "day in another order. The seeds share the published trainings, so their differences are not quite "
        "independent: simulated without any effect, 8 in 100 such intervals leave 0 out, in place of 5.",
        "stacked_advice",
        "Training losses by epoch on a log axis, a line a seed, with other optimizers, layers and another series",
        claims=tuple(f"stacked-lstm/other-{kind}" for kind in TRIED),
        study="stacked-advice",
    )


def _told_usd(one: Pairs) -> str:
    return f"{one.mean:.0f} USD on average ({one.low:.0f} to {one.high:.0f}, {len(one.differences)} seeds)"


def _listed(words: Sequence[str]) -> str:
    """With commas and an `and`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _told(one: Pairs) -> str:
    link = "from" if one.outcome.endswith("different") else "than"
    return f"{one.outcome} {link} {LABELS[one.rival]}"


def table_lines() -> list[str]:
    """The comparison as a Markdown table: a network a row, then persistence."""
    rows, persistence_usd = rivals.TABLE.shipped(), shipped_persistence_usd()
    pairs = compare(rows)
    against = {one.rival: one for one in pairs}
    lines = [_HEADER, "|---|---|---|---|---|"]
    for network in NETWORKS:
        mine = [row for row in rows if row.network == network]
        error, skill = median(row.rmse_usd for row in mine), median(row.skill for row in mine)
        pair = against.get(network)
        compared = f"{pair.told('.0f')} | {pair.share_won:.0%}" if pair else " | "
        lines.append(f"| {LABELS[network]} | {error:.0f} | {skill:.2f} | {compared} |")
    return [*lines, f"| persistence | {persistence_usd:.0f} | 0 | | |"]
