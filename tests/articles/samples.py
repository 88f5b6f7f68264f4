"""A small variant and a small input for each article, for tests of what is of all of them."""

import functools
import hashlib

import numpy as np

from reproduce.articles import ARTICLES, article_of, price_training
from reproduce.articles.bitcoin_lstm.variant import Variant as BitcoinVariant
from reproduce.articles.macbeth.variant import Variant as MacbethVariant
from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm.variant import Variant as StackedVariant
from reproduce.inputs.prices import PriceTable
from reproduce.inputs.text import number_characters
from reproduce.networks.characters import create as characters_proof
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory

VARIANTS = {
    # 80 days: 21 batches to train on and a window left over, 4 to test on and two left over.
    "bitcoin-lstm": BitcoinVariant(window=2, batch=3, hidden=4, epochs=4),
    "stacked-lstm": StackedVariant(window=5, first=3, second=4, epochs=4, batch=7, test_days=6),
    # 120 characters make 114 samples of 6: 102 to train on, 25 batches of 4 and one of 2, and 6 held out.
    "macbeth": MacbethVariant(window=6, batch=4, hidden=5, epochs=2, held_out="last-tenth", learning_rate=0.01),
}
TABLES = {  # files of results in a run's directory, beside its checkpoint
    "bitcoin-lstm": ("losses.csv", "last_batches.csv", "predictions.csv"),
    "stacked-lstm": ("losses.csv", "predictions.csv"),
    "macbeth": ("losses.csv", "milestones.csv", "sample-epoch-001.txt", "sample-epoch-002.txt", "written.txt"),
}
ENGINES = [(article.id, engine) for article in ARTICLES for engine in article.engines]


def table_of(prices):
    """A table of these prices, newest first; its newest day is 2018-05-26."""
    days = np.datetime64("2018-05-26") - np.arange(len(prices))
    return PriceTable(days, np.array(prices, dtype=float), sha256="1" * 64, name="prices.csv")


def short_table(days=80):
    """Prices that vary from day to day."""
    return table_of([7000 + (37 * k * k) % 911 for k in range(days)])


def tiny_text(length=120, seed=4):
    """A text of nine characters, each drawn from three that depend on the one before."""
    characters, rng, text = "abcdef \ng", np.random.default_rng(seed), [0]
    while len(text) < length:
        text.append((2 * text[-1] + int(rng.integers(3))) % len(characters))
    written = "".join(characters[index] for index in text)
    return number_characters(written, hashlib.sha256(written.encode()).hexdigest(), "tiny.txt")


def data_of(id_):
    """What a small run of the article reads."""
    return tiny_text() if id_ == "macbeth" else short_table()


def config_of(id_, engine=None, variant=None, seed=0):
    """A small run of the article, on the engine it takes by default."""
    article = article_of(id_)
    used = engine or article.engines[0]
    return RunConfig(variant or VARIANTS[id_], seed, used, data_of(id_).sha256, id_)


def hurry(set_):
    """Let runs save a checkpoint after every second epoch or call of five steps; `set_` is a setattr."""
    characters = article_of("macbeth").module("training")
    for module in (price_training, characters):
        set_(module, "CHECKPOINT_EVERY", 2)
    set_(characters, "STEPS", 5)
    set_(characters_proof, "PROOF_STEPS", 5)  # so that the proof's program is one that is compiled anyway


def random_weights(hidden):
    """Distinct weights for the Bitcoin article's network, so large that a prediction hangs on each price it reads."""
    from reproduce.networks.lstm.weights import random_weights as draw

    return {name: (9 * array).astype(np.float32) for name, array in draw(hidden, seed=3).items()}


@functools.cache
def _random_state(hidden):
    """The state of a session engine that has the `random_weights`, whatever its window, batch and wiring."""
    from reproduce.networks.lstm.create import create_engine

    engine = create_engine("session", BitcoinVariant(hidden=hidden, window=1, batch=1), seed=0)
    engine.set_weights(random_weights(hidden))
    state = engine.state()
    engine.close()
    return state


def random_run(root, variant, table, *, gaps=None, **metrics):
    """A finished run of the Bitcoin article that has trained nothing: its network has the `random_weights`."""
    directory = Directory(root, RunConfig(variant, 0, "session", table.sha256, "bitcoin-lstm", gaps=gaps))
    with directory.opened():
        PRICES.write(directory, table)
        directory.save_checkpoint({"losses": [0.5], "seconds": 1.0}, _random_state(variant.hidden))
        directory.write_json("metrics.json", {"test_mse": 0.25} | metrics)
    return directory
