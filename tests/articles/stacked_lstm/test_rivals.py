"""The study: which runs it has, that it goes on, and its table."""

from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from reproduce.articles.stacked_lstm.rivals import (
    RivalRow,
    RivalStudy,
    parse_rivals,
    read_rivals,
    run_rivals,
    shipped_rivals,
    study_rows,
)
from reproduce.articles.stacked_lstm.training import RunConfig
from reproduce.articles.stacked_lstm.variant import NETWORKS
from reproduce.errors import DataError, RunError
from reproduce.runs.directory import Directory
from reproduce.runs.tidy import table_text
from tests.articles.stacked_lstm import samples
from tests.articles.stacked_lstm.samples import TINY, short_table, table_of

ROWS = samples.study_rows({network: [100.0 + 10 * place, 105.5 + place] for place, network in enumerate(NETWORKS)})


def study_in(root, seeds=range(2)):
    """A study of small networks."""
    return RivalStudy(root, seeds, short_table(), replace(TINY, epochs=1))


def finish(study, config, rmse_usd):
    """Leave a finished run, without training."""
    directory = Directory(study.root, config)
    with directory.opened(force=False):
        (directory.path / "environment.json").write_text('{"seconds": 2.5, "packages": {"reproduce": "0.1.0"}}')
        directory.write_metrics({"test_rmse_usd": rmse_usd, "test_mse": 0.5, "skill": -0.25, "final_loss": 0.125})


def test_study_has_every_network_of_every_seed(tmp_path):
    """Seed by seed, all else the same."""
    configs = study_in(tmp_path, range(3, 5)).configs
    assert [(config.seed, config.variant.network) for config in configs] == [
        (seed, network) for seed in (3, 4) for network in NETWORKS
    ]
    assert {replace(config.variant, network="lstm") for config in configs} == {replace(TINY, epochs=1)}
    assert {config.data_sha256 for config in configs} == {"1" * 64}


@pytest.mark.parametrize("seeds", [range(0), range(-1, 3), range(2**31)])
def test_study_refuses_seeds_out_of_range(seeds, tmp_path):
    """None, negative ones, and those beyond the last."""
    with pytest.raises(ValueError, match=r"^seed is -?\d+, expected 0 to|^a study needs at least one seed$"):
        study_in(tmp_path, seeds)


def test_study_trains_what_is_missing_and_writes_its_table(tmp_path):
    """Two runs are there already; two are trained, in this process's workers, and a second call trains nothing."""
    study, seen = study_in(tmp_path, range(1)), []
    for config in study.configs[:1] + study.configs[3:]:
        finish(study, config, 300.0)
    assert run_rivals(study, workers=1, on_run=seen.append) == 2
    assert sorted(seen) == sorted(config.name for config in study.configs)
    rows = read_rivals(tmp_path / "rivals.csv")
    assert [row.network for row in rows] == list(NETWORKS)
    assert [row.rmse_usd for row in rows[:1] + rows[3:]] == [300, 300]
    metrics = Directory(tmp_path, study.configs[2]).read_metrics()
    assert (rows[2].rmse_usd, rows[2].skill) == pytest.approx((metrics["test_rmse_usd"], metrics["skill"]), rel=1e-8)
    assert run_rivals(study, workers=1, on_run=seen.append) == 0


def test_study_of_a_table_too_short_is_refused_before_any_run(tmp_path):
    """Not by each worker."""
    with pytest.raises(DataError, match="expected at least 6"):
        run_rivals(replace(study_in(tmp_path), table=table_of([1, 2])), on_run=print)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("failure", "told"),
    [("{}", "it was stopped, or never begun"), ('{"error": "MemoryError: full"}', "MemoryError: full")],
)
def test_table_of_a_study_that_is_not_finished_says_why(failure, told, tmp_path):
    """And what to do."""
    study = study_in(tmp_path, range(1))
    folder = tmp_path / study.configs[0].name
    folder.mkdir()
    (folder / {"{}": "nothing.json"}.get(failure, "failure.json")).write_text(failure)
    with pytest.raises(RunError, match=rf"{TINY.window}.*: the run is not finished \({told}\); give the same command"):
        study_rows(study)


def test_row_is_a_run_s_figures(tmp_path):
    """Metrics, seconds and version, each under its own name; a run that diverged has nan."""
    study = study_in(tmp_path, range(1))
    for config, rmse_usd in zip(study.configs, [310.0, 320.0, float("nan"), 340.0], strict=True):
        finish(study, config, rmse_usd)
    lstm, simple_rnn, mlp, _ = study_rows(study)
    assert (lstm.network, lstm.seed, lstm.rmse_usd, lstm.mse, lstm.skill) == ("lstm", 0, 310, 0.5, -0.25)
    assert (lstm.final_loss, lstm.seconds, lstm.version) == (0.125, 2.5, "0.1.0")
    assert (simple_rnn.network, simple_rnn.rmse_usd) == ("simple-rnn", 320)
    assert np.isnan(mlp.rmse_usd)


def test_table_reads_back_as_it_was_written():
    """Every figure to nine digits."""
    assert parse_rivals(table_text(RivalRow, ROWS)) == ROWS


def test_table_is_read_from_its_file(tmp_path):
    """As `run_rivals` writes it."""
    (tmp_path / "rivals.csv").write_text(table_text(RivalRow, ROWS))
    assert read_rivals(tmp_path / "rivals.csv") == ROWS


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("network,seed\nlstm,0\n", id="columns"),
        pytest.param(table_text(RivalRow, ROWS[:-1]), id="a-seed-missing"),
        pytest.param(table_text(RivalRow, [*ROWS, ROWS[0]]), id="a-run-twice"),
        pytest.param(table_text(RivalRow, ROWS).replace("gru", "cnn"), id="unknown-network"),
        pytest.param(table_text(RivalRow, ROWS).replace("100,", "much,"), id="no-number"),
    ],
)
def test_table_that_is_none_is_refused(text, tmp_path):
    """In one line, with its file."""
    path = tmp_path / "rivals.csv"
    path.write_text(text)
    with pytest.raises(
        RunError, match=r"rivals.csv: not a table of the networks' runs \(.*\); make one with the study"
    ):
        read_rivals(path)


def test_missing_table_is_refused_likewise(tmp_path):
    """There is nothing to read."""
    with pytest.raises(RunError, match=r"rivals.csv: not a table of the networks' runs"):
        read_rivals(tmp_path / "rivals.csv")


def test_shipped_table_is_a_study_of_twenty_seeds():
    """Eighty runs, none diverged, of one version; as its file says line by line."""
    rows = shipped_rivals()
    assert {(row.network, row.seed) for row in rows} == {(network, seed) for network in NETWORKS for seed in range(20)}
    assert np.isfinite([row.rmse_usd for row in rows]).all()
    text = (files("reproduce.articles.stacked_lstm") / "rivals.csv").read_text(encoding="utf-8")
    assert table_text(RivalRow, rows) == text


def test_shipped_skills_follow_from_the_errors():
    """Persistence's mean squared error, mse / (1 - skill), is the same in every row; so is USD a scaled unit."""
    rows = shipped_rivals()
    assert [row.mse / (1 - row.skill) for row in rows] == pytest.approx([rows[0].mse / (1 - rows[0].skill)] * 80)
    spans = [row.rmse_usd / row.mse**0.5 for row in rows]
    assert spans == pytest.approx([19650 - 120] * 80)  # highest and lowest price of the training days


def test_run_config_of_the_study_is_that_of_a_single_run(tmp_path):
    """So that a run of the study and `reproduce run stacked-lstm` share a directory's name."""
    (first, *_) = study_in(tmp_path).configs
    assert first == RunConfig(replace(TINY, epochs=1), 0, "1" * 64)
