"""Claims: how a rule is read, what it answers, and which are refused."""

import pytest

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.claims import VERDICTS, Claim, load_claims

CLAIM = {"id": "x", "place": "there", "text": "what is said", "output": "figure"}


@pytest.mark.parametrize(
    ("rule", "expected", "outputs", "verdict"),
    [
        ("ours == expected", 3, {"figure": 3}, "reproduced"),
        ("ours == expected", 3, {"figure": 4}, "not reproduced"),
        ("ours == expected", [7, 1], {"figure": [7, 1]}, "reproduced"),
        ("ours < 1", None, {"figure": 0.99}, "reproduced"),
        ("ours < 1", None, {"figure": 1.0}, "not reproduced"),
        ("ours > 0.05", None, {"figure": 0.05}, "not reproduced"),
        ("p > 0.05", 0.3, {"figure": 9, "p": 0.06}, "reproduced"),
        ("p > 0.05", 0.3, {"figure": 9, "p": 0.05}, "not reproduced"),
        ("p > 0.05", 0.3, {"figure": 9}, "not testable"),
        ("ours < 1", None, {}, "not testable"),
        ("ours < 1", None, {"figure": float("nan")}, "not reproduced"),
    ],
)
def test_claim_is_judged_by_its_rule(rule, expected, outputs, verdict):
    """The relation holds, does not hold, or lacks a figure."""
    assert Claim(**CLAIM, rule=rule, expected=expected).judge(outputs).verdict == verdict
    assert verdict in VERDICTS


@pytest.mark.parametrize("rule", ["", "ours", "ours ~ 3", "ours < 1 2", "ours == expected"])
def test_claim_refuses_a_rule_that_cannot_be_judged(rule):
    """Three words with a known relation, and an expected value where the rule names it."""
    with pytest.raises(ValueError, match="claim x: rule is"):
        Claim(**CLAIM, rule=rule)


def test_claims_of_the_article_hold_its_seven_losses():
    """The figures of claims.toml are those that the pictures and the band use."""
    losses = {claim.id: claim.expected for claim in load_claims("reproduce.articles.bitcoin_lstm")}
    for epoch, loss in REPORTED_LOSSES.items():
        assert losses[f"bitcoin-lstm/loss-{epoch}"] == loss


def test_judgement_shows_a_dash_where_there_is_no_figure():
    """People see a dash, programs a null."""
    judgement = Claim(**CLAIM, rule="ours < 1", shown=".2f").judge({})
    assert judgement.as_text()["ours"] == "-"
    assert judgement.as_row()["ours"] is None
