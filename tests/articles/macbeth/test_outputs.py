"""The values that claims are judged by, on results worked by hand, and the verdicts that follow."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from reproduce.articles import article_of
from reproduce.articles.audit import audit
from reproduce.articles.macbeth import epochs
from reproduce.articles.macbeth.epochs import TREND, TREND_EPOCHS
from reproduce.articles.macbeth.milestones import Milestone, write_milestones
from reproduce.articles.macbeth.outputs import run_outputs, settings_outputs, study_outputs, trend_outputs
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.sources import TEXTS
from reproduce.runs.directory import Directory
from tests.articles.macbeth.samples import study_rows
from tests.articles.samples import VARIANTS, config_of, tiny_text

pytestmark = pytest.mark.usefixtures("one_thread")
TEXT, TINY = tiny_text(), VARIANTS["macbeth"]
HUNDRED_NAMES = ("hundred_better_steps", "hundred_measures_better", "hundred_excess", "hundred_p", "hundred_excess_p")
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
        "loss_p": pytest.approx(ttest_1samp([2.75, 2.5, 2.875], 3.0).pvalue),
        "unigram_entropy": 3.0,
        "best_less_counted": 1.625 - 1.75,  # the mean over seeds of the last epoch
        "best_less_p": pytest.approx(ttest_1samp([1.5, 1.75], 1.75).pvalue),
        "overfitted": None,  # neither of the seeds that are judged is there
        **dict.fromkeys(HUNDRED_NAMES),
        "held_out_p": 2 / 120,  # one order of 120 falls always, and one never
        "repeat_p": 1,  # two falls of four are what is most likely
        "better_p": 1,  # the larger of both
        "held_out_falls": 4,
        "held_out_first": 2.625,
        "held_out_last": 1.625,
        "repeat_falls": 2,
        "repeat_first": 0.875,
        "repeat_last": 0.375,
        "better_steps": 2,
        "measures_better": 2,
    }


def test_settings_are_those_of_the_variant():
    """Where it differs from the published one."""
    assert settings_outputs(Variant(window=7, hidden=8, dropout=0.5, batch=9, epochs=100)) == {
        "window": 7,
        "hidden_layers": [8, 8],
        "dropout": [0.5, 0.5],
        "batch_size": 9,
        "epochs": 100,
    }


# Of a run


def run_with(root, variant, epochs):
    """A finished run as a training leaves it, measured after these epochs; its values fall from epoch to epoch."""
    directory = Directory(root, config_of("macbeth", variant=variant))
    losses = [3 - 0.01 * epoch for epoch in range(variant.epochs)]
    measured = [Milestone(epoch, losses[epoch - 1], 2.5 - 0.01 * epoch, 0.9 - 0.01 * epoch) for epoch in epochs]
    with directory.opened():
        TEXTS.write(directory, TEXT)
        directory.write_losses(losses)
        write_milestones(directory, measured)
        counts = {"characters": 120, "distinct_characters": 9, "samples": 102, "batches": 26, "weights": 334}
        directory.write_json("metrics.json", {"final_loss": losses[-1], **counts})
    return directory


def counted_entropy(first, end):
    """The cross-entropy in nats of these targets, each counted among them with one more, of nine characters."""
    targets = TEXT.characters[first + 6 : end + 6]
    return -np.mean([np.log((targets.count(c) + 1) / (len(targets) + 9)) for c in targets])


def test_run_shows_its_counts_and_the_loss_of_its_first_epoch(tmp_path):
    """Whatever epochs followed; the entropy is that of the characters it was trained on."""
    found = run_outputs(run_with(tmp_path, replace(TINY, epochs=5), (1, 2, 5)))
    expected = {"characters": 120, "distinct_characters": 9, "samples": 102, "batches": 26, "trainable_weights": 334}
    assert {name: found[name] for name in expected} == expected
    assert (found["loss_mean"], found["loss_highest"]) == (3.0, 3.0)
    assert found["unigram_entropy"] == pytest.approx(counted_entropy(0, 102))
    assert found.items() >= settings_outputs(replace(TINY, epochs=5)).items()


@pytest.mark.parametrize("more", [(), (50,)], ids=["all-of-them", "more"])
def test_trend_is_judged_where_its_epochs_were_measured(more, tmp_path):
    """At 1, 2, 5, 10 and 20, whatever came after."""
    epochs = (1, 2, 5, 10, 20, *more)
    found = run_outputs(run_with(tmp_path, replace(TINY, epochs=epochs[-1]), epochs))
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
    assert not set(run_outputs(run_with(tmp_path, variant, epochs))) & TREND_NAMES


# The verdicts


@pytest.fixture
def table(ship):
    """A way to audit with these rows shipped: the verdicts by claim."""

    def judge(rows):
        ship(epochs.TABLE, rows)
        return {one.claim.id.removeprefix("macbeth/"): one.verdict for one in audit(article_of("macbeth"))}

    return judge


@pytest.mark.parametrize(
    ("losses", "verdict"),
    [
        pytest.param((2.5, 2.75, 2.99), "reproduced", id="every-seed-below"),
        pytest.param((2.5, 2.75, 3.0), "partly reproduced", id="one-at-the-entropy"),
        pytest.param((2.5, 2.75, 3.7), "partly reproduced", id="one-above"),
        pytest.param((3.0, 3.0, 3.0), "not reproduced", id="the-mean-at-the-entropy"),
        pytest.param((3.25, 3.5, 2.5), "not reproduced", id="the-mean-above"),
    ],
)
def test_learning_is_judged_by_every_seed(losses, verdict, table):
    """The entropy is 3."""
    published = [replace(study_rows()[-1], seed=seed, loss=loss) for seed, loss in enumerate(losses)]
    assert table([row for row in study_rows() if row.variant == TREND.name] + published)["learns"] == verdict


@pytest.mark.parametrize(
    ("changes", "verdicts"),
    [
        pytest.param({}, ("reproduced", "reproduced", "reproduced"), id="better-at-each-step"),
        pytest.param(
            {10: {"repeat_rate": 0.9}}, ("reproduced", "partly reproduced", "partly reproduced"), id="once-repeats-more"
        ),
        pytest.param(
            {20: {"held_out_loss": 2.3}}, ("partly reproduced", "reproduced", "partly reproduced"), id="learns-by-heart"
        ),
        pytest.param(
            {20: {"held_out_loss": 9.0}}, ("not reproduced", "reproduced", "partly reproduced"), id="one-ends-worse"
        ),
        pytest.param(
            {20: {"held_out_loss": 9.0, "repeat_rate": 1.0}},
            ("not reproduced", "not reproduced", "not reproduced"),
            id="both-end-worse",
        ),
    ],
)
def test_better_and_better_is_judged_step_by_step(changes, verdicts, table):
    """Predictions, repetition, and both at once; from 2.4 and 0.8 downwards."""
    steps = enumerate(TREND_EPOCHS)
    values = {epoch: {"held_out_loss": 2.4 - 0.1 * k, "repeat_rate": 0.8 - 0.1 * k} for k, epoch in steps}
    trend = [replace(study_rows()[0], epoch=epoch, **values[epoch] | changes.get(epoch, {})) for epoch in TREND_EPOCHS]
    judged = table([*trend, *(row for row in study_rows() if row.variant != TREND.name)])
    names = ("better-predictions", "less-repetition", "better-and-better")
    assert tuple(judged[name] for name in names) == verdicts
