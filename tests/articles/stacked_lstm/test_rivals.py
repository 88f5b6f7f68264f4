"""The study of the stacked LSTM's rivals: its runs, its table, how it is compared, and what ships."""

from dataclasses import replace
from statistics import median

import numpy as np
import pytest

from reproduce.articles.stacked_lstm.findings import findings, table_lines
from reproduce.articles.stacked_lstm.rivals import (
    TABLE,
    RivalRow,
    compare,
    median_of,
    network_of,
    persistence_usd,
    rival_rows,
    shipped_persistence_usd,
)
from reproduce.articles.stacked_lstm.studies import STUDIES
from reproduce.articles.stacked_lstm.variant import NETWORKS, Variant
from reproduce.errors import RunError
from reproduce.runs.config import RunConfig
from reproduce.runs.study import Study
from tests.articles.stacked_lstm.samples import study_rows


def study_of(root, errors):
    """A study of one seed of each network, finished with these errors in USD."""
    configs = [RunConfig(Variant(network=network), 7, "keras", "5" * 64, "stacked-lstm") for network in NETWORKS]
    study = Study(root, tuple(configs))
    for directory, usd in zip(study.directories, errors, strict=True):
        with directory.opened():
            directory.write_json("environment.json", {"seconds": 2.5, "packages": {"reproduce": "0.1.0"}})
            values = {"test_rmse_usd": usd, "test_mse": 0.5, "skill": -0.25, "final_loss": 0.125}
            directory.write_json("metrics.json", values)
    return study


def test_row_is_a_run_s_values(tmp_path):
    """Metrics, seconds and version, each under its own name; a run that diverged has nan."""
    lstm, simple_rnn, mlp, _ = rival_rows(study_of(tmp_path, [310.0, 320.0, float("nan"), 340.0]))
    assert lstm == RivalRow("lstm", 7, 310, 0.5, -0.25, 0.125, 2.5, "0.1.0")
    assert (simple_rnn.network, simple_rnn.rmse_usd) == ("simple-rnn", 320)
    assert np.isnan(mlp.rmse_usd)


@pytest.mark.parametrize("network", NETWORKS)
def test_network_of_another_variant_goes_by_its_name(network):
    """Or two variants of one network would be taken for one."""
    assert network_of(Variant(network=network)) == network
    other = Variant(network=network, window=30)
    assert network_of(other) == other.name
    rows = [RivalRow(one, 7, 310, 0.5, -0.25, 0.125, 2.5, "0.1.0") for one in (network, other.name)]
    assert [row.variant for row in rows] == [Variant(network=network).name, other.name]


ERRORS = {
    "lstm": [100, 110, 120, 130],
    "simple-rnn": [104, 112, 126, 138],  # 4, 2, 6, 8 more
    "mlp": [90, 113, 119, 134],  # -10, 3, -1, 4 more
    "gru": [99, 107, 115, 123],  # 1, 3, 5, 7 less
}


def test_every_rival_is_paired_with_the_lstm():
    """In the order of the networks; the rival's error minus the LSTM's. Nothing is compared without the others."""
    rows = study_rows(ERRORS)
    assert {one.rival: one.differences for one in compare(rows)} == {
        "simple-rnn": (4, 2, 6, 8),
        "mlp": (-10, 3, -1, 4),
        "gru": (-1, -3, -5, -7),
    }
    assert [one.rival for one in compare(rows)] == ["simple-rnn", "mlp", "gru"]
    assert compare([row for row in rows if row.network == "lstm"]) == []


def test_persistence_of_a_table_follows_from_skill_and_error():
    """Skill is 1 - (error / persistence's)², of any row that has both."""
    rows = [RivalRow("gru", 0, float("nan"), 0.5, float("nan"), 0.1, 1.0, "0"), *study_rows(ERRORS)]
    first = rows[1]
    rows[1] = RivalRow("lstm", 0, 30.0, first.mse, 1 - (30 / 40) ** 2, 0.1, 1.0, "0")
    assert persistence_usd(rows) == pytest.approx(40)


def test_study_is_shown_by_comparison_and_medians():
    """A row a rival with its verdict, a row a network with the medians of its seeds; a run that diverged has none."""
    plan = STUDIES[0]
    rows = [*study_rows(ERRORS), RivalRow("lstm", 4, 1.0, *[float("nan")] * 3, 1.0, "0")]
    rows += [RivalRow(network, 4, *[float("nan")] * 4, 1.0, "0") for network in NETWORKS[1:]]
    compared, networks = plan.show(rows)
    assert [(row["rival"], row["seeds"], row["so"]) for row in compared.texts] == [
        ("simple-rnn", "4, 1 diverged", "the LSTM is better"),
        ("mlp", "4, 1 diverged", "the LSTM is not significantly different"),
        ("gru", "4, 1 diverged", "the LSTM is not significantly different"),
    ]
    assert [row["USD"] for row in networks.texts] == ["110", "119", "116", "111"]
    assert set(plan.draw(rows)) == {"rivals"}


# What the package ships


def test_shipped_table_is_a_study_of_twenty_seeds():
    """Eighty runs, none diverged."""
    rows = TABLE.shipped()
    assert {(row.network, row.seed) for row in rows} == {(network, seed) for network in NETWORKS for seed in range(20)}
    assert np.isfinite([row.rmse_usd for row in rows]).all()


def test_shipped_skills_follow_from_the_errors():
    """Persistence's mean squared error, mse / (1 - skill), is the same in every row; so is USD a scaled unit."""
    rows = TABLE.shipped()
    assert [row.mse / (1 - row.skill) for row in rows] == pytest.approx([rows[0].mse / (1 - rows[0].skill)] * 80)
    spans = [row.rmse_usd / row.mse**0.5 for row in rows]
    assert spans == pytest.approx([19650 - 120] * 80)  # highest and lowest price of the training days
    assert persistence_usd(rows) == pytest.approx(shipped_persistence_usd(), rel=1e-6)


@pytest.mark.parametrize(
    ("shift", "headline"),
    [(-50, "The LSTM is worse than SimpleRNN and MLP and GRU."), (50, "No rival is better than the LSTM.")],
)
def test_findings_follow_the_table(shift, headline, ship):
    """Who is better, and whether the LSTM beats the day before; a line a network in the table."""
    errors = {network: [500.0, 510, 505] for network in NETWORKS[:1]}
    errors |= {network: [500.0 + shift, 511 + shift, 505 + shift] for network in NETWORKS[1:]}
    ship(TABLE, study_rows(errors))
    found = findings()[0]
    assert found.headline == headline
    assert (
        f"505 USD. That is above the error of repeating the day before, {shipped_persistence_usd():.0f} USD"
        in found.text
    )
    lines = table_lines()
    assert [line.split(" | ")[0].removeprefix("| ") for line in lines[2:]] == [
        *("LSTM", "SimpleRNN", "MLP", "GRU"),
        "persistence",
    ]
    assert f"| {median(errors['mlp']):.0f} |" in lines[4]


def test_persistence_of_a_table_without_a_skill_is_refused():
    """Every training diverged, or the price stood still; the message says so."""
    rows = [replace(row, skill=np.nan) for row in study_rows({network: [500.0, 510.0] for network in NETWORKS})]
    with pytest.raises(RunError, match="no run has a skill: every training diverged, or the price stood still"):
        persistence_usd(rows)
    assert persistence_usd([*rows, replace(rows[0], skill=0.75)]) == 1000


def test_median_leaves_out_what_diverged():
    """Wherever it stands; of nothing there is none."""
    assert median_of([500.0, np.nan, 400.0]) == median_of([np.nan, 400.0, 500.0]) == 450.0
    assert median_of([np.nan]) is None
