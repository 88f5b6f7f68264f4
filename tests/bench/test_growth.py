"""Growth: which sizes, who takes part, what is kept, and what comes of the points."""

import json

import pytest

from reproduce.bench import growth
from reproduce.bench.contender import COMPILED, GRAPH, KERAS, PYTORCH, SESSION, Contender
from reproduce.bench.frameworks import contenders_of
from reproduce.bench.growth import FLOORS, Growth, exponents, frame_of, is_feasible, points_of
from reproduce.bench.picture import draw_growth
from reproduce.bench.tasks import SIZES, TASKS
from reproduce.errors import RunError
from tests.bench.contenders import known_meter, steady, train_raising
from tests.bench.problems import TASK


def test_growth_varies_one_size_at_a_time():
    """Half the article's own to four times as much; the article's own sizes once."""
    points = points_of(TASKS[1:2])
    assert [(size, value) for _, size, value in points] == [
        *(("hidden", value) for value in (50, 100, 200, 400)),
        *(("window", value) for value in (30, 120, 240)),
        *(("batch", value) for value in (32, 128, 256)),
    ]


def test_growth_leaves_the_published_graph_out_where_it_is_large():
    """It has a cell for each day of each window; the session engine, which has the same graph, takes no part at all."""
    graph, session, keras, *_ = contenders_of("bitcoin-lstm", threads=[1])
    assert (graph.name, session.name) == (GRAPH, SESSION)
    own, large = (TASKS[0].problem(TASKS[0].resized("batch", batch), 1) for batch in (7, 28))
    able = [[is_feasible(one, problem) for one in (graph, session, keras)] for problem in (own, large)]
    assert able == [[True, False, True], [False, False, True]]


@pytest.fixture
def measure(tmp_path, monkeypatch):
    """A way to measure two contenders at two numbers of hidden units of the tiny stacked network."""
    monkeypatch.setattr(growth, "speed_meter", known_meter)
    points = [(TASK["stacked-lstm"], "hidden", value) for value in (3, 5)]

    def run(on_progress=lambda _: None, pytorch=None):
        contenders = [steady(KERAS), pytorch or steady(PYTORCH)]
        monkeypatch.setattr(growth, "contenders_of", lambda *_, **__: contenders)
        measured = Growth(tmp_path)
        measured.measure(measured.left(points), 1, on_progress)
        return measured

    return run


def test_growth_goes_on_where_it_was_interrupted(measure, tmp_path):
    """What is measured stands in the file at once, and is not measured again."""

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(interrupt)
    kept = json.loads((tmp_path / "growth.json").read_text(encoding="utf-8"))
    assert {row["value"] for row in kept["rows"]} == {3}
    assert kept["processor"]
    seen = []
    rows = measure(seen.append).rows
    assert seen == ["stacked-lstm, hidden 5"]
    assert rows[: len(kept["rows"])] == kept["rows"]
    assert [row["contender"] for row in rows] == [KERAS, PYTORCH, *FLOORS] * 2


@pytest.mark.parametrize(
    ("before", "seen_again"),
    [
        (steady(PYTORCH, package="no_such_package"), ["stacked-lstm, hidden 3", "stacked-lstm, hidden 5"]),
        (Contender(PYTORCH, 1, train_raising), ["stacked-lstm, hidden 3", "stacked-lstm, hidden 5"]),
        (steady(PYTORCH), []),
    ],
    ids=["was-missing", "failed", "was-there"],
)
def test_growth_measures_again_where_somebody_was_left_out(measure, before, seen_again):
    """Whoever was not installed, or failed; in place of what stood there."""
    measure(pytorch=before)
    seen = []
    rows = measure(seen.append).rows
    assert seen == seen_again
    assert [row["contender"] for row in rows] == [KERAS, PYTORCH, *FLOORS] * 2
    assert all("ms" in row for row in rows)


def test_growth_does_not_measure_again_for_want_of_what_is_still_missing(measure):
    """Else the same command would never end."""
    pytorch, seen = steady(PYTORCH, package="no_such_package"), []
    measure(pytorch=pytorch)
    measure(seen.append, pytorch=pytorch)
    assert seen == []


def test_growth_of_another_machine_is_refused(measure, tmp_path, monkeypatch):
    """Ratios differ between processors; a damaged file is refused too, and --force begins anew."""
    measure()
    monkeypatch.setattr(growth, "processor", lambda: "Abacus 7")
    with pytest.raises(RunError, match="this is Abacus 7; choose another folder with --out, or --force"):
        Growth(tmp_path)
    (tmp_path / "growth.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RunError, match="give --force to measure anew"):
        Growth(tmp_path)
    assert Growth(tmp_path, force=True).rows == []


def rows_of(power, name=COMPILED):
    """A contender whose time grows with that power of each size of the Macbeth network."""
    sizes = [(size, value, value / TASKS[2].size(size)) for _, size, value in points_of(TASKS[2:])]
    here = {"article": "macbeth", "contender": name, "status": "timed"}
    return [here | {"size": size, "value": value, "ms": 40 * factor**power} for size, value, factor in sizes]


def test_exponent_is_the_slope_of_a_contender_s_line():
    """On all three lines, each of which the article's own sizes are on."""
    found = exponents(frame_of(rows_of(1.5) + rows_of(2, FLOORS[0])))
    assert found["exponent"].tolist() == pytest.approx([1.5, 2] * 3)
    assert sorted(set(found["size"])) == sorted(SIZES)


def test_table_has_a_row_for_each_size_beside_the_floor(tmp_path):
    """Ours and the arithmetic's exponent; a note for whoever failed."""
    measured = Growth(tmp_path)
    measured.rows = rows_of(1.5) + rows_of(2, FLOORS[0])
    measured.rows.append(
        {"article": "macbeth", "size": "batch", "value": 15, "contender": KERAS}
        | {"status": "FAILED", "reason": "it broke"}
    )
    done = measured.show()
    assert [(text["size"], text[COMPILED], text[FLOORS[0]]) for text in done.tables[0].texts] == [
        (size, "1.50", "2.00") for size in SIZES
    ]
    assert (done.notes, done.has_failed) == (["Keras fit, macbeth, batch 15: it broke"], True)


def test_picture_draws_every_point_on_logarithmic_axes():
    """A panel for each size, in which each line has four points."""
    panels = draw_growth(rows_of(1.5)).axes
    assert [(axes.get_xscale(), axes.get_yscale()) for axes in panels] == [("log", "log")] * 3
    drawn = [axes.lines[0].get_xydata()[:, 0].tolist() for axes in panels]
    assert drawn == [[150, 300, 600, 1200], [25, 50, 100, 200], [15, 30, 60, 120]]
