"""What `reproduce report` reads, refuses and writes, for every article; the page in a browser: test_browser.py."""

import base64
import hashlib
import json
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import pytest

from reproduce.articles import ARTICLES, article_of
from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.departures import ALONE, LADDER, TABLE, by_variant
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.sections import Cell, Chart, Pair, Paragraph, Quote, Section, Table, Walk
from reproduce.articles.sources import TEXTS
from reproduce.articles.stacked_lstm.rivals import RivalRow
from reproduce.articles.stacked_lstm.variant import NETWORKS
from reproduce.errors import RunError
from reproduce.evidence.claims import VERDICTS
from reproduce.inputs.prices import embedded_table_path
from reproduce.networks.characters.generation import draw_place
from reproduce.report.machine import facts_of
from reproduce.report.render import check_place, render
from reproduce.runs.tables import rows_text
from tests.report.pages import Elements, Told
from tests.report.samples import HOSTILE, SHORT, TEXT, losses_of, own_table, write_losses, write_run

pytestmark = pytest.mark.usefixtures("one_thread")  # a page reads the trained network

ROOT = Path(__file__).resolve().parents[2]
IDS = [article.id for article in ARTICLES]


@pytest.fixture(params=IDS)
def any_told(request, told):
    """The same for each article in turn."""
    return told(request.param)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The same of runs of another table, short ones, with hostile text wherever text can come from."""
    known, argv = {}, ["bin/reproduce", "run", f"--data={HOSTILE}"]

    def of(article_id):
        if article_id not in known:
            variant, root = article_of(article_id).Variant(**SHORT[article_id]), tmp_path_factory.mktemp(article_id)
            run = write_run(root, article_id, variant=variant, data=own_table(), argv=argv, processor=HOSTILE)
            known[article_id] = Told(run, words=HOSTILE)
        return known[article_id]

    return of


@pytest.fixture
def without_cells(told, monkeypatch):
    """Pages of prices are made without the section on the cells, which takes longest; those of `told` keep it."""
    for article_id in ("bitcoin-lstm", "stacked-lstm"):
        told(article_id)
        page = article_of(article_id).module("page")
        monkeypatch.setattr(page, "inside_section", lambda *_: Section("any", "Any", "Any", []))


def prices():
    """The article's table by day, read without the package."""
    return pd.read_csv(embedded_table_path(), index_col="date")["close"].to_dict()


def next_day(day, step):
    """The day `step` days on."""
    return str(np.datetime64(day) + np.timedelta64(step, "D"))


# The file


def test_page_is_one_file_under_six_megabytes_with_a_charting_library_only_for_a_chart(any_told):
    """All inside; a page that has no chart is small."""
    size = len(any_told.html.encode())
    assert size < (6_000_000 if any_told.blocks(Chart) else 300_000)
    assert ("Plotly" in any_told.html) == bool(any_told.blocks(Chart))


def test_page_refers_to_nothing_outside(any_told):
    """Whatever could be fetched is a data URI, or a place in the page."""
    names = ("src", "href", "srcset", "poster", "data", "action", "formaction", "background", "manifest", "ping")
    found = any_told.elements.found
    targets = [(tag, attributes[name]) for tag, attributes, _ in found for name in names if name in attributes]
    assert len(targets) > 8
    assert [target for target in targets if not target[1].startswith(("data:", "#"))] == []
    styles = "".join(text for _, text in any_told.elements.all("style"))
    assert re.findall(r"url\(|@import", styles) == []


def test_page_lets_no_other_script_run_and_nothing_be_fetched(any_told):
    """Its policy names the hash of each script, and has nothing but data URIs for images."""
    metas = any_told.elements.all("meta")
    (policy,) = [a["content"] for a, _ in metas if a.get("http-equiv") == "Content-Security-Policy"]
    rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split("; ")}
    scripts = [script for attributes, script in any_told.elements.all("script") if "type" not in attributes]
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert len(digests) == 1 + 2 * len(any_told.blocks(Chart)) + len(any_told.blocks(Walk))
    assert rules["script-src"] == [f"'sha256-{digest}'" for digest in digests]
    assert (rules["default-src"], rules["img-src"]) == (["'none'"], ["data:"])


def test_page_s_references_lead_to_its_elements(any_told):
    """Links, labels and descriptions; no id stands twice."""
    found = any_told.elements.found
    ids = [attributes["id"] for _, attributes, _ in found if "id" in attributes]
    assert len(set(ids)) == len(ids)
    names = ("aria-labelledby", "aria-describedby", "for")
    wanted = [attributes[name].split() for _, attributes, _ in found for name in names if name in attributes]
    links = [[attributes["href"][1:]] for attributes, _ in any_told.elements.all("a")]
    assert [name for group in wanted + links for name in group if name not in ids] == []


def test_page_is_in_english_and_opens_with_the_verdicts(any_told):
    """One heading of the first level, a section each below it: the same first and last for every article."""
    assert [attributes["lang"] for attributes, _ in any_told.elements.all("html")] == ["en"]
    levels = [tag for tag, _, _ in any_told.elements.found if re.fullmatch("h[1-6]", tag)]
    assert levels == ["h1"] + ["h2"] * (len(any_told.page.opening) + len(any_told.page.sections) + 2)
    titles = [text for _, text in any_told.elements.all("h2")][len(any_told.page.opening) :]
    assert (titles[:2], titles[-1]) == (["Verdicts", "What was found"], "What ran")


# Verdicts


def test_page_has_every_claim_with_its_verdict_in_words(any_told):
    """In the order of claims.toml, with place, rule and evidence; what is counted apart says what it is."""
    rows = [(a["data-group"], text) for a, text in any_told.elements.all("tr") if "data-group" in a]
    for (group, words), one in zip(rows, any_told.judgements, strict=True):
        parts = [one.claim.text, one.claim.place, one.claim.rule, one.claim.evidence]
        parts += [one.verdict] if one.claim.group == "claims" else [one.claim.group.removesuffix("s")[-8:]]
        assert [part for part in parts if part not in words] == [], group


def test_page_says_which_verdicts_stand_among_all_that_rest_on_chance(any_told):
    """In the cell of its row; a row without chance has an empty one. The number of each stands above the table."""
    rows = [text.splitlines() for a, text in any_told.elements.all("tr") if "data-group" in a]
    words = {1e-6: "1e-06, stands", 0.045: "0.045, falls", 0.6: "0.6"}
    for row, one in zip(rows, any_told.judgements, strict=True):
        assert [cell.strip() for cell in row if cell.strip() in words.values()] == ([words[one.p]] if one.p else [])
    by_chance = [one for one in any_told.judgements if one.p is not None]
    stand = sum(one.p == 1e-6 for one in by_chance)
    assert f"{len(by_chance)} verdicts rest on chance: {stand} stand" in any_told.html


def test_only_claims_proper_are_counted_by_verdict(any_told):
    """The header, the lead and the filter's buttons; settings and reconstructions have buttons of their own."""
    proper = [one.verdict for one in any_told.judgements if one.claim.group == "claims"]
    numbers = [int(text) for _, text in any_told.elements.all("dd")[:4]]
    assert numbers == [proper.count(verdict) for verdict in VERDICTS]
    buttons = {
        a["data-group"]: int(text.split()[-1]) for a, text in any_told.elements.all("button") if "data-group" in a
    }
    groups = [one.claim.group for one in any_told.judgements]
    apart = {group: groups.count(group) for group in ("settings", "reconstructions", "ours") if group in groups}
    assert buttons == {"": len(groups), **dict(zip(VERDICTS, numbers, strict=True)), **apart}
    assert f"{len(proper)} claims of the article are judged" in any_told.html


def test_every_picture_says_what_it_shows_with_values(told):
    """Errors, losses, skills and rates are those of the files."""
    row, bitcoin = by_variant(TABLE.shipped())["published"], told("bitcoin-lstm").directory.read_metrics()
    stacked = told("stacked-lstm").directory.read_metrics()
    wanted = {
        "bitcoin-lstm": [
            ("1,273 days", "2018-05-26", "7 days", "6 days"),
            (f"{bitcoin['test_rmse_usd']:.2f} USD", f"{bitcoin['persistence_rmse_usd']:.2f} USD"),
            ("32 units", "2017-12-07 to 2017-12-01"),
            ("As published, the wires of c and h cross",),
            ("of the first day, ",),
            ("one window of 7 days", "c of a day, 256 numbers"),
            ("below 0.1", "published, as trained, "),
            (f"{losses_of(200)[0]:.4f}", f"{losses_of(200)[199]:.4f}", "40 seeds", "0.3076", "0.0080"),
            (f"as published {row.skill:.2f}",),
        ],
        "stacked-lstm": [
            ("60 test days", "LSTM"),
            (f"{stacked['test_rmse_usd']:.2f} USD",),
            ("32 units over the days 2018-03-27 to 2018-05-25", "the gates are i 0."),
            ("of the first day, ",),
            ("below 0.1", "layer 1, ", "layer 2, "),
            ("MLP minus LSTM 1044 USD",),
        ],
        "macbeth": [
            ("3.250 after 1 epoch", "0.650 after 5", "1.00 to 0.20"),
            ("2 units over the last 9 characters", "the gates are i 0."),
            ("below 0.1", "layer 1, ", "layer 2, "),
        ],
    }
    for article_id, expected in wanted.items():
        alts = [attributes["alt"] for attributes, _ in told(article_id).elements.all("img")]
        missing = [part for alt, parts in zip(alts, expected, strict=True) for part in parts if part not in alt]
        assert missing == [], article_id


def test_blocks_of_any_article_are_drawn(told):
    """Groups of rows with titles, values by their column's format, what stands below them, code between backticks."""
    groups = {"": [("a", -1.25)], "Others": [("b", Cell(None, "<none>"))]}
    pair = Pair([Table("A table", {"What": "", "Value": ".1f"}, groups)], [Quote("Said", " x\n y")])
    section = Section("any", "Any", "Any", [Paragraph("Give `run <x>` again."), pair])
    html = render(replace(told("macbeth").page, sections=[section]))
    assert [text for _, text in Elements(html).all("tr")][-3:] == ["a\u22121.2", "Others", "b\u2013<none>"]
    assert "Give <code>run &lt;x&gt;</code> again." in html
    assert "<blockquote> x\n y</blockquote>" in html


# The charts


@pytest.mark.usefixtures("without_cells")
@pytest.mark.parametrize(
    ("article_id", "variant", "side"),
    [
        pytest.param("bitcoin-lstm", None, 1, id="newest-first"),
        pytest.param("bitcoin-lstm", Variant(row_order="oldest-first", hidden=4, epochs=2), -1, id="oldest-first"),
        pytest.param("stacked-lstm", None, -1, id="stacked"),
    ],
)
def test_chart_has_every_value_on_its_day(article_id, variant, side, told, tmp_path):
    """Against the files: prices, predictions of each set, and as persistence the neighbouring day's price."""
    one = Told(write_run(tmp_path, article_id, variant=variant)) if variant else told(article_id)
    (chart,), table = one.blocks(Chart), prices()
    rows = pd.read_csv(one.directory.path / "predictions.csv")
    curves = {curve.role: dict(zip(chart.days, curve.values, strict=True)) for curve in chart.curves}
    known = {role: {day: usd for day, usd in by_day.items() if usd is not None} for role, by_day in curves.items()}
    assert known["actual"] == {day: table[day] for day in chart.days}
    assert set(rows["set"]) | {"actual", "persistence"} == set(known)
    for which, mine in rows.groupby("set"):
        assert known[which] == dict(zip(mine["date"], mine["predicted_usd"].round(2), strict=True))
    assert known["persistence"] == {day: table[next_day(day, side)] for day in rows["date"]}


def test_chart_s_buttons_show_the_table_the_test_set_and_its_last_month(told):
    """First and last day of each; the stacked LSTM has test days alone."""
    ranges = {id_: told(id_).blocks(Chart)[0].ranges for id_ in ("bitcoin-lstm", "stacked-lstm")}
    assert ranges["bitcoin-lstm"] == {
        "whole table": ("2014-12-01", "2018-05-26"),
        "test set": ("2014-12-04", "2015-08-05"),
        "one month": ("2015-07-06", "2015-08-05"),
    }
    assert ranges["stacked-lstm"] == {
        "test days": ("2018-03-28", "2018-05-26"),
        "last month": ("2018-04-26", "2018-05-26"),
    }


# The Bitcoin article


def test_loss_table_has_the_article_s_values_ours_and_the_study_s(told):
    """The median and the ends of forty seeds, read without the package."""
    study = pd.read_csv(ROOT / "reproduce/articles/bitcoin_lstm/losses.csv").query("variant == 'published'")
    for row, (epoch, article) in zip(
        told("bitcoin-lstm").table("Mean training loss")[""], REPORTED_LOSSES.items(), strict=True
    ):
        seeds = study[f"loss_{epoch}"]
        np.testing.assert_allclose(
            row, [epoch, article, losses_of(200)[epoch], seeds.min(), seeds.median(), seeds.max()]
        )
    assert "joint p = 0.732. This run's own, among the other seeds: p = " in told("bitcoin-lstm").html.replace(
        "&#39;", "'"
    )


def test_run_too_short_for_the_reported_epochs_has_dashes(own):
    """And no p-value of its own."""
    one = own("bitcoin-lstm")
    assert [row[2] is None for row in one.table("Mean training loss")[""]] == [False, False, *[True] * 5]
    assert '<td class="number">\u2013</td>' in one.html
    assert "own: p =" not in one.html


def test_every_deviation_is_there_alone_and_one_after_another(told):
    """Labels, verdict and skill of the shipped table."""
    groups, table = told("bitcoin-lstm").table("Every variant against persistence"), by_variant(TABLE.shipped())
    rungs = {f"+ {label}": variant for label, variant in LADDER.items()}
    expected = [
        [(label, table[variant.name].verdict, table[variant.name].skill) for label, variant in group.items()]
        for group in ({"as published": Variant()}, ALONE, rungs)
    ]
    assert [[tuple(row[:3]) for row in rows] for rows in groups.values()] == expected


# The stacked LSTM, Macbeth


def test_rivals_are_compared_seed_by_seed_and_by_medians(told):
    """Against the shipped table, read without the package."""
    errors = pd.read_csv(ROOT / "reproduce/articles/stacked_lstm/rivals.csv").pivot(
        index="seed", columns="network", values="rmse_usd"
    )
    paired = {row[0]: row[1:3] for row in told("stacked-lstm").table("seed by seed")[""]}
    for label, network in (("SimpleRNN", "simple-rnn"), ("MLP", "mlp"), ("GRU", "gru")):
        differences = errors[network] - errors["lstm"]
        np.testing.assert_allclose(paired[label], [differences.mean(), (differences > 0).mean()])
    medians = told("stacked-lstm").table("Medians")
    assert medians[""][0][:2] == ["LSTM", median(errors["lstm"])]
    naive = told("stacked-lstm").directory.read_metrics()["persistence_rmse_usd"]
    assert medians["Beside them"][0][1] == pytest.approx(naive, rel=1e-6)  # the table has nine digits


def test_assumptions_of_the_stacked_lstm_are_printed(told):
    """Each with its number."""
    terms = [text for _, text in told("stacked-lstm").elements.all("dt")]
    assert [term for term in terms if re.match("A[0-9]", term)][::6] == ["A1 Data", "A7 Chance"]


def test_written_text_stands_at_each_milestone_and_behind_a_window(told):
    """The window is told once; its own continuation is the text's; blanks that are all there is are counted."""
    quotes = {quote.title: quote.text for quote in told("macbeth").blocks(Quote)}
    place = draw_place(TEXTS.read(told("macbeth").directory), 9, seed=0)
    start, after = TEXT[place : place + 9], TEXT[place + 9 :][:500]
    assert quotes["All go on from this window"] == quotes["A window of the text, drawn with the run's seed"] == start
    assert quotes["After 1 epoch: 500 blanks"] == " " * 500
    assert quotes["After 5 epochs"] == ("5 epochs " * 500)[:500]
    assert quotes["How the text goes on"] == after
    assert [text[:9] for title, text in quotes.items() if "loop" in title] == ["printed.", "fed back "]
    assert f"<blockquote>{after}</blockquote>" in told("macbeth").html


def test_cost_of_macbeth_is_told_for_the_epochs_of_the_prose_too(told):
    """12.3 s for five epochs are 246 s for a hundred."""
    rows = dict(told("macbeth").table("machine named below")[""])
    assert (rows["weights"], rows["time an epoch"]) == ("1,234", "2.5 s")
    assert rows["the 100 epochs of the article's text would take"] == "0.1 h"


@pytest.mark.usefixtures("without_cells")
def test_one_test_day_has_a_page(tmp_path):
    """Its first day is its last."""
    variant = article_of("stacked-lstm").Variant(**SHORT["stacked-lstm"] | {"test_days": 1})
    one = Told(write_run(tmp_path, "stacked-lstm", variant=variant))
    assert "the test set is the last 1 day." in one.html


@pytest.mark.usefixtures("without_cells")
def test_cost_of_a_replay_is_that_of_its_own_two_epochs(tmp_path):
    """Those before its state were another run's."""
    variant = article_of("macbeth").Variant(**SHORT["macbeth"], replay="clipped")
    one = Told(write_run(tmp_path, "macbeth", variant=variant))
    assert dict(one.table("machine named below")[""])["time an epoch"] == "6.2 s"
    assert ", 2 epochs, " in one.html


# What ran


def test_page_says_what_ran_and_how_to_run_it_again(told):
    """Command with threads and input, seed, checksums of the files as they are."""
    commands = {}
    for article_id in IDS:
        facts = {fact.name: fact.values for fact in told(article_id).page.facts}
        commands[article_id] = facts["Run again"][0].removeprefix("reproduce run ")
        digest = hashlib.sha256((told(article_id).directory.path / "losses.csv").read_bytes()).hexdigest()
        assert f"losses.csv {digest}" in facts["Sha256"]
    macbeth = "macbeth --variant window-9+batch-4+hidden-2+epochs-5 --seed 0 --engine compiled"
    assert commands == {
        "bitcoin-lstm": "bitcoin-lstm --variant published --seed 0 --engine compiled --intra-op-threads 2",
        "stacked-lstm": "stacked-lstm --variant published --seed 0 --engine keras --inter-op-threads 1",
        "macbeth": f"{macbeth} --intra-op-threads 2 --text speech.txt",
    }


def test_run_of_a_study_alone_has_no_command_of_its_own(tmp_path):
    """`reproduce run` refuses its variant; the study's command stands below as the last one."""
    variant = Variant(network="simple-rnn", recorded="steps", **SHORT["bitcoin-lstm"])
    directory = write_run(tmp_path, "bitcoin-lstm", variant=variant)
    names = [fact.name for fact in facts_of(article_of("bitcoin-lstm"), directory, directory.read_environment())]
    assert ("Run again" in names, "Last run as" in names) == (False, True)


def test_environment_without_facts_leaves_their_lines_out(tmp_path):
    """An older run's, or one with other fields."""
    odd = {"argv": "odd", "threads": None, "packages": ["odd"], "seconds": "soon"}
    directory = write_run(tmp_path, "bitcoin-lstm", variant=Variant(**SHORT["bitcoin-lstm"]), **odd)
    names = [fact.name for fact in facts_of(article_of("bitcoin-lstm"), directory, directory.read_environment())]
    assert {"Last run as", "Packages", "Duration", "Devices"} & set(names) == set()
    assert "Run again" in names


@pytest.mark.usefixtures("without_cells")
@pytest.mark.parametrize("article_id", ["bitcoin-lstm", "stacked-lstm"])
def test_training_that_diverged_has_a_page(article_id, tmp_path):
    """With a word on it, and no value that is not a number."""
    variant = article_of(article_id).Variant(**SHORT[article_id])
    one = Told(write_run(tmp_path, article_id, variant=variant, diverged=True))
    assert "The training diverged" in one.html
    assert re.search(r"\bnan\b", re.sub(r"(?s)<script>.*?</script>", "", one.html)) is None


@pytest.mark.parametrize("network", ["simple-rnn", "gru"])
def test_network_without_the_gates_of_an_lstm_has_a_page_without_them(network, tmp_path):
    """As the first variant of the study bitcoin-clipping; prices, loss and what ran are shown all the same."""
    variant = Variant(network=network, **SHORT["bitcoin-lstm"])
    one = Told(write_run(tmp_path, "bitcoin-lstm", variant=variant))
    titles = [section.title for section in one.page.sections]
    assert [title for title in titles if re.search("Inside|Walk", title)] == []
    assert {"Prices and predictions, day by day", "The loss, and the article's seven values"} < set(titles)


@pytest.mark.parametrize("article_id", ["bitcoin-lstm", "stacked-lstm"])
def test_page_on_other_data_opens_with_what_the_run_says_of_them(article_id, own):
    """Then whose verdicts they are. All its prices are in the chart; the command names the table of the first time."""
    one = own(article_id)
    assert [text for _, text in one.elements.all("h2")][:2] == ["Your data", "Verdicts"]
    metrics = one.directory.read_metrics()
    assert f"persistence's error, USD{metrics['persistence_rmse_usd']:,.2f}" in one.elements.all("table")[0][1]
    assert "This run read another file than the article's data" in one.page.notices[0]
    assert None not in one.blocks(Chart)[0].curves[0].values
    assert one.page.facts[0].values[0].endswith(f" --data {shlex.quote(HOSTILE)}")


def test_run_of_other_data_has_no_study_beside_its_loss(own):
    """The shipped one is of the article's."""
    one = own("bitcoin-lstm")
    assert "No study of this variant and these data has enough seeds" in one.html
    assert one.table("Mean training loss")[""][0][3:] == pytest.approx([np.nan] * 3, nan_ok=True)


def test_study_of_other_data_does_not_say_who_made_the_article_s_losses(told, tmp_path, monkeypatch):
    """Its curves still stand beside the run's loss."""
    monkeypatch.setattr("reproduce.articles.bitcoin_lstm.page.EMBEDDED_SHA256", "that of another table")
    write_losses(tmp_path, Variant(), 40)
    page = repr(Told(told("bitcoin-lstm").directory, study=tmp_path).page.sections)
    assert "Of other prices than the article's no study tells who made its losses." in page
    assert "40 seeds of this study" in page
    assert "can have produced" not in page


def test_hostile_text_is_shown_as_text(own):
    """In a data path, a claim, a processor and the input's name: no element comes of it."""
    one = own("bitcoin-lstm")
    assert HOSTILE not in one.html
    assert len(one.elements.all("script")) == 6
    assert [a for _, a, _ in one.elements.found if any(name.startswith("on") for name in a)] == []
    texts = " ".join(text for tags in ("dl", "table") for _, text in one.elements.all(tags))
    assert texts.count(HOSTILE.strip()) > len(one.judgements)
    assert shlex.quote(HOSTILE) in texts  # as one word of a command


# Studies


@pytest.mark.usefixtures("without_cells")
@pytest.mark.parametrize(
    ("seeds", "source"),
    [
        pytest.param(39, "39 seeds of this study", id="enough"),
        pytest.param(38, "40 seeds of the study that comes with the package, as this one", id="too-few"),
        pytest.param(0, "40 seeds of the study that comes with the package.", id="none"),
    ],
)
def test_study_s_own_losses_are_used_where_they_are_complete(seeds, source, told, tmp_path):
    """From 39 seeds on; else the shipped ones. The page says which run it shows."""
    if seeds:
        write_losses(tmp_path, Variant(), seeds)
    one = Told(told("bitcoin-lstm").directory, study=tmp_path)
    assert source in repr(one.page.sections)
    assert "first finished seed of its first variant: variant published, seed 0" in repr(one.page)
    lowest = one.table("Mean training loss")[""][1][3]
    assert (lowest == pytest.approx(min(losses_of(200, seed)[30] for seed in range(39)))) == (seeds == 39)


@pytest.mark.parametrize(
    ("seeds", "more", "source"),
    [
        pytest.param(2, ["lstm+window-30"], "this study", id="other-variants-too"),
        pytest.param(1, [], "comes with the package, as this one's is not complete", id="one-seed"),
    ],
)
def test_study_s_own_rivals_are_used_where_they_can_be_compared(seeds, more, source, told, tmp_path):
    """All four networks, of two seeds at least; else the shipped ones."""
    names = product((*NETWORKS, *more), range(seeds))
    rows = [RivalRow(name, seed, 500.0 + seed, 0.01, 0.5, 0.01, 1, "0.2.0") for name, seed in names]
    (tmp_path / "rivals.csv").write_text(rows_text(RivalRow, rows), encoding="utf-8")
    one = Told(told("stacked-lstm").directory, study=tmp_path)
    assert f"Every run of {source}, and" in repr(one.page.sections).replace("the study that ", "")


def test_damaged_table_of_a_study_is_refused(tmp_path):
    """It is not passed over for the shipped one."""
    directory = write_run(tmp_path, "bitcoin-lstm", variant=Variant(**SHORT["bitcoin-lstm"]))
    (tmp_path / "losses.csv").write_text("variant,seed\n")
    with pytest.raises(RunError, match=r"losses.csv: not the table of a study"):
        Told(directory, study=tmp_path)


# Refusals


def change(path, name, old, new):
    """Replace a text that is there."""
    text = (path / name).read_text()
    assert old in text
    (path / name).write_text(text.replace(old, new, 1))


def cut(path, name, keep):
    """Leave the first lines of a file."""
    lines = (path / name).read_text().splitlines(keepends=True)
    (path / name).write_text("".join(lines[:keep]))


BITCOIN = {
    "environment-missing": (lambda path: (path / "environment.json").unlink(), r"environment.json: cannot be read"),
    "losses-no-number": (lambda path: change(path, "losses.csv", "\n3,", "\n3,x"), r"losses.csv: cannot be read"),
    "prices-missing": (lambda path: (path / "prices.csv").unlink(), r"prices.csv: cannot be read"),
    "prices-of-another": (lambda path: change(path, "prices.csv", ",1233.0", ",1234.0"), r"not those of prices.csv"),
    "predictions-missing": (lambda path: (path / "predictions.csv").unlink(), r"predictions.csv: cannot be read"),
    "predictions-cut": (lambda path: cut(path, "predictions.csv", 70), r"not those of prices.csv"),
    "predictions-other-day": (lambda path: change(path, "predictions.csv", "-14,", "-15,"), r"not those of prices.csv"),
    "predictions-no-day": (lambda path: change(path, "predictions.csv", "-14,", "-99,"), r"predictions.csv: cannot be"),
    "predictions-of-one-column": (
        lambda path: change(path, "predictions.csv", "actual_usd", "price"),
        r"predictions.csv: cannot be read \(it has no column actual_usd\)",
    ),
    "metrics-of-another-run": (
        lambda path: change(path, "metrics.json", '"test_mse": ', '"test_mse": 1'),
        r"predictions.csv: it does not agree with metrics.json on the test error",
    ),
}
MACBETH = {
    "text-missing": (lambda path: (path / "text.txt").unlink(), r"text.txt: cannot be read"),
    "sample-missing": (lambda path: (path / "sample-epoch-002.txt").unlink(), r"sample-epoch-002.txt: cannot be read"),
    "milestones-cut": (lambda path: cut(path, "milestones.csv", 1), r"milestones.csv: cannot be read"),
    "written-cut": (lambda path: cut(path, "written.txt", 3), r"written.txt: not the texts that a run writes"),
}
DAMAGES = [("bitcoin-lstm", *one) for one in BITCOIN.values()] + [("macbeth", *one) for one in MACBETH.values()]


@pytest.mark.parametrize(("article_id", "damage", "message"), DAMAGES, ids=[*BITCOIN, *MACBETH])
def test_damaged_run_is_refused(article_id, damage, message, tmp_path):
    """The message names the file and what was expected."""
    variant = article_of(article_id).Variant(**SHORT[article_id])
    data = own_table() if article_id == "bitcoin-lstm" else None
    directory = write_run(tmp_path, article_id, variant=variant, data=data)
    damage(directory.path)
    with pytest.raises(RunError, match=message):
        Told(directory)


def test_file_that_is_no_report_is_not_overwritten(told, tmp_path):
    """A report is, and with force anything is."""
    path = tmp_path / "report.html"
    path.write_text("mine")
    with pytest.raises(RunError, match=r"not a report of ours; give --out another file, or --force"):
        check_place(path, force=False)
    check_place(path, force=True)
    path.write_text(told("macbeth").html, encoding="utf-8")
    check_place(path, force=False)


def test_place_that_can_hold_no_file_is_refused(tmp_path):
    """Also when forced."""
    with pytest.raises(RunError, match="its folder does not exist; give --out another file"):
        check_place(tmp_path / "nowhere" / "report.html", force=True)


# The command


def test_report_writes_the_page_into_the_run_and_tells_the_verdicts(invoke, told):
    """With the real audit, here of one article: as many claims of a verdict as are on the page."""
    path = told("macbeth").directory.path
    code, stdout, stderr = invoke("report", path, "--json")
    page = (path / "report.html").read_text(encoding="utf-8")
    assert (code, stderr.splitlines()[-1]) == (0, f"the page is {path / 'report.html'}")
    counts = {row["verdict"]: row["claims"] for row in json.loads(stdout)["rows"]}
    assert counts == {verdict: page.count(f'<tr role="row" data-group="{verdict}"') for verdict in VERDICTS}


def test_folder_that_is_no_run_is_told_in_one_line(invoke):
    """Exit code 1."""
    code, stdout, stderr = invoke("report", "nowhere")
    assert (code, stdout) == (1, "")
    assert re.fullmatch(r"reproduce: nowhere: .*\n", stderr)


def test_mistake_is_told_in_one_line_without_tensorflow(told, tmp_path):
    """Exit code 1, and no seconds lost: the run is sound, and only the place of the page is wrong."""
    (tmp_path / "mine.html").write_text("mine")
    words = [str(told("macbeth").directory.path), "--out", str(tmp_path / "mine.html")]
    command = [sys.executable, "-X", "importtime", "-m", "reproduce", "report", *words]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    (line,) = [line for line in ended.stderr.splitlines() if not line.startswith("import time:")]
    assert (ended.returncode, ended.stdout) == (1, "")
    assert line.startswith(f"reproduce: {words[-1]}: ")
    assert re.search(r"\| +(tensorflow|keras)\b", ended.stderr) is None


def test_missing_extra_is_told_in_one_line(invoke, told, monkeypatch):
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    monkeypatch.delitem(sys.modules, "reproduce.report.render", raising=False)
    code, stdout, stderr = invoke("report", told("macbeth").directory.path)
    assert (code, stdout) == (1, "")
    assert re.fullmatch(r"reproduce: a report needs plotly.*: pip install '\.\[report\]' in the repository\n", stderr)
