"""The tables that the article's document has, made from other values."""

from dataclasses import replace

import pytest

from reproduce.articles.macbeth import course, epochs, replays
from reproduce.articles.macbeth.course import CourseRow
from reproduce.articles.macbeth.markdown import course_words, hundred_lines, replay_lines, trend_lines
from reproduce.articles.macbeth.replays import ReplayRow
from reproduce.articles.macbeth.studies import STUDIES
from reproduce.articles.macbeth.variant import REPLAYS
from tests.articles.macbeth.test_course import course_of
from tests.articles.macbeth.test_findings import hundreds, rows_of

NEVER = float("nan")


def cells(line):
    """Of a row of a Markdown table."""
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_trend_has_the_mean_of_its_seeds_and_what_they_span(ship):
    """And below it what counting gives, without a network."""
    ship(epochs.TABLE, rows_of([5, 4, 3, 2, 1], [6, 4, 3, 2, 1]))
    _, _, first, *_, last, counted = trend_lines()
    assert (cells(first)[0], cells(first)[2]) == ("1", "5.500 (5.000 to 6.000)")
    assert (cells(last)[0], cells(last)[2]) == ("20", "1.000 (1.000 to 1.000)")
    assert cells(counted)[2:] == ["1.656", "", "no network: counted after the 3 characters before"]


def test_hundred_epochs_have_a_row_a_milestone_of_the_seeds_that_have_ended(ship):
    """One of which has not: it has no row of the last milestone."""
    losses = [5, 4, 3, 2, 1.9, 1.8, 1.7, 1.6, 1.5]
    ship(epochs.TABLE, hundreds(losses, losses)[:-1])
    *lines, counted = (cells(line) for line in hundred_lines()[2:])
    assert counted[2] == "1.656"  # no network
    assert [line[0] for line in lines] == ["1", "2", "5", "10", "20", "30", "50", "70", "100"]
    assert [float(line[2]) for line in lines] == losses


@pytest.mark.parametrize(
    ("replay", "begins", "onset", "told"),
    [
        ("none", 0, 53584, ["100", "1", "from the start", "53,585", "12 times the median"]),
        ("as-before", 17, NEVER, ["100", "18", "as it was", "never", "-"]),
        ("reshuffled-2", 17, 9, ["100", "18", "another order, 2", "10", "12 times the median"]),
        ("clipped", 17, NEVER, ["100", "18", "as it was, gradients clipped at 1", "never", "-"]),
        ("clipped-2", 17, NEVER, ["100", "18", "another order, 2, gradients clipped at 1", "never", "-"]),
    ],
)
def test_replay_is_told_with_where_it_begins_and_whether_it_collapses(replay, begins, onset, told, ship):
    """The epoch it begins with is the one after those that are done; steps are counted from 1, in the table from 0."""
    ship(replays.TABLE, [ReplayRow(100, replay, begins, onset, NEVER if onset is NEVER else 12.3, 1.25)])
    assert cells(replay_lines()[2]) == [*told, "1.250"]


def test_study_shows_the_replays_as_the_page_does():
    """The same columns and words; for programs the step is counted from 0, as in the table."""
    (plan,) = [one for one in STUDIES if one.name == "macbeth-replays"]
    (shown,) = plan.show(replays.TABLE.shipped())
    names, _, *rows = (cells(line) for line in replay_lines()[: 2 + len(shown.texts)])
    assert [list(text) for text in shown.texts] == [names] * len(rows)
    assert [list(text.values()) for text in shown.texts] == rows
    assert shown.rows[0]["onset"] == int(rows[0][3].replace(",", "")) - 1


def test_every_replay_has_words_of_its_own(ship):
    """Of all that a collapse is followed by."""
    ship(replays.TABLE, [ReplayRow(100, replay, 17, NEVER, NEVER, 1.0) for replay in REPLAYS])
    assert len({cells(line)[2] for line in replay_lines()[2 : 2 + len(REPLAYS)]}) == len(REPLAYS)


def test_course_of_each_training_is_told_with_every_rise_past_the_rule(ship):
    """Where even guesses would be better, whether the lowest loss returns, and where the losses part; seed by seed."""
    falling = [5, 4, 3, 2, 1.9, 1.8, 1.7, 1.6, 1.5]
    rows = hundreds(falling, falling)
    ship(epochs.TABLE, [*rows[:8], replace(rows[8], loss=rows[8].loss + 0.25), *rows[9:]])
    jumping = course_of(100, (2, 2), (3, 2), (1, 1), (3, 3), (4, 2), (2, 2), (3, 2))
    ship(course.TABLE, [*jumping, *course_of(101, (2, 2), (1, 1))])
    first, second = course_words()
    loss = rows[8].loss
    assert first == (
        "In epoch 2 seed 100 meets the rule for a collapse: the mean of 100 steps reaches 3.00; the lowest mean of an "
        "epoch before, 2.00, returns in epoch 3. In epochs 4 to 5 and 7 seed 100 meets the rule for a collapse: the "
        "mean of 100 steps reaches 4.00, worse than the 3.76 of guessing evenly among 43 characters; the lowest mean "
        "of an epoch before, 1.00, does not return. From epoch 70 to 100 the training loss of seed 100 rises from "
        f"{loss:.3f} to {loss + 0.25:.3f}, and its held-out loss falls from 1.600 to 1.500: it fits the training text "
        "less closely, and other text better."
    )
    assert second == "Seed 101 never meets the rule."


def test_largest_gradient_of_each_training_is_told_with_its_steps(ship):
    """Beside the rule, which looks at the steps before a collapse alone."""
    rows = [
        CourseRow(seed, 100 * k, k / 30, 1.0, gradient, 0.5) for seed, k, gradient in ((100, 1, 2.0), (100, 2, 3e4))
    ]
    ship(course.TABLE, [*rows, CourseRow(101, 700, 0.2, 1.0, 9.0, 0.5)])
    assert replay_lines()[-3:] == [
        "The largest gradient norm of seed 100 is 30,000, among steps 101 to 200.",
        "The largest gradient norm of seed 101 is 9, among steps 601 to 700.",
        "The rule for an explosion looks at the 50 steps before a collapse.",
    ]
