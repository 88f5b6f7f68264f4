"""The walk through a window: its numbers against the scalar oracle, and its arithmetic as a reader would check it."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.walk import chosen_windows, walk_of
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.articles.sections import numeral
from tests.articles.samples import random_weights
from tests.oracles import numpy_forward, sigmoid
from tests.report.samples import own_table

HALF = 0.501  # of a thousandth: rounding, and what float64 leaves
WIRINGS = ("published", "described")
VARIANTS = {
    "hidden-10": Variant(window=4, batch=3, hidden=10),
    "hidden-3-oldest-first": Variant(window=6, batch=3, hidden=3, row_order="oldest-first"),
}


class Walked:
    """A walk with random weights, and what it was made from."""

    def __init__(self, variant):
        self.variant, self.weights = variant, random_weights(variant.hidden)
        self.windows = prepare(own_table(), variant)
        self.predicted = np.random.default_rng(5).normal(size=self.windows.tested)
        self.walk = walk_of(self.weights, variant.wiring, self.windows, self.predicted)
        self.chosen = list(chosen_windows(self.windows, self.predicted))

    def cells(self):
        """Each cell with the oracle's values of that wiring, window, day and unit."""
        for window, at in zip(self.walk.windows, self.chosen, strict=True):
            for wiring in WIRINGS:
                _, h, days = numpy_forward(self.windows.test[0][at], self.weights, wiring)
                hs = [day["o"] * np.tanh(day["c"]) for day in days]
                np.testing.assert_allclose(hs[-1], h)
                for day, exact, h in zip(window.days, days, hs, strict=True):
                    for unit, cell in zip(window.units, day.cells[wiring], strict=True):
                        yield unit, cell, exact | {"h": h}


@pytest.fixture(scope="module", params=VARIANTS.values(), ids=VARIANTS)
def walked(request):
    """With more units than are shown, and with fewer."""
    return Walked(request.param)


def test_every_value_is_the_oracle_s(walked):
    """Gates, candidate, c and h of each unit on each day, in both wirings, in thousandths."""
    for unit, cell, exact in walked.cells():
        expected = [1000 * exact[name][unit] for name in "ifogch"]
        np.testing.assert_allclose([cell[name] for name in "ifogch"], expected, atol=HALF)


def test_gates_are_sums_that_agree_with_what_is_shown(walked):
    """x's part, the part of what is read, bias: they add up to the sum exactly, and σ or tanh of it is the gate."""
    w = walked.weights
    for unit, cell, exact in walked.cells():
        for gate in "ifog":
            x, read, bias, total = (cell[f"{gate}_{part}"] for part in ("x", "read", "b", "sum"))
            known = [exact["x"][0] * w[f"W_x{gate}"][0, unit], exact["read"] @ w[f"W_h{gate}"][:, unit]]
            known.append(w[f"b_{gate}"][unit])
            np.testing.assert_allclose([x, read, bias], 1000 * np.array(known), atol=HALF)
            assert x + read + bias == total
            squash = np.tanh if gate == "g" else sigmoid
            assert cell[gate] == pytest.approx(1000 * squash(total / 1000), abs=4 * HALF)


def test_cell_state_and_output_follow_from_what_is_shown(walked):
    """f·kept + i·g and o·tanh(c): kept is h of the day before as published, c as described."""
    for unit, cell, exact in walked.cells():
        f, kept, i, g, o, c = (exact[name][unit] for name in ("f", "carried", "i", "g", "o", "c"))
        expected = 1000 * np.array([kept, f * kept, np.tanh(c), o * np.tanh(c)])
        np.testing.assert_allclose([cell[name] for name in ("kept", "f_kept", "tanh_c", "h")], expected, atol=HALF)
        assert cell["i_g"] == pytest.approx(1000 * i * g, abs=3 * HALF)
        assert cell["f_kept"] + cell["i_g"] == cell["c"]


def test_units_are_those_the_prediction_takes_most_from(walked):
    """At most eight, by |W_hy·h| of the last day in the run's own wiring; for both wirings the same."""
    for window, at in zip(walked.walk.windows, walked.chosen, strict=True):
        for wiring in WIRINGS:
            _, h, _ = numpy_forward(walked.windows.test[0][at], walked.weights, wiring)
            parts = walked.weights["W_hy"][:, 0] * h
            if wiring == walked.variant.wiring:
                assert window.units == np.argsort(-np.abs(parts))[:8].tolist()
            for day in window.days:
                shown = [[cell[name] for name in ("W_hy", "last_h", "share")] for cell in day.cells[wiring]]
                expected = np.stack([walked.weights["W_hy"][:, 0], h, parts], axis=1)[window.units]
                np.testing.assert_allclose(shown, 1000 * expected, atol=HALF)


def test_prediction_is_the_sum_of_units_others_and_bias(walked):
    """In USD beside it; what follows is the table's price."""
    inputs, _ = walked.windows.test
    for window, at in zip(walked.walk.windows, walked.chosen, strict=True):
        row = walked.windows.test_rows[at]
        assert window.target == f"{walked.windows.dates[row]}: {walked.windows.close_usd[row]:,.2f} USD"
        for wiring in WIRINGS:
            predicted = numpy_forward(inputs[at], walked.weights, wiring)[0][0]
            cell = window.days[0].cells[wiring][0]
            parts = [cell[name] for name in ("shown", "others", "b_y") if name in cell]
            assert sum(parts) == cell["predicted"] == pytest.approx(1000 * predicted, abs=HALF)
            assert len(parts) == (3 if walked.walk.others else 2)
            assert window.predictions[wiring] == f"{walked.windows.to_usd(predicted):,.2f} USD"


def test_days_have_their_dates_and_prices(walked):
    """In the order in which the network reads them."""
    dates, usd, total = walked.windows.dates, walked.windows.close_usd, walked.variant.window
    for window, at in zip(walked.walk.windows, walked.chosen, strict=True):
        rows = np.arange(walked.windows.test_rows[at] - total, walked.windows.test_rows[at])
        texts = [f"{date}: {price:,.2f}" for date, price in zip(dates[rows], usd[rows], strict=True)]
        assert [day.label for day in window.days] == texts
        told = [day.told.replace("\u2212", "-").partition(" USD, scaled x = ") for day in window.days]
        assert [words for words, *_ in told] == [f"Day {k} of {total}, {text}" for k, text in enumerate(texts, 1)]
        scaled = walked.windows.test[0][at][:, 0]
        np.testing.assert_allclose([float(x) for *_, x in told], scaled, atol=HALF / 1000)


def test_windows_are_the_first_and_those_of_largest_error_and_steps():
    """By hand; a window that is two of these stands once, with both names."""
    windows = prepare(own_table(), VARIANTS["hidden-10"])
    steps = np.diff(windows.close_scaled)[windows.test_rows - 1]
    predicted = windows.test[1][:, 0].copy()
    predicted[4] += 9
    expected = {0: "first test window", 4: "largest error"}
    assert chosen_windows(windows, predicted) == expected | {
        int(steps.argmax()): "largest step up",
        int(steps.argmin()): "largest step down",
    }
    predicted[steps.argmax()] -= 20
    assert "largest error, largest step up" in chosen_windows(windows, predicted).values()


def test_of_a_long_window_the_last_ten_days_are_walked():
    """They keep their numbers and dates."""
    walked = Walked(Variant(window=14, batch=3, hidden=3))
    (first, *_), usd = walked.walk.windows, walked.windows.close_usd
    row = walked.windows.test_rows[0]
    shown = [
        f"Day {day} of 14, {date}: {price:,.2f} USD"
        for day, date, price in zip(
            range(5, 15), walked.windows.dates[row - 10 : row], usd[row - 10 : row], strict=True
        )
    ]
    assert [day.told.partition(", scaled")[0] for day in first.days] == shown


@pytest.mark.parametrize(
    ("place", "texts"),
    [
        ("", ["\u22121.234", "\u22120.003", "0.000", "2.128"]),
        ("added", ["\u2212 1.234", "\u2212 0.003", "+ 0.000", "+ 2.128"]),
        ("factor", ["(\u22121.234)", "(\u22120.003)", "0.000", "2.128"]),
        ("coarse", ["\u22121.23", "0.00", "0.00", "2.13"]),
    ],
)
def test_numbers_are_written_for_their_place(place, texts):
    """With a true minus sign, none before a zero; in brackets behind a dot."""
    assert [numeral(number, place) for number in (-1234, -3, 0, 2128)] == texts


def test_labels_say_whose_weights_they_are():
    """A run trained as described is the one as trained."""
    walked = Walked(replace(VARIANTS["hidden-10"], wiring="described"))
    assert walked.walk.labels == {
        "described": "described wiring, as trained",
        "published": "published wiring, the same weights",
    }
