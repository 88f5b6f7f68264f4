"""The windows rung: the published cut agrees, and every slip of it is named."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.inputs.prices import load_prices
from reproduce.networks.ports.windows import SLIPS, Cut, compare_windows, cut, windows_question

TABLE = load_prices()
FOUR = (Cut(newest_first=False), Cut(scaled_by="seen"), Cut(scaler="range"), Cut(split_of="windows"))
QUESTION = windows_question(TABLE.close_usd)


def prepared(**changes):
    """What the article's own code makes of the table."""
    found = prepare(TABLE, replace(Variant(), **changes))
    return {"inputs": found.inputs, "targets": found.targets, "train": np.array(float(found.train_windows))}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_published_cut_agrees(dtype):
    """1266 windows, 1018 for training; rounded to float32 too."""
    answer = {name: array.astype(dtype).astype("float64") for name, array in cut(TABLE.close_usd, Cut()).items()}
    row = compare_windows(QUESTION, answer, prepared())
    assert (row.agrees, row.found) == (True, "1266, 1018 for training")


def test_published_cut_agrees_in_mixed_precision():
    """Inputs in float32, as the network takes them, and targets as they were scaled."""
    answer = cut(TABLE.close_usd, Cut())
    answer["inputs"] = answer["inputs"].astype("float32").astype("float64")
    assert compare_windows(QUESTION, answer, prepared()).agrees


@pytest.mark.parametrize(("slip", "how"), [(slip, how) for slip, ways in SLIPS.items() for how in ways])
def test_slip_is_named(slip, how):
    """In each way in which it is made."""
    row = compare_windows(QUESTION, cut(TABLE.close_usd, how), prepared())
    assert (row.agrees, row.found) == (False, slip)


def by_hand(rows, fitted, target):
    """As a user's loop cuts prices: scaled by the first `fitted` of them, the target that many days from the first."""
    scaled = (rows - np.mean(rows[:fitted])) / np.std(rows[:fitted])
    starts = range(len(rows) - 7)
    pairs = [(scaled[k : k + 7, None], scaled[k + target : k + target + 1]) for k in starts]
    return {"inputs": [x for x, _ in pairs], "targets": [y for _, y in pairs], "train": 1018}


@pytest.mark.parametrize(
    ("fitted", "target", "word"),
    [(1018, 7, "fitted on the training rows"), (1025, 7, "fitted on the training rows"), (1273, 6, "own last day")],
)
def test_user_s_loop_has_one_slip(fitted, target, word):
    """Not two, of which one is no slip of the loop."""
    answer = {name: np.array(values) for name, values in by_hand(TABLE.close_usd, fitted, target).items()}
    found = compare_windows(QUESTION, answer, prepared()).found
    assert word in found
    assert "; and " not in found


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"row_order": "oldest-first"}, "oldest day first"),
        ({"scaler_rows": "training"}, "fitted on the training rows"),
        ({"split_of": "windows"}, "80 % of the windows"),
        ({"newest_row": "dropped"}, "newest row is left out"),
    ],
)
def test_article_s_own_variant_is_named(change, word):
    """Cut by other code than the slips are."""
    assert word in compare_windows(QUESTION, prepared(**change), prepared()).found


def test_four_slips_are_named_together():
    """Those of a careful user, who reads oldest first, scales by the training rows to 0 … 1 and splits the windows."""
    how = Cut(newest_first=False, scaled_by="seen", scaler="range", split_of="windows")
    names = [slip for slip, ways in SLIPS.items() if ways[0] in FOUR]
    assert compare_windows(QUESTION, cut(TABLE.close_usd, how), prepared()).found == "; and ".join(names)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            lambda a: a | {"inputs": a["inputs"][:-3], "targets": a["targets"][:-3]},
            "1263 windows, the program has 1266",
        ),
        (lambda a: a | {"targets": a["targets"][:-3]}, "1263 targets for 1266 windows"),
        (lambda a: a | {"inputs": a["inputs"][:-1]}, "1266 targets for 1265 windows"),
        (lambda a: a | {"inputs": a["inputs"][:, :6]}, "windows of 6 days, the program's have 7"),
        (lambda a: a | {"train": np.array(1000.0)}, "1000 for training, the program has 1018"),
        (lambda a: a | {"inputs": np.roll(a["inputs"], 1, axis=1)}, "first in the inputs of window 0, counted from 0"),
    ],
    ids=["fewer", "fewer-targets", "fewer-inputs", "shorter", "split", "rolled"],
)
def test_unknown_difference_is_placed(change, found):
    """And not guessed at."""
    assert compare_windows(QUESTION, change(cut(TABLE.close_usd, Cut())), prepared()).found == found
