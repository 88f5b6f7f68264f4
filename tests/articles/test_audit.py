"""The audit of each article: its verdicts are those on record, and no rule hangs in the air."""

import json
from pathlib import Path

import pytest

from reproduce.articles import ARTICLES, article_of
from reproduce.articles.audit import audit
from reproduce.evidence.claims import ClaimsError, read_claims
from reproduce.evidence.codecheck import codecheck_text
from reproduce.runs.files import json_text

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).resolve().parents[2]
every_article = pytest.mark.parametrize("id_", [article.id for article in ARTICLES])
UNKNOWN = {  # what nothing here can tell
    "bitcoin-lstm": {
        "source_confirmed",
        "partial_days",
    },
    "stacked-lstm": {"data_confirmed"},
    # and Macbeth's 100 epochs, until their runs have ended
    "macbeth": {
        "text_confirmed",
        *("hundred_better_steps", "hundred_measures_better", "hundred_excess", "hundred_p", "hundred_excess_p"),
    },
}


@every_article
def test_every_verdict_is_the_recorded_one(id_, audited):
    """Where this fails a verdict has moved: see `reproduce claims`, and record it, or mend what moved it."""
    about, (_, judged) = read_claims(article_of(id_).package), audited(id_)
    assert {one.claim.id: one.verdict for one in judged} == about.verdicts
    order = [claim.id for claim in about.claims if claim.id in about.verdicts]
    assert [one.claim.id for one in judged] == order


def test_codecheck_yml_is_up_to_date(audited):
    """Where this fails: reproduce claims bitcoin-lstm --codecheck codecheck.yml."""
    about, (_, judged) = read_claims(article_of("bitcoin-lstm").package), audited("bitcoin-lstm")
    assert codecheck_text("bitcoin-lstm", about, judged) == (ROOT / "codecheck.yml").read_text(encoding="utf-8")


@every_article
def test_only_what_no_program_can_see_is_unknown(id_, audited):
    """Every other value that a rule names is there."""
    outputs, _ = audited(id_)
    assert {name for name, value in outputs.items() if value is None} == UNKNOWN[id_]


@every_article
def test_every_judgement_is_written_as_json(id_, audited):
    """As `reproduce claims --json` does; what is read back is equal, so that no value is known to NumPy alone."""
    rows = [one.as_row() | {"p": one.p} for one in audited(id_)[1]]
    assert json.loads(json_text(rows)) == rows


@every_article
def test_rule_that_names_an_unknown_value_is_refused(id_, audited, monkeypatch):
    """A slip in claims.toml would else pass for `not testable`."""
    outputs, judged = audited(id_)
    name = judged[-1].claim.output
    known = {other: value for other, value in outputs.items() if other != name}
    monkeypatch.setattr(article_of(id_).module("outputs"), "audit_outputs", lambda: known)
    if judged[-1].claim.group == "ours":
        name = next(one.claim.output for one in judged if one.claim.group != "ours")
        del known[name]
    with pytest.raises(ClaimsError, match=rf"claims\.toml, {id_}/[^\n]*: no value is called {name}"):
        audit(article_of(id_))


@every_article
def test_evidence_is_a_file_of_the_repository(id_):
    """A path that leads nowhere proves nothing."""
    claims = read_claims(article_of(id_).package).claims
    assert [claim.id for claim in claims if not (ROOT / claim.evidence).is_file()] == []


@every_article
def test_rules_of_a_run_s_claims_name_values_of_a_run(id_, finished):
    """A claim shown after a run must not depend on what only the audit knows."""
    outputs = article_of(id_).module("outputs").run_outputs(finished(id_))
    shown = [claim for claim in read_claims(article_of(id_).package).claims if claim.output in outputs]
    assert {claim.id: sorted(claim.names - set(outputs)) for claim in shown} == {claim.id: [] for claim in shown}
    assert len(shown) > 10
