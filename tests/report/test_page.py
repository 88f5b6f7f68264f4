"""What `reproduce report` reads, refuses and writes; the page itself in a browser: test_browser.py."""

import base64
import csv
import hashlib
import json
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.ablation import ALONE, LADDER, shipped_ablation
from reproduce.articles.bitcoin_lstm.bands import shipped_losses
from reproduce.articles.bitcoin_lstm.figures import ablation_ladder
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.cli import main
from reproduce.errors import RunError
from reproduce.evidence.claims import VERDICTS
from reproduce.inputs.prices import embedded_table_path
from reproduce.report.chart import chart_of
from reproduce.report.machine import facts_of
from reproduce.report.page import page_of
from reproduce.report.render import check_place, render, write_report
from reproduce.report.subject import find_subject
from reproduce.runs.files import write_json
from tests.report.samples import HOSTILE, OWN, losses_of, own_table, sample_audit, write_run, write_study

ROOT = Path(__file__).resolve().parents[2]
VOID = ("meta", "link", "img", "input", "br", "hr")


class Elements(HTMLParser):
    """Every element of a page in order: tag, attributes, and all text inside."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes), []))
        if tag not in VOID:
            self.open.append(self.found[-1])

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        for _, _, texts in self.open:
            texts.append(data)

    def all(self, *tags):
        """(attributes, text) of the elements with one of these tags."""
        return [(attributes, "".join(texts)) for tag, attributes, texts in self.found if tag in tags]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A run of the published variant on the article's table."""
    return write_run(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def page(path):
    """What its page says."""
    return page_of(find_subject(path), sample_audit())


@pytest.fixture(scope="module")
def text(page):
    """The page itself."""
    return render(page)


@pytest.fixture(scope="module")
def elements(text):
    """Its elements."""
    return Elements(text)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A run of a table of one's own, which is not at hand any more."""
    argv = ("reproduce", "run", "--data", "my prices.csv")
    return write_run(tmp_path_factory.mktemp("own"), OWN, table=own_table(), argv=argv)


def prices():
    """The article's table by day, read without the package."""
    with embedded_table_path().open() as file:
        return {row["date"]: float(row["close"]) for row in csv.DictReader(file)}


def predictions_in(path):
    """The rows of a run's predictions.csv."""
    with (path / "predictions.csv").open() as file:
        return list(csv.DictReader(file))


def next_day(day, step):
    """The day `step` days on."""
    return str(np.datetime64(day) + step)


# The file


def test_page_is_one_file_under_six_megabytes(text):
    """All inside, the charting library too."""
    assert "Plotly" in text
    assert len(text.encode()) < 6_000_000


def test_page_refers_to_nothing_outside(elements):
    """Whatever could be fetched is a data URI, or a place in the page."""
    names = ("src", "href", "srcset", "poster", "data", "action", "formaction", "background", "manifest", "ping")
    targets = [(tag, attributes[name]) for tag, attributes, _ in elements.found for name in names if name in attributes]
    assert len(targets) > 10
    assert [target for target in targets if not target[1].startswith(("data:", "#"))] == []
    styles = "".join(text for _, text in elements.all("style"))
    assert re.findall(r"url\(|@import", styles) == []


def test_page_lets_no_other_script_run_and_nothing_be_fetched(elements):
    """Its policy names the hash of each script, and has nothing but data URIs for images."""
    policies = [a["content"] for a, _ in elements.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    (rules,) = ({rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")} for policy in policies)
    scripts = [script for attributes, script in elements.all("script") if "type" not in attributes]
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert len(digests) == 3
    assert rules["script-src"] == [f"'sha256-{digest}'" for digest in digests]
    assert (rules["default-src"], rules["img-src"]) == (["'none'"], ["data:"])


def test_page_s_references_lead_to_its_elements(elements):
    """Links, labels and descriptions; no id stands twice."""
    ids = [attributes["id"] for _, attributes, _ in elements.found if "id" in attributes]
    assert len(set(ids)) == len(ids)
    names = ("aria-labelledby", "aria-describedby", "for")
    wanted = [attributes[name].split() for _, attributes, _ in elements.found for name in names if name in attributes]
    links = [[attributes["href"][1:]] for attributes, _ in elements.all("a")]
    assert [name for group in wanted + links for name in group if name not in ids] == []


def test_page_is_in_english_and_its_headings_are_in_order(elements):
    """One of the first level, the others below it."""
    assert [attributes["lang"] for attributes, _ in elements.all("html")] == ["en"]
    levels = [tag for tag, _, _ in elements.found if re.fullmatch("h[1-6]", tag)]
    assert levels == ["h1"] + ["h2"] * 7


def test_every_picture_says_what_it_shows_with_figures(elements, path):
    """Errors, losses and skills are those of the files."""
    alts = [attributes["alt"] for attributes, _ in elements.all("img")]
    metrics = json.loads((path / "metrics.json").read_text())
    row = shipped_ablation()["published"]
    wanted = [
        ("1273 days", "2018-05-26", "7 days", "6 days"),
        (f"{metrics['test_rmse_usd']:.2f} USD", f"{metrics['persistence_rmse_usd']:.2f} USD"),
        (f"{losses_of(200)[0]:.4f}", f"{losses_of(200)[199]:.4f}", "40 seeds", "0.3076", "0.0080"),
        (f"as published {row.skill:.2f}",),
    ]
    assert len(alts) == len(wanted)
    assert [part for alt, parts in zip(alts, wanted, strict=True) for part in parts if part not in alt] == []


# What it says


def test_page_has_every_claim_with_its_verdict_and_counts_them(elements, page):
    """In the order of claims.toml, with place, rule and evidence; the verdict in words."""
    rows = [(a["data-verdict"], text) for a, text in elements.all("tr") if "data-verdict" in a]
    judgements = page.audit.judgements
    assert [verdict for verdict, _ in rows] == [one.verdict for one in judgements]
    for (verdict, words), one in zip(rows, judgements, strict=True):
        parts = (verdict, one.claim.text, one.claim.place, one.claim.rule, one.claim.evidence)
        assert [part for part in parts if part not in words] == []
    counts = {verdict: [one.verdict for one in judgements].count(verdict) for verdict in VERDICTS}
    buttons = [text.split() for a, text in elements.all("button") if "data-verdict" in a]
    assert buttons[0] == ["all", str(len(judgements))]
    assert [(" ".join(words[1:-1]), int(words[-1])) for words in buttons[1:]] == list(counts.items())


def test_page_opens_with_the_verdicts(elements):
    """The first section of all."""
    titles = [text for _, text in elements.all("h2")]
    assert titles[0] == "Verdicts"


@pytest.mark.parametrize(
    ("variant", "side"),
    [
        pytest.param(Variant(), 1, id="newest-first"),
        pytest.param(Variant(row_order="oldest-first"), -1, id="oldest-first"),
    ],
)
def test_chart_has_every_figure_on_its_day(variant, side, tmp_path):
    """Against the files: prices, predictions of both sets, and as persistence the neighbouring day's price."""
    path = write_run(tmp_path, variant)
    chart, table, rows = chart_of(find_subject(path)), prices(), predictions_in(path)
    assert chart.days == sorted(table)
    assert dict(zip(chart.days, chart.actual, strict=True)) == table
    for curve, which in ((chart.training, "training"), (chart.testing, "testing")):
        wanted = {row["date"]: round(float(row["predicted_usd"]), 2) for row in rows if row["set"] == which}
        assert {day: usd for day, usd in zip(chart.days, curve, strict=True) if usd is not None} == wanted
    shown = {day: usd for day, usd in zip(chart.days, chart.persistence, strict=True) if usd is not None}
    assert shown == {row["date"]: table[next_day(row["date"], side)] for row in rows}


def test_chart_s_stretches_are_the_table_the_test_set_and_its_last_month(path):
    """First and last day of each."""
    assert chart_of(find_subject(path)).ranges == {
        "whole": ("2014-12-01", "2018-05-26"),
        "test": ("2014-12-04", "2015-08-05"),
        "month": ("2015-07-06", "2015-08-05"),
    }


def test_loss_table_has_the_article_s_figures_ours_and_the_study_s(page):
    """The median and the ends of forty seeds."""
    study = shipped_losses()["published"]
    for k, row in enumerate(page.losses):
        assert (row.epoch, row.article) == list(REPORTED_LOSSES.items())[k]
        assert row.ours == losses_of(200)[row.epoch]
        np.testing.assert_allclose((row.low, row.median, row.high), np.quantile(study[:, k], (0, 0.5, 1)))
    assert (round(page.article_p, 3), page.run_p is None) == (0.732, False)


def test_run_too_short_for_the_reported_epochs_has_dashes(tmp_path):
    """And no p-value of its own."""
    page = page_of(find_subject(write_run(tmp_path, Variant(epochs=31))), sample_audit())
    assert [row.ours is None for row in page.losses] == [False, False, *[True] * 5]
    assert page.run_p is None
    assert '<td class="number">\u2013</td>' in render(page)


def test_ladder_has_every_rung_and_every_departure_alone(elements, page):
    """Labels, skill and interval of the shipped table."""
    (table,) = [text for attributes, text in elements.all("table") if "Every variant against persistence" in text]
    rows = [*page.published, *page.alone, *page.rungs]
    assert [rung.row.variant.split(": ")[1] for rung in rows] == [
        variant.name for variant in (Variant(), *ALONE.values(), *LADDER.values())
    ]
    for rung in rows:
        skills = [f"{skill:.2f}".replace("-", "\u2212") for skill in (rung.row.skill, rung.row.skill_low)]
        assert [part for part in (rung.label, rung.row.verdict, *skills) if part not in table] == []


def test_ladder_is_drawn_as_the_table_says():
    """Points at the skills, bars over the intervals, a line at persistence."""
    table = shipped_ablation()
    for axes, variants in zip(ablation_ladder(table).axes, (ALONE, LADDER), strict=True):
        rows = [table[variant.name] for variant in (Variant(), *variants.values())]
        at_zero, points = axes.get_lines()
        assert at_zero.get_xdata() == [0, 0]
        assert list(points.get_xdata()) == [row.skill for row in rows]
        (bars,) = axes.collections
        ends = [(*segment[:, 0], segment[0, 1]) for segment in bars.get_segments()]
        assert ends == [(row.skill_low, row.skill_high, place) for place, row in enumerate(rows)]
        assert len(axes.get_yticklabels()) == len(rows)


def test_page_says_what_ran(page, path):
    """Command, seed, checksums of the files as they are."""
    facts = {fact.name: fact.values for fact in page.facts}
    assert facts["Run again"] == ["reproduce run --variant published --seed 0 --engine compiled"]
    assert facts["Seed"] == ["0"]
    digest = hashlib.sha256((path / "predictions.csv").read_bytes()).hexdigest()
    assert f"predictions.csv {digest}" in facts["Sha256"]
    assert f"price table {hashlib.sha256(embedded_table_path().read_bytes()).hexdigest()}" in facts["Sha256"]


def test_environment_without_facts_leaves_their_lines_out(tmp_path):
    """An older run's, or one with other fields."""
    path = write_run(tmp_path, argv=(), threads=None, packages=["odd"], seconds="soon")
    names = [fact.name for fact in facts_of(find_subject(path))]
    assert {"Begun as", "Packages", "Duration", "Processor"} & set(names) == set()
    assert "Run again" in names


def test_training_that_diverged_has_a_page(tmp_path):
    """With a word on it, and no figure that is not a number."""
    text = render(page_of(find_subject(write_run(tmp_path, diverged=True)), sample_audit()))
    assert "The training diverged" in text
    assert re.search(r"\bnan\b", re.sub(r"(?s)<script>.*?</script>", "", text)) is None


# Hostile text


def test_hostile_text_is_shown_as_text(tmp_path):
    """In a data path, a claim, an answer, a variant's name, a processor and the directory: no element comes of it."""
    argv = ("reproduce", "run", f"--data={HOSTILE}")
    path = write_run(tmp_path, OWN, table=own_table(sha256=HOSTILE), argv=argv, processor=HOSTILE)
    moved = path.rename(tmp_path / HOSTILE.replace("/", "_"))
    page = page_of(find_subject(moved), sample_audit(words=HOSTILE, variant=HOSTILE))
    elements = Elements(render(page))
    assert HOSTILE not in render(page)
    assert len(elements.all("script")) == 4
    assert [
        attributes for _, attributes, _ in elements.found if any(name.startswith("on") for name in attributes)
    ] == []
    texts = " ".join(text for tags in ("dl", "table", "h1", "p") for _, text in elements.all(tags))
    assert texts.count(HOSTILE.strip()) > 60
    assert shlex.quote(HOSTILE) in texts  # as one word of a command
    assert HOSTILE.replace("/", "_") in texts


# A table of one's own


def test_own_table_is_known_from_the_run_s_files(own):
    """Days, prices and scaler of every row there is a prediction for; the others are left out."""
    subject, table = find_subject(own), own_table()
    dataset, known = subject.dataset, np.isfinite(subject.dataset.close_usd)
    assert list(np.flatnonzero(~known)) == [0, 1, 2, 67]  # the first window; D6: one of 65 training windows is dropped
    rows = len(known)
    assert rows == 80  # D6: the last two of 82 are in no whole batch
    np.testing.assert_array_equal(dataset.dates, table.dates[:rows])
    np.testing.assert_allclose(dataset.close_usd[known], table.close_usd[:rows][known], rtol=1e-12)
    usd = dataset.to_usd(dataset.close_scaled)
    np.testing.assert_allclose(usd[known], table.close_usd[:rows][known], rtol=1e-9)


def test_own_table_s_persistence_starts_where_its_prices_do(own):
    """A set's first window ends on a row whose price is in no file."""
    chart, table = chart_of(find_subject(own)), own_table()
    by_day = dict(zip(table.dates.astype(str), table.close_usd, strict=True))
    for row in predictions_in(own):
        shown = chart.persistence[chart.days.index(row["date"])]
        assert shown == (None if row["row"] in ("3", "68") else by_day[next_day(row["date"], 1)])


def test_page_on_other_data_says_whose_verdicts_they_are(own):
    """And whose prices are missing; the command names the table of the first time."""
    page = page_of(find_subject(own), sample_audit())
    text = " ".join(text for _, text in Elements(render(page)).all("p"))
    assert "The verdicts, the answers and the ablation are those of the article's data" in text
    assert "The prices of 4 of 80 days are in no file of the run" in text
    assert "No band is drawn" in text
    assert "--data 'my prices.csv'" in {fact.name: fact.values[0] for fact in page.facts}["Run again"]


# Studies


def test_study_is_shown_by_the_first_finished_seed_of_its_first_variant(tmp_path):
    """Here seed 1, as seed 0 diverged; and the page says so."""
    variants = (Variant(hidden=8), Variant())
    status = ("diverged", "finished", "finished", "finished")
    folder = write_study(tmp_path / "study", variants, 2, trained=[(variants[0], 1)], status=status)
    subject = find_subject(folder)
    assert (subject.config.variant, subject.config.seed) == (variants[0], 1)
    text = render(page_of(subject, sample_audit()))
    assert "first finished seed of its first variant: variant hidden-8, seed 1" in text


@pytest.mark.parametrize(
    ("seeds", "epochs", "source"),
    [
        pytest.param(39, 200, "39 seeds of this study", id="enough"),
        pytest.param(38, 200, "40 seeds of the study that comes with the package", id="too-few-seeds"),
        pytest.param(39, 150, "40 seeds of the study that comes with the package", id="too-few-epochs"),
    ],
)
def test_study_s_own_band_is_used_where_it_has_one(seeds, epochs, source, tmp_path):
    """From 39 seeds and 200 epochs on; else the shipped one's."""
    variant = Variant(epochs=epochs)
    study = find_subject(write_study(tmp_path / "study", [variant], seeds, trained=[(variant, 0)])).study
    assert study.source == source
    assert study.curves.shape == (int(source.split()[0]), 7)


def test_study_s_own_band_is_of_the_reported_epochs(tmp_path):
    """Each seed's losses at 0, 30, … 180."""
    folder = write_study(tmp_path / "study", [Variant(hidden=8)], 39, trained=[(Variant(hidden=8), 0)])
    expected = [losses_of(200, seed)[::30] for seed in range(39)]
    np.testing.assert_allclose(find_subject(folder).study.curves, expected, rtol=1e-12)


def test_variant_without_a_study_has_no_band(tmp_path):
    """And the page says why."""
    subject = find_subject(write_run(tmp_path, Variant(hidden=8)))
    assert subject.study.curves is None
    assert "No band is drawn: no study of this variant" in render(page_of(subject, sample_audit()))


# Refusals


def cut(path, name, keep):
    """Leave the first lines of a file."""
    lines = (path / name).read_text().splitlines(keepends=True)
    (path / name).write_text("".join(lines[:keep]))


def change(path, name, old, new):
    """Replace a text that is there."""
    text = (path / name).read_text()
    assert old in text
    (path / name).write_text(text.replace(old, new, 1))


DAMAGES = {
    "config-cut": (lambda path: cut(path, "config.json", 3), r"config.json: cannot be read"),
    "config-of-another-article": (
        lambda path: change(path, "config.json", '"bitcoin-lstm"', '"macbeth"'),
        r"a run of article 'macbeth', expected 'bitcoin-lstm'",
    ),
    "not-finished": (lambda path: (path / "metrics.json").unlink(), r"the run is not finished"),
    "metrics-a-list": (lambda path: write_json(path / "metrics.json", []), r"metrics.json: cannot be read"),
    "metrics-of-another-run": (
        lambda path: change(path, "metrics.json", '"test_mse": ', '"test_mse": 1'),
        r"predictions.csv and metrics.json do not agree on the test error",
    ),
    "environment-missing": (lambda path: (path / "environment.json").unlink(), r"environment.json: cannot be read"),
    "losses-cut": (lambda path: cut(path, "losses.csv", 50), r"losses.csv: cannot be read \(expected epochs 0 to 199"),
    "losses-no-number": (
        lambda path: change(path, "losses.csv", "\n7,", "\n7,x"),
        r"losses.csv: cannot be read \(could not convert",
    ),
    "predictions-missing": (
        lambda path: (path / "predictions.csv").unlink(),
        r"predictions.csv: not a run's predictions \(",
    ),
    "predictions-not-utf-8": (
        lambda path: (path / "predictions.csv").write_bytes(b"row,\xff\xfe\n"),
        r"predictions.csv: not a run's predictions \(",
    ),
    "predictions-of-one-set": (lambda path: cut(path, "predictions.csv", 500), r"sets training and testing"),
    "predictions-cut": (lambda path: cut(path, "predictions.csv", 1200), r"not those of the article's table"),
    "predictions-row-missing": (
        lambda path: change(path, "predictions.csv", "\n9,2018-05-17,", "\n10,2018-05-17,"),
        r"rows are missing or out of order",
    ),
    "predictions-other-day": (
        lambda path: change(path, "predictions.csv", "2018-05-17", "2018-06-17"),
        r"days are missing or out of order",
    ),
    "predictions-other-price": (
        lambda path: change(path, "predictions.csv", ",8235.6,", ",8236.6,"),
        r"days and prices are not those of the article's table",
    ),
    "predictions-no-number": (
        lambda path: change(path, "predictions.csv", ",8235.6,", ",many,"),
        r"predictions.csv: not a run's predictions \(could not convert",
    ),
    "predictions-of-another-column": (
        lambda path: change(path, "predictions.csv", "actual_usd", "price"),
        r"predictions.csv: not a run's predictions \('actual_usd'\)",
    ),
}


@pytest.mark.parametrize(("damage", "message"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_run_is_refused(damage, message, tmp_path):
    """The message names the file and what was expected."""
    path = write_run(tmp_path)
    damage(path)
    with pytest.raises(RunError, match=message):
        find_subject(path)


def test_own_run_with_a_gap_between_its_sets_is_refused(own, tmp_path):
    """Less than a batch can be dropped there."""
    path = tmp_path / "run"
    path.mkdir()
    for name in ("config.json", "metrics.json", "environment.json", "losses.csv"):
        (path / name).write_bytes((own / name).read_bytes())
    lines = (own / "predictions.csv").read_text().splitlines(keepends=True)
    (path / "predictions.csv").write_text("".join(lines[:60] + lines[65:]))
    with pytest.raises(RunError, match=r"rows lie between the sets, expected less than a batch of 4"):
        find_subject(path)


def test_folder_that_is_neither_run_nor_study_is_refused(tmp_path):
    """With what would be one."""
    with pytest.raises(RunError, match=r"neither a run \(no config.json\) nor a study \(no study.csv\)"):
        find_subject(tmp_path)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        pytest.param("missing", r"2 of 2 runs are not finished; run the study again", id="not-finished"),
        pytest.param("diverged", r"every run of the first variant diverged", id="diverged"),
    ],
)
def test_study_without_a_finished_run_is_refused(status, message, tmp_path):
    """There is nothing to chart."""
    with pytest.raises(RunError, match=message):
        find_subject(write_study(tmp_path / "study", [OWN], 2, trained=[], status=(status,)))


def test_file_that_is_no_report_is_not_overwritten(text, tmp_path):
    """A report is, and with force anything is."""
    path = tmp_path / "report.html"
    path.write_text("mine")
    with pytest.raises(
        RunError, match=r"report.html: not a report of ours; choose another file with --out, or --force"
    ):
        check_place(path, force=False)
    check_place(path, force=True)
    write_report(text, path)
    check_place(path, force=False)
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize("place", ["nowhere/report.html", "."])
def test_place_that_can_hold_no_file_is_refused(place, tmp_path):
    """A folder, or a file in a folder that is not there."""
    with pytest.raises(RunError, match="not a file in a folder that is there"):
        check_place(tmp_path / place, force=True)


# The command


@pytest.fixture
def invoke(monkeypatch, capfd):
    """A way to call `reproduce report` in this process: exit code, stdout, stderr."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["reproduce", "report", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capfd.readouterr()

    return call


@pytest.mark.usefixtures("one_thread")
def test_report_writes_the_page_into_the_run_and_tells_the_verdicts(invoke, tmp_path):
    """With the real audit: as many claims as are on the page."""
    path = write_run(tmp_path)
    code, stdout, stderr = invoke(path, "--json")
    page = (path / "report.html").read_text(encoding="utf-8")
    assert (code, stderr.splitlines()[-1]) == (0, f"the page is {path / 'report.html'}")
    counts = {row["verdict"]: row["claims"] for row in json.loads(stdout)["rows"]}
    assert counts == {verdict: page.count(f'<tr role="row" data-verdict="{verdict}"') for verdict in VERDICTS}
    assert len(page.encode()) < 6_000_000


@pytest.mark.parametrize("arguments", [["nowhere"], ["{run}", "--out", "{mine}"]], ids=["no-run", "no-report"])
def test_mistake_is_told_in_one_line_without_tensorflow(arguments, path, tmp_path):
    """Exit code 1, and no seconds lost."""
    (tmp_path / "mine.html").write_text("mine")
    words = [word.format(run=path, mine=tmp_path / "mine.html") for word in arguments]
    command = [sys.executable, "-X", "importtime", "-m", "reproduce", "report", *words]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    (line,) = [line for line in told.stderr.splitlines() if not line.startswith("import time:")]
    assert (told.returncode, told.stdout) == (1, "")
    assert line.startswith(f"reproduce: {words[-1]}: ")
    assert re.search(r"\| +(tensorflow|keras)\b", told.stderr) is None


@pytest.mark.parametrize("package", ["jinja2", "plotly"])
def test_missing_extra_is_told_in_one_line(package, invoke, path, monkeypatch):
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, f"{package}.offline", None)
    monkeypatch.delitem(sys.modules, "reproduce.report.render", raising=False)
    code, stdout, stderr = invoke(path)
    assert (code, stdout) == (1, "")
    assert re.fullmatch(
        rf"reproduce: a report needs {package}.*: pip install '\.\[report\]' in the repository\n", stderr
    )
