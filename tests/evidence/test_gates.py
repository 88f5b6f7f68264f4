"""Heat maps of what goes on in a cell: which value stands where, on which scale, and what is red."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from reproduce.evidence.gates import CROSSED, cell_figure, gates_figure

DAYS = ["2018-01-03", "2018-01-02", "2018-01-01"]


def rows_of(seed):
    """Three days of two units: gates from 0 to 1, all else from -1 to 1."""
    generator = np.random.default_rng(seed)
    rows = {"price": np.array([0.5, 2.0, -1.0])} | {gate: generator.random((3, 2)) for gate in "ifo"}
    return rows | {name: generator.uniform(-1, 1, (3, 2)) for name in "gch"}


def bands(axes):
    """The heat maps from the top down."""
    return sorted(axes.images, key=lambda image: -image.get_extent()[3])


def words(axes):
    """What stands above each band, with its colour."""
    return {text.get_text(): to_rgb(text.get_color()) for text in axes.texts}


@pytest.fixture(scope="module")
def columns():
    """The two columns of the picture, published first."""
    return gates_figure(DAYS, rows_of(1), rows_of(2)).axes[:2]


def test_bands_are_the_rows_with_a_line_a_unit(columns):
    """i, f, o, g, c and h from the top, days from the left in the given order, the first unit on top."""
    for axes, seed in zip(columns, (1, 2), strict=True):
        for image, name in zip(bands(axes), "ifogch", strict=True):
            np.testing.assert_array_equal(image.get_array(), rows_of(seed)[name].T, err_msg=name)
            assert image.origin == "upper"


def test_gates_are_drawn_from_0_to_1_and_all_else_around_0(columns):
    """A sequential scale, whose 0 is white, and a diverging one, whose middle is."""
    for axes in columns:
        for image, name in zip(bands(axes), "ifogch", strict=True):
            low = 0 if name in "ifo" else -1
            assert (image.norm.vmin, image.norm.vmax) == (low, 1)
            assert min(image.cmap(image.norm(0.0))[:3]) > 0.95


def test_price_is_a_curve_above_the_bands(columns):
    """Its order is that of the values; no day leaves its column."""
    for axes in columns:
        (line,) = axes.get_lines()
        x, y = line.get_data()
        assert x.tolist() == [0, 1, 2]
        assert np.argsort(y).tolist() == [2, 0, 1]
        assert min(y) > bands(axes)[0].get_extent()[3]
        assert [label.get_text() for label in axes.get_xticklabels()] == DAYS


def test_exchange_is_red_in_the_published_column_alone(columns):
    """There the gates read c and the forget gate scales h; in the described one it is the other way round."""
    published, described = map(words, columns)
    red = {text for text, color in published.items() if color == to_rgb(CROSSED)}
    assert red == {"c: the gates read it", "h: the forget gate scales it"}
    assert {"c: the forget gate scales it", "h: the gates read it"} < set(described)
    assert to_rgb(CROSSED) not in described.values()


def test_many_days_have_few_labels_and_every_character_has_one():
    """Sixty dates would cover each other; letters do not."""
    many = cell_figure([f"day {k}" for k in range(60)], {"f": np.zeros((60, 2))}).axes[0]
    labels = [label.get_text() for label in many.get_xticklabels()]
    assert (labels[0], labels[-1], len(labels)) == ("day 0", "day 59", 8)
    letters = cell_figure(list("so foul and fair a day"), {"f": np.zeros((22, 5))}).axes[0]
    assert "".join(label.get_text() for label in letters.get_xticklabels()) == "so foul and fair a day"


def test_price_that_never_moves_and_values_that_are_no_numbers_are_drawn():
    """As of a training that diverged."""
    rows = {"price": np.ones(3)} | {name: np.full((3, 2), np.nan) for name in "ifogch"}
    figure = gates_figure(DAYS, rows, rows)
    figure.draw_without_rendering()
    assert len(set(figure.axes[0].get_lines()[0].get_ydata())) == 1
