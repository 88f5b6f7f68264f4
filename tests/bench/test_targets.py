"""Targets: up to their limit, and as rows of either network."""

import pytest

from reproduce.bench.targets import Target, target_table


@pytest.mark.parametrize(
    ("bound", "measured", "outcome"),
    [
        pytest.param("at least", 4.0, "met", id="at-least-equal"),
        pytest.param("at least", 3.99, "not met", id="at-least-below"),
        pytest.param("at most", 4.0, "met", id="at-most-equal"),
        pytest.param("at most", 4.01, "not met", id="at-most-above"),
        pytest.param("at most", None, "not measured", id="nothing"),
    ],
)
def test_target_is_met_up_to_its_limit(bound, measured, outcome):
    """The limit itself is good enough."""
    assert Target("time", "described", bound, 4, measured).outcome == outcome


@pytest.mark.parametrize("wiring", [{"wiring": "described"}, {}], ids=["wired", "plain"])
def test_target_has_a_wiring_where_there_are_several(wiring):
    """After its name, for programs and for people; a ratio that was not measured is left empty."""
    measured, missing = (Target("time", wiring.get("wiring"), "at least", 4, value) for value in (5.0, None))
    table = target_table([measured, missing])
    head = {"target": "time", **wiring}
    assert table.rows[0] == {**head, "bound": "at least", "limit": 4, "measured": 5.0, "outcome": "met"}
    assert table.texts == [
        {**head, "wanted": "at least 4", "measured": "5.00", "outcome": "met"},
        {**head, "wanted": "at least 4", "measured": "", "outcome": "not measured"},
    ]
