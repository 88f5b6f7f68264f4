"""What follows from counts of seeds, in words."""

from dataclasses import replace

import pytest

from reproduce.articles.bitcoin_lstm.counts import Counted


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((16, 20), "Yes."),
        ((15, 16), "Only in the other."),
        ((16, 0), "Only in one."),
        ((15, 5), "No."),
        ((4, 5), "No."),
        ((0, 4), "No, the opposite: they rise."),
    ],
)
def test_answer_follows_from_sixteen_and_four_of_twenty(counts, words):
    """Sixteen hold it, in one arm or in both; where at most four do in either, the opposite is so.

    But not where a training diverged: then it may be neither.
    """
    one = Counted("Do they fall?", "they rise.", dict(zip(("one", "the other"), counts, strict=True)), 20)
    assert (one.fewer, one.more) == (min(counts), max(counts))
    assert (one.answer.question, one.answer.answer) == ("Do they fall?", words)
    assert replace(one, is_known=False).answer.answer == words.replace(", the opposite: they rise", "")
    assert one.answer.evidence == f"one: {counts[0]} of 20 seeds, the other: {counts[1]} of 20 seeds"
