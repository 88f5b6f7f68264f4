"""codecheck.yml: what CODECHECK asks for, read back by a YAML parser; that it is up to date: articles/test_audit.py."""

from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from reproduce.evidence.claims import Claim, ClaimsFile, read_claims
from reproduce.evidence.codecheck import codecheck_text

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "codecheck.yml").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load(TEXT)
ABOUT = read_claims("reproduce.articles.bitcoin_lstm")
OF_THE_ARTICLE = [claim for claim in ABOUT.claims if claim.group != "ours"]


def test_codecheck_yml_has_the_keys_of_the_specification():
    """In its order."""
    assert list(MANIFEST) == [
        *("version", "paper", "manifest", "codechecker", "summary", "repository", "check_time", "certificate", "report")
    ]
    assert MANIFEST["version"].startswith("https://codecheck.org.uk/spec/config/")


def test_codecheck_yml_names_the_article_as_the_citation_does():
    """Title, author and where it stands."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    article = next(one for one in citation["references"] if one["type"] == "article")  # the first: Bitcoin's
    (author,) = article["authors"]
    assert MANIFEST["paper"] == {
        "title": article["title"],
        "authors": [{"name": f"{author['given-names']} {author['family-names']}"}],
        "reference": f"{article['journal']}, {datetime(article['year'], article['month'], 1):%B %Y}",
    }
    assert MANIFEST["codechecker"] == citation["authors"]


@pytest.mark.parametrize("number", range(len(OF_THE_ARTICLE)), ids=[claim.id for claim in OF_THE_ARTICLE])
def test_codecheck_yml_has_an_entry_for_the_claim(number):
    """Its evidence; in the comment its id, its kind, the expected value, the rule and the recorded verdict."""
    entry, claim = MANIFEST["manifest"][number], OF_THE_ARTICLE[number]
    assert entry["file"] == claim.evidence
    comment = entry["comment"]
    assert comment.startswith(f"{claim.id} ({claim.kind}, {claim.place}): {claim.text}; expected: ")
    assert f"; rule: {claim.rule}" in comment
    assert (f"; rule: {claim.rule}, partly {claim.partly}" in comment) == bool(claim.partly)
    assert comment.endswith(f"; verdict: {ABOUT.verdicts[claim.id]}")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("rows", "1273", id="number"),
        pytest.param("loss-30", "0.0695", id="rounded"),
        pytest.param("train-inputs", "(1018, 7, 1)", id="list"),
        pytest.param("first-day", "2014-12-01", id="text"),
        pytest.param("loss-curve", "-", id="none"),
    ],
)
def test_comment_shows_the_expected_value(name, expected):
    """As the article prints it, or a dash."""
    (comment,) = (e["comment"] for e in MANIFEST["manifest"] if e["comment"].startswith(f"bitcoin-lstm/{name} "))
    assert f"; expected: {expected}; ours: " in comment


def test_manifest_has_one_entry_a_claim():
    """None twice, none of ours."""
    assert len(MANIFEST["manifest"]) == len(OF_THE_ARTICLE)


def test_codecheck_yml_claims_no_certificate():
    """What does not exist is empty, and the summary says so."""
    assert [MANIFEST[name] for name in ("repository", "certificate", "report")] == [None, None, None]
    assert "no certificate number" in MANIFEST["summary"]


def test_check_time_is_that_of_the_record():
    """Not that of writing the file, so that writing it anew changes nothing."""
    assert datetime.fromisoformat(MANIFEST["check_time"]) == ABOUT.time


def claim_with(**fields):
    """A claim, some of its fields exchanged, that holds where x is below 1."""
    sound = {"id": "tale/x", "place": "there", "text": "x", "kind": "exact", "output": "x", "rule": "ours < 1"}
    return Claim(**{"evidence": "x.csv"} | sound | fields)


def manifest_of(article, claims, x, text="A Tale"):
    """The text of the manifest of claims judged by x, of an article that is nothing but `text`."""
    about = ClaimsFile(text, [text], text, [text], claims, datetime(2030, 1, 2, tzinfo=timezone.utc), {})
    return codecheck_text(article, about, [claim.judge({"x": x}) for claim in claims])


@pytest.mark.parametrize("article", ["bitcoin-lstm", "macbeth"])
def test_first_line_is_the_command_that_writes_the_manifest(article):
    """Of this article and no other."""
    first, _ = manifest_of(article, [claim_with()], x=0).split("\n", 1)
    assert first == f"# Written by: reproduce claims {article} --codecheck codecheck.yml"


def test_summary_counts_claims_and_settings_apart():
    """A setting that agrees is no claim reproduced."""
    kinds = ("exact", "setting", "setting", "reconstruction")
    claims = [claim_with(id=f"tale/x{k}", kind=kind) for k, kind in enumerate(kinds)]
    summary = yaml.safe_load(manifest_of("tale", claims, x=0))["summary"]
    counts = "1 claim: 1 reproduced; not counted among them: 2 settings and 1 reconstruction, all in agreement."
    assert summary.startswith(f"A program holds each to a rule. {counts} ")


def test_text_that_means_something_in_yaml_comes_back_as_it_was():
    """Colons, quotes, hashes, line ends, signs, other scripts."""
    odd = "- 'no': \"yes\" # ~ {x}: [y] & *z | > %: é → 7\nnull"
    claim = claim_with(place=odd, text=odd, kind="wording", evidence="a: b.csv")
    read = yaml.safe_load(manifest_of("tale", [claim], x=0, text=odd))
    assert read["paper"] == {"title": odd, "authors": [{"name": odd}], "reference": odd}
    comment = f"tale/x (wording, {odd}): {odd}; expected: -; ours: 0; rule: ours < 1; verdict: reproduced"
    assert read["manifest"] == [{"file": "a: b.csv", "comment": comment}]
    assert read["check_time"] == "2030-01-02T00:00:00+00:00"
