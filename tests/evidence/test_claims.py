"""Claims: how a rule is read, what it answers, what the two files may hold, and how verdicts are recorded."""

import json
import sys
from datetime import datetime, timezone

import pytest

from reproduce.evidence.claims import (
    Claim,
    ClaimsError,
    judge_all,
    judge_by_run,
    read_claims,
    record_verdicts,
)
from reproduce.evidence.schema import KINDS

CLAIM = {
    "id": "tale/x",
    "place": "there",
    "text": "what is said",
    "kind": "exact",
    "output": "value",
    "evidence": "data/table.csv",
}
LATER = datetime(2031, 2, 3, 4, 5, 6, tzinfo=timezone.utc)


# A rule and its verdict


@pytest.mark.parametrize(
    ("rule", "expected", "outputs", "verdict"),
    [
        ("ours == expected", 3, {"value": 3}, "reproduced"),
        ("ours == expected", 3, {"value": 4}, "not reproduced"),
        ("ours == expected", [7, 1], {"value": [7, 1]}, "reproduced"),
        ("ours == expected", "a day", {"value": "a day"}, "reproduced"),
        ("ours < 1", None, {"value": 0.99}, "reproduced"),
        ("ours < 1", None, {"value": 1.0}, "not reproduced"),
        ("ours < 1e-6", None, {"value": 0.0}, "reproduced"),
        ("ours > 0.05", None, {"value": 0.05}, "not reproduced"),
        ("p > 0.05", 0.3, {"value": 9, "p": 0.06}, "reproduced"),
        ("p > 0.05", 0.3, {"value": 9, "p": 0.05}, "not reproduced"),
        ("p > q", None, {"value": 9, "p": 2, "q": 1}, "reproduced"),
        ("p > q", None, {"value": 9, "p": 1, "q": 2}, "not reproduced"),
        ("p > 0.05", 0.3, {"value": 9}, "not testable"),
        ("p > 0.05", 0.3, {"value": None, "p": 0.06}, "not testable"),
        ("p > q", None, {"value": 9, "p": 2, "q": None}, "not testable"),
        ("ours < 1", None, {}, "not testable"),
        ("ours < 1", None, {"value": float("nan")}, "not reproduced"),
    ],
)
def test_claim_is_judged_by_its_rule(rule, expected, outputs, verdict):
    """The relation holds, does not hold, or lacks a value."""
    assert Claim(**CLAIM, rule=rule, expected=expected).judge(outputs).verdict == verdict


@pytest.mark.parametrize(
    ("outputs", "verdict"),
    [
        pytest.param({"value": 7, "low": 1, "high": 2}, "reproduced", id="rule"),
        pytest.param({"value": 7, "low": -1, "high": 2}, "partly reproduced", id="weaker-rule-alone"),
        pytest.param({"value": 7, "low": -2, "high": -1}, "not reproduced", id="neither"),
        pytest.param({"value": 7, "low": 1, "high": -1}, "reproduced", id="rule-without-the-weaker-one"),
        pytest.param({"value": 7, "low": 1, "high": None}, "not testable", id="no-value-for-the-weaker-one"),
        pytest.param({"value": 7, "high": 2}, "not testable", id="no-value-for-the-rule"),
    ],
)
def test_claim_is_partly_reproduced_where_only_its_weaker_rule_holds(outputs, verdict):
    """The rule decides first; a missing value leaves nothing to test."""
    assert Claim(**CLAIM, rule="low > 0", partly="high > 0").judge(outputs).verdict == verdict


@pytest.mark.parametrize(
    ("fields", "outputs", "p"),
    [
        pytest.param({"test": "mean", "p": "value_p"}, {"value": 3, "value_p": 0.3}, 0.3, id="named"),
        pytest.param({"test": "mean", "p": "value_p"}, {"value": None, "value_p": 0.3}, None, id="not-testable"),
        pytest.param({"test": "mean", "p": "value_p"}, {"value": 3}, None, id="not-known-of-a-run"),
        pytest.param({"test": "count", "seeds": 20}, {"value": 16}, 2 * 6196 / 2**20, id="count-of-seeds"),
        pytest.param(
            {"test": "count", "seeds": 20, "partly": "other > 15"},
            {"value": 1, "other": 16},
            2 * 6196 / 2**20,
            id="largest",
        ),
        pytest.param({"test": "count", "seeds": 20}, {"value": None}, None, id="no-count"),
        pytest.param({}, {"value": 3, "value_p": 0.3}, None, id="no-chance"),
    ],
)
def test_p_is_the_value_named_or_that_of_the_count(fields, outputs, p):
    """The largest of all that the rules name; None without a verdict, and where no chance is in it."""
    assert Claim(**CLAIM, rule="ours > 15", **fields).judge(outputs).p == p


def test_judgement_shows_a_dash_where_there_is_no_value():
    """People see a dash, programs a null."""
    judgement = Claim(**CLAIM, rule="ours < 1", shown=".2f").judge({})
    assert judgement.as_text()["ours"] == "-"
    assert judgement.as_row()["ours"] is None
    assert judgement.as_row()["partly"] is None


def test_judgement_shows_the_other_values_of_its_rules():
    """A p-value stands nowhere else."""
    claim = Claim(**CLAIM, rule="p > 0.05", partly="span == expected", expected=["a", "b"])
    judgement = claim.judge({"value": ["b", "a"], "p": 0.01234, "span": ["a", "b"], "unasked": 5})
    assert judgement.others == {"p": 0.01234, "span": ["a", "b"]}
    assert judgement.rule_text() == "p > 0.05, partly span == expected (p is 0.0123, span is (a, b))"
    assert judgement.as_text()["ours"] == "(b, a)"


@pytest.mark.parametrize("rule", ["", "ours", "ours ~ 3", "ours < 1 2", "ours == expected", "1 < 2"])
def test_claim_refuses_a_rule_that_cannot_be_judged(rule):
    """Three words with a known relation and a value of ours, and an expected value where the rule names it."""
    with pytest.raises(ValueError, match="claim tale/x, rule: "):
        Claim(**CLAIM, rule=rule)


@pytest.mark.parametrize(
    ("name", "kind", "group"),
    [
        ("tale/x", "exact", "claims"),
        ("tale/x", "wording", "claims"),
        ("tale/x", "setting", "settings"),
        ("tale/x", "reconstruction", "reconstructions"),
        ("ours/x", "comparison", "ours"),
    ],
)
def test_claim_belongs_to_what_it_is_counted_among(name, kind, group):
    """Its kind decides, and whether the article says it at all."""
    assert Claim(**CLAIM | {"id": name, "kind": kind}, rule="ours < 1").group == group


# What the two files may hold

SOUND = """\
[article]
title = "A Tale"
authors = ["A. Teller"]
reference = "The Teller, May 2018"

[check]
codecheckers = ["A. Reader"]

# Rows are counted.
[[claim]]
id = "tale/rows"
place = "Data"
kind = "exact"
text = "rows"
output = "rows"
expected = 3
rule = "ours == expected"
evidence = "data/table.csv"

[[claim]]
id = "tale/loss"
place = "Results"
kind = "band"
text = "loss"
output = "loss_30"
rule = "p_30 > 0.05"
partly = "p_30 > 0.01"
shown = ".4f"
test = "draw"
p = "p_30"
evidence = "docs/table.csv"
"""
RECORD = {
    "time": "2030-01-02T03:04:05+00:00",
    "verdicts": {"tale/rows": "not reproduced"},
    "p_values": {"tale/rows": 0.25},
}


@pytest.fixture
def tale(tmp_path, monkeypatch):
    """A way to write an article's package: the sound claims.toml with some of its text exchanged, and a record."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tale", raising=False)
    folder = tmp_path / "tale"
    folder.mkdir()
    (folder / "__init__.py").touch()

    def write(*exchanges, record=None):
        text = SOUND
        for old, new in exchanges:
            assert old in text, old
            text = text.replace(old, new, 1)
        (folder / "claims.toml").write_text(text, encoding="utf-8")
        if record is not None:
            (folder / "verdicts.json").write_text(record, encoding="utf-8")
        return folder

    return write


def test_sound_files_read_as_they_are_written(tale):
    """The head, every field of a claim, and the record."""
    tale(record=json.dumps(RECORD))
    about = read_claims("tale")
    assert (about.title, about.authors, about.reference) == ("A Tale", ["A. Teller"], "The Teller, May 2018")
    assert (about.codecheckers, about.time.isoformat()) == (["A. Reader"], "2030-01-02T03:04:05+00:00")
    assert (about.verdicts, about.p_values) == ({"tale/rows": "not reproduced"}, {"tale/rows": 0.25})
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
        test="draw",
        p="p_30",
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
    "rule-without-a-value-of-ours": ("p_30 > 0.05", "1 > 0.05", LOSS + "rule: '1 > 0.05', expected a value of ours"),
    "rule-of-the-article-s-value-alone": (
        "ours == expected",
        "expected == 3",
        ROWS + "rule: 'expected == 3', expected a value of ours",
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
    "format-of-a-list": ("expected = 3", 'expected = [[1]]\nshown = ".1f"', ROWS + "expected: [[1]]"),
    "test-without-a-p": ('p = "p_30"\n', "", LOSS + "test: draw with no p and no seeds, expected one"),
    "p-without-a-test": ('test = "draw"\n', "", LOSS + "test: none with p_30 and no seeds, expected one"),
    "p-and-seeds": (
        'p = "p_30"\n',
        'p = "p_30"\nseeds = 20\n',
        LOSS + "test: draw with p_30 and 20 seeds, expected one",
    ),
    "p-and-seeds-without-a-test": (
        'test = "draw"\n',
        "seeds = 20\n",
        LOSS + "test: none with p_30 and 20 seeds, expected",
    ),
    "seeds-of-another-test": ('p = "p_30"\n', "seeds = 20\n", LOSS + "seeds: 20 with test 'draw', expected count"),
    "seeds-that-are-no-number": ('p = "p_30"\n', 'seeds = "20"\n', LOSS + "seeds: '20', expected a whole number"),
    "unknown-test": ('"draw"', '"drawn"', LOSS + "test: 'drawn', expected one of draw, "),
    "p-that-is-no-name": ('"p_30"\n', '"0.03"\n', LOSS + "p: '0.03', expected a name"),
    "no-evidence": ('evidence = "data/table.csv"\n', "", ROWS + "evidence: missing"),
    "evidence-elsewhere": ("data/table.csv", "/data/table.csv", ROWS + "evidence: '/data/table.csv'"),
    "evidence-outside": ("data/table.csv", "../table.csv", ROWS + "evidence: '../table.csv'"),
}


@pytest.mark.parametrize(("old", "new", "told"), BROKEN.values(), ids=BROKEN)
def test_broken_rule_of_claims_toml_is_told_in_one_line(old, new, told, tale):
    """The file, the claim, the field, what came, what was wanted; and nothing else."""
    tale((old, new))
    with pytest.raises(ClaimsError) as refused:
        read_claims("tale")
    (line,) = str(refused.value).splitlines()
    assert line.startswith("claims.toml, " + told)
    assert "expected " in line


def test_file_that_is_no_toml_is_refused(tale):
    """Where it stops to be TOML."""
    tale(('id = "tale/rows"', "id = tale/rows"))
    with pytest.raises(ClaimsError, match=r"^claims.toml: not TOML: .*line 11"):
        read_claims("tale")


def test_file_without_claims_is_refused(tale):
    """Nothing to judge would be no verdict that moved."""
    tale((SOUND[SOUND.index("# Rows are counted") :], ""))
    with pytest.raises(ClaimsError, match=r"claims.toml, claim: missing, expected at least one \[\[claim\]\]"):
        read_claims("tale")


def test_all_broken_rules_of_claims_toml_are_told_together(tale):
    """Three in two claims and one in the head: four lines, in the order of the file."""
    tale(('"A Tale"', '""'), ('"exact"', '"exakt"'), ("data/", "/"), ("p_30 > 0.05", "p_30"))
    with pytest.raises(ClaimsError) as refused:
        read_claims("tale")
    assert [line.partition(": ")[0] for line in str(refused.value).splitlines()] == [
        "claims.toml, [article] title",
        f"claims.toml, {ROWS}kind",
        f"claims.toml, {ROWS}evidence",
        f"claims.toml, {LOSS}rule",
    ]


@pytest.mark.parametrize(
    ("record", "told"),
    [
        pytest.param("{", "verdicts.json: not JSON: ", id="no-json"),
        pytest.param("[]", "verdicts.json, expected an object with time, verdicts", id="list"),
        pytest.param('{"verdicts": {}}', "verdicts.json, expected an object with time, verdicts", id="no-time"),
        pytest.param('{"time": "now", "verdicts": {}}', "verdicts.json, time: 'now', expected a time", id="no-moment"),
        pytest.param(
            '{"time": "2030-01-02T03:04:05", "verdicts": {}}',
            "verdicts.json, time: '2030-01-02T03:04:05', expected a time such as",
            id="time-without-a-zone",
        ),
        pytest.param(
            json.dumps(RECORD | {"verdicts": {"tale/rows": "no"}}),
            "verdicts.json, tale/rows: 'no', expected one of reproduced, ",
            id="unknown-verdict",
        ),
        pytest.param(
            json.dumps(RECORD | {"p_values": {"tale/rows": 1.5}}),
            "verdicts.json, p_values, tale/rows: 1.5, expected a number from 0 to 1",
            id="no-probability",
        ),
    ],
)
def test_broken_record_is_told_in_one_line(record, told, tale):
    """And what to do about a file that nobody writes by hand."""
    tale(record=record)
    with pytest.raises(ClaimsError) as refused:
        read_claims("tale")
    (line,) = str(refused.value).splitlines()
    assert line.startswith(told)
    assert line.endswith("; remove it and record the verdicts again")


# Recording


def judged(**outputs):
    """Every claim of the tale with a verdict by these values."""
    return [claim.judge(outputs) for claim in read_claims("tale").claims]


def test_record_has_the_verdicts_in_the_order_of_the_claims(tale):
    """With the p-values, to six digits, and the time; of the two files only the generated one is written."""
    folder = tale()
    record_verdicts("tale", judged(rows=3, loss_30=0.1, p_30=0.0212345678)[::-1], LATER)
    assert (folder / "verdicts.json").read_text(encoding="utf-8") == (
        '{\n  "time": "2031-02-03T04:05:06+00:00",\n  "verdicts": {\n'
        '    "tale/rows": "reproduced",\n    "tale/loss": "partly reproduced"\n  },\n'
        '  "p_values": {\n    "tale/loss": 0.0212346\n  }\n}\n'
    )
    assert (folder / "claims.toml").read_text(encoding="utf-8") == SOUND
    about = read_claims("tale")
    assert (about.time, about.verdicts["tale/loss"]) == (LATER, "partly reproduced")


def test_record_keeps_the_verdicts_of_claims_that_were_not_judged(tale):
    """Those of ours, which only a run can tell; one whose claim is gone is dropped."""
    before = {"verdicts": {"tale/gone": "reproduced", "tale/rows": "not reproduced"}, "p_values": {"tale/rows": 0.5}}
    tale(record=json.dumps(RECORD | before))
    record_verdicts("tale", judged(loss_30=0.1, p_30=0.2)[1:], LATER)
    about = read_claims("tale")
    assert about.verdicts == {"tale/rows": "not reproduced", "tale/loss": "reproduced"}
    assert about.p_values == {"tale/rows": 0.5, "tale/loss": 0.2}


def test_verdict_that_rests_on_chance_no_more_has_no_p_value_on_record(tale):
    """Nor one that cannot be tested any more."""
    tale(record=json.dumps(RECORD | {"p_values": {"tale/rows": 0.5, "tale/loss": 0.4}}))
    record_verdicts("tale", judged(rows=3, loss_30=None, p_30=0.2), LATER)
    assert read_claims("tale").p_values == {}


def test_record_without_p_values_is_read(tale):
    """One that an earlier version wrote."""
    tale(record=json.dumps({name: RECORD[name] for name in ("time", "verdicts")}))
    assert (read_claims("tale").verdicts, read_claims("tale").p_values) == (RECORD["verdicts"], {})


def test_article_without_a_record_has_no_verdicts(tale):
    """A new one."""
    tale()
    assert (read_claims("tale").time, read_claims("tale").verdicts) == (None, {})


@pytest.mark.parametrize(
    ("rows", "moved"), [(4, ["tale/loss"]), (3, ["tale/rows", "tale/loss"])], ids=["as-recorded", "another"]
)
def test_verdict_has_moved_where_it_is_not_the_one_on_record(rows, moved, tale):
    """A claim without one on record has moved, too: somebody must look."""
    tale(record=json.dumps(RECORD))
    assert [one.claim.id for one in read_claims("tale").moved(judged(rows=rows))] == moved


# The shipped files


def test_claims_of_the_articles_are_sound():
    """Every kind is in use, every id is an article's or ours, and every claim of an article has a verdict on record."""
    kinds = set()
    for article in ("bitcoin-lstm", "stacked-lstm", "macbeth"):
        about = read_claims(f"reproduce.articles.{article.replace('-', '_')}")
        kinds |= {claim.kind for claim in about.claims}
        assert {claim.id.partition("/")[0] for claim in about.claims} <= {article, "ours"}
        assert {claim.id for claim in about.claims if claim.group != "ours"} <= set(about.verdicts)
    assert kinds == set(KINDS)


# Which claims are judged


def test_unknown_values_are_told_in_a_line_a_claim():
    """The claim's own and those that its rule names; a claim whose values are all there is not told."""
    rules = {("tale/x", "value"): "p > q", ("tale/y", "q"): "r < 1", ("tale/z", "q"): "ours > 0"}
    asked = [Claim(**CLAIM | {"id": name, "output": output}, rule=rule) for (name, output), rule in rules.items()]
    with pytest.raises(ClaimsError) as refused:
        judge_all(asked, {"q": 1})
    assert str(refused.value).splitlines() == [
        "claims.toml, tale/x: no value is called p, value",
        "claims.toml, tale/y: no value is called r",
    ]


@pytest.mark.parametrize(
    ("outputs", "verdicts"),
    [
        pytest.param({"rows": 3}, {"tale/rows": "reproduced"}, id="one-claim"),
        pytest.param({"loss_30": 0.5}, {"tale/loss": "not testable"}, id="no-value-for-the-rule"),
        pytest.param({"rows": None, "p_30": 1}, {"tale/rows": "not testable"}, id="unknown-value"),
    ],
)
def test_run_s_claims_are_those_whose_own_value_it_has(outputs, verdicts, tale):
    """Not testable, rather than left out, where that value or another of the rule's is not known."""
    tale()
    judged = judge_by_run("tale", outputs, has_own_data=True, is_published=True)
    assert {one.claim.id: one.verdict for one in judged} == verdicts


@pytest.mark.parametrize(
    ("exchanged", "has_own_data", "is_published", "shown"),
    [
        pytest.param(
            'kind = "exact"\nof_data = true', False, True, "not testable on other data", id="of-the-article-s-data"
        ),
        pytest.param('kind = "exact"\nof_data = true', True, True, "not reproduced", id="on-the-article-s-data"),
        pytest.param('kind = "setting"', True, False, "not testable with this variant", id="a-changed-setting"),
        pytest.param('kind = "setting"', True, True, "not reproduced", id="a-setting-as-published"),
        pytest.param('kind = "exact"', False, False, "not reproduced", id="what-any-run-can-judge"),
    ],
)
def test_run_cannot_test_what_it_does_not_share_with_the_article(exchanged, has_own_data, is_published, shown, tale):
    """Neither on other data nor with another setting; the words say which."""
    tale(('kind = "exact"', exchanged))
    (one,) = judge_by_run("tale", {"rows": 2}, has_own_data=has_own_data, is_published=is_published)
    assert one.as_text()["verdict"] == shown
