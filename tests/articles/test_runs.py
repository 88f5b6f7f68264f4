"""A run of each article on each of its engines: what it leaves, that it repeats, and that it needs its input once.

What is of any run is tested on a toy, in tests/runs; kills and Ctrl-C are in tests/runs/test_resume.py.
"""

import json
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pandas as pd
import pytest

from reproduce.articles import ARTICLES, article_of, train
from reproduce.articles.reading import open_run
from reproduce.articles.running import run_article
from reproduce.errors import ReproduceError, RunError
from reproduce.runs.directory import Directory
from tests.articles.samples import ENGINES, TABLES, VARIANTS, config_of, data_of, short_table, tiny_text
from tests.equal_runs import assert_same_bits

pytestmark = pytest.mark.usefixtures("one_thread")
every_engine = pytest.mark.parametrize(("id_", "engine"), ENGINES, ids=lambda word: word)
every_article = pytest.mark.parametrize("id_", [article.id for article in ARTICLES])
COMMON = {"config.json", "environment.json", "input.json", "metrics.json", "checkpoint.npz", "pictures", ".lock"}
OWN = {
    "bitcoin-lstm": {"prices.csv"},
    "stacked-lstm": {"prices.csv"},
    "macbeth": {"text.txt", "weights.npz"},
}
PICTURES = {
    "bitcoin-lstm": {"prices", "predictions_as_published", "predictions_by_date", "loss"},
    "stacked-lstm": {"predictions_as_published", "predictions_by_date"},
    "macbeth": {"milestones"},
}


def unchanged(folder):
    """The bytes and times of all files that another attempt at a finished run must leave alone."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"]
    return {path.relative_to(folder): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def values_of(data):
    """The fields of a price table or a text, its arrays as lists."""
    assert is_dataclass(data)
    values = {field.name: getattr(data, field.name) for field in fields(data)}
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()}


@every_engine
def test_run_leaves_the_files_of_the_design(id_, engine, finished):
    """And pictures, as PNG and SVG; a compiled run also its proof, and a run with Keras beside it the two together."""
    directory = finished(id_, engine)
    proof = {"proof.json"} if engine == "compiled" else set()
    assert {path.name for path in directory.path.iterdir()} == COMMON | OWN[id_] | set(TABLES[id_]) | proof
    beside = {"engines"} if id_ == "bitcoin-lstm" and engine != "keras" else set()
    drawn = {f"{name}.{kind}" for name in PICTURES[id_] | beside for kind in ("png", "svg")}
    assert {path.name for path in (directory.path / "pictures").iterdir()} == drawn


@every_engine
def test_run_says_what_it_is_and_where_it_ran(id_, engine, finished):
    """Its configuration reads back from its folder alone; threads, input and time are those of the training."""
    directory = finished(id_, engine)
    article, found = open_run(directory.path)
    assert (article.id, found.config) == (id_, config_of(id_, engine))
    environment = found.read_environment()
    assert environment["threads"] == {"inter_op": 1, "intra_op": 1}
    assert environment["input_sha256"] == data_of(id_).sha256
    assert environment["seconds"] > 0


@every_engine
def test_run_repeats_its_bits_as_a_run_of_a_study(id_, engine, finished, tmp_path):
    """As another process's worker would train it: every table, every metric, every array of the last checkpoint."""
    config = config_of(id_, engine)
    train(tmp_path, config, data_of(id_))
    assert_same_bits(Directory(tmp_path, config), finished(id_, engine), (*TABLES[id_], "metrics.json", "config.json"))


@every_engine
def test_run_has_a_loss_an_epoch_that_falls(id_, engine, finished):
    """The last is the one that metrics.json has."""
    directory = finished(id_, engine)
    losses = directory.read_losses()
    assert len(losses) == VARIANTS[id_].epochs
    assert losses[-1] < losses[0]
    assert directory.read_metrics()["final_loss"] == losses[-1]


@every_article
def test_finished_run_is_left_as_it_is_and_judged_the_same(id_, finished):
    """Asked for again, not a byte of it changes."""
    directory = finished(id_)
    before, told = unchanged(directory.path), []
    given = (article_of(id_), directory.config, data_of(id_), directory.path.parent)
    again, judged = run_article(*given, force=False, on_progress=lambda *progress: told.append(progress))
    pictures = directory.path / "pictures"
    redrawn = {path.relative_to(directory.path) for path in pictures.glob("engines.*")}  # another engine may have come
    after = unchanged(directory.path)
    assert {name: kept[0] for name, kept in after.items()} == {name: kept[0] for name, kept in before.items()}
    assert {name for name in before if after[name] != before[name]} <= redrawn
    assert (again.path, told) == (directory.path, [])
    outputs = article_of(id_).module("outputs").run_outputs(directory)
    assert [one.verdict for one in judged] == [one.claim.judge(outputs).verdict for one in judged]


def write_input(id_, path):
    """A file as a user has it, newest day first or in capitals."""
    if id_ == "macbeth":
        path.write_text(tiny_text().characters.upper(), encoding="utf-8")
    else:
        table = short_table()
        frame = pd.DataFrame({"date": table.dates.astype(str), "close": table.close_usd})
        frame.drop(index=40).to_csv(path, index=False)  # a missing day, which is filled in and noted


@every_article
def test_run_needs_its_input_only_once(id_, tmp_path):
    """The file is gone: what was read is there to the last bit; values, pictures and page are made all the same."""
    article, path = article_of(id_), tmp_path / "input"
    write_input(id_, path)
    loaded = article.source.load(path, "previous")
    path.unlink()
    config = replace(config_of(id_), data_sha256=loaded.sha256, engine="keras")
    directory, judged = run_article(article, config, loaded, tmp_path, force=False, on_progress=lambda *_: None)
    kept = article.source.read(directory)
    assert values_of(kept) == values_of(loaded)
    assert [one.claim.id for one in judged if one.value is not None] != []

    pictures = directory.path / "pictures"
    before = {picture.name: picture.read_bytes() for picture in pictures.iterdir()}
    for picture in pictures.iterdir():
        picture.unlink()
    article.module("pictures").draw(directory)
    assert {picture.name: picture.read_bytes() for picture in pictures.iterdir()} == before
    account = article.module("page").account(directory, None)
    assert config.variant.name in account.lead
    assert all(section.blocks for section in account.sections)


@every_article
def test_run_of_another_seed_is_another(id_, finished, tmp_path):
    """From its first loss on."""
    config = config_of(id_, seed=1)
    train(tmp_path, config, data_of(id_))
    assert Directory(tmp_path, config).read_losses()[0] != finished(id_).read_losses()[0]


@every_article
def test_input_that_is_too_short_is_refused_before_anything_is_written(id_, tmp_path):
    """No directory is begun; the message says what to do."""
    data = tiny_text(20) if id_ == "macbeth" else short_table(9)
    given = (article_of(id_), replace(config_of(id_), data_sha256=data.sha256), data, tmp_path)
    with pytest.raises(ReproduceError, match=r"use a longer (table|text)"):
        run_article(*given, force=False, on_progress=lambda *_: None)
    assert list(tmp_path.iterdir()) == []


OTHERS = {"bitcoin-lstm": {"hidden": 3}, "stacked-lstm": {"first": 2}, "macbeth": {"hidden": 3}}


@every_engine
def test_checkpoint_of_another_network_is_one_line(id_, engine, finished, tmp_path):
    """Its arrays are of other shapes."""
    config = config_of(id_, engine, replace(VARIANTS[id_], **OTHERS[id_]))
    directory = Directory(tmp_path, config)
    with directory.opened():
        directory.save_checkpoint(*finished(id_, engine).load_checkpoint())
    with pytest.raises(RunError, match=r"^[^\n]*checkpoint\.npz: not of this network \([^\n]*\); remove it[^\n]*$"):
        train(tmp_path, config, data_of(id_))


@every_article
def test_every_field_of_the_progress_is_in_a_checkpoint(id_, finished, tmp_path):
    """Else a resumed run would lose it; where one is missing, the checkpoint is refused by its name."""
    config = config_of(id_)
    progress, state = finished(id_).load_checkpoint()
    for name in progress:
        directory = Directory(tmp_path / name, config)
        with directory.opened():
            directory.save_checkpoint({other: progress[other] for other in progress if other != name}, state)
        with pytest.raises(RunError, match=rf"checkpoint\.npz: not of this network \('{name}"):
            train(tmp_path / name, config, data_of(id_))


class Diverging:
    """A forecaster whose loss and predictions are no numbers."""

    def __init__(self, *_):
        self.train_epoch = lambda *_: float("nan")
        self.predict = lambda inputs: np.full((len(inputs), 1), np.nan)
        self.state = dict


@every_article
def test_run_that_diverges_is_finished_with_nothing_known(id_, monkeypatch, tmp_path):
    """Null in metrics.json, nan in losses.csv; values, pictures and page leave it out."""
    endless = {} if id_ == "stacked-lstm" else {"learning_rate": 1e30}
    monkeypatch.setattr(article_of("stacked-lstm").module("training"), "Forecaster", Diverging)
    article, config = article_of(id_), config_of(id_, "keras", replace(VARIANTS[id_], **endless))
    directory, _ = run_article(article, config, data_of(id_), tmp_path, force=False, on_progress=lambda *_: None)
    judged = {"macbeth": "held_out_loss"}.get(id_, "test_mse")
    assert json.loads((directory.path / "metrics.json").read_text())["final_loss"] is None
    assert directory.read_metrics()[judged] is None
    assert np.isnan(directory.read_losses()[-1])
    assert (directory.path / "pictures").is_dir()
    assert article.module("page").account(directory, None).sections
