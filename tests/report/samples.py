"""Runs, studies and an audit to make pages of: written by the package's own writers, trained by nobody."""

import csv
from dataclasses import asdict, replace
from datetime import datetime, timezone

import numpy as np

from reproduce.articles.bitcoin_lstm.ablation import shipped_ablation
from reproduce.articles.bitcoin_lstm.answers import Answer
from reproduce.articles.bitcoin_lstm.bands import BandVerdict
from reproduce.articles.bitcoin_lstm.metrics import persistence, prediction_metrics
from reproduce.articles.bitcoin_lstm.runs import PredictingProgress, RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.evidence.claims import VERDICTS, ClaimsFile, Judgement, load_claims
from reproduce.inputs.prices import PriceTable, load_prices
from reproduce.report.page import PACKAGE, Audit
from reproduce.runs.files import write_json

HOSTILE = """<script>window.harm = 1</script><img src="x" onerror='window.harm = 2'></script> & {{ 7 * 7 }} "quoted" """
OWN = Variant(window=3, batch=4, epochs=5)  # a variant for a table of one's own


def own_table(rows=82, sha256="5" * 64):
    """Daily prices that never repeat, newest first; the table is nobody else's."""
    days = np.datetime64("2021-03-01") - np.arange(rows)
    return PriceTable(days, 900.0 + (37 * np.arange(rows) ** 2) % 911, sha256, "prices.csv")


def losses_of(epochs, seed=0):
    """A loss a epoch, falling from 0.3 to 0.007 as the article's does, with noise of its own for each seed."""
    noise = np.random.default_rng(seed).normal(0, 0.2, epochs)
    return 0.007 + 0.3 * np.exp(-np.arange(epochs) / 20 + noise)


def write_run(root, variant=None, *, table=None, seed=0, argv=("reproduce", "run"), diverged=False, **environment):
    """A finished run whose predictions repeat the nearest price read, scaled by 0.99 on the test set; its path."""
    table, variant = table or load_prices(), variant or Variant()
    dataset = prepare(table, variant)
    directory = RunDirectory(root, RunConfig(variant, seed, "compiled", table.sha256))
    with directory.opened(force=True):
        write_json(directory.path / "environment.json", {"argv": list(argv), "seconds": 12.3, **environment})
        training, testing = persistence(dataset.train[0]) + 0.01, persistence(dataset.test[0]) * 0.99
        if diverged:
            testing = np.full_like(testing, np.nan)
        progress = PredictingProgress(losses_of(variant.epochs, seed).tolist(), predictions=training)
        directory.write_results(progress, testing, dataset, prediction_metrics(dataset, testing))
    return directory.path


def write_study(folder, variants, seeds, *, trained, status=("finished",), table=None):
    """A study's table, seed by seed, and the run directories of the `trained` (variant, seed); statuses in turn."""
    rows = []
    for seed in range(seeds):
        for variant in variants:
            config = RunConfig(variant, seed, "compiled", (table or load_prices()).sha256)
            losses = {f"loss_{epoch}": loss for epoch, loss in enumerate(losses_of(variant.epochs, seed))}
            row = {"run": config.name, **asdict(variant), "seed": seed, "engine": "compiled"}
            rows.append(row | {"status": status[len(rows) % len(status)]} | losses)
    folder.mkdir(exist_ok=True)
    with (folder / "study.csv").open("w", newline="") as file:
        names = max(rows, key=len)
        writer = csv.DictWriter(file, list(names), restval="")
        writer.writeheader()
        writer.writerows(rows)
    for variant, seed in trained:
        write_run(folder, variant, seed=seed, table=table)
    return folder


def sample_audit(words="a claim", variant="published"):
    """Every claim of the article with verdicts in turn, so that all four occur; texts and a variant's name as given."""
    claims = [replace(claim, text=f"{words} {k}") for k, claim in enumerate(load_claims(PACKAGE))]
    judgements = [Judgement(claim, None, VERDICTS[k * k % 4 if k > 3 else k]) for k, claim in enumerate(claims)]
    ablation = {name: replace(row, variant=f"{variant}: {name}") for name, row in shipped_ablation().items()}
    return Audit(
        article=ClaimsFile(words, [words], words, [words], datetime(2026, 1, 1, tzinfo=timezone.utc), claims),
        judgements=judgements,
        ablation=ablation,
        bands=[BandVerdict(variant, 40, 0.5, 30)],
        answers=[Answer(f"Question of {words}?", words, words)],
    )
