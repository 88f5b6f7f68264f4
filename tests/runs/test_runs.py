"""Run directories: what they hold, figure for figure, and what they refuse; a small network on the embedded table."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce import training
from reproduce.articles.bitcoin_lstm.runs import PredictingProgress, RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.errors import RunError
from reproduce.inputs.prices import embedded_table_path, load_prices
from reproduce.networks.engine import MAX_SEED
from reproduce.runs.files import write_atomically, write_json
from tests.articles.bitcoin_lstm.test_variant import VARIANTS

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.usefixtures("one_thread")
CONFIG = RunConfig(Variant(hidden=8, epochs=3), seed=4, engine="session", data_sha256="5" * 64)
QUICK = replace(CONFIG, variant=Variant(window=2, batch=3, hidden=2, epochs=1))
FLOATS = ["actual_scaled", "predicted_scaled", "actual_usd", "predicted_usd"]
RESULTS = ("config.json", "environment.json", "losses.csv", "predictions.csv", "metrics.json", "checkpoint.npz")


@pytest.fixture(scope="module")
def finished(dataset, tmp_path_factory):
    """A run of three epochs by the session engine, read only."""
    return training.run(tmp_path_factory.mktemp("runs"), CONFIG, dataset)


@pytest.fixture(scope="module")
def prices():
    """The embedded table as pandas reads it: row, date, close and the close in deviations from its mean."""
    table = pd.read_csv(embedded_table_path())
    table["scaled"] = (table["close"] - table["close"].mean()) / table["close"].std(ddof=0)
    return table


@pytest.fixture(scope="module")
def predictions(finished):
    """predictions.csv, its floats to the last bit."""
    return pd.read_csv(finished.path / "predictions.csv", converters=dict.fromkeys(FLOATS, float))


@pytest.fixture
def directory(tmp_path):
    """The directory of a run that has not begun."""
    return RunDirectory(tmp_path, CONFIG)


def open_once(directory, *, force=False):
    """Claim a directory and leave it."""
    with directory.opened(force=force):
        pass


def contents(directory):
    """Each file's bytes and time of writing; but for the lock, which is empty."""
    files = [path for path in sorted(directory.path.rglob("*")) if path.is_file() and path.name != ".lock"]
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


# What determines a run


@given(
    VARIANTS, st.integers(0, MAX_SEED), st.sampled_from(["session", "keras"]), st.text("0123456789abcdef", min_size=64)
)
def test_config_reads_back_equal_from_json(variant, seed, engine, data_sha256):
    """Every field of every variant, floats to the last bit."""
    config = RunConfig(variant, seed, engine, data_sha256)
    assert RunConfig.from_json(json.dumps(asdict(config))) == config


def test_config_names_its_directory_by_article_variant_seed_and_engine(directory, tmp_path):
    """runs/<article>-<variant>-s<seed>-<engine>/."""
    assert directory.path == tmp_path / "bitcoin-lstm-hidden-8+epochs-3-s4-session"
    assert replace(CONFIG, variant=Variant()).name == "bitcoin-lstm-published-s4-session"


def test_config_refuses_a_negative_seed():
    """Before anything is written."""
    with pytest.raises(ValueError, match="seed is -1, expected 0 to"):
        replace(CONFIG, seed=-1)


# Writing


def test_write_leaves_the_old_file_when_the_writer_raises_midway(tmp_path):
    """A reader sees the old file or the new one, never a half."""
    path = tmp_path / "losses.csv"
    path.write_bytes(b"old")

    def write_half(file):
        file.write(b"ne")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, write_half)
    assert path.read_bytes() == b"old"


def test_write_replaces_the_file_and_leaves_nothing_beside_it(tmp_path):
    """The partial file is moved, not copied."""
    path = tmp_path / "losses.csv"
    path.write_bytes(b"old and longer")
    write_atomically(path, lambda file: file.write(b"new"))
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("losses.csv", b"new")]


def test_write_reaches_the_disk_before_it_takes_the_old_one_s_place(tmp_path, monkeypatch):
    """A file moved into place before its bytes are on the disk is empty after a power cut."""
    events = []
    monkeypatch.setattr(os, "fsync", lambda _: events.append("on disk"))
    monkeypatch.setattr(Path, "replace", lambda *_: events.append("in place"))
    write_atomically(tmp_path / "losses.csv", lambda _: events.append("written"))
    assert events == ["written", "on disk", "in place"]


# Finished runs, forced runs, other runs


def test_finished_run_holds_the_files_of_the_design_and_a_lock(finished):
    """And nothing half-written."""
    assert sorted(path.name for path in finished.path.iterdir()) == sorted([".lock", *RESULTS])


def test_finished_run_is_left_untouched(finished, dataset, monkeypatch):
    """The same run again trains nothing and writes no file."""
    before = contents(finished)
    monkeypatch.setattr(training, "create_engine", None)
    training.run(finished.path.parent, CONFIG, dataset)
    assert contents(finished) == before


def test_finished_run_is_replaced_with_force(tmp_path):
    """What stood there is gone, files of other names too, and the new run is a whole one."""
    stale = RunDirectory(tmp_path, QUICK)
    (stale.path / "figures").mkdir(parents=True)
    for name in (*RESULTS, "figures/loss.svg"):
        (stale.path / name).write_text("stale", encoding="utf-8")
    training.run(tmp_path, QUICK, prepare(load_prices(), QUICK.variant), force=True)
    assert sorted(contents(stale)) == sorted(RESULTS)
    assert [name for name, (content, _) in contents(stale).items() if content == b"stale"] == []


def test_run_on_other_data_is_refused(directory):
    """Its results would stand under the name of this one's."""
    open_once(directory)
    other = RunDirectory(directory.path.parent, replace(CONFIG, data_sha256="6" * 64))
    with pytest.raises(RunError, match=r"another data_sha256; choose another folder with --out, or remove this one"):
        open_once(other)


def test_refused_run_leaves_the_other_as_it_was(directory):
    """Nothing of it is written or removed."""
    open_once(directory)
    before = contents(directory)
    with pytest.raises(RunError):
        open_once(RunDirectory(directory.path.parent, replace(CONFIG, data_sha256="6" * 64)))
    assert contents(directory) == before


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"variant": {"wiring": "publ', id="cut-short"),
        pytest.param(b"[1, 2]", id="a-list"),
        pytest.param(b'{"seed": 4}', id="no-variant"),
        pytest.param(json.dumps(asdict(CONFIG) | {"speed": 1}).encode(), id="a-field-too-many"),
        pytest.param(json.dumps(asdict(CONFIG) | {"variant": {"window": 0}}).encode(), id="a-window-of-no-days"),
        pytest.param(b"\xff\xfe", id="not-utf-8"),
    ],
)
def test_corrupt_config_is_refused(directory, content):
    """The message names the file and the way out."""
    directory.path.mkdir()
    (directory.path / "config.json").write_bytes(content)
    with pytest.raises(RunError, match=r"config.json: not a run's configuration \(.*\); remove the folder"):
        open_once(directory)


def test_corrupt_config_is_replaced_with_force(directory):
    """The way out leads out."""
    directory.path.mkdir()
    (directory.path / "config.json").write_bytes(b"")
    open_once(directory, force=True)
    assert RunConfig.from_json((directory.path / "config.json").read_text(encoding="utf-8")) == CONFIG


def test_partial_files_of_a_killed_process_are_removed(directory):
    """When the run is taken up; whole files stay."""
    open_once(directory)
    (directory.path / ".checkpoint.npz.partial").write_bytes(b"half")
    (directory.path / "checkpoint.npz").write_bytes(b"whole")
    open_once(directory)
    assert sorted(path.name for path in directory.path.iterdir()) == [".lock", "checkpoint.npz", "config.json"]


def test_folder_that_is_a_file_is_refused(tmp_path):
    """A message, with the way out."""
    (tmp_path / "runs").write_bytes(b"")
    with pytest.raises(RunError, match=r"session: .*; choose another folder with --out"):
        open_once(RunDirectory(tmp_path / "runs", CONFIG))


# Two processes


HOLD_DIRECTORY = """
import sys
from pathlib import Path
from tests.runs.test_runs import CONFIG, RunDirectory

with RunDirectory(Path(sys.argv[1]), CONFIG).opened(force=False):
    print("inside", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_process(directory):
    """A process that holds the directory until it is killed."""
    command = [sys.executable, "-c", HOLD_DIRECTORY, str(directory.path.parent)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "inside\n"
        yield process
        process.kill()


def test_directory_is_refused_while_another_process_writes_it(directory, other_process):
    """Also with force, which would tear the files from under it; and it is free again once that process is killed."""
    for force in (False, True):
        with pytest.raises(RunError, match="another process is writing this run; wait for it, or use --out"):
            open_once(directory, force=force)
    assert (directory.path / "config.json").exists()
    other_process.kill()
    other_process.wait()
    open_once(directory)


# Checkpoints


# losses.csv, predictions.csv, metrics.json, config.json


def test_losses_are_the_trained_ones_to_the_last_bit(finished):
    """One row an epoch, from 0; the checkpoint holds the floats themselves."""
    table = pd.read_csv(finished.path / "losses.csv", converters={"loss": float})
    progress, _ = finished.load_checkpoint()
    assert list(table.columns) == ["epoch", "loss"]
    assert table["epoch"].tolist() == [0, 1, 2]
    assert table["loss"].tolist() == progress["losses"].tolist() == finished.read_losses().tolist()


@given(losses=st.lists(st.floats(0, allow_infinity=True, allow_nan=False), min_size=1, max_size=5))
def test_losses_read_back_to_the_same_bits(tmp_path_factory, dataset, losses):
    """Any float, the tiniest and infinity too, after one epoch or many."""
    directory = RunDirectory(tmp_path_factory.mktemp("runs"), CONFIG)
    open_once(directory)
    directory.write_results(PredictingProgress(losses), np.empty((0, 1)), dataset, {})
    assert directory.read_losses().tolist() == losses


def test_predictions_have_the_columns_of_the_design(predictions):
    """Row, date, set, then actual and predicted in scaled units and in USD."""
    assert list(predictions.columns) == ["row", "date", "set", *FLOATS]


def test_predictions_belong_to_the_rows_after_their_windows(predictions):
    """Training: 145 batches of 7 from row 7 on; test: 35 batches from row 1018 + 7 on."""
    rows = {name: group["row"].tolist() for name, group in predictions.groupby("set", sort=False)}
    assert rows == {"training": list(range(7, 1022)), "testing": list(range(1025, 1270))}


def test_predictions_stand_beside_the_day_and_price_of_their_row(predictions, prices):
    """Read from the table with pandas; scaled prices to rounding, USD exactly."""
    expected = prices.iloc[predictions["row"]]
    assert predictions["date"].tolist() == expected["date"].tolist()
    assert predictions["actual_usd"].tolist() == expected["close"].tolist()
    np.testing.assert_allclose(predictions["actual_scaled"], expected["scaled"], rtol=1e-12, atol=1e-12)


def test_predictions_in_usd_undo_the_scaler(predictions, prices):
    """Times the deviation of all closing prices, plus their mean."""
    undone = predictions["predicted_scaled"] * prices["close"].std(ddof=0) + prices["close"].mean()
    np.testing.assert_allclose(predictions["predicted_usd"], undone, rtol=1e-12)


def test_predictions_of_training_are_those_of_the_last_epoch(finished, predictions):
    """Each from before its own batch's update, so that they give the last epoch's loss; float32 means, hence 1e-6."""
    training_set = predictions[predictions["set"] == "training"]
    errors = training_set["predicted_scaled"] - training_set["actual_scaled"]
    assert np.mean(errors**2) == pytest.approx(finished.read_losses()[-1], rel=1e-6)


@pytest.mark.parametrize("which", ["training", "testing"])
def test_predictions_read_back_to_the_same_bits(finished, predictions, which):
    """As the figures get them."""
    expected = predictions.loc[predictions["set"] == which, "predicted_scaled"]
    assert finished.read_predictions(which).tolist() == expected.tolist()


def test_metrics_are_those_of_the_predictions(finished, predictions, prices):
    """Worked out again from predictions.csv and the table; "tomorrow = today" takes the row above the predicted one."""
    tested = predictions[predictions["set"] == "testing"]
    before = prices.iloc[tested["row"] - 1]
    mse = np.mean((tested["predicted_scaled"] - tested["actual_scaled"]) ** 2)
    persistence_mse = np.mean((before["scaled"].to_numpy() - tested["actual_scaled"]) ** 2)
    expected = {
        "final_loss": finished.read_losses()[-1],
        "test_mse": mse,
        "test_rmse_usd": np.sqrt(np.mean((tested["predicted_usd"] - tested["actual_usd"]) ** 2)),
        "persistence_mse": persistence_mse,
        "persistence_rmse_usd": np.sqrt(np.mean((before["close"].to_numpy() - tested["actual_usd"]) ** 2)),
        "skill": 1 - mse / persistence_mse,
    }
    assert finished.read_metrics() == pytest.approx(expected, rel=1e-9)


def test_config_of_a_finished_run_is_the_one_it_was_given(finished):
    """Everything that determines the result."""
    assert RunConfig.from_json((finished.path / "config.json").read_text(encoding="utf-8")) == CONFIG


def test_environment_names_what_the_run_ran_on(finished):
    """Python, packages, processor, threads, flags, commit, command line."""
    environment = json.loads((finished.path / "environment.json").read_text(encoding="utf-8"))
    named = {"python", "platform", "packages", "processor", "cores", "threads", "flags", "git_commit", "argv"}
    assert named <= set(environment)
    assert environment["packages"]["numpy"] == np.__version__
    assert environment["threads"] == {"inter_op": 1, "intra_op": 1}
    assert environment["python"] == sys.version.split()[0]


def test_run_is_finished_only_when_its_metrics_are_written(directory):
    """They come last."""
    open_once(directory)
    (directory.path / "losses.csv").write_bytes(b"")
    (directory.path / "predictions.csv").write_bytes(b"")
    assert not directory.is_finished
    write_json(directory.path / "metrics.json", {})
    assert directory.is_finished
