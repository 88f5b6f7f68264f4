"""Counts: claims by verdict; settings, reconstructions and questions of ours apart."""

import doctest

import pytest

from reproduce.evidence import tally
from reproduce.evidence.claims import Claim, read_claims
from reproduce.evidence.tally import Tally, count_verdicts

NONE = {"reproduced": 0, "partly reproduced": 0, "not reproduced": 0, "not testable": 0}
JUDGED = [
    ("tale/a", "exact", "reproduced"),
    ("tale/b", "band", "reproduced"),
    ("tale/c", "wording", "not reproduced"),
    ("tale/d", "setting", "reproduced"),
    ("tale/e", "setting", "not reproduced"),
    ("tale/f", "setting", "reproduced"),
    ("tale/g", "reconstruction", "not testable"),
    ("ours/h", "comparison", "reproduced"),
    ("tale/i", "exact", None),
    ("tale/j", "setting", None),
]
REST = {"place": "there", "text": "said", "output": "x", "rule": "ours < 1", "evidence": "x.csv"}
CLAIMS = [Claim(id=name, kind=kind, **REST) for name, kind, _ in JUDGED]
VERDICTS = {name: verdict for name, _, verdict in JUDGED if verdict is not None}


def test_only_claims_are_counted_by_verdict():
    """What has no verdict counts nowhere."""
    assert count_verdicts(CLAIMS, VERDICTS) == Tally(
        claims=NONE | {"reproduced": 2, "not reproduced": 1}, settings=3, reconstructions=1, differing=2, ours=1
    )
    assert count_verdicts(CLAIMS, VERDICTS).total == 3
    assert list(count_verdicts(CLAIMS, VERDICTS).claims) == list(NONE)


@pytest.mark.parametrize(
    ("counted", "sentence"),
    [
        pytest.param(
            count_verdicts(CLAIMS, VERDICTS),
            "3 claims: 2 reproduced, 1 not reproduced; not counted among them: 3 settings and 1 reconstruction, "
            "2 differ; 1 question of ours",
            id="all",
        ),
        pytest.param(
            Tally(NONE | {"not testable": 1}, settings=1, reconstructions=0, differing=0, ours=0),
            "1 claim: 1 not testable; not counted among them: 1 setting, all in agreement",
            id="agreement",
        ),
        pytest.param(
            Tally(NONE, settings=0, reconstructions=2, differing=1, ours=0),
            "0 claims: none judged; not counted among them: 2 reconstructions, 1 differs",
            id="reconstructions-alone",
        ),
        pytest.param(Tally(NONE, 0, 0, 0, 0), "0 claims: none judged", id="nothing"),
    ],
)
def test_sentence_tells_the_counts(counted, sentence):
    """Each in its place, and nothing of what there is none of."""
    assert counted.sentence() == sentence


@pytest.mark.parametrize(
    ("package", "claims", "settings", "reconstructions"),
    [
        pytest.param("bitcoin_lstm", (25, 11, 22, 2), 12, 2, id="bitcoin-lstm"),
        pytest.param("stacked_lstm", (6, 2, 9, 1), 15, 1, id="stacked-lstm"),
        pytest.param("macbeth", (7, 3, 15, 3), 5, 5, id="macbeth"),
    ],
)
def test_counts_on_record(package, claims, settings, reconstructions):
    """As counted by hand from claims.toml: no setting passes for a claim; all settings agree."""
    about = read_claims(f"reproduce.articles.{package}")
    found = count_verdicts(about.claims, about.verdicts)
    assert tuple(found.claims.values()) == claims
    assert (found.settings, found.reconstructions, found.differing) == (settings, reconstructions, 0)


def test_example_holds():
    """That of the docstring."""
    assert doctest.testmod(tally) == doctest.TestResults(failed=0, attempted=2)
