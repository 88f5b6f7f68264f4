"""How far back a network remembers, as a picture."""

import numpy as np

from reproduce.evidence.memory import memory_figure

SLOPES = {
    "published": np.array([[1e-3, -0.5], [-3e-3, 0.7], [2e-3, 0.6]]),
    "described": np.array([[0.1, -0.5, 1], [0.2, 0.25, 2]]),
}


def test_median_of_the_sizes_is_drawn_on_a_log_axis():
    """Whatever the sign; the last step read is 0, and those before count down from it."""
    (axes,) = memory_figure(SLOPES, "3 windows").axes
    assert axes.get_yscale() == "log"
    drawn = {line.get_label(): (line.get_xdata().tolist(), line.get_ydata()) for line in axes.get_lines()}
    assert drawn["published"][0] == [-1, 0]
    np.testing.assert_allclose(drawn["published"][1], [2e-3, 0.6])
    assert drawn["described"][0] == [-2, -1, 0]
    np.testing.assert_allclose(drawn["described"][1], [0.15, 0.375, 1.5])


def test_band_says_what_it_spans():
    """Windows of one run, or seeds."""
    (axes,) = memory_figure(SLOPES, "3 windows of one run").axes
    assert axes.get_legend().get_title().get_text() == "median, 5 to 95 % of 3 windows of one run"
    low, *_, high = sorted(axes.collections[0].get_paths()[0].vertices[:, 1])
    np.testing.assert_allclose([low, high], [np.quantile([1e-3, 2e-3, 3e-3], 0.05), np.quantile([0.5, 0.6, 0.7], 0.95)])


def test_training_that_diverged_has_an_empty_picture():
    """No slope is a number."""
    memory_figure({"published": np.full((3, 2), np.nan)}, "3 windows").draw_without_rendering()
