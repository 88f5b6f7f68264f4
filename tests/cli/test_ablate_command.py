"""`reproduce ablate`: the shipped table, one trained anew, and what is left in its folder. Nothing trains here."""

import json
import sys

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm.ablation import STEPS, AblationRow, shipped_ablation
from reproduce.articles.bitcoin_lstm.metrics import persistence
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.cli import main
from reproduce.inputs.prices import load_prices
from reproduce.runs.tidy import table_text
from tests.articles.bitcoin_lstm.test_ablation import finished_run


@pytest.fixture
def ablate(monkeypatch, capsys):
    """A way to call the command: exit code, stdout, stderr. Trainings leave persistence with some noise."""

    def run_study(study, *, on_run, **_):
        for config in study.configs:
            dataset = prepare(study.table, config.variant)
            noise = np.random.default_rng(config.seed).normal(scale=0.01, size=len(dataset.test[0]))
            finished_run(study, config.variant, config.seed, persistence(dataset.test[0])[:, 0] + noise)
            on_run(config.name)

    def call(*arguments):
        monkeypatch.setattr("reproduce.articles.bitcoin_lstm.study.run_study", run_study)
        monkeypatch.setattr(sys, "argv", ["reproduce", "ablate", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return call


def test_shipped_table_is_shown_with_its_answers(ablate, tmp_path):
    """Every step, every question; the picture in the folder; no training."""
    status, out, err = ablate("--shipped", "--out", tmp_path)
    assert status == 0
    assert "as published" in out
    assert "Does a window of 3 days improve it?" in out
    assert "ablation.png" in err
    assert (tmp_path / "ablation.svg").exists()


def test_shipped_table_as_json_has_every_figure(ablate, tmp_path):
    """One object a variant, the fields of its row."""
    status, _, _ = ablate("--shipped", "--out", tmp_path, "--json", tmp_path / "table.json")
    rows = json.loads((tmp_path / "table.json").read_text())["rows"]
    assert status == 0
    assert [row["variant"] for row in rows] == [variant.name for _, variant in STEPS]
    assert [row["skill"] for row in rows] == [row.skill for row in shipped_ablation().values()]


def test_trained_table_is_written_beside_its_runs(ablate, tmp_path):
    """Two seeds of every variant; the table says so, and what it holds is what is shown."""
    status, _, err = ablate("--seeds", "0:2", "--out", tmp_path, "--json", tmp_path / "table.json")
    assert status == 0
    assert "the table is in" in err
    rows = json.loads((tmp_path / "table.json").read_text())["rows"]
    assert {row["seeds"] for row in rows} == {2}
    assert len((tmp_path / "ablation.csv").read_text().splitlines()) == 1 + len(STEPS)
    assert len(list(tmp_path.glob("*/metrics.json"))) == 2 * len(STEPS)


def test_own_prices_are_not_asked_about_the_article_s_losses(ablate, tmp_path):
    """Its seven losses say nothing of another table."""
    table = load_prices()
    rows = [f"{day},{usd + 1}\n" for day, usd in zip(table.dates, table.close_usd, strict=True)]
    (tmp_path / "mine.csv").write_text("date,close\n" + "".join(rows))
    status, out, _ = ablate("--data", tmp_path / "mine.csv", "--seeds", "0:2", "--out", tmp_path / "out")
    assert status == 0
    assert "Does a window of 3 days improve it?" in out
    assert "seven reported losses" not in out


def test_bad_seeds_are_a_misuse(ablate, tmp_path):
    """Exit code 2, nothing written."""
    status, out, err = ablate("--seeds", "9:3", "--out", tmp_path / "none")
    assert (status, out) == (2, "")
    assert "END is not included" in err
    assert not (tmp_path / "none").exists()


def test_shipped_table_has_no_nan_in_words():
    """Every figure of it is a number that can be shown."""
    assert "nan" not in table_text(AblationRow, list(shipped_ablation().values()))
