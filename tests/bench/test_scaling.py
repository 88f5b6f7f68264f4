"""Scaling: which sizes, who takes part, and what comes of the points."""

from dataclasses import replace

import pandas as pd
import pytest

from reproduce.bench import scaling
from reproduce.bench.bitcoin import house_contenders
from reproduce.bench.contender import Contender
from reproduce.bench.picture import draw_scaling
from reproduce.bench.scaling import BASE, SIZES, is_feasible, run_scaling, show, variants
from tests.bench.contenders import known_meter, steady, train_dying


def test_scaling_varies_one_size_at_a_time():
    """The base once, and four more of each size; the issue's ranges."""
    chosen = variants()
    assert len(chosen) == len(set(chosen)) == 13
    assert all(sum(getattr(v, size) != getattr(BASE, size) for size in SIZES) <= 1 for v in chosen)
    ends = {size: (min(values), max(values)) for size, values in SIZES.items()}
    assert ends == {"hidden": (64, 1024), "window": (3, 60), "batch": (1, 64)}


def test_scaling_leaves_the_session_engine_out_where_its_graph_is_large():
    """448 windows' days in a batch; the compiled engine has one cell for all of them."""
    session, compiled, _ = house_contenders("described")
    large = replace(BASE, batch=64)
    assert [is_feasible(one, variant) for one in (session, compiled) for variant in (BASE, large)] == [
        *(True, False),
        *(True, True),
    ]


@pytest.fixture(scope="module")
def points():
    """Two contenders at three sizes, through the processes; one of them dies at the first."""
    contenders = [steady("compiled engine"), Contender("Keras fit", "described", 1, train_dying)]
    chosen = [replace(BASE, hidden=hidden, window=window) for hidden, window in ((2, 7), (3, 7), (2, 4))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scaling, "speed_meter", known_meter)
        return run_scaling(contenders, chosen, steps=2, rounds=1, on_progress=lambda _: None)


def test_scaling_measures_each_contender_at_each_variant(points):
    """One process goes on from variant to variant; a dead one stays dead. What is missing is null to programs."""
    rows = show(points).rows
    assert [(row["hidden"], row["window"], row["contender"], row["failure"]) for row in rows] == [
        (hidden, window, name, failure)
        for hidden, window in ((2, 7), (3, 7), (2, 4))
        for name, failure in (("compiled engine", None), ("Keras fit", "its process died (SIGKILL)"))
    ]
    assert [row["us_per_step"] is None for row in rows] == [False, True] * 3


def test_scaling_table_has_a_row_for_each_set_of_sizes(points):
    """And a column for each contender; a note for each that failed."""
    done = show(points)
    assert [(text["hidden"], text["window"], text["Keras fit"]) for text in done.tables[0].texts] == [
        ("2", "7", "FAILED"),
        ("3", "7", "FAILED"),
        ("2", "4", "FAILED"),
    ]
    columns = ["hidden", "window", "batch", "compiled engine", "Keras fit", "floor"]
    assert [list(text) for text in done.tables[0].texts] == [columns] * 3
    assert done.notes[2] == "Keras fit, 2 units, 4 days, batch 7: its process died (SIGKILL)"
    assert (len(done.notes), done.has_failed) == (3, True)


def test_scaling_picture_draws_medians_on_logarithmic_axes():
    """Every point in each panel on whose line it lies, failed ones in none."""
    chosen = [variant for variant in variants() if variant != replace(BASE, hidden=512)]
    times = {"us_per_step": range(2, 14), "lower_quartile": range(1, 13), "upper_quartile": range(3, 15)}
    points = pd.DataFrame([{size: getattr(v, size) for size in SIZES} for v in chosen]).assign(failure=None, **times)
    broken = points[-1:].assign(hidden=512, batch=7, failure="it broke")
    points = pd.concat([points, broken]).assign(contender="Keras fit", floor_us=1.0)
    panels = draw_scaling(points).axes
    assert [(axes.get_xscale(), axes.get_yscale()) for axes in panels] == [("log", "log")] * 3
    for axes, size in zip(panels, SIZES, strict=True):
        drawn = next(c for c in axes.containers if c.get_label() == "Keras fit").lines[0].get_xydata().tolist()
        on_line = [k for k, v in enumerate(chosen) if v == replace(BASE, **{size: getattr(v, size)})]
        assert drawn == sorted([getattr(chosen[k], size), k + 2] for k in on_line)
