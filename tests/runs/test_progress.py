"""Progress: what a checkpoint made of it reads back."""

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm.runs import PredictingProgress
from reproduce.articles.macbeth.milestones import Milestone
from reproduce.articles.macbeth.training import SampleProgress
from reproduce.runs.progress import Progress


@pytest.mark.parametrize("kind", [Progress, PredictingProgress, SampleProgress])
def test_epoch_is_the_number_of_finished_ones(kind):
    """And the next one's number."""
    assert (kind().epoch, kind([0.3, 0.2]).epoch) == (0, 2)


def test_progress_reads_back_from_arrays():
    """Lists and numbers of Python's own, as before."""
    arrays = {"losses": np.array([0.1, 0.2]), "seconds": np.array(7.5)}
    assert Progress.from_arrays(arrays) == Progress([0.1, 0.2], 7.5)
    predicting = PredictingProgress.from_arrays(arrays | {"predictions": np.ones((2, 1))})
    assert (predicting.losses, predicting.seconds, predicting.predictions.tolist()) == ([0.1, 0.2], 7.5, [[1], [1]])
    rows = {"step": np.array(3), "loss_sum": np.array(6.5), "milestones": np.array([[1, 0.5, 0.25, 0.125]])}
    expected = SampleProgress([0.1, 0.2], 7.5, 3, 6.5, [Milestone(1, 0.5, 0.25, 0.125)])
    assert SampleProgress.from_arrays(arrays | rows) == expected


@pytest.mark.parametrize(
    ("name", "array"),
    [
        pytest.param("losses", np.array(1.0), id="one-loss"),
        pytest.param("losses", np.ones((2, 2)), id="losses-in-rows"),
        pytest.param("losses", np.array(["little"]), id="words"),
        pytest.param("seconds", np.ones(2), id="two-times"),
        pytest.param("predictions", np.ones(3), id="predictions-in-line"),
        pytest.param("milestones", np.ones(3), id="milestones-in-line"),
    ],
)
def test_array_of_another_shape_is_refused(name, array):
    """By an error that `Directory.resumed` turns into a line."""
    arrays = {"losses": np.ones(2), "seconds": np.array(1.0), "step": np.array(1), "loss_sum": np.array(0.5)}
    arrays |= {"predictions": np.ones((2, 1)), "milestones": np.ones((1, 4)), name: array}
    kind = SampleProgress if name == "milestones" else PredictingProgress
    with pytest.raises((LookupError, TypeError, ValueError)):
        kind.from_arrays(arrays)


@pytest.mark.parametrize("missing", ["losses", "seconds"])
def test_other_arrays_are_refused(missing):
    """By the name that is not there."""
    arrays = {"losses": np.zeros(1), "seconds": np.array(1.0)}
    del arrays[missing]
    with pytest.raises(KeyError, match=missing):
        Progress.from_arrays(arrays)
