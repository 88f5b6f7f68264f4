"""Findings: each has its claims, study and picture, and docs/findings.md tells them with their rules and cost."""

import csv
import json
import math
import re
from pathlib import Path

import pytest
from scipy.stats import false_discovery_control

from reproduce.articles import ARTICLES, studies
from reproduce.evidence.claims import read_claims
from reproduce.report.costs import cost
from reproduce.report.findings import findings_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
FOUND = [(article, finding) for article in ARTICLES for finding in findings_of(article.id)]
every_finding = pytest.mark.parametrize(
    ("article", "finding"), FOUND, ids=[f"{article.id}-{one.study}-{k}" for k, (article, one) in enumerate(FOUND)]
)


def told(finding):
    """What the page says of a finding: from its headline to the next one."""
    flat = " ".join(PAGE.split())
    return re.split(r"\*\*(?=[A-Z])|## ", flat[flat.index(f"**{finding.headline}**") + 2 :])[0]


def shipped(article, table):
    """The rows of a table in an article's package."""
    with (ROOT / "reproduce" / "articles" / article.folder / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@every_finding
def test_finding_is_two_sentences_with_claims_study_and_picture(article, finding):
    """All of them there: claims in the article's claims.toml, the study among its own, the picture in docs/."""
    for sentence in (finding.headline, finding.because):
        assert re.fullmatch(r"[A-Z0-9](?!.*\. [A-Z]).*\.", sentence)
    assert finding.claims
    assert set(finding.claims) <= {claim.id for claim in read_claims(article.package).claims}
    assert studies()[finding.study][0] == article
    assert (ROOT / "docs" / f"{finding.picture}.png").is_file()


@every_finding
def test_page_tells_the_finding_with_its_rules_and_the_command(article, finding):
    """The second sentence, each claim's rule and verdict on record, and the study."""
    about, words = read_claims(article.package), told(finding)
    assert finding.because in words
    assert f"`reproduce study {finding.study}`" in words
    for claim in about.claims:
        if claim.id in finding.claims:
            rule = claim.rule.replace("expected", str(claim.expected))
            assert f"- {about.verdicts[claim.id].capitalize()}: {claim.text}. Rule: `{rule}`" in words


@pytest.mark.parametrize(
    ("id_", "table", "name"),
    [("stacked-lstm", "rivals.csv", "network"), ("macbeth", "milestones.csv", "variant")],
)
def test_cost_is_that_of_the_table(id_, table, name):
    """The hours of each run once, however many rows it has; one that has not ended counts for nothing yet."""
    article, finding = next(one for one in FOUND if one[0].id == id_)
    seconds = {(row[name], row["seed"]): float(row["seconds"]) for row in shipped(article, table)}
    runs = sum(len(seeds) for _, seeds in studies()[finding.study][1].runs)
    ended = [one for one in seconds.values() if math.isfinite(one)]
    whose = "in all" if len(ended) == runs else f"for the {len(ended)} that have ended"
    assert f"Cost: {runs} runs, {sum(ended) / 3600:.1f} hours of training {whose}, by the shipped table" in told(
        finding
    )
    assert "by the shipped table, with whatever else ran beside." in told(finding)  # no run was timed alone


def test_cost_is_the_pace_that_was_measured_where_the_table_has_none():
    """Of one process, by docs/throughput.json, epoch for epoch: 200 are a run there."""
    rows = json.loads((ROOT / "docs" / "throughput.json").read_text(encoding="utf-8"))["rows"]
    (pace,) = [row["runs_per_hour"] for row in rows if (row["what"], row["workers"]) == ("study", 1)]
    finding = next(one for _, one in FOUND if one.study == "bitcoin-losses")
    assert f"Cost: 160 runs, about {160 / pace:.1f} hours of one process" in told(finding)
    _, accuracy = studies()["bitcoin-accuracy"]
    assert {len(seeds) for _, seeds in accuracy.runs} == {20}
    # 200 epochs in each of two orders of days; shorter runs are their beginnings
    assert f"about {2 * 20 / pace:.1f} hours of one process" in cost(ARTICLES[0], accuracy, ROOT / "docs")
    assert "Seeds: 0 to 39 of each of 4 variants." in told(finding)
    article, replays = studies()["macbeth-replays"]
    assert cost(article, replays, ROOT / "docs").startswith("2 runs, about")


@pytest.mark.parametrize(
    ("name", "table", "timed"),
    [
        ("stacked-memory", "rivals.csv", "stacked-networks"),
        ("macbeth-stops", "milestones.csv", "macbeth-epochs"),
    ],
)
def test_cost_is_the_pace_of_the_articles_own_runs_where_the_bench_times_another(name, table, timed):
    """Epoch for epoch: the bench times whole runs of the Bitcoin program alone, and others take longer or shorter."""
    article, plan = studies()[name]
    trained = {timed_runs(one): float(one["seconds"]) for one in shipped(article, table)}
    _, other = studies()[timed]
    epochs = {
        (name, str(seed)): variant.epochs
        for variant, seeds in other.runs
        for name in (variant.name, getattr(variant, "network", ""))
        for seed in seeds
    }
    ended = {run: took for run, took in trained.items() if math.isfinite(took)}
    seconds = sum(ended.values()) / sum(epochs[run] for run in ended)
    hours = seconds * sum(variant.epochs * len(seeds) for variant, seeds in plan.runs) / 3600
    assert f"about {hours:.1f} hours at the pace of {timed};" in cost(article, plan, ROOT / "docs")


def timed_runs(row):
    """What tells a run from the others of its table."""
    return row.get("network") or row["variant"], row["seed"]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_pages_count_the_verdicts_that_stand(article):
    """In docs/findings.md; the article's own page has a row for each."""
    p_values = read_claims(article.package).p_values
    adjusted = false_discovery_control(list(p_values.values()), method="by")
    stand = int(sum(adjusted <= 0.05))
    above = sum(p > 0.05 for p in p_values.values())
    counts = [len(p_values), stand, len(p_values) - stand - above, above]
    assert f"#verdicts-that-rest-on-chance) | {' | '.join(map(str, counts))} |" in PAGE
    page = (ROOT / "docs" / f"{article.id}.md").read_text(encoding="utf-8")
    section = re.search(r"(?ms)^## Verdicts that rest on chance\n(.*?)^## ", page)[1]
    assert len(re.findall(r"(?m)^\| .*stands \|$", section)) == stand
    assert len(re.findall(r"(?m)^\| (?!claim|---)", section)) == len(p_values)
