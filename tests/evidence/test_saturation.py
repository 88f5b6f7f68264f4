"""How often gates are nearly shut or open: the shares, and where their points stand."""

import numpy as np

from reproduce.evidence.saturation import saturated_shares, saturation_figure


def test_shares_are_counted_over_every_step_of_a_unit():
    """Below 0.1 and above 0.9, neither of them included; windows and days alike."""
    gate = np.array([[[0.05, 0.95], [0.1, 0.9]], [[0.09, 0.99], [0.5, 0.2]]])  # (windows, days, units)
    shut, opened = saturated_shares(gate)
    assert (shut.tolist(), opened.tolist()) == ([0.5, 0], [0, 0.5])


def test_unit_that_is_no_number_has_no_share():
    """Its training diverged; the other one has its own."""
    shut, opened = saturated_shares(np.array([[np.nan, 0.95], [0.05, 0.05]]))
    np.testing.assert_array_equal([shut, opened], [[np.nan, 0.5], [np.nan, 0.5]])


def test_panels_are_gates_and_points_are_units():
    """i, f and o, each cell's own values; right is shut, up is open."""
    first, second = (
        {gate: np.random.default_rng((seed, k)).random((8, 3)) for k, gate in enumerate("ifo")} for seed in (1, 2)
    )
    figure = saturation_figure({"published, as trained": first, "described": second})
    assert [axes.get_title() for axes in figure.axes] == ["i, input gate", "f, forget gate", "o, output gate"]
    for axes, gate in zip(figure.axes, "ifo", strict=True):
        _, *points = axes.get_lines()  # behind the line where shut and open make up all
        for line, cell in zip(points, (first, second), strict=True):
            np.testing.assert_array_equal(line.get_data(), saturated_shares(cell[gate]))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["published, as trained", "described"]
