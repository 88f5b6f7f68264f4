"""The README's figures are those of docs/, which commands made; its commands are commands; its Python runs."""

import csv
import functools
import json
import re
import shlex
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm.ablation import shipped_ablation
from reproduce.articles.bitcoin_lstm.bands import judge_study, shipped_losses
from reproduce.articles.bitcoin_lstm.findings import findings
from reproduce.articles.bitcoin_lstm.outputs import p_values
from reproduce.articles.bitcoin_lstm.runs import RunConfig
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.cli import main
from reproduce.evidence.claims import load_claims
from reproduce.inputs.prices import EMBEDDED_SHA256
from reproduce.report.readme import filled_in
from tests.cli.test_cli import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
P_VALUES = p_values(RunConfig(Variant(), 0, "compiled", EMBEDDED_SHA256), np.array([]))
CLAIMS = {claim.id: claim for claim in load_claims("reproduce.articles.bitcoin_lstm")}


def rows_of(name):
    """The rows of a table that a command wrote with --json."""
    return json.loads((ROOT / "docs" / name).read_text(encoding="utf-8"))["rows"]


def losses_of(engine):
    """Every epoch's loss, (200,), of seed 0 on one engine."""
    with (ROOT / "docs" / f"losses-{engine}.csv").open(encoding="utf-8") as file:
        return np.array([float(row["loss"]) for row in csv.DictReader(file)])


@pytest.mark.parametrize("row", rows_of("run.json"), ids=lambda row: row["id"])
def test_readme_has_every_row_of_the_closing_table(row):
    """Claim, article's figure, ours and verdict, as `reproduce run` shows them."""
    shown = CLAIMS[row["id"]].judge(row["figures"] | {CLAIMS[row["id"]].output: row["ours"], **P_VALUES}).as_text()
    assert f"| {shown['claim']} | {shown['article']} | {shown['ours']} | {shown['verdict']} |" in README
    assert shown["verdict"] == row["verdict"]


def test_readme_table_is_that_of_the_shipped_study():
    """The p-values of docs/band.json are those that the study in the package gives."""
    rows = [verdict.as_row() for verdict in judge_study(shipped_losses())]
    assert rows_of("band.json") == rows
    for row in rows:
        assert f"p = {row['p_value']:.3f}" in README


def test_readme_opens_with_what_the_shipped_tables_say():
    """Findings, answers and speed, word by word, as `make docs` writes them."""
    assert filled_in(README, ROOT / "docs") == README
    for finding in findings(shipped_ablation(), judge_study(shipped_losses())):
        assert finding.headline in " ".join(README.split())
        assert README.index(f"docs/{finding.figure}.png") < README.index("## One run")


def test_readme_says_how_much_two_days_weigh(dataset):
    """The two largest squared errors of persistence on the published test set, and the share they have of all."""
    inputs, targets = dataset.test
    errors = np.square(targets[:, 0] - inputs[:, -1, 0])
    largest = np.argsort(errors)[-2:]
    days = dataset.dates[dataset.target_rows(dataset.train_windows, len(errors))][largest]
    assert all(str(day) in README for day in days)
    assert f"carry {errors[largest].sum() / errors.sum():.0%}".replace("%", " %") in README


def test_readme_says_how_far_apart_the_engines_are():
    """The first epoch whose losses are more than 1 % apart, for one seed on three engines; 1e-5 in the first two."""
    compiled = losses_of("compiled")
    for other in ("session", "keras"):
        apart = np.abs(losses_of(other) / compiled - 1)
        assert np.all(apart[:2] < 1e-5)
        assert f"epoch {int(np.argmax(apart > 0.01))} ({other})" in README


@pytest.mark.parametrize("line", re.findall(r"^(?:\.venv/bin/)?(reproduce .*)$", README, re.MULTILINE))
def test_readme_command_is_accepted(line, monkeypatch, capsys):
    """Its words reach one command, which is not run."""
    calls = []
    for info in COMMANDS.values():
        called = functools.wraps(info.callback)(lambda **options: calls.append(options))
        monkeypatch.setattr(info, "callback", called)
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code or 0, len(calls)) == (0, 1), capsys.readouterr().err


def test_readme_names_a_departure_for_every_field_of_a_variant():
    """Each is a variant's name, and no field is left out."""
    paragraph = README[README.index("A **variant**") : README.index("What each undoes")]
    variants = [Variant.parse(name) for name in re.findall(r"`([a-z0-9.-]+)`", paragraph)]
    moved = {f.name for f in fields(Variant) for variant in variants if getattr(variant, f.name) != f.default}
    assert moved == {f.name for f in fields(Variant)}


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL), ids=["train", "tensorboard"])
def test_readme_python_runs(block, tmp_path, monkeypatch):
    """As it is written."""
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})


def test_readme_links_lead_to_files():
    """Pictures and pages of the repository."""
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.startswith(("https://", "#")) or (ROOT / target).exists(), target
