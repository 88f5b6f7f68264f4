"""The main job at tiny sizes: it trains, draws and judges; and asked again it does nothing anew."""

from dataclasses import replace

import pytest

from reproduce.articles.stacked_lstm.job import Job, run_job
from reproduce.errors import RunError
from tests.articles.stacked_lstm.samples import TINY, short_table, table_of

pytestmark = pytest.mark.usefixtures("one_thread")
VARIANT = replace(TINY, network="mlp", epochs=2)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A finished job: its folder, its directory, its judgements, and how it was told of."""
    out, told = tmp_path_factory.mktemp("out"), []
    directory, judgements = run_job(
        Job(VARIANT, 3, out, force=False), short_table(), lambda name, progress: told.append((name, progress.epoch))
    )
    return out, directory, judgements, told


def test_job_trains_the_network_it_was_asked_for(done):
    """Told by its name before the first epoch and after each."""
    _, directory, _, told = done
    assert directory.path.name == f"stacked-lstm-{VARIANT.name}-s3-keras"
    assert told == [("MLP", 0), ("MLP", 1), ("MLP", 2)]


def test_job_draws_both_pictures(done):
    """As PNG and SVG, in the run's directory."""
    names = {path.name for path in (done[1].path / "figures").iterdir()}
    pictures = ("predictions_as_published", "predictions_by_date")
    assert names == {f"{name}.{kind}" for name in pictures for kind in ("png", "svg")}


def test_job_judges_what_a_run_can_tell(done):
    """Not the study's comparisons, nor where the data came from; its own skill."""
    _, directory, judgements, _ = done
    judged = {one.claim.id: one for one in judgements}
    assert {"stacked-lstm/outperforms", "stacked-lstm/data-file"}.isdisjoint(judged)
    assert judged["ours/run-against-persistence"].value == directory.read_metrics()["skill"]
    assert judged["stacked-lstm/epochs"].value == 2
    assert all(one.claim.names <= {"run_skill"} or one.value is not None for one in judgements)


def test_job_asked_again_changes_nothing(done):
    """Neither the results nor the pictures."""
    out, directory, judgements, _ = done
    before = {path: path.stat().st_mtime_ns for path in directory.path.rglob("*.*") if path.name != ".lock"}
    _, again = run_job(Job(VARIANT, 3, out, force=False), short_table(), lambda *_: None)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert [one.verdict for one in again] == [one.verdict for one in judgements]


def test_job_on_other_data_is_refused_in_the_same_folder(done):
    """Unless it is forced."""
    other = replace(table_of([100 + k * k % 17 for k in range(34)]), sha256="2" * 64)
    with pytest.raises(RunError, match="holds a run with another data_sha256; choose another folder with --out"):
        run_job(Job(VARIANT, 3, done[0], force=False), other, lambda *_: None)
