"""Runs, studies and judgements to make pages of: written by the package's own writers, trained by nobody."""

from dataclasses import replace
from itertools import cycle

import numpy as np

from reproduce.articles import article_of
from reproduce.articles.bitcoin_lstm.losses import EPOCHS, TABLE, LossRow
from reproduce.articles.forecasts import prediction_rows, write_predictions
from reproduce.articles.macbeth.milestones import Milestone, sample_name, write_milestones
from reproduce.articles.sources import PRICES, TEXTS
from reproduce.evidence.claims import VERDICTS, Judgement, read_claims
from reproduce.evidence.skill import persistence, prediction_metrics
from reproduce.inputs.prices import PriceTable, load_prices
from reproduce.inputs.text import number_characters
from reproduce.networks.characters.generation import draw_start
from reproduce.networks.stack.weights import weight_shapes
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from reproduce.runs.tables import rows_text

HOSTILE = """<script>window.harm = 1</script><img src="x" onerror='window.harm = 2'></script> & {{ 7 * 7 }} "quoted" """
TEXT = "tomorrow, and tomorrow, and tomorrow,\ncreeps in this petty pace from day to day,\n" * 3
SHORT = {  # variants whose runs are quickly written
    "bitcoin-lstm": {"window": 3, "batch": 4, "hidden": 10, "epochs": 31},
    "stacked-lstm": {"window": 4, "test_days": 10, "epochs": 5},
    "macbeth": {"window": 9, "batch": 4, "hidden": 2, "epochs": 5},
}


def own_table(rows=82):
    """Daily prices that never repeat, newest first; the table is nobody else's."""
    days = np.datetime64("2021-03-01") - np.arange(rows)
    return PriceTable(days, 900.0 + (37 * np.arange(rows) ** 2) % 911, "5" * 64, "prices.csv")


def losses_of(epochs, seed=0):
    """A loss a epoch, falling from 0.3 to 0.007 as the Bitcoin article's does, with noise of its own for each seed."""
    noise = np.random.default_rng(seed).normal(0, 0.2, epochs)
    return 0.007 + 0.3 * np.exp(-np.arange(epochs) / 20 + noise)


def write_run(root, article_id, *, variant=None, data=None, seed=0, diverged=False, **environment):
    """A finished run of an article; its directory. Without `data`, of the article's own prices, or of TEXT."""
    article = article_of(article_id)
    if data is None:
        data = number_characters(TEXT, "6" * 64, "speech.txt") if article_id == "macbeth" else load_prices()
    threads = {"inter_op": 1, "intra_op": 2}
    config = RunConfig(
        variant or article.Variant(), seed, article.engines[0], data.sha256, article_id, threads["intra_op"]
    )
    directory = Directory(root, config)
    with directory.opened(force=True):
        facts = {"argv": ["bin/reproduce", "run"], "seconds": 12.3, "threads": threads, "packages": {"reproduce": "0"}}
        directory.write_json("environment.json", facts | environment)
        article.source.write(directory, data)
        directory.write_losses(losses_of(config.variant.epochs, seed).tolist())
        metrics = _write_text(directory) if article_id == "macbeth" else _write_forecasts(article, directory, diverged)
        directory.write_json("metrics.json", metrics | {"final_loss": 0.007})
    return directory


def _write_forecasts(article, directory, diverged):
    """Predictions that repeat the nearest price read, scaled by 0.99 on the test set; the metrics of the run."""
    windows = article.module("windows").prepare(PRICES.read(directory), directory.config.variant)
    testing = persistence(windows.test[0]) * (np.nan if diverged else 0.99)
    parts = [prediction_rows(windows, "testing", windows.train_windows, testing)]
    if article.id == "stacked-lstm":
        from reproduce.networks.forecasters.create import create_forecaster

        directory.save_checkpoint(
            {}, create_forecaster("keras", directory.config.variant, directory.config.seed).state()
        )
    if article.id == "bitcoin-lstm":
        _write_weights(directory)
        parts.insert(0, prediction_rows(windows, "training", 0, persistence(windows.train[0]) + 0.01))
    write_predictions(directory, *parts)
    inputs, targets = windows.test
    return prediction_metrics(testing, targets, persistence(inputs), windows.unit_usd)


def _write_weights(directory):
    """A checkpoint with weights of a network, each another draw."""
    from reproduce.networks.lstm.weights import random_weights

    drawn = random_weights(directory.config.variant.hidden, directory.config.seed)
    directory.save_checkpoint({}, {f"weights/{name}": array.astype(np.float32) for name, array in drawn.items()})


def _write_text(directory):
    """Milestones with a text each, and what follows a window by either loop."""
    text, window = TEXTS.read(directory), directory.config.variant.window
    start = text.decode(draw_start(text, window, directory.config.seed))
    shapes, drawn = (
        weight_shapes((directory.config.variant.hidden,) * 2, len(text.vocabulary)),
        np.random.default_rng(9),
    )
    weights = {name: drawn.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes._asdict().items()}
    directory.write_arrays("weights.npz", weights)
    milestones = [Milestone(epoch, 3.25 / epoch, np.nan, 1 / epoch) for epoch in (1, 2, 5)]
    write_milestones(directory, milestones)
    for one in milestones:
        letters = " " if one.epoch == 1 else f"{one.epoch} epochs "
        directory.write_text(sample_name(one.epoch), start + (letters * 500)[:500] + "\n")
    pieces = {"a window": start, "published": "printed."[:window], "repaired": ("fed back " * 60)[:500]}
    written = "\n".join(f"--- {title}:\n{piece}\n" for title, piece in pieces.items())
    directory.write_text("written.txt", written)
    return {"weights": 1234, "samples": 56, "batches": 14}


def write_losses(folder, variant, seeds):
    """The losses.csv of a study of the Bitcoin article, a row a seed of one variant."""
    curves = {seed: losses_of(variant.epochs, seed)[EPOCHS].tolist() for seed in range(seeds)}
    rows = [LossRow(variant.name, seed, *losses) for seed, losses in curves.items()]
    (folder / TABLE.file).write_text(rows_text(LossRow, rows))


def judgements_of(article_id, words="a claim"):
    """Every claim of an article with verdicts in turn, so that all four occur; texts as given.

    Where chance is in it, p-values of all three standings in turn.
    """
    claims = read_claims(article_of(article_id).package).claims
    named = [replace(claim, text=f"{words} {k}") for k, claim in enumerate(claims)]
    p_values = cycle([1e-6, 0.045, 0.6])
    return [
        Judgement(claim, None, VERDICTS[k % 4], p=next(p_values) if claim.p else None) for k, claim in enumerate(named)
    ]
