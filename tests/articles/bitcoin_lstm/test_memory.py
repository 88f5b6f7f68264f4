"""How far gradients reach back: the study's table, what is judged of it, and every verdict that it can give."""

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import memory, story_pictures
from reproduce.articles.bitcoin_lstm.memory import (
    DISTANCES,
    NETWORKS,
    SEEDS,
    TABLE,
    MemoryRow,
    memory_counts,
    memory_outputs,
    memory_rows,
    window_of,
)
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.errors import DataError
from reproduce.evidence.claims import read_claims
from reproduce.networks.first_weights import DRAWS, layer_weights
from reproduce.networks.jacobian import lstm_days, reaches, simple_rnn_days
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study
from tests.articles.samples import random_run, random_weights, short_table

CLAIMS = {claim.id: claim for claim in read_claims("reproduce.articles.bitcoin_lstm").claims}
KINDS = (*DRAWS, "trained")


def table_of(**fading):
    """Rows of 20 seeds; of each network, by its name and weights, how many have R(59) below 0.01; 20 of all others.

    No two rows of a seed have the same R.
    """
    rows = []
    for place, network in enumerate(NETWORKS):
        for weights in KINDS if network in NETWORKS[2:] else DRAWS:
            faded = fading.get(f"{network.replace('-', '_')}_{weights}", 20)
            for k, seed in enumerate(SEEDS):
                left = (0.001 if k < faded else 0.1) * (1 + place / 10)
                rows.append(MemoryRow(network, weights, seed, 1.0, 0.9, 0.8, 0.5, left))
    return rows


def verdict(id_, rows):
    """Of one claim by a table."""
    return CLAIMS[id_].judge(memory_outputs(rows)).verdict


@pytest.mark.parametrize(
    ("program", "keras", "expected"),
    [
        (16, 20, "reproduced"),
        (15, 20, "partly reproduced"),
        (20, 0, "partly reproduced"),
        (15, 15, "not reproduced"),
    ],
)
def test_rnn_fades_in_sixteen_seeds_of_both_draws(program, keras, expected):
    """In part in one draw; whatever other networks do."""
    table = table_of(simple_rnn_program=program, simple_rnn_keras=keras, gru_program=3, described_keras=1)
    assert verdict("bitcoin-lstm/rnn-fades", table) == expected


@pytest.mark.parametrize("network", NETWORKS[1:])
@pytest.mark.parametrize(
    ("program", "keras", "expected"),
    [(4, 0, "reproduced"), (5, 4, "partly reproduced"), (5, 20, "not reproduced")],
)
def test_gradient_lasts_where_it_does_not_fade(network, program, keras, expected):
    """At least 0.01, in sixteen seeds of both draws."""
    table = table_of(**{f"{network}_program": program, f"{network}_keras": keras})
    name = {"described": "lstm"}.get(network, network)
    assert verdict(f"ours/{name}-lasts", table) == expected


@pytest.mark.parametrize(
    ("published", "described", "expected"),
    [(4, 2, "reproduced"), (4, 5, "partly reproduced"), (20, 5, "not reproduced")],
)
def test_trained_gradient_lasts_in_both_wirings(published, described, expected):
    """Whatever the untrained do; in part in one wiring."""
    table = table_of(published_trained=published, described_trained=described, published_keras=0)
    assert verdict("ours/trained-lasts", table) == expected


@pytest.mark.parametrize(
    ("program", "keras", "expected"),
    [(20, 20, "reproduced"), (4, 0, "reproduced"), (5, 20, "partly reproduced"), (5, 5, "not reproduced")],
)
def test_lstm_fades_less_where_more_is_left_of_the_same_seed(program, keras, expected):
    """A plain RNN's seeds that last are above those of an LSTM that fade, and the others below."""
    lasting = {f"simple_rnn_{draw}": 20 - n if n < 20 else 20 for draw, n in (("program", program), ("keras", keras))}
    assert verdict("ours/lstm-fades-less", table_of(**lasting)) == expected


def test_seed_that_diverged_neither_fades_nor_lasts():
    """It is nan."""
    spoilt = [MemoryRow(row.network, row.weights, row.seed, *[np.nan] * len(DISTANCES)) for row in table_of()]
    assert set(memory_outputs(spoilt).values()) == {0}


@pytest.mark.usefixtures("one_thread")
def test_table_has_every_network_as_drawn_and_as_trained(tmp_path):
    """Two runs of one seed, a wiring each: both draws of all four networks once, and each run's own weights.

    Those by the small test's variant.
    """
    table = short_table()
    directories = [
        random_run(tmp_path, Variant(hidden=4, wiring=wiring), table) for wiring in ("described", "published")
    ]
    rows = {
        (row.network, row.weights): row for row in memory_rows(Study(tmp_path, tuple(d.config for d in directories)))
    }
    trained = {"described": ("described+hidden-4", "trained"), "published": ("hidden-4", "trained")}
    assert set(rows) == {(network, draw) for network in NETWORKS for draw in DRAWS} | set(trained.values())
    assert [(row.network, row.seed) for row in rows.values()][:4] == [(network, 0) for network in NETWORKS]

    window = window_of(directories[0])
    weights = {name: array.astype(float) for name, array in random_weights(4).items()}
    for wiring in ("described", "published"):
        expected = list(reaches(lstm_days(weights, wiring, window), 8, DISTANCES).values())
        assert list(vars(rows[trained[wiring]]).values())[3:] == expected
    expected = list(reaches(simple_rnn_days(layer_weights("simple-rnn", "keras", 4, 0), window), 4, DISTANCES).values())
    assert list(vars(rows["simple-rnn", "keras"]).values())[3:] == expected


def test_seeds_read_windows_evenly_from_the_whole_table(tmp_path, monkeypatch):
    """Seed 100 the first of 60 days, seed 119 the last; in the variant's order of rows."""
    table = short_table(100)
    prices = prepare(table, Variant()).close_scaled
    monkeypatch.setattr(memory.PRICES, "read", lambda _: table)
    starts = []
    for seed in SEEDS:
        window = window_of(Directory(tmp_path, RunConfig(Variant(), seed, "compiled", table.sha256, "bitcoin-lstm")))
        (start,) = [k for k in range(40) if np.array_equal(window[:, 0], prices[k : k + 60])]
        starts.append(start)
    assert (starts[0], starts[-1]) == (0, 39)
    assert set(np.diff(starts)) == {2, 3}


def test_table_too_short_for_sixty_days_is_refused(tmp_path, monkeypatch):
    """With the number of rows that it has."""
    table = short_table(60)
    monkeypatch.setattr(memory.PRICES, "read", lambda _: table)
    config = RunConfig(Variant(window=3, batch=1), 100, "compiled", table.sha256, "bitcoin-lstm")
    with pytest.raises(DataError, match=r"prices.csv: 60 rows, expected more than 60 for R\(59\); add rows"):
        window_of(Directory(tmp_path, config))


def test_shipped_table_has_twenty_seeds_of_ten_kinds():
    """Four networks in two draws, and the two wirings as trained; no R below 0."""
    rows = TABLE.shipped()
    assert sorted({row.seed for row in rows}) == list(SEEDS)
    assert len(rows) == 20 * len({(row.network, row.weights) for row in rows}) == 200
    assert all(getattr(row, f"over_{k}") >= 0 for row in rows for k in DISTANCES)


def test_opposite_that_the_rules_tell_of_is_what_the_shipped_table_shows():
    """The words beside the rules in claims.toml."""
    counts = memory_counts(TABLE.shipped())
    assert counts["simple_rnn_fading"].arms["Keras's draw"] <= 4
    opposite = ("gru_lasting", "published_lasting", "described_lasting", "described_above_simple_rnn")
    assert all(counts[name].answer.answer.startswith("No, the opposite:") for name in opposite)


def test_front_picture_has_the_four_networks_as_keras_draws_them():
    """On a log axis; the medians of the seeds, as the legend says."""
    (axes,) = story_pictures.front(table_of(gru_keras=0)).axes
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.get_lines()[:4]}
    assert list(lines) == ["SimpleRNN", "GRU", "LSTM, published", "LSTM, described"]
    assert [values[:4] for values in lines.values()] == [[1.0, 0.9, 0.8, 0.5]] * 4
    assert [values[4] for values in lines.values()] == pytest.approx([0.001, 0.11, 0.0012, 0.0013])
    assert axes.get_yscale() == "log"
    assert axes.get_legend().get_title().get_text() == "median, 5 to 95 % of 20 seeds"
