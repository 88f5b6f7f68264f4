"""Claims: how a rule is read, what it answers, what claims.toml may hold, and how verdicts are recorded in it."""

from datetime import datetime, timezone

import pytest

from reproduce import claims
from reproduce.evidence.claims import (
    VERDICTS,
    Claim,
    ClaimsError,
    judge_all,
    judge_by_run,
    load_claims,
    read_claims,
    record_verdicts,
)
from reproduce.evidence.schema import KINDS

CLAIM = {
    "id": "tale/x",
    "place": "there",
    "text": "what is said",
    "kind": "exact",
    "output": "figure",
    "evidence": "data/table.csv",
}
LATER = datetime(2031, 2, 3, 4, 5, 6, tzinfo=timezone.utc)


# A rule and its verdict


@pytest.mark.parametrize(
    ("rule", "expected", "outputs", "verdict"),
    [
        ("ours == expected", 3, {"figure": 3}, "reproduced"),
        ("ours == expected", 3, {"figure": 4}, "not reproduced"),
        ("ours == expected", [7, 1], {"figure": [7, 1]}, "reproduced"),
        ("ours == expected", "a day", {"figure": "a day"}, "reproduced"),
        ("ours < 1", None, {"figure": 0.99}, "reproduced"),
        ("ours < 1", None, {"figure": 1.0}, "not reproduced"),
        ("ours < 1e-6", None, {"figure": 0.0}, "reproduced"),
        ("ours > 0.05", None, {"figure": 0.05}, "not reproduced"),
        ("p > 0.05", 0.3, {"figure": 9, "p": 0.06}, "reproduced"),
        ("p > 0.05", 0.3, {"figure": 9, "p": 0.05}, "not reproduced"),
        ("p > q", None, {"figure": 9, "p": 2, "q": 1}, "reproduced"),
        ("p > q", None, {"figure": 9, "p": 1, "q": 2}, "not reproduced"),
        ("p > 0.05", 0.3, {"figure": 9}, "not testable"),
        ("p > 0.05", 0.3, {"figure": None, "p": 0.06}, "not testable"),
        ("p > q", None, {"figure": 9, "p": 2, "q": None}, "not testable"),
        ("ours < 1", None, {}, "not testable"),
        ("ours < 1", None, {"figure": float("nan")}, "not reproduced"),
    ],
)
def test_claim_is_judged_by_its_rule(rule, expected, outputs, verdict):
    """The relation holds, does not hold, or lacks a figure."""
    assert Claim(**CLAIM, rule=rule, expected=expected).judge(outputs).verdict == verdict
    assert verdict in VERDICTS


@pytest.mark.parametrize(
    ("outputs", "verdict"),
    [
        pytest.param({"figure": 7, "low": 1, "high": 2}, "reproduced", id="rule"),
        pytest.param({"figure": 7, "low": -1, "high": 2}, "partly reproduced", id="weaker-rule-alone"),
        pytest.param({"figure": 7, "low": -2, "high": -1}, "not reproduced", id="neither"),
        pytest.param({"figure": 7, "low": 1, "high": -1}, "reproduced", id="rule-without-the-weaker-one"),
        pytest.param({"figure": 7, "low": 1, "high": None}, "not testable", id="no-figure-for-the-weaker-one"),
        pytest.param({"figure": 7, "high": 2}, "not testable", id="no-figure-for-the-rule"),
    ],
)
def test_claim_is_partly_reproduced_where_only_its_weaker_rule_holds(outputs, verdict):
    """The rule decides first; a missing figure leaves nothing to test."""
    assert Claim(**CLAIM, rule="low > 0", partly="high > 0").judge(outputs).verdict == verdict


def test_judgement_shows_a_dash_where_there_is_no_figure():
    """People see a dash, programs a null."""
    judgement = Claim(**CLAIM, rule="ours < 1", shown=".2f").judge({})
    assert judgement.as_text()["ours"] == "-"
    assert judgement.as_row()["ours"] is None
    assert judgement.as_row()["partly"] is None


def test_judgement_shows_the_other_figures_of_its_rules():
    """A p-value stands nowhere else."""
    claim = Claim(**CLAIM, rule="p > 0.05", partly="span == expected", expected=["a", "b"])
    judgement = claim.judge({"figure": ["b", "a"], "p": 0.01234, "span": ["a", "b"], "unasked": 5})
    assert judgement.figures == {"p": 0.01234, "span": ["a", "b"]}
    assert judgement.rule_text() == "p > 0.05, partly span == expected (p is 0.0123, span is (a, b))"
    assert judgement.as_text()["ours"] == "(b, a)"


@pytest.mark.parametrize(
    ("recorded", "has_moved"), [("reproduced", False), ("not reproduced", True), ("", True)], ids=str
)
def test_judgement_knows_whether_its_verdict_has_moved(recorded, has_moved):
    """A claim without one on record has moved, too: somebody must look."""
    assert Claim(**CLAIM, rule="ours < 1", verdict=recorded).judge({"figure": 0}).has_moved == has_moved


@pytest.mark.parametrize("rule", ["", "ours", "ours ~ 3", "ours < 1 2", "ours == expected", "1 < 2"])
def test_claim_refuses_a_rule_that_cannot_be_judged(rule):
    """Three words with a known relation and a figure of ours, and an expected value where the rule names it."""
    with pytest.raises(ValueError, match="claim tale/x, rule: "):
        Claim(**CLAIM, rule=rule)


# What claims.toml may hold

SOUND = """\
# A comment that stays.
[article]
title = "A Tale"
authors = ["A. Teller"]
reference = "The Teller, May 2018"

[check]
codecheckers = ["A. Reader"]
time = 2030-01-02T03:04:05+00:00  # of the last record

# Rows are counted.
[[claim]]
id = "tale/rows"
place = "Data"
kind = "exact"
text = 'rows, verdict = "none"'
output = "rows"
expected = 3
rule = "ours == expected"
evidence = "data/table.csv"
verdict = "not reproduced"  # once

[[claim]]
id = "tale/loss"
place = "Results"
kind = "band"
text = "loss"
output = "loss_30"
rule = "p_30 > 0.05"
partly = "p_30 > 0.01"
shown = ".4f"
evidence = "docs/table.csv"
verdict = ""
"""


@pytest.fixture
def claims_toml(tmp_path):
    """A way to write a claims.toml, the sound one with some of its text exchanged."""

    def write(*exchanges):
        text = SOUND
        for old, new in exchanges:
            assert text.count(old) >= 1, old
            text = text.replace(old, new, 1)
        path = tmp_path / "claims.toml"
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


def test_sound_file_reads_as_it_is_written(claims_toml):
    """Its head, and every field of its claims."""
    about = read_claims(claims_toml())
    assert (about.title, about.authors, about.reference) == ("A Tale", ["A. Teller"], "The Teller, May 2018")
    assert (about.codecheckers, about.time.isoformat()) == (["A. Reader"], "2030-01-02T03:04:05+00:00")
    assert [claim.id for claim in about.claims] == ["tale/rows", "tale/loss"]
    assert about.claims[1] == Claim(
        id="tale/loss",
        place="Results",
        text="loss",
        kind="band",
        output="loss_30",
        rule="p_30 > 0.05",
        evidence="docs/table.csv",
        partly="p_30 > 0.01",
        shown=".4f",
    )


ROWS, LOSS = "claim 1 (tale/rows), ", "claim 2 (tale/loss), "
BROKEN = {
    "unknown-table": ("[article]", "[extra]\n[article]", "extra: unknown table"),
    "no-article": (SOUND[SOUND.index("[article]") : SOUND.index("[check]")], "", "article: missing"),
    "no-title": ('title = "A Tale"\n', "", "[article] title: missing"),
    "empty-title": ('"A Tale"', '""', "[article] title: ''"),
    "author-who-is-no-name": ('["A. Teller"]', "[3]", "[article] authors: [3]"),
    "one-author-outside-a-list": ('["A. Teller"]', '"A. Teller"', "[article] authors: 'A. Teller'"),
    "no-reference": ('reference = "The Teller, May 2018"\n', "", "[article] reference: missing"),
    "unknown-field-of-the-article": ("[article]", "[article]\ndoi = 1", "[article] doi: unknown"),
    "no-codechecker": ('["A. Reader"]', "[]", "[check] codecheckers: []"),
    "time-that-is-a-text": ("2030-01-02T03:04:05+00:00", '"now"', "[check] time: 'now'"),
    "time-without-a-zone": ("03:04:05+00:00", "03:04:05", "[check] time: datetime"),
    "unknown-field": ('kind = "exact"', 'kind = "exact"\nsort = "x"', ROWS + "sort: unknown field"),
    "no-id": ('id = "tale/rows"\n', "", "claim 1 (without an id), id: missing"),
    "id-that-is-no-id": ("tale/rows", "Tale rows", "claim 1 (Tale rows), id: 'Tale rows'"),
    "id-twice": ("tale/loss", "tale/rows", "claim 2 (tale/rows), id: stands twice"),
    "no-place": ('place = "Data"\n', "", ROWS + "place: missing"),
    "empty-text": ('text = "loss"', 'text = " "', LOSS + "text: ' '"),
    "text-that-is-a-number": ('text = "loss"', "text = 3", LOSS + "text: 3"),
    "no-kind": ('kind = "band"\n', "", LOSS + "kind: missing"),
    "unknown-kind": ('"band"', '"bend"', LOSS + "kind: 'bend', expected one of exact, band"),
    "no-output": ('output = "rows"\n', "", ROWS + "output: missing"),
    "output-that-is-no-name": ('"loss_30"', '"loss 30"', LOSS + "output: 'loss 30'"),
    "no-rule": ('rule = "p_30 > 0.05"\n', "", LOSS + "rule: missing"),
    "rule-of-two-words": ("p_30 > 0.05", "p_30 >", LOSS + "rule: 'p_30 >', expected a value"),
    "unknown-relation": ("p_30 > 0.05", "p_30 ~ 0.05", LOSS + "rule: 'p_30 ~ 0.05', expected a value"),
    "value-that-is-neither-name-nor-number": ("p_30 > 0.05", "p_30 > 5%", LOSS + "rule: 'p_30 > 5%', expected a value"),
    "rule-without-a-figure-of-ours": ("p_30 > 0.05", "1 > 0.05", LOSS + "rule: '1 > 0.05', expected a figure"),
    "rule-of-the-article-s-figure-alone": (
        "ours == expected",
        "expected == 3",
        ROWS + "rule: 'expected == 3', expected a figure of ours",
    ),
    "rule-of-an-expected-value-that-is-not-there": (
        "p_30 > 0.05",
        "p_30 > expected",
        LOSS + "rule: 'p_30 > expected', expected no",
    ),
    "order-of-lists": ('expected = 3\nrule = "ours == ', 'expected = [3]\nrule = "ours < ', ROWS + "rule: 'ours < "),
    "weaker-rule-that-is-none": ("p_30 > 0.01", "p_30", LOSS + "partly: 'p_30', expected a value"),
    "weaker-rule-that-is-the-rule": ("p_30 > 0.01", "p_30 > 0.05", LOSS + "partly: 'p_30 > 0.05', expected another"),
    "weaker-rule-that-is-no-text": ('"p_30 > 0.01"', "1", LOSS + "partly: 1, expected a text"),
    "expected-value-that-is-a-truth": ("expected = 3", "expected = true", ROWS + "expected: True"),
    "expected-value-that-is-a-table": ("expected = 3", "expected = { a = 1 }", ROWS + "expected: {'a': 1}"),
    "expected-value-that-is-empty": ("expected = 3", "expected = []", ROWS + "expected: []"),
    "format-that-is-none": ('".4f"', '".4q"', LOSS + "shown: '.4q'"),
    "format-of-a-text": ("expected = 3", 'expected = "3"\nshown = ".1f"', ROWS + "shown: '.1f'"),
    "no-evidence": ('evidence = "data/table.csv"\n', "", ROWS + "evidence: missing"),
    "evidence-elsewhere": ("data/table.csv", "/data/table.csv", ROWS + "evidence: '/data/table.csv'"),
    "evidence-outside": ("data/table.csv", "../table.csv", ROWS + "evidence: '../table.csv'"),
    "unknown-verdict": ('"not reproduced"', '"no"', ROWS + "verdict: 'no', expected one of reproduced, "),
    "verdict-that-is-no-text": ('"not reproduced"', "false", ROWS + "verdict: False, expected a text"),
}


@pytest.mark.parametrize(("old", "new", "told"), BROKEN.values(), ids=BROKEN)
def test_broken_rule_of_claims_toml_is_told_in_one_line(old, new, told, claims_toml):
    """The file, the claim, the field, what came, what was wanted; and nothing else."""
    with pytest.raises(ClaimsError) as refused:
        read_claims(claims_toml((old, new)))
    (line,) = str(refused.value).splitlines()
    assert line.startswith("claims.toml, " + told)
    assert "expected " in line


def test_file_that_is_no_toml_is_refused(claims_toml):
    """Where it stops to be TOML."""
    with pytest.raises(ClaimsError, match=r"^claims.toml: not TOML: .*line 13"):
        read_claims(claims_toml(('id = "tale/rows"', "id = tale/rows")))


def test_file_without_claims_is_refused(claims_toml):
    """Nothing to judge would be no verdict that moved."""
    path = claims_toml()
    path.write_text(SOUND[: SOUND.index("# Rows are counted")], encoding="utf-8")
    with pytest.raises(ClaimsError, match=r"claims.toml, claim: missing, expected at least one \[\[claim\]\]"):
        read_claims(path)


def test_all_broken_rules_of_claims_toml_are_told_together(claims_toml):
    """Three in two claims and one in the head: four lines, in the order of the file."""
    exchanges = [('"A Tale"', '""'), ('"exact"', '"exakt"'), ("data/", "/"), ("p_30 > 0.05", "p_30")]
    with pytest.raises(ClaimsError) as refused:
        read_claims(claims_toml(*exchanges))
    assert [line.partition(": ")[0] for line in str(refused.value).splitlines()] == [
        "claims.toml, [article] title",
        f"claims.toml, {ROWS}kind",
        f"claims.toml, {ROWS}evidence",
        f"claims.toml, {LOSS}rule",
    ]


# Recording


def judged(path, **outputs):
    """Every claim of the file with a verdict by these figures."""
    return [claim.judge(outputs) for claim in read_claims(path).claims]


def test_record_changes_verdicts_and_time_and_nothing_else(claims_toml):
    """Comments, order, spaces and the word verdict inside a text stay."""
    path = claims_toml()
    record_verdicts(path, judged(path, rows=3, loss_30=0.1, p_30=0.02), LATER)
    assert path.read_text(encoding="utf-8") == (
        SOUND.replace('verdict = "not reproduced"  # once', 'verdict = "reproduced"  # once')
        .replace('verdict = ""', 'verdict = "partly reproduced"')
        .replace("2030-01-02T03:04:05+00:00", "2031-02-03T04:05:06+00:00")
    )


def test_record_keeps_the_verdicts_of_claims_that_were_not_judged(claims_toml):
    """Those of ours, which only a run can tell."""
    path = claims_toml()
    record_verdicts(path, judged(path, loss_30=0.1, p_30=0.2)[1:], LATER)
    assert [claim.verdict for claim in read_claims(path).claims] == ["not reproduced", "reproduced"]


@pytest.mark.parametrize(
    ("exchange", "told"),
    [
        pytest.param(('verdict = ""\n', ""), "claims.toml, tale/loss: no verdict could", id="no-line"),
        pytest.param(('verdict = ""\n', 'verdict=""\n'), "claims.toml, tale/loss: no verdict could", id="another-form"),
        pytest.param(("time = ", "time="), r"claims.toml, \[check\]: no time could", id="no-time"),
    ],
)
def test_record_refuses_where_it_finds_no_line(exchange, told, claims_toml):
    """And the file stays as it was."""
    path = claims_toml(exchange)
    before = path.read_bytes()
    with pytest.raises(ClaimsError, match=told):
        record_verdicts(path, judged(path, rows=3, loss_30=0.1, p_30=0.02), LATER)
    assert path.read_bytes() == before


def test_record_leaves_line_ends_alone(claims_toml):
    """A file from Windows stays one."""
    path = claims_toml()
    path.write_bytes(SOUND.replace("\n", "\r\n").encode())
    record_verdicts(path, judged(path, rows=3, loss_30=0.1, p_30=0.02), LATER)
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n") == SOUND.count("\n")


# The shipped file


def test_claims_of_the_article_are_sound():
    """Every kind is there, every id is the article's or ours."""
    claims = load_claims("reproduce.articles.bitcoin_lstm")
    assert {claim.kind for claim in claims} == set(KINDS)
    assert {claim.id.partition("/")[0] for claim in claims} == {"bitcoin-lstm", "ours"}


# Which claims are judged


def test_unknown_figures_are_told_in_a_line_a_claim():
    """The claim's own and those that its rule names; a claim whose figures are all there is not told."""
    rules = {("tale/x", "figure"): "p > q", ("tale/y", "q"): "r < 1", ("tale/z", "q"): "ours > 0"}
    asked = [Claim(**CLAIM | {"id": name, "output": output}, rule=rule) for (name, output), rule in rules.items()]
    with pytest.raises(ClaimsError) as refused:
        judge_all(asked, {"q": 1})
    assert str(refused.value).splitlines() == [
        "claims.toml, tale/x: no figure is called figure, p",
        "claims.toml, tale/y: no figure is called r",
    ]


def test_run_s_claims_are_those_whose_own_figure_it_has(monkeypatch):
    """Not testable, rather than left out, where that figure or another of the rule's is not known."""
    rules = {"rows": "ours > 2", "rate": "ours > 2", "loss": "p > 0.05", "text": "rows > 2"}
    there = [Claim(**CLAIM | {"id": f"tale/{name}", "output": name}, rule=rule) for name, rule in rules.items()]
    monkeypatch.setattr(claims, "load_claims", {"tale": there}.get)
    judged = judge_by_run("tale", {"loss": 0.5, "rate": None, "rows": 3})
    assert [(one.claim.output, one.verdict) for one in judged] == [
        ("rows", "reproduced"),
        ("rate", "not testable"),
        ("loss", "not testable"),
    ]
