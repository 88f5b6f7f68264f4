"""Progress: what a checkpoint made of it reads back."""

import numpy as np
import pytest

from reproduce.articles.macbeth.milestones import Milestone
from reproduce.articles.macbeth.training import SampleProgress
from reproduce.progress import Progress
from reproduce.runs import PredictingProgress


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


@pytest.mark.parametrize("missing", ["losses", "seconds"])
def test_other_arrays_are_refused(missing):
    """By the name that is not there."""
    arrays = {"losses": np.zeros(1), "seconds": np.array(1.0)}
    del arrays[missing]
    with pytest.raises(KeyError, match=missing):
        Progress.from_arrays(arrays)
