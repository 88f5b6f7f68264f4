"""The two cells as a drawing: which wire leads where, and that the two crossed ones are red."""

from matplotlib.colors import to_rgb

from reproduce.evidence.gates import CROSSED
from reproduce.evidence.wiring import wiring_figure


def test_only_the_published_wires_cross_and_only_they_are_red():
    """c enters where the gates read and h where the forget gate scales; as described, each stays on its height."""
    ends, red = {}, set()
    for axes in wiring_figure().axes:
        for line in axes.get_lines():
            if to_rgb(line.get_color()) == to_rgb(CROSSED):
                red.add(line.get_gid())
            if line.get_gid():
                ends[line.get_gid()] = line.get_ydata()[0], line.get_ydata()[-1]
    (upper, also_upper), (lower, also_lower) = ends["described-c(t-1)"], ends["described-h(t-1)"]
    assert (also_upper, also_lower) == (upper, lower)
    assert upper > lower
    assert (ends["published-c(t-1)"], ends["published-h(t-1)"]) == ((upper, lower), (lower, upper))
    assert red == {"published-c(t-1)", "published-h(t-1)"}


def test_words_at_the_entry_are_those_of_the_equations():
    """What the gates read, and what the forget gate scales."""
    published, described = ({text.get_text() for text in axes.texts} for axes in wiring_figure().axes)
    assert {"the gates read c(t-1)", "f scales h(t-1)"} <= published
    assert {"the gates read h(t-1)", "f scales c(t-1)"} <= described
