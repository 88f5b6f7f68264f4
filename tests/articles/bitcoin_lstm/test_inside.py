"""What is drawn of the cell of a finished run: which window, which units, whose weights, in both wirings."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import inside
from reproduce.articles.bitcoin_lstm.inside_section import inside_section
from reproduce.articles.bitcoin_lstm.training import trained_engine
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.sources import PRICES
from reproduce.errors import RunError
from reproduce.networks import reference
from tests.articles.samples import random_run, random_weights, short_table

pytestmark = pytest.mark.usefixtures("one_thread")
VARIANT = Variant(wiring="described", window=3, hidden=40, batch=2)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run in the described wiring whose weights are random, and what is read of it."""
    directory = random_run(tmp_path_factory.mktemp("inside"), VARIANT, short_table())
    return directory, inside.read_cells(directory)


def test_window_shown_is_the_one_whose_prices_move_most(run):
    """Its days in the order in which they are read, newest first, with their scaled prices."""
    directory, cells = run
    windows = prepare(PRICES.read(directory), VARIANT)
    price = dict(zip(windows.dates.tolist(), windows.close_scaled, strict=True))
    assert np.all(np.diff(cells.days) == np.timedelta64(-1, "D"))
    np.testing.assert_allclose(cells.prices, [price[day] for day in cells.days.tolist()])
    assert np.ptp(cells.prices) == pytest.approx(max(np.ptp(one) for one in windows.inputs))


def test_both_wirings_are_read_with_the_weights_of_the_run(run):
    """By the NumPy reference; only which vector the gates read differs. The label says whose weights they are."""
    _, cells = run
    weights = random_weights(VARIANT.hidden)
    for wiring in ("published", "described"):
        _, days = reference.forward(weights, wiring, cells.prices[np.newaxis, :, np.newaxis].astype(np.float32))
        for name in "ifog":
            expected = np.concatenate([getattr(day, name) for day in days])
            np.testing.assert_allclose(getattr(cells.shown[wiring], name), expected, atol=1e-5)
        np.testing.assert_allclose(cells.shown[wiring].c, np.concatenate([day.after.c for day in days]), atol=1e-5)
    assert cells.label("described") == "described, as trained"
    assert cells.label("published") == "published, the same weights"


def test_units_are_those_the_trained_wiring_s_prediction_takes_most_from(run):
    """32 of 40, the first with the largest |W_hy h| of the last day."""
    _, cells = run
    parts = np.abs(random_weights(VARIANT.hidden)["W_hy"][:, 0] * cells.shown["described"].h[-1])
    assert len(cells.units) == 32
    assert np.all(np.diff(parts[cells.units]) <= 0)
    assert parts[cells.units].min() >= np.delete(parts, cells.units).max()


def test_gates_picture_has_these_units_of_both_wirings(run):
    """Published at the left, also where the run is described."""
    _, cells = run
    for axes, wiring in zip(inside.gates(cells).axes[:2], ("published", "described"), strict=True):
        second = sorted(axes.images, key=lambda image: -image.get_extent()[3])[1]
        np.testing.assert_array_equal(second.get_array(), cells.shown[wiring].f[:, cells.units].T)


def test_shares_and_slopes_are_of_windows_from_the_whole_table(run):
    """Sixty of them evenly, the first and the last included."""
    directory, cells = run
    inputs = prepare(PRICES.read(directory), VARIANT).inputs
    for wiring in ("published", "described"):
        places = np.linspace(0, len(inputs) - 1, 60).round().astype(int)
        expected, _ = reference.forward(random_weights(40), wiring, inputs[places].astype(np.float32))
        np.testing.assert_allclose(cells.many[wiring].predictions, expected, atol=1e-4)
        assert cells.many[wiring].slopes.shape == (60, VARIANT.window)


@pytest.mark.parametrize("engine", ["compiled", "session", "keras"])
def test_weights_are_those_of_the_trained_engine(engine, finished):
    """From the checkpoint of any engine."""
    directory = finished("bitcoin-lstm", engine)
    expected = trained_engine(directory).weights()
    found = inside.trained_weights(directory)
    assert set(found) == set(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)


def test_damaged_checkpoint_is_one_line(tmp_path):
    """The file and what to do; as where weights are missing in it."""
    directory = random_run(tmp_path, replace(VARIANT, hidden=2), short_table())
    directory.save_checkpoint({}, {"input_gate/W_xi": np.zeros((1, 2))})
    with pytest.raises(RunError, match=r"^[^\n]*checkpoint\.npz: cannot be read [^\n]*W_hi[^\n]*make the run anew$"):
        inside.read_cells(directory)


def test_window_of_one_day_is_drawn_and_told(tmp_path):
    """No day follows it, so nothing moves."""
    directory = random_run(tmp_path, Variant(window=1, hidden=2, batch=2), short_table())
    (gates,) = inside_section(directory).blocks[1].left
    assert "moves by \u2013 on average" in gates.alt
    for draw in inside.pictures_of(directory).values():
        draw().draw_without_rendering()
