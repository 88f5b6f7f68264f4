"""The job around the trainings."""

import pytest

from reproduce.articles.bitcoin_lstm.job import Job, run_job
from reproduce.prices import load_prices
from reproduce.runs import RunConfig, RunDirectory
from reproduce.variant import Variant

TINY = Variant(hidden=16, epochs=1)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("damage", [None, "metrics"])
def test_another_engine_s_run_that_is_not_this_one_is_left_alone(tmp_path, damage):
    """A finished one of other data, or a damaged one, in the same folder: the job ends with its own two."""
    table = load_prices()
    other = RunDirectory(tmp_path, RunConfig(TINY, 0, "compiled", table.sha256 if damage else "0" * 64))
    with other.opened(force=False):
        other.write_losses([0.5])
        other.write_metrics({})
    if damage:
        (other.path / "metrics.json").write_text("{")
    job = Job(TINY, 0, "session", 1, tmp_path, force=False)
    finished, _ = run_job(job, table, lambda *_: None)
    assert (finished.path / "figures" / "engines.png").exists()
