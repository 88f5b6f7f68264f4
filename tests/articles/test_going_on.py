"""More epochs for a finished run of each article: every file is that of a run that never stopped."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles import article_of
from reproduce.articles.running import run_article
from tests.articles.samples import VARIANTS, config_of, data_of

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


@pytest.mark.parametrize(
    ("id_", "engine"), [("bitcoin-lstm", "compiled"), ("stacked-lstm", "keras"), ("macbeth", "keras")]
)
def test_four_epochs_after_three_are_four_in_one_go(id_, engine, finished, tmp_path):
    """The third is no milestone of a run of four, though one of a run of three measured it, as its last.

    That every engine takes up its state to the same bits is tested with the engines.
    """
    config = config_of(id_, engine)
    three, four = (replace(config, variant=replace(config.variant, epochs=epochs)) for epochs in (3, 4))
    run(tmp_path / "by-steps", three)
    gone_on, told = run(tmp_path / "by-steps", four)
    in_one_go = finished(id_, engine) if VARIANTS[id_].epochs == 4 else run(tmp_path / "in-one-go", four)[0]
    assert told[0] == 3
    assert contents(gone_on) == contents(in_one_go)
