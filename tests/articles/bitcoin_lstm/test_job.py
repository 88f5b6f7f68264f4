"""The job around the trainings."""

import pytest

from reproduce.articles.bitcoin_lstm.job import Job, run_job
from reproduce.articles.bitcoin_lstm.runs import RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.inputs.prices import load_prices

TINY = Variant(hidden=2, epochs=1)


@pytest.mark.usefixtures("one_thread")
def test_other_engines_runs_that_are_not_of_this_one_are_left_alone(tmp_path):
    """One of other data, one damaged, in the same folder: the job ends, and draws neither beside its own."""
    table = load_prices()
    for engine, sha256, metrics in (("session", "0" * 64, "{}"), ("compiled", table.sha256, "{")):
        other = RunDirectory(tmp_path, RunConfig(TINY, 0, engine, sha256))
        with other.opened(force=False):
            other.write_losses([0.5])
            (other.path / "metrics.json").write_text(metrics)
    finished, _ = run_job(Job(TINY, 0, "keras", 1, tmp_path, force=False), table, lambda *_: None)
    assert finished.is_finished
    assert not (finished.path / "figures" / "engines.png").exists()
