"""The figures that claims are judged by, on results worked by hand."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import outputs
from reproduce.articles.macbeth.milestones import Milestone, write_milestones
from reproduce.articles.macbeth.outputs import (
    loop_outputs,
    run_outputs,
    settings_outputs,
    study_outputs,
    trend_outputs,
)
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.evidence.claims import load_claims
from reproduce.networks.characters.generation import generate
from reproduce.runs.directory import Directory
from tests.articles.macbeth.samples import TINY, config_of, study_rows, tiny_text

pytestmark = pytest.mark.usefixtures("one_thread")
TEXT = tiny_text()
TREND_NAMES = set(trend_outputs(np.ones((5, 2))))


@pytest.mark.parametrize(
    ("held_out", "repeats", "falls", "better"),
    [
        pytest.param([5, 4, 3, 2, 1], [0.9, 0.8, 0.7, 0.6, 0.5], (4, 4), (4, 2), id="both-always"),
        pytest.param([5, 4, 3, 2, 1], [0.5, 0.6, 0.7, 0.8, 0.9], (4, 0), (0, 1), id="one-alone"),
        pytest.param([5, 4, 4, 3, 3], [0.9, 0.9, 0.8, 0.8, 0.7], (2, 2), (0, 2), id="a-tie-is-no-fall"),
        pytest.param([3, 2, 4, 1, 5], [0.5, 0.4, 0.3, 0.6, 0.2], (2, 3), (1, 1), id="up-and-down"),
        pytest.param([3, 1, 2, 2, 3], [0.5, 0.1, 0.5, 0.5, 0.5], (1, 1), (1, 0), id="back-where-it-began"),
        pytest.param([1, 2, 3, 4, 5], [0.1, 0.2, 0.3, 0.4, 0.5], (0, 0), (0, 0), id="worse-and-worse"),
    ],
)
def test_falls_are_counted_step_by_step(held_out, repeats, falls, better):
    """Of each measure; steps at which both fall; measures whose last is below their first."""
    found = trend_outputs(np.column_stack([held_out, repeats]))
    assert (found["held_out_falls"], found["repeat_falls"]) == falls
    assert (found["better_steps"], found["measures_better"]) == better
    assert (found["held_out_first"], found["held_out_last"]) == (held_out[0], held_out[-1])
    assert (found["repeat_first"], found["repeat_last"]) == (repeats[0], repeats[-1])


def test_study_is_judged_by_means_over_its_seeds():
    """Losses 2.75, 2.5 and 2.875; repeat rates that fall, stay, rise and fall in the mean, though not in each seed."""
    assert study_outputs(study_rows()) == {
        "characters": 100319,
        "distinct_characters": 43,
        "samples": 100269,
        "batches": 3343,
        "trainable_weights": 1096543,
        "loss_mean": pytest.approx(8.125 / 3),
        "loss_highest": 2.875,
        "unigram_entropy": 3.0,
        "held_out_falls": 4,
        "held_out_first": 2.625,
        "held_out_last": 1.625,
        "repeat_falls": 2,
        "repeat_first": 0.875,
        "repeat_last": 0.375,
        "better_steps": 2,
        "measures_better": 2,
    }


def test_rows_of_other_epochs_and_variants_do_not_count():
    """A trend of 50 epochs too, and another variant's runs."""
    rows = study_rows()
    more = [replace(rows[0], epoch=50, held_out_loss=9.0), replace(rows[0], variant="hidden-8", loss=9.0)]
    assert study_outputs(more + rows) == study_outputs(rows)


def test_settings_are_those_of_the_published_program():
    """The article's figures; nothing is seeded, and nothing fed back."""
    assert settings_outputs(MacbethVariant()) == {
        "window": 50,
        "hidden_layers": [300, 300],
        "dropout": [0.2, 0.2],
        "batch_size": 30,
        "epochs": 1,
        "seeds_set": 0,
        "loop_predicts": 50,
        "loop_appends": 0,
        "loop_last_window": 1,
    }


def test_settings_are_those_of_the_variant():
    """Where it departs."""
    found = settings_outputs(MacbethVariant(window=7, hidden=8, dropout=0.5, batch=9, epochs=100))
    assert (found["window"], found["hidden_layers"], found["dropout"]) == (7, [8, 8], [0.5, 0.5])
    assert (found["batch_size"], found["epochs"], found["loop_predicts"]) == (9, 100, 7)


def test_loop_that_feeds_back_would_be_seen(monkeypatch):
    """Had it read what it predicts, a prediction would not be that of the window's own ending."""
    feeding_back = functools.partial(generate, memory="window", temperature=0, seed=0)
    monkeypatch.setattr(outputs, "predict_shrinking", feeding_back)
    assert loop_outputs(12) == {"loop_predicts": 12, "loop_appends": 12, "loop_last_window": 12}


@pytest.mark.parametrize("window", [1, 6, 50])
def test_loop_shortens_its_window_to_one_character(window):
    """Whatever it began with."""
    assert loop_outputs(window) == {"loop_predicts": window, "loop_appends": 0, "loop_last_window": 1}


def run_with(root, variant, epochs):
    """A finished run as a training leaves it, measured after these epochs; its figures fall from epoch to epoch."""
    directory = Directory(root, config_of(variant))
    losses = [3 - 0.01 * epoch for epoch in range(variant.epochs)]
    measured = [Milestone(epoch, losses[epoch - 1], 2.5 - 0.01 * epoch, 0.9 - 0.01 * epoch) for epoch in epochs]
    with directory.opened(force=False):
        directory.write_losses(losses)
        write_milestones(directory, measured)
        counts = {"characters": 120, "distinct_characters": 9, "samples": 102, "batches": 26, "weights": 334}
        directory.write_metrics({"final_loss": losses[-1], **counts})
    return directory


def counted_entropy(first, end):
    """The cross-entropy in nats of these targets, each counted among them with one more, of nine characters."""
    targets = TEXT.characters[first + 6 : end + 6]
    return -np.mean([np.log((targets.count(c) + 1) / (len(targets) + 9)) for c in targets])


def test_run_shows_its_counts_and_the_loss_of_its_first_epoch(tmp_path):
    """Whatever epochs followed; the entropy is that of the characters it was trained on."""
    found = run_outputs(run_with(tmp_path, replace(TINY, epochs=5), (1, 2, 5)), TEXT)
    expected = {"characters": 120, "distinct_characters": 9, "samples": 102, "batches": 26, "trainable_weights": 334}
    assert {name: found[name] for name in expected} == expected
    assert (found["loss_mean"], found["loss_highest"]) == (3.0, 3.0)
    assert found["unigram_entropy"] == pytest.approx(counted_entropy(0, 102))
    assert found.items() >= settings_outputs(replace(TINY, epochs=5)).items()


@pytest.mark.parametrize("more", [(), (50,)], ids=["all-of-them", "more"])
def test_trend_is_judged_where_its_epochs_were_measured(more, tmp_path):
    """At 1, 2, 5, 10 and 20, whatever came after."""
    epochs = (1, 2, 5, 10, 20, *more)
    found = run_outputs(run_with(tmp_path, replace(TINY, epochs=epochs[-1]), epochs), TEXT)
    assert (found["held_out_first"], found["held_out_last"]) == pytest.approx((2.49, 2.3))
    assert (found["repeat_first"], found["repeat_last"]) == pytest.approx((0.89, 0.7))
    assert (found["better_steps"], found["measures_better"]) == (4, 2)


@pytest.mark.parametrize(
    ("variant", "epochs"),
    [
        pytest.param(replace(TINY, epochs=12), (1, 2, 5, 10, 12), id="too-few-epochs"),
        pytest.param(replace(TINY, epochs=20, held_out="none"), (1, 2, 5, 10, 20), id="nothing-held-out"),
    ],
)
def test_other_runs_have_no_trend(variant, epochs, tmp_path):
    """Its claims are then not shown, rather than judged by something else."""
    assert not set(run_outputs(run_with(tmp_path, variant, epochs), TEXT)) & TREND_NAMES


def test_run_s_figures_are_those_of_its_training(finished):
    """A real one: two epochs, so no trend."""
    found = run_outputs(finished, TEXT)
    assert found["loss_mean"] == finished.read_losses()[0]
    assert found["trainable_weights"] == finished.read_metrics()["weights"]
    assert not set(found) & TREND_NAMES


def test_rules_of_a_run_s_claims_name_figures_of_a_run(tmp_path):
    """A claim shown after a run must not hang on what only the study knows."""
    found = run_outputs(run_with(tmp_path, replace(TINY, epochs=20), (1, 2, 5, 10, 20)), TEXT)
    shown = [claim for claim in load_claims("reproduce.articles.macbeth") if claim.output in found]
    assert {claim.id: sorted(claim.names - set(found)) for claim in shown} == {claim.id: [] for claim in shown}
    assert len(shown) == len(load_claims("reproduce.articles.macbeth")) - 1  # all but the edition of the text
