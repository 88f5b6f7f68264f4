"""More epochs for a finished run: every file is that of a run that never stopped."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles import article_of
from reproduce.articles.running import run_article
from reproduce.runs.directory import Directory
from tests.articles.samples import VARIANTS, data_of

pytestmark = pytest.mark.usefixtures("one_thread")


def run(root, config):
    """The run and those beside it, and the epochs that were told of it."""
    told = []

    def tell(one, progress):
        if one == config:
            told.append(progress.epoch)

    article = article_of(config.article)
    directory, _ = run_article(article, config, data_of(article.id), root, force=False, on_progress=tell)
    return directory, told


def contents(directory):
    """Each file's bytes by its path, but for environment.json; of the checkpoint, its arrays' but for the seconds."""
    files = [path for path in sorted(directory.path.rglob("*")) if path.is_file()]
    found = {str(path.relative_to(directory.path)): path.read_bytes() for path in files}
    with np.load(directory.path / "checkpoint.npz") as arrays:
        kept = {name: arrays[name].tobytes() for name in arrays.files if name != "seconds"}
    return {name: found[name] for name in found if name not in ("environment.json", "checkpoint.npz")} | kept


@pytest.mark.parametrize(("id_", "engine"), [("bitcoin-lstm", "session"), ("stacked-lstm", "keras")])
def test_epochs_after_those_of_a_finished_run_are_as_in_one_go(id_, engine, finished, tmp_path):
    """Of the Bitcoin article also those of the run beside it.

    Macbeth's run, which forgets a milestone of the shorter one, is in macbeth/test_training.py; that every engine takes
    up its state to the same bits is tested with the engines.
    """
    in_one_go = finished(id_, engine)
    run(tmp_path, replace(in_one_go.config, variant=replace(VARIANTS[id_], epochs=3)))
    gone_on, told = run(tmp_path, in_one_go.config)
    assert told[0] == 3
    assert contents(gone_on) == contents(in_one_go)
    for engine in article_of(id_).beside:
        beside = (Directory(one.path.parent, replace(one.config, engine=engine)) for one in (gone_on, in_one_go))
        assert contents(next(beside)) == contents(next(beside))
