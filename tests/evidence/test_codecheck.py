"""codecheck.yml: what CODECHECK asks for, read back by a YAML parser, and up to date."""

import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
import yaml

from reproduce.articles.bitcoin_lstm.audit import audit
from reproduce.evidence.claims import Claim, ClaimsFile, claims_path, read_claims
from reproduce.evidence.codecheck import codecheck_text

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "codecheck.yml").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load(TEXT)
TOML = tomllib.loads((ROOT / "reproduce/articles/bitcoin_lstm/claims.toml").read_text(encoding="utf-8"))
STATEMENTS = [claim for claim in TOML["claim"] if claim["id"].startswith("bitcoin-lstm/")]


def test_codecheck_yml_is_up_to_date():
    """Where this fails: reproduce claims bitcoin-lstm --codecheck codecheck.yml."""
    about = read_claims(claims_path("reproduce.articles.bitcoin_lstm"))
    assert codecheck_text(about, audit()) == TEXT


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


@pytest.mark.parametrize("number", range(len(STATEMENTS)), ids=[claim["id"] for claim in STATEMENTS])
def test_codecheck_yml_has_an_entry_for_the_claim(number):
    """Its evidence; in the comment its id, the expected value, the rule and the recorded verdict."""
    entry, claim = MANIFEST["manifest"][number], STATEMENTS[number]
    assert entry["file"] == claim["evidence"]
    comment = entry["comment"]
    assert comment.startswith(f"{claim['id']} ({claim['kind']}, {claim['place']}): {claim['text']}; expected: ")
    assert f"; rule: {claim['rule']}" in comment
    assert claim.get("partly", "") in comment
    assert comment.endswith(f"; verdict: {claim['verdict']}")


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
    assert len(MANIFEST["manifest"]) == len(STATEMENTS)


def test_codecheck_yml_claims_no_certificate():
    """What does not exist is empty, and the summary says so."""
    assert [MANIFEST[name] for name in ("repository", "certificate", "report")] == [None, None, None]
    assert "no certificate number" in MANIFEST["summary"]


def test_check_time_is_that_of_the_record():
    """Not that of writing the file, so that writing it anew changes nothing."""
    assert datetime.fromisoformat(MANIFEST["check_time"]) == TOML["check"]["time"]


def test_summary_counts_the_verdicts():
    """All four, also those that no claim has."""
    verdicts = [claim["verdict"] for claim in STATEMENTS]
    for verdict in ("reproduced", "partly reproduced", "not reproduced", "not testable"):
        assert f" {verdicts.count(verdict)} {verdict}" in MANIFEST["summary"]


def test_text_that_means_something_in_yaml_comes_back_as_it_was():
    """Colons, quotes, hashes, line ends, signs, other scripts."""
    odd = "- 'no': \"yes\" # ~ {x}: [y] & *z | > %: é → 7\nnull"
    claim = Claim(id="tale/x", place=odd, text=odd, kind="wording", output="x", rule="ours < 1", evidence="a: b.csv")
    about = ClaimsFile(odd, [odd], odd, [odd], datetime(2030, 1, 2, tzinfo=timezone.utc), [claim])
    read = yaml.safe_load(codecheck_text(about, [claim.judge({"x": 0})]))
    assert read["paper"] == {"title": odd, "authors": [{"name": odd}], "reference": odd}
    comment = f"tale/x (wording, {odd}): {odd}; expected: -; ours: 0; rule: ours < 1; verdict: reproduced"
    assert read["manifest"] == [{"file": "a: b.csv", "comment": comment}]
    assert read["check_time"] == "2030-01-02T00:00:00+00:00"
