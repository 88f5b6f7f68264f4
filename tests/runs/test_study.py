"""Studies: the table of many runs, whatever became of each, and which of them a command takes."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

from reproduce.errors import RunError
from reproduce.runs.pool import train_all
from reproduce.runs.study import first_finished, machine_of, run_row, tabled
from tests.runs.toys import LEAVES, MACHINE, Tea, brew, results, study_in

TINY = Tea(epochs=2)


def run(study, train=brew, on_run=lambda _: None):
    """Train what is missing, in this process."""
    with tabled(study):
        return train_all(study.root, study.configs, train, LEAVES, on_run=on_run)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A study of two variants and two seeds."""
    study = study_in(tmp_path_factory.mktemp("study"))
    assert run(study) == 4
    return study


def test_study_table_has_a_row_a_run_with_its_values(trained):
    """Variant, seed, status and every epoch's loss, as the run directory has them."""
    with (trained.root / "study.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["epochs"], row["seed"], row["status"]) for row in rows] == [
        *(("2", "0", "finished"), ("3", "0", "finished")),
        *(("2", "1", "finished"), ("3", "1", "finished")),
    ]
    for row in rows:
        metrics = json.loads((trained.root / row["run"] / "metrics.json").read_text())
        losses = pd.read_csv(trained.root / row["run"] / "losses.csv", dtype=str)["loss"].astype(float)
        assert float(row["final_loss"]) == metrics["final_loss"]
        assert [float(row[f"loss_{k}"]) for k in range(len(losses))] == losses.tolist()
        assert float(row["seconds"]) > 0
        assert row["version"] == MACHINE["packages"]["reproduce"]


def test_study_has_its_directories_by_variant(tmp_path):
    """In its order, a seed each."""
    named = study_in(tmp_path).of_variants()
    assert list(named) == ["epochs-2", "published"]
    assert [one.config.seed for one in named["published"]] == [0, 1]


def test_failing_run_is_recorded_and_the_others_go_on(tmp_path):
    """A corrupt checkpoint in one run: its row says failed, the reason stands beside it; the other is left."""
    study = study_in(tmp_path, variants=(TINY,))
    write_finished(study.directories[1], [0.5, 0.25])
    broken = tmp_path / study.configs[0].name
    broken.mkdir()
    (broken / "checkpoint.npz").write_bytes(b"not a checkpoint")
    run(study)
    with (tmp_path / "study.csv").open(newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["failed", "finished"]
    assert "checkpoint" in json.loads((broken / "failure.json").read_text())["error"]
    assert first_finished(tmp_path) == study.directories[1].path


def write_finished(directory, losses, **metrics):
    """Leave a finished run, without training."""
    with directory.opened():
        directory.write_losses(losses)
        directory.write_json("environment.json", {"seconds": 2.5} | MACHINE)
        directory.write_json("metrics.json", {"final_loss": losses[-1], "test_mse": 0.5} | metrics)


@pytest.mark.parametrize(
    ("losses", "metrics", "status"),
    [
        pytest.param([0.5, 0.25], {}, "finished", id="finite"),
        pytest.param([0.5, float("nan")], {}, "diverged", id="a-loss"),
        pytest.param([0.5, 0.25], {"test_mse": float("nan")}, "diverged", id="its-error"),
    ],
)
def test_row_of_a_run_says_whether_it_diverged(losses, metrics, status, tmp_path):
    """The study and its table survive it."""
    (directory,) = study_in(tmp_path, variants=(TINY,), seeds=range(1)).directories
    write_finished(directory, losses, **metrics)
    row = run_row(directory)
    assert (row["status"], row["seconds"], row["version"]) == (status, 2.5, "0.2.0")
    np.testing.assert_equal([row["loss_0"], row["loss_1"]], losses)


def test_row_of_a_run_that_was_not_trained_has_no_values(tmp_path):
    """It is missing, and the table says so."""
    row = run_row(study_in(tmp_path, variants=(TINY,)).directories[0])
    assert (row["status"], "final_loss" in row) == ("missing", False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", r"not a study's table \(.*\); run the study again", id="empty"),
        pytest.param("run,seed\na,0\n", r"not a study's table \(.*\); run the study again", id="columns"),
        pytest.param("run,variant,status\na,b,missing\n", "no run of the first variant is finished", id="unfinished"),
    ],
)
def test_table_that_shows_no_run_is_refused(text, told, tmp_path):
    """The message names the file and what to do; one that is not there is refused likewise."""
    with pytest.raises(RunError, match=r"study\.csv: not a study's table \(.*\); run the study again"):
        first_finished(tmp_path)
    (tmp_path / "study.csv").write_text(text)
    with pytest.raises(RunError, match=rf"study\.csv: {told}"):
        first_finished(tmp_path)


@pytest.mark.parametrize(
    ("variants", "seeds", "told"),
    [((), range(2), "at least one"), ((TINY,), range(0), "at least one"), ((TINY, TINY), range(2), "twice")],
)
def test_study_refuses_an_empty_or_doubled_grid(tmp_path, variants, seeds, told):
    """Nothing to run, or one run twice."""
    with pytest.raises(ValueError, match=told):
        study_in(tmp_path, variants, seeds)


def test_study_of_two_machines_is_not_shipped(tmp_path):
    """Its bits are those of neither; of one machine, it is named with the packages that decide."""
    study = study_in(tmp_path, variants=(TINY,))
    for directory in study.directories:
        write_finished(directory, [0.5, 0.25])
    assert machine_of(study) == {"processor": "fast", "packages": {"tensorflow": "2", "numpy": "2"}}
    other = study.directories[1].read_environment() | {"processor": "slow"}
    study.directories[1].write_json("environment.json", other)
    with pytest.raises(RunError, match="its runs are of 2 machines, expected one"):
        machine_of(study)


def test_stopped_study_keeps_what_is_finished_and_goes_on(trained, tmp_path):
    """Stopped within the third run: the table is there; started again, it ends in the bits of the undisturbed study."""
    study, third = study_in(tmp_path), study_in(tmp_path).configs[2]

    def interrupted(progress):
        if progress.epoch == 1:
            raise KeyboardInterrupt

    def train(root, config, leaves):
        brew(root, config, leaves, **({"on_progress": interrupted} if config == third else {}))

    with pytest.raises(KeyboardInterrupt):
        run(study, train)
    assert pd.read_csv(tmp_path / "study.csv")["status"].tolist() == ["finished", "finished", "missing", "missing"]
    assert run(study) == 2
    assert results(tmp_path) == results(trained.root)
