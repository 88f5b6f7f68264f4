"""A run of each article on each of its engines: what it leaves, and that it needs its input once.

What is of any run is tested on a toy, in tests/runs; kills and Ctrl-C are in tests/runs/test_resume.py.
"""

import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor, TimeoutError
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

pytestmark = pytest.mark.usefixtures("one_thread")
every_engine = pytest.mark.parametrize(("id_", "engine"), ENGINES, ids=lambda word: word)
each_way = pytest.mark.parametrize(  # with a proof or without, with a run beside it or alone
    ("id_", "engine"),
    [("bitcoin-lstm", "compiled"), ("bitcoin-lstm", "keras"), ("stacked-lstm", "keras"), ("macbeth", "compiled")],
)
every_article = pytest.mark.parametrize("id_", [article.id for article in ARTICLES])
COMMON = {"config.json", "environment.json", "input.json", "metrics.json", "checkpoint.npz", "pictures", ".lock"}
OWN = {
    "bitcoin-lstm": {"prices.csv"},
    "stacked-lstm": {"prices.csv"},
    "macbeth": {"text.txt", "weights.npz"},
}
PICTURES = {
    "bitcoin-lstm": {"prices", "predictions_as_published", "predictions_by_date", "loss"}
    | {"gates", "saturation", "memory", "wiring", "graph"},
    "stacked-lstm": {"predictions_as_published", "predictions_by_date", "gates", "saturation", "memory"},
    "macbeth": {"milestones", "gates", "saturation"},
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


@each_way
def test_run_leaves_the_files_of_the_design(id_, engine, finished):
    """Metrics last; pictures as PNG and SVG; a compiled run also its proof, one with Keras beside it both together."""
    directory = finished(id_, engine)
    proof = {"proof.json"} if engine == "compiled" else set()
    assert {path.name for path in directory.path.iterdir()} == COMMON | OWN[id_] | set(TABLES[id_]) | proof
    results = [directory.path / name for name in ("metrics.json", "environment.json", "checkpoint.npz", *TABLES[id_])]
    assert max(results, key=lambda path: path.stat().st_mtime_ns).name == "metrics.json"
    beside = {"engines"} if id_ == "bitcoin-lstm" and engine != "keras" else set()
    drawn = {f"{name}.{kind}" for name in PICTURES[id_] | beside for kind in ("png", "svg")}
    assert {path.name for path in (directory.path / "pictures").iterdir()} == drawn


@each_way
def test_run_says_what_it_is_and_where_it_ran(id_, engine, finished):
    """Its configuration reads back from its folder alone; threads, input and time are those of the training."""
    directory = finished(id_, engine)
    article, found = open_run(directory.path)
    assert (article.id, found.config) == (id_, config_of(id_, engine))
    environment = found.read_environment()
    assert environment["threads"] == {"inter_op": 1, "intra_op": 1}
    assert environment["input_sha256"] == data_of(id_).sha256
    assert environment["seconds"] > 0


@every_article
def test_run_and_its_input_travel_to_another_process(id_):
    """A worker of a study gets them equal.

    That it then trains to the same bits is in test_killed.py, and that runs repeat their bits in test_going_on.py and
    macbeth/test_record.py; that Macbeth's network on Keras does is tested with the engines.
    """
    work, config, data = pickle.loads(pickle.dumps((train, config_of(id_), data_of(id_))))
    assert (work, config, values_of(data)) == (train, config_of(id_), values_of(data_of(id_)))


@each_way
def test_run_has_a_loss_an_epoch_that_falls(id_, engine, finished):
    """The last is the one that metrics.json has."""
    directory = finished(id_, engine)
    losses = directory.read_losses()
    assert len(losses) == VARIANTS[id_].epochs
    assert losses[-1] < losses[0]
    assert directory.read_metrics()["final_loss"] == losses[-1]


@pytest.mark.parametrize(
    ("id_", "trained", "tested", "nearest"),
    [  # newest first, a window begins with its newest row, and the last row it reads is the day after its target
        pytest.param("bitcoin-lstm", range(2, 65), range(66, 78), 1, id="bitcoin-lstm"),
        pytest.param("stacked-lstm", range(0), range(5, -1, -1), -1, id="stacked-lstm"),
    ],
)
def test_predictions_and_errors_follow_from_the_prices(id_, trained, tested, nearest, finished):
    """Every row on its day, 0 the newest, with its price; errors in USD and skill are worked from them."""
    directory, table = finished(id_), short_table()
    usd = dict(zip(table.dates.astype(str), table.close_usd, strict=True))
    frame = pd.read_csv(directory.path / "predictions.csv")
    assert list(zip(frame["date"], frame["set"], strict=True)) == [
        *((str(table.dates[k]), "training") for k in trained),
        *((str(table.dates[k]), "testing") for k in tested),
    ]
    assert frame["actual_usd"].tolist() == [usd[day] for day in frame["date"]]
    unit = np.polyfit(frame["actual_scaled"], frame["actual_usd"], 1)
    np.testing.assert_allclose(np.polyval(unit, frame["predicted_scaled"]), frame["predicted_usd"])

    test = frame[frame["set"] == "testing"]
    errors = test["predicted_usd"] - test["actual_usd"]
    steps = [usd[day] - usd[str(np.datetime64(day) + np.timedelta64(nearest, "D"))] for day in test["date"]]
    expected = {
        "test_rmse_usd": np.mean(errors**2) ** 0.5,
        "persistence_rmse_usd": np.mean(np.square(steps)) ** 0.5,
        "test_mse": np.mean(errors**2) / unit[0] ** 2,
        "skill": 1 - np.sum(errors**2) / np.sum(np.square(steps)),
    }
    metrics = directory.read_metrics()
    assert {name: metrics[name] for name in expected} == pytest.approx(expected)


def test_bitcoin_training_predictions_are_those_of_the_last_epoch_on_the_way(finished):
    """Each batch before its own update, so that their mean squared error is that epoch's loss."""
    frame = pd.read_csv(finished("bitcoin-lstm").path / "predictions.csv").query("set == 'training'")
    mse = np.mean((frame["predicted_scaled"] - frame["actual_scaled"]) ** 2)
    assert finished("bitcoin-lstm").read_metrics()["final_loss"] == pytest.approx(mse, rel=1e-5)


@every_article
def test_finished_run_is_left_as_it_is(id_, finished):
    """Asked for again, not a byte of it changes."""
    directory = finished(id_)
    before, told = unchanged(directory.path), []
    given = (article_of(id_), directory.config, data_of(id_), directory.path.parent)
    again, _ = run_article(*given, force=False, on_progress=lambda *progress: told.append(progress))
    pictures = directory.path / "pictures"
    redrawn = {path.relative_to(directory.path) for path in pictures.glob("engines.*")}  # another engine may have come
    after = unchanged(directory.path)
    assert {name: kept[0] for name, kept in after.items()} == {name: kept[0] for name, kept in before.items()}
    assert {name for name in before if after[name] != before[name]} <= redrawn
    assert (again.path, told) == (directory.path, [])


def write_input(id_, path):
    """A file as a user has it, newest day first or in capitals."""
    if id_ == "macbeth":
        path.write_text(tiny_text().characters.upper(), encoding="utf-8")
    else:
        table = short_table()
        frame = pd.DataFrame({"date": table.dates.astype(str), "close": table.close_usd})
        frame.drop(index=40).to_csv(path, index=False)  # a missing day, which is filled in and noted


def drawn_anew(directory, names):
    """The bytes of every picture of the run, once those of these names are gone and are drawn again."""
    pictures = directory.path / "pictures"
    for name in names:
        (pictures / name).unlink()
    article_of(directory.config.article).module("pictures").draw(directory)
    return {picture.name: picture.read_bytes() for picture in pictures.iterdir()}


@every_article
def test_run_keeps_what_was_read_to_the_last_bit(id_, tmp_path):
    """The file itself is never asked for again."""
    source, path = article_of(id_).source, tmp_path / "input"
    write_input(id_, path)
    loaded = source.load(path, "previous")
    path.unlink()
    directory = Directory(tmp_path, replace(config_of(id_), data_sha256=loaded.sha256))
    with directory.opened():
        source.write(directory, loaded)
    assert values_of(source.read(directory)) == values_of(loaded)


@every_article
@pytest.mark.usefixtures("drawn")
def test_pictures_and_page_need_nothing_but_the_directory(id_, finished, tmp_path):
    """Every picture is drawn in both formats, one of them again to the same bytes; its page has something to say."""
    article, directory = article_of(id_), Directory(tmp_path, config_of(id_))
    shutil.copytree(finished(id_).path, directory.path)
    names = {f"{name}.{kind}" for name in PICTURES[id_] for kind in ("png", "svg")}
    first = drawn_anew(directory, [picture.name for picture in (directory.path / "pictures").iterdir()])
    assert first.keys() == names
    chosen = {f"{sorted(PICTURES[id_])[0]}.{kind}" for kind in ("png", "svg")}
    assert drawn_anew(directory, chosen) == first
    account = article.module("page").account(directory, None)
    assert directory.config.variant.name in account.lead
    assert all(section.blocks for section in account.sections)


BUILT_BY = {"bitcoin-lstm": "create_engine", "stacked-lstm": "create_forecaster", "macbeth": "create_char_engine"}
CHARACTERS = {"macbeth": (9,)}  # of the text, which its engines are told


@every_article
def test_network_is_what_the_configuration_says(id_, monkeypatch, tmp_path):
    """Engine, variant and seed, in the engine's order; a run of a study has as many threads as it says, and waits."""
    asked = []

    def build(*given, **_):
        asked.append(given)
        raise KeyboardInterrupt

    monkeypatch.setattr(article_of(id_).module("training"), BUILT_BY[id_], build)
    monkeypatch.setattr("reproduce.articles.limit_threads", lambda *threads: asked.append(threads))
    config = replace(config_of(id_, "keras", seed=5), threads=2)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, config, data_of(id_))
    threads = () if id_ == "bitcoin-lstm" else (2,)
    assert asked == [(1, 2), ("keras", config.variant, *CHARACTERS.get(id_, ()), 5, *threads)]


@every_article
def test_run_of_a_study_waits_for_another_process(id_, finished):
    """Which may be finishing that very run."""
    directory = finished(id_)
    with ThreadPoolExecutor(1) as pool, directory.opened():
        waiting = pool.submit(train, directory.path.parent, directory.config, data_of(id_))
        with pytest.raises(TimeoutError):  # it would be done or refused by then, if it did not wait
            waiting.result(timeout=0.2)
    waiting.result()


@every_article
def test_input_that_is_too_short_is_refused_before_anything_is_written(id_, tmp_path):
    """No directory is begun; the message says what to do."""
    data, told = (tiny_text(20), "text") if id_ == "macbeth" else (short_table(9), "table")
    given = (article_of(id_), replace(config_of(id_), data_sha256=data.sha256), data, tmp_path)
    with pytest.raises(ReproduceError, match=f"use a longer {told}"):
        run_article(*given, force=False, on_progress=lambda *_: None)
    assert list(tmp_path.iterdir()) == []


OTHERS = {"bitcoin-lstm": {"hidden": 3}, "stacked-lstm": {"first": 2}, "macbeth": {"hidden": 3}}


@every_engine
def test_checkpoint_of_another_network_is_one_line(id_, engine, finished, tmp_path):
    """Its arrays are of other shapes; the session engine's and the compiled engine's have the same names."""
    config = config_of(id_, engine, replace(VARIANTS[id_], **OTHERS[id_]))
    create = getattr(article_of(id_).module("training"), BUILT_BY[id_])
    untrained = create(engine, VARIANTS[id_], *CHARACTERS.get(id_, ()), 0)
    directory = Directory(tmp_path, config)
    with directory.opened():
        progress, _ = finished(id_).load_checkpoint()
        directory.save_checkpoint(progress, untrained.state())
    untrained.close()
    with pytest.raises(
        RunError, match=r"checkpoint\.npz: not of this network \((?s:.*)\); remove it, and the run starts"
    ):
        train(tmp_path, config, data_of(id_))


@every_article
def test_every_field_of_the_progress_is_in_a_checkpoint(id_, finished, tmp_path):
    """Else a resumed run would lose it; where one is missing, the checkpoint is refused by its name.

    All but Macbeth's record of steps, which checkpoints of an earlier version have not.
    """
    config = config_of(id_)
    progress, state = finished(id_).load_checkpoint()
    for name in progress.keys() - {"record"}:
        directory = Directory(tmp_path / name, config)
        with directory.opened():
            directory.save_checkpoint({other: progress[other] for other in progress if other != name}, state)
        with pytest.raises(RunError, match=rf"checkpoint\.npz: not of this network \('{name}"):
            train(tmp_path / name, config, data_of(id_))


SHAPES = {"kernel_1": (1, 12), "recurrent_1": (3, 12), "bias_1": (12,), "kernel_2": (3, 16), "recurrent_2": (4, 16)}
SHAPES |= {"bias_2": (16,), "kernel_out": (4, 1), "bias_out": (1,)}  # of the small variant's network


class Diverging:
    """A forecaster whose loss, weights and predictions are no numbers."""

    def __init__(self, *_):
        self.train_epoch = lambda *_: float("nan")
        self.predict = lambda inputs: np.full((len(inputs), 1), np.nan)
        self.slopes = lambda inputs: np.full(inputs.shape[:2], np.nan)
        self.weights = lambda: {name: np.full(shape, np.nan, np.float32) for name, shape in SHAPES.items()}
        self.state, self.restore, self.close = dict, lambda _: None, lambda: None


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize(("id_", "endless"), [("bitcoin-lstm", {"learning_rate": 1e30}), ("stacked-lstm", {})])
def test_forecast_that_diverges_is_finished_with_nothing_known(id_, endless, monkeypatch, tmp_path):
    """Null in metrics.json, nan in losses.csv; values, pictures, page and the run's own result leave it out."""
    monkeypatch.setattr(article_of("stacked-lstm").module("training"), "create_forecaster", Diverging)
    article, config = article_of(id_), config_of(id_, "keras", replace(VARIANTS[id_], **endless))
    directory, _ = run_article(article, config, data_of(id_), tmp_path, force=False, on_progress=lambda *_: None)
    unknown = ("final_loss", "test_mse", "test_rmse_usd", "skill")
    assert {name: directory.read_metrics()[name] for name in unknown} == dict.fromkeys(unknown)
    assert directory.read_metrics()["persistence_rmse_usd"] > 0
    assert np.isnan(directory.read_losses()[-1])
    assert {path.stem for path in (directory.path / "pictures").iterdir()} == PICTURES[id_]
    assert article.module("page").account(directory, None).sections
    assert "error_usd" not in article.module("outputs").own_result(directory).rows[0]


@every_article
def test_result_of_a_run_on_other_data_is_told(id_, finished):
    """By its own values; of prices also which way it looks, of a text what counted characters reach."""
    directory, metrics = finished(id_), finished(id_).read_metrics()
    shown = article_of(id_).module("outputs").own_result(directory)
    (row,) = shown.rows
    expected = {
        "bitcoin-lstm": {"days tested": 12, "predicts": "the past"},
        "stacked-lstm": {"days tested": 6, "predicts": "the future", "first": "2018-05-21", "last": "2018-05-26"},
        "macbeth": {"epoch": 2, "loss": metrics["final_loss"], "text_repeat_rate": 0},
    }
    assert row.items() >= expected[id_].items()


@pytest.mark.parametrize("id_", ["bitcoin-lstm", "stacked-lstm"])
def test_result_of_a_forecast_is_its_error_beside_persistence_s(id_, finished):
    """And its skill, as metrics.json has them."""
    metrics = finished(id_).read_metrics()
    (row,) = article_of(id_).module("outputs").own_result(finished(id_)).rows
    names = {"error_usd": "test_rmse_usd", "persistence_error_usd": "persistence_rmse_usd", "skill": "skill"}
    assert {ours: row[ours] for ours in names} == pytest.approx({ours: metrics[n] for ours, n in names.items()})
