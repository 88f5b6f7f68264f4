"""The floor of a step: its operations counted by hand, and the speed of matrix products by a clock of our own."""

from itertools import accumulate

import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench import machine
from reproduce.bench.machine import floor_microseconds, measure_peak, step_operations


@pytest.mark.parametrize(
    ("variant", "operations"),
    [
        # recurrent 3 products of 2·1·1·4; inputs 2 of 2·2·2·4; output 3 of 2; Adam 12·(4 + 4 + 4 + 1 + 1)
        pytest.param(Variant(window=2, batch=1, hidden=1), 24 + 64 + 6 + 168, id="smallest"),
        # the first day alone needs no recurrent product; inputs 2 of 2·5·2·12; output 3 of 2·5·3; 12·(12·5 + 4)
        pytest.param(Variant(window=1, batch=5, hidden=3), 0 + 480 + 90 + 768, id="one-day"),
        # 18 products of 2·7·256·1024, 2 of 2·49·2·1024, 3 of 2·7·256, 12 · 264 449 numbers
        pytest.param(Variant(), 66_060_288 + 401_408 + 10_752 + 3_173_388, id="article"),
    ],
)
def test_step_operations_are_those_counted_by_hand(variant, operations):
    """Products of forward, backward and weight gradients, and Adam."""
    assert step_operations(variant) == operations


def test_floor_is_the_work_over_the_peak():
    """262 operations at 131 million a second take 2 µs."""
    assert floor_microseconds(Variant(window=2, batch=1, hidden=1), 131e6) == pytest.approx(2)


def test_peak_is_that_of_the_fastest_product(monkeypatch):
    """Products of two 8 by 8 matrices, 1024 operations each, that take 4, 2 and 8 seconds."""
    clock = accumulate([0, 4, 1, 2, 1, 8])
    monkeypatch.setattr(machine, "PRODUCT_SIZE", 8)
    monkeypatch.setattr(machine.time, "perf_counter", lambda: next(clock))
    assert measure_peak(products=3) == 512
