"""The floor of a step: its operations and bytes counted by hand, and speeds by a clock of our own."""

from dataclasses import replace
from itertools import accumulate

import numpy as np
import pytest

from reproduce.bench import floor, machine
from reproduce.bench.floor import Floor, best_of, floor_of, floor_rows, speed_meter
from reproduce.bench.machine import Speed
from reproduce.bench.tasks import CHARACTERS
from reproduce.bench.work import Stream, Work, work_of
from reproduce.errors import RunError
from tests.bench.contenders import build_few_speeds, train_raising
from tests.bench.problems import TASK, TINY


def problem_of(article, changes, classes=0):
    """Of that article's tiny variant with these changes."""
    return replace(TASK[article], classes=classes).problem(replace(TINY[article], **changes), 1)


@pytest.mark.parametrize(
    ("sizes", "operations"),
    [
        # recurrent 3 products of 2·1·1·4; inputs 2 of 2·2·2·4; output 3 of 2; Adam 12·(4 + 4 + 4 + 1 + 1)
        pytest.param({"window": 2, "batch": 1, "hidden": 1}, 24 + 64 + 6 + 168, id="smallest"),
        # the first day alone needs no recurrent product; inputs 2 of 2·5·2·12; output 3 of 2·5·3; 12·(12·5 + 4)
        pytest.param({"window": 1, "batch": 5, "hidden": 3}, 0 + 480 + 90 + 768, id="one-day"),
        # 18 products of 2·7·256·1024, 2 of 2·49·2·1024, 3 of 2·7·256, 12 · 264 449 numbers
        pytest.param({"window": 7, "batch": 7, "hidden": 256}, 66_060_288 + 401_408 + 10_752 + 3_173_388, id="article"),
    ],
)
def test_operations_of_one_layer_are_those_counted_by_hand(sizes, operations):
    """Products of forward, backward and weight gradients, and Adam."""
    assert work_of(problem_of("bitcoin-lstm", sizes)).operations == operations


def test_bytes_of_one_layer_are_those_counted_by_hand():
    """Three days: W_h, 2 by 8 numbers, is read four times; Adam streams seven arrays of the 35 numbers trained."""
    assert work_of(problem_of("bitcoin-lstm", {"window": 3, "batch": 1, "hidden": 2})).streams == (
        Stream(moved=4 * 64, through=64),
        Stream(moved=7 * 4 * 35, through=4 * 4 * 35),
    )


def test_work_of_two_layers_and_two_characters_is_that_counted_by_hand():
    """Two steps, one sample, one unit a layer.

    Recurrent: 3·8 a layer. Inputs, with the bias: 2·2·2·2·4 a layer. Back to the lower one: 2·2·4. Output: 3·2·2. Adam:
    12 for each of 12 + 12 weights of the layers and 2·2 of the output.
    """
    work = work_of(problem_of("macbeth", {"window": 2, "batch": 1, "hidden": 1}, classes=CHARACTERS))
    others = 12 * 2 * (CHARACTERS - 2) + 3 * 2 * (CHARACTERS - 2)  # beyond two characters
    assert work.operations == 2 * 24 + 2 * 64 + 16 + 12 + 12 * 28 + others


def test_work_of_two_unequal_layers_and_rmsprop_is_that_counted_by_hand():
    """One step, one sample, 1 and 2 units: no recurrent product.

    Inputs: 2·2·2·4 and 2·2·2·8; back to the lower layer: 2·1·8; output: 3·2·2. RMSprop: 9 for each of 12 + 32 + 3
    weights, and five arrays of them.
    """
    work = work_of(problem_of("stacked-lstm", {"window": 1, "batch": 1, "first": 1, "second": 2}))
    assert work.operations == 32 + 64 + 16 + 12 + 9 * 47
    assert work.streams == (Stream(0, 16), Stream(0, 64), Stream(5 * 4 * 47, 3 * 4 * 47))


@pytest.mark.parametrize(("bytes_a_second", "binds", "floor"), [(8.0, "bytes", 3e6), (32.0, "arithmetic", 2e6)])
def test_floor_is_the_longer_of_arithmetic_and_bytes(bytes_a_second, binds, floor):
    """10 operations at 5 a second; 16 bytes at two speeds and 8 through a larger array at 8 a second."""
    work = Work(10, (Stream(16, 100), Stream(8, 900)))
    found = floor_of(work, Speed(2, 5.0, {100: bytes_a_second, 900: 8.0}))
    assert (found.threads, found.binds, found.microseconds) == (2, binds, pytest.approx(floor))


def test_floor_has_a_row_for_each_part_on_each_number_of_threads():
    """With what it follows from, and which of the two binds."""
    work = Work(4_000_000, (Stream(2_000_000, 10),))
    rows = floor_rows(work, [Speed(1, 4e9, {10: 1e9}), Speed(2, 1e9, {10: 1e9})])
    assert [(row["threads"], row["ms"], row["told"]) for row in rows] == [
        (1, pytest.approx(1), "4.0 Mflop at 4 Gflop/s"),
        (1, pytest.approx(2), "binds; 2.0 MB"),
        (2, pytest.approx(4), "binds; 4.0 Mflop at 1 Gflop/s"),
        (2, pytest.approx(2), "2.0 MB"),
    ]


def test_best_speed_takes_the_best_of_each_thing():
    """Whichever time it was measured."""
    assert best_of([Speed(1, 5.0, {8: 3.0, 9: 1.0}), Speed(1, 4.0, {8: 2.0, 9: 7.0})]) == Speed(
        1, 5.0, {8: 3.0, 9: 7.0}
    )


def test_product_s_speed_is_that_of_the_fastest_library(monkeypatch):
    """Products of two 8 by 8 matrices, 1024 operations each: one library takes 4 and 2 seconds, the other 8 and 3."""
    clock = accumulate([0, 4, 1, 2, 1, 8, 1, 3])
    monkeypatch.setattr(machine.time, "perf_counter", lambda: next(clock))
    monkeypatch.setattr(machine, "PRODUCT_SIZE", 8)
    monkeypatch.setattr(machine, "PRODUCTS", 2)
    monkeypatch.setattr(machine, "products", lambda: [lambda: None, lambda: None])
    (speed,) = machine.build_speeds(1, sizes=())(1)
    assert speed == Speed(1, 512, {})


def test_products_of_all_libraries_are_the_same(monkeypatch):
    """NumPy's, TensorFlow's and XLA's, to rounding."""
    monkeypatch.setattr(machine, "PRODUCT_SIZE", 8)
    ours, *others = (product() for product in machine.products())
    for other in others:
        np.testing.assert_allclose(other, ours, rtol=1e-5, atol=1e-6)


def test_meter_measures_each_number_of_threads_in_a_process_of_its_own(monkeypatch):
    """Once as it is opened, and again when it is asked; every stream's size is measured."""
    monkeypatch.setattr(floor, "build_speeds", build_few_speeds)
    with speed_meter([Work(1, (Stream(1, 4096), Stream(1, 8192)))], threads=[1]) as meter:
        (first,) = meter.best()
        meter.measure()
        (best,) = meter.best()
    assert (best.threads, set(best.bytes)) == (1, {4096, 8192})
    assert best.operations >= first.operations > 1e9  # any processor that runs TensorFlow
    assert floor_of(Work(1, ()), best) == Floor(1, 1e6 / best.operations, 0)


def test_meter_whose_process_fails_says_so_in_one_line(monkeypatch):
    """No traceback reaches the user."""
    monkeypatch.setattr(floor, "build_speeds", train_raising)
    with (
        pytest.raises(RunError, match="was not measured: RuntimeError: out of luck; run the bench again"),
        speed_meter([Work(1, ())], threads=[1]),
    ):
        pass
