"""The studies of all articles: which runs each has, that its table ships as written, and that it is shown and drawn."""

from dataclasses import replace
from importlib.resources import files

import pytest

from reproduce.articles import studies
from reproduce.articles.bitcoin_lstm.curves import SETS
from reproduce.articles.bitcoin_lstm.departures import STEPS
from reproduce.articles.bitcoin_lstm.losses import CANDIDATES
from reproduce.articles.bitcoin_lstm.variant import Variant as BitcoinVariant
from reproduce.articles.macbeth.epochs import TREND
from reproduce.articles.macbeth.hundred import HUNDRED
from reproduce.articles.macbeth.variant import Variant as MacbethVariant
from reproduce.articles.stacked_lstm.variant import NETWORKS
from reproduce.articles.stacked_lstm.variant import Variant as StackedVariant
from reproduce.errors import RunError
from reproduce.runs.config import RunConfig
from reproduce.runs.study import Study
from reproduce.runs.tables import rows_text

PLAIN_RNN = BitcoinVariant(network="simple-rnn", recorded="steps")
MONTHS = {
    "row_order": "oldest-first",
    "scaler_rows": "training",
    "split_of": "2018-03-31",
    "clipping": "applied",
    "clip_margin": 1,
    "learning_rate": 1e-4,
}
RECALL = {"task": "recall", "hidden": 32, "batch": 16, "clipping": "applied", "clip_margin": 1}
RUNS = {
    "bitcoin-losses": [(variant, range(40)) for variant in CANDIDATES],
    "bitcoin-departures": [(variant, range(20)) for _, variant in STEPS],
    "bitcoin-curves": [(replace(variant, epochs=31), range(40)) for variant in SETS],
    "bitcoin-memory": [(BitcoinVariant(wiring=wiring), range(100, 120)) for wiring in ("published", "described")],
    "bitcoin-gates": [(BitcoinVariant(wiring=wiring), range(100, 120)) for wiring in ("published", "described")],
    "bitcoin-accuracy": [
        *(
            (BitcoinVariant(epochs=epochs), range(100, 120))
            for epochs in (20, 40, 60, 80, 100, 120, 140, 160, 180, 200)
        ),
        (BitcoinVariant(row_order="oldest-first"), range(100, 120)),
    ],
    "bitcoin-forgetting": [
        (BitcoinVariant(wiring="described", forget_gate=forget_gate), range(100, 120))
        for forget_gate in ("learned", "open")
    ],
    "bitcoin-clipping": [
        (BitcoinVariant(), range(100, 105)),
        (BitcoinVariant(wiring="described"), range(100, 105)),
        (PLAIN_RNN, range(100, 120)),
        *(
            (replace(variant, clipping="applied", clip_margin=margin, epochs=40), seeds)
            for variant, seeds in (
                (BitcoinVariant(), range(100, 105)),
                (BitcoinVariant(wiring="described"), range(100, 105)),
                (PLAIN_RNN, range(100, 120)),
            )
            for margin in (4, 1)
        ),
        *(
            (BitcoinVariant(wiring=wiring, recorded="steps", epochs=40), range(100, 102))
            for wiring in ("published", "described")
        ),
    ],
    "bitcoin-changes": [
        (variant, range(100, 120)) for variant in (BitcoinVariant(), BitcoinVariant(wiring="described"), PLAIN_RNN)
    ],
    "bitcoin-months": [
        (replace(variant, **MONTHS), range(100, 105))
        for variant in (BitcoinVariant(), BitcoinVariant(wiring="described"), BitcoinVariant(network="simple-rnn"))
    ],
    "bitcoin-recall": [
        *(
            (replace(variant, **RECALL, draw=draw, window=numbers, epochs=epochs), seeds)
            for numbers_of_arm, epochs, seeds in (((7, 20, 60), 8, range(100, 110)), ((60,), 80, range(100, 102)))
            for draw in ("keras", "program")
            for numbers in numbers_of_arm
            for variant in (
                BitcoinVariant(network="simple-rnn"),
                BitcoinVariant(network="gru"),
                BitcoinVariant(),
                BitcoinVariant(wiring="described"),
            )
        ),
    ],
    "stacked-networks": [(StackedVariant(network=network), range(20)) for network in NETWORKS],
    "stacked-memory": [
        *((StackedVariant(network=network), range(100, 110)) for network in ("lstm", "simple-rnn")),
        (StackedVariant(network="gru"), range(100, 103)),
    ],
    "stacked-settings": [
        *((StackedVariant(window=days), range(100, 110)) for days in (7, 15, 30, 60)),
        (StackedVariant(dropout=0), range(100, 105)),
    ],
    "stacked-advice": [
        (StackedVariant(epochs=20, **changed), range(100, 103))
        for changed in (
            {},
            {"optimizer": "sgd"},
            {"optimizer": "adam"},
            {"layers": 1},
            {"layers": 3},
            {"series": "shuffled"},
        )
    ],
    "macbeth-epochs": [(TREND, range(1)), (HUNDRED, range(100, 102)), (MacbethVariant(), range(5))],
    "macbeth-dropout": [
        (MacbethVariant(hidden=64, dropout=dropout, epochs=10, held_out="last-tenth"), range(100, 102))
        for dropout in (0.2, 0)
    ],
    "macbeth-stops": [(HUNDRED, range(100, 101))],
    "macbeth-coding": [(MacbethVariant(coding="one-hot"), range(3))],
    "macbeth-plain": [
        (MacbethVariant(hidden=125, epochs=10, held_out="last-tenth", network="simple-rnn"), range(100, 102))
    ],
    "macbeth-course": [(HUNDRED, range(100, 102))],
    "macbeth-replays": [(HUNDRED, range(100, 102))],
}
every_study = pytest.mark.parametrize("name", studies())


def test_study_has_its_variants_and_seeds():
    """Those that the shipped tables were made from; Macbeth's trend holds a tenth of the text out, over 20 epochs."""
    assert {name: list(plan.runs) for name, (_, plan) in studies().items()} == RUNS
    assert (TREND.epochs, TREND.held_out) == (20, "last-tenth")


@every_study
def test_table_of_an_unfinished_study_names_the_run(name, tmp_path):
    """And the way on."""
    article, plan = studies()[name]
    config = RunConfig(plan.runs[0][0], 7, article.engines[0], "5" * 64, article.id)
    with pytest.raises(RunError, match=r"-s7-[a-z]+: the run is not finished \(it was stopped, .*\); finish it, "):
        plan.rows(Study(tmp_path, (config,)))


@every_study
def test_shipped_table_is_its_file_and_is_shown_and_drawn(name):
    """Every number as the file has it; texts for people stand beside rows for programs."""
    _, plan = studies()[name]
    rows = plan.table.shipped()
    assert rows
    assert rows_text(plan.table.row, rows) == (files(plan.table.package) / plan.table.file).read_text(encoding="utf-8")
    shown = plan.show(rows)
    assert [len(one.rows) for one in shown if one.texts] != []
    assert all(isinstance(value, str) for one in shown for text in one.texts for value in text.values())
    assert plan.draw(rows)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("bitcoin-departures", "variant"),
        ("bitcoin-forgetting", "variant"),
        ("bitcoin-clipping", "variant"),
        ("bitcoin-changes", "network"),
        ("stacked-networks", "network"),
        ("stacked-settings", "variant"),
    ],
)
def test_study_without_one_of_the_variants_that_it_compares_shows_its_runs_and_draws_nothing(name, column):
    """Another variant in the place of the first: no answer follows, and a picture would show runs that never were."""
    _, plan = studies()[name]
    rows = plan.table.shipped()
    first = getattr(rows[0], column)
    others = [replace(row, **{column: "other"}) if getattr(row, column) == first else row for row in rows]
    assert [text for one in plan.show(others) for text in one.texts if text.get(column) == "other"]
    assert not any(one.title == "What follows" for one in plan.show(others))
    assert plan.draw(others) == {}
