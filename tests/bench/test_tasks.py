"""What each article gives the bench: sizes, drawn batches, first weights."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles import ARTICLES
from reproduce.articles.macbeth.variant import Variant as Macbeth
from reproduce.articles.stacked_lstm.variant import Variant as Stacked
from reproduce.bench.tasks import TASKS, tasks_of
from reproduce.errors import RunError
from tests.bench.problems import STEPS, TASK, TINY


def test_tasks_are_the_articles_as_published():
    """But for the wiring of the first, which no layer of Keras has; their sizes are the articles'."""
    changed = [task.variant.changes() if hasattr(task.variant, "changes") else task.variant.name for task in TASKS]
    assert changed == ["described", "published", "published"]
    sizes = [tuple(task.size(name) for name in ("hidden", "window", "batch")) for task in TASKS]
    assert sizes == [(256, 7, 7), (100, 60, 64), (300, 50, 30)]


def test_article_that_is_not_measured_is_refused():
    """Such as one that was added; the message names those that are."""
    added = replace(ARTICLES[0], id="twenty-days")
    with pytest.raises(RunError, match="twenty-days is not measured; give one of bitcoin-lstm, stacked-lstm, macbeth"):
        tasks_of(added)


@pytest.mark.parametrize("article", TINY)
def test_problem_has_the_sizes_of_its_variant(article):
    """And every seed other batches."""
    variant, task = TINY[article], TASK[article]
    problem, again, other = (task.problem(variant, STEPS, seed=seed) for seed in (3, 3, 4))
    assert problem.inputs.shape == (STEPS, variant.batch, variant.window)
    assert problem.x.shape == (*problem.inputs.shape, 1)
    assert problem.x.dtype == np.float32
    assert problem.targets.shape == (STEPS, variant.batch, *(() if problem.classes else (1,)))
    np.testing.assert_array_equal(problem.inputs, again.inputs)
    assert (problem.inputs != other.inputs).any()
    assert [layer.W_h.shape[1] for layer in problem.layers] == [4 * layer.W_h.shape[0] for layer in problem.layers]


def test_characters_are_as_unequal_as_a_language_s():
    """The k-th comes 1/k as often."""
    problem = TASK["macbeth"].problem(TINY["macbeth"], 500)
    harmonic = 1 / np.array([1, 2, 3, 4, 5, 6, 7])
    for drawn in (problem.inputs, problem.targets):
        shares = np.bincount(drawn.ravel()) / drawn.size
        assert shares == pytest.approx(harmonic / harmonic.sum(), abs=0.03)  # four standard deviations of 2000 draws


def test_price_windows_are_followed_by_their_next_price():
    """Targets go on from where the window stopped: moves of a tenth, not a price of another window."""
    problem = TASK["stacked-lstm"].problem(TINY["stacked-lstm"], 500)
    moves = problem.targets[..., 0] - problem.inputs[..., -1]
    assert np.std(moves) == pytest.approx(0.1, rel=0.1)


def test_hidden_units_of_two_layers_grow_together():
    """The lower one keeps its share; of layers that are equal there is one number."""
    stacked, macbeth = TASKS[1:]
    assert stacked.resized("hidden", 400) == Stacked(first=200, second=400)
    assert macbeth.resized("hidden", 150) == Macbeth(hidden=150)
    assert stacked.resized("window", 30) == Stacked(window=30)
