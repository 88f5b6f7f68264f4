"""The lessons themselves: each runs, shows a picture, ends in an exercise, and keeps to its size and its subject."""

import os
import re
import runpy
import subprocess
import sys
import textwrap
import warnings
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.path import Path as Line

from reproduce.lessons import check
from reproduce.lessons.catalogue import read_lessons
from reproduce.lessons.exercises import slip
from tests.lessons import solutions
from tests.lessons.figures import OF_LESSON
from tests.test_layout import ROOT, imports

LESSONS = read_lessons()
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[one.path.stem for one in LESSONS])


def code_of(lesson):
    """Its code alone."""
    return "\n".join(block.text for block in lesson.blocks if block.is_code)


def prose_of(lesson):
    """Its text alone."""
    return "\n".join(block.text for block in lesson.blocks if not block.is_code)


class Ran(NamedTuple):
    """A lesson that has run from top to bottom."""

    names: dict[str, Any]  # as they are at its end
    said: list[str]  # lines
    pictures: list[Figure]
    left: list[Path]  # files in the folder it ran in


@pytest.fixture(scope="module")
def ran(one_thread, tmp_path_factory):  # noqa: ARG001
    """A way to have a lesson's run, by its number; each runs once, in this process."""
    return cache(lambda number: run(LESSONS[number - 1], tmp_path_factory.mktemp("lesson")))


def run(lesson, folder):
    """Run a lesson in that folder, with pictures that nobody sees."""
    plt.switch_backend("Agg")
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(), redirect_stdout(StringIO()) as said:
        patch.chdir(folder)
        warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
        names = runpy.run_path(str(lesson.path), run_name="__main__")
    pictures = [plt.figure(number) for number in plt.get_fignums()]
    plt.close("all")
    return Ran(names, said.getvalue().splitlines(), pictures, list(folder.iterdir()))


@every_lesson
def test_lesson_runs_to_its_picture_and_its_exercise(lesson, ran):
    """It shows one picture, prints of its stub last, and leaves nothing in its folder."""
    one = ran(lesson.number)
    (picture,) = one.pictures
    assert picture.get_axes()
    assert all(axes.has_data() or axes.texts for axes in picture.get_axes())
    assert one.said[-1].startswith("not yet: ")
    assert one.left == []


def test_lesson_1_computes_a_gate_by_hand(ran):
    """The same as in the cell."""
    one = ran(1).names
    np.testing.assert_allclose(one["f"], one["day"].f, rtol=1e-12)


def test_lesson_2_counts_the_products_and_computes_one_fetch_of_two(ran):
    """As its text says."""
    said = ran(2).said
    assert said.count("  … computed") == 1
    assert said.index("  … computed") > next(k for k, line in enumerate(said) if line.startswith("described: Tensor"))
    assert any(line.endswith(f"; {2 * (7 * 8 + 1)} of them are matrix products") for line in said)
    assert "You must feed a value for placeholder tensor 'price' with dtype double" in said


def test_lesson_2_draws_the_program_s_wiring(ran):
    """Gates read the c of the day before, which is an addition; what the forget gate scales is its h, a product."""
    one = ran(2).names
    kinds = {operation.name.removeprefix("window_0/"): operation.type for operation in one["operations"]}
    before = [(begin, end) for begin, end in one["arrows"] if begin.startswith("day_2/")]
    read = [(kinds[begin], end) for begin, end in before]
    assert {("AddV2", f"{gate}_gate") for gate in ("input", "forget", "output")} | {("AddV2", "memory_cell")} <= set(
        read
    )
    assert [kind for kind, end in read if "gate" not in end and end != "memory_cell"] == ["Mul"]


def test_lesson_2_draws_no_arrow_through_a_box(ran):
    """An arrow through a third box would seem to begin there."""
    one = ran(2).names
    places = {name: box.axes.transData.transform(box.get_position()) for name, box in one["boxes"].items()}
    sizes = {name: box.get_bbox_patch().get_window_extent() for name, box in one["boxes"].items()}
    crossed = [
        (begin, end, name)
        for begin, end in one["arrows"]
        for name in set(sizes) - {begin, end}
        if Line([places[begin], places[end]]).intersects_bbox(sizes[name], filled=False)
    ]
    assert crossed == []


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("window_0/day_3/forget_gate/Sigmoid:0", "right"),
        ("window_0/day_3/input_gate/Sigmoid:0", "not yet: this is the input gate of window 0, day 3; "),
        ("window_1/day_3/forget_gate/Sigmoid:0", "not yet: this is the forget gate of window 1, day 3; "),
        ("window_0/day_4/forget_gate/Sigmoid:0", "not yet: this is the forget gate of window 0, day 4; "),
        ("window_0/day_3/forget_gate/add_1:0", "not yet: no gate of these windows has this value"),
    ],
)
def test_lesson_2_gate_is_fetched_by_name(name, answer, ran, capsys):
    """From the graph that the lesson has built, in its session."""
    one = ran(2).names
    check.gate(one["session"].run(name, one["feed"]), one["weights"]._asdict(), one["inputs"])
    assert capsys.readouterr().out.startswith(answer)


def test_lesson_3_wirings_part_on_day_1_and_not_in_the_loss(ran):
    """Losses fall at nearly the same pace; h differs from the second day on, and c grows in the described one."""
    one = ran(3).names
    published, described = (one["trained"][wiring][1] for wiring in ("published", "described"))
    np.testing.assert_allclose(published, described, rtol=0.25)
    assert published[-1] < 0.2 * published[0]
    apart = [
        np.abs(a.after.h - b.after.h).max() for a, b in zip(*(days for _, days in one["runs"].values()), strict=True)
    ]
    assert apart[0] == 0
    assert min(apart[1:]) > 1e-3
    last = {wiring: np.abs(days[-1].after.c).max() for wiring, (_, days) in one["runs"].items()}
    assert last["described"] > 1.2 * last["published"]


def test_lesson_3_tells_what_days_hand_on_from_their_order_by_the_cell(ran):
    """Of the slips that are right for one day and wrong for two, one has a right cell: the window read backward."""
    one, random = ran(3).names, np.random.default_rng(0)
    weights, inputs = one["probe"], one["inputs"]
    x, h, c = inputs[:, 0], *(random.normal(size=(2, 3, 8)))
    day = one["reference"].step(weights, "described", x, one["reference"].State(h, c))
    is_right_cell = {}
    for name in slip.NAMES:
        program = slip.draw(next(seed for seed in range(1000) if slip.problem(name, seed) is None))
        right = [one["reference"].forward(weights, "described", inputs[:, :days])[0] for days in (1, 2)]
        told = [np.allclose(program.predict(weights, inputs[:, :days]), right[days - 1]) for days in (1, 2)]
        if told == [True, False]:
            is_right_cell[name] = all(map(np.allclose, program.cell(weights, x, h, c), day.after))
    wrong = dict.fromkeys(["recurrent-transposed", "forget-bias", "wiring"], False)
    assert is_right_cell == wrong | {"window-backward": True}


def test_lesson_3_hides_a_slip_that_one_day_does_not_show(ran):
    """So that its first probe leaves some names, and not all."""
    told = [float(line.rpartition(" ")[2]) for line in ran(3).said if line.startswith("days read: ")]
    assert told[0] == 0
    assert len(told) == 7
    assert min(told[1:]) > 0.01


def test_lesson_4_has_the_same_gradient_three_times(ran):
    """All of them, not only those that are printed; and published forgets faster."""
    one = ran(4).names
    for name, gradient in one["by_hand"].items():
        np.testing.assert_allclose(one["by_graph"][name], gradient, rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(
            one["try_it"](name, (-1,) * gradient.ndim), gradient.ravel()[-1], rtol=1e-6, atol=1e-10
        )
    described, published = (
        np.median([np.abs(one["slope_by_day"](draw, wiring, one["inputs"][:1])) for draw in one["draws"]], axis=0)
        for wiring in ("described", "published")
    )
    assert described[0] > 3 * published[0]
    assert 0.5 < described[6] / published[6] < 2


def test_lesson_4_gradients_are_the_sums_over_days_that_its_text_says(ran):
    """x.T @ by_sum and so on, added up day by day; the output layer's own from the error."""
    one = ran(4).names
    weights, reference = one["weights"], one["reference"]
    predictions, days = reference.forward(weights, "described", one["inputs"])
    e, n = predictions - one["targets"], len(one["targets"])
    found = {name: np.zeros_like(array) for name, array in weights.items()}
    found["W_hy"], found["b_y"] = days[-1].after.h.T @ (2 * e / n), (2 * e / n).sum(axis=0)
    dh, dc = 2 * e / n @ weights["W_hy"].T, np.zeros_like(days[0].f)
    for day in reversed(days):
        by_sum, dc = solutions.day_back(day, dh, dc)
        for gate, by_one in by_sum.items():
            found[f"W_x{gate}"] += day.x.T @ by_one
            found[f"W_h{gate}"] += day.read.T @ by_one
            found[f"b_{gate}"] += by_one.sum(axis=0)
        dh = sum(by_one @ weights[f"W_h{gate}"].T for gate, by_one in by_sum.items())
    for name, gradient in one["by_graph"].items():
        np.testing.assert_allclose(found[name], gradient, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("wiring", ["described", "published"])
def test_lesson_4_slopes_by_day_are_finite_differences(wiring, ran):
    """By hand and tried, of every network that is drawn."""
    one = ran(4).names
    for draw in one["draws"]:
        slopes, tried = (one[way](draw, wiring, one["inputs"][:1]) for way in ("slope_by_day", "tried_by_day"))
        np.testing.assert_allclose(slopes, tried, rtol=1e-4, atol=1e-9)


def test_lesson_5_rule_is_tf1_s(ran):
    """TensorFlow's own optimizer moved each number by the first of the four rules, and by no other."""
    one = ran(5).names
    first, *others = (one["take_steps"](one["sizes"], 1, *rule) for rule in one["ADAMS"].values())
    np.testing.assert_allclose(one["moved"], first, rtol=1e-9)
    assert all(np.abs(other / one["moved"] - 1).max() > 0.5 for other in others)


def test_lesson_6_has_a_slip_for_every_rung(ran):
    """The right port agrees, and the others differ first on another rung each, from the bottom to the top."""
    one = ran(6).names
    keras, own_epsilon, *slips = (one["verdicts"](*of) for of in one["rows"].values())
    assert set(keras) == {"agrees", "not asked"}
    assert own_epsilon.index("differs") == 4
    assert [row.index("differs") for row in slips] == list(range(7))
    assert "Keras, its own epsilon: Adam's epsilon is 1e-7; the program's is 1e-8" in ran(6).said


def test_lesson_7_orders_float_types_and_the_slip(ran):
    """Rounding of float64 is below that of float32, which is below epsilon; at step 1 the slip does not show."""
    one = ran(7)
    epsilon, *single, double = (differences for differences in one.names["pairs"].values())
    assert double[:145].max() < 1e-12 < min(part[:145].max() for part in single)
    assert 10 * max(part[:145].max() for part in single) < epsilon[:145].max()
    assert epsilon[0] < 1e-15
    assert [line.endswith(" not equal") for line in one.said[:2]] == [True, True]


def test_lesson_8_says_of_the_study_what_the_study_says(ran):
    """Which variants are excluded, how weak the test is, and that persistence is as good."""
    one = ran(8)
    words = {line.split()[0]: " not excluded" not in line for line in one.said if " p = " in line}
    assert (words["described"], words["published"]) == (True, False)
    assert "0 of 40 published curves are not excluded as described" in one.said
    assert "40 of 40 described curves are not excluded as published" in one.said
    assert one.names["of_persistence"] < one.names["reported"][-1]


@every_lesson
def test_lesson_that_speaks_of_its_source_file_says_where_it_is(lesson, ran):
    """A wheel keeps it elsewhere than the path at the top of the lesson says."""
    told = [line.removeprefix("the source file: ") for line in ran(lesson.number).said if "source file: " in line]
    assert told == ([str(ROOT / lesson.source)] if "source file" in prose_of(lesson) else [])


@every_lesson
def test_figures_in_the_text_are_those_of_the_run(lesson, ran):
    """Each sentence with a figure stands in the text with the value that was computed."""
    text = " ".join(prose_of(lesson).split())
    sentences = [" ".join(one.split()) for one in OF_LESSON[lesson.number - 1](ran(lesson.number).names)]
    assert sentences
    assert [one for one in sentences if one not in text] == []


def test_lesson_7_has_two_epochs_of_145_steps(ran):
    """Its picture and what it prints of the first epoch count on that."""
    one = ran(7).names
    assert len(one["session"]) == 145 * one["EPOCHS"] == 290


def test_lesson_as_a_program_says_nothing_of_tensorflow_s_start():
    """Nor does it load Keras, which would take a third of TensorFlow's own time to start; commands start as it does."""
    program = f"""
        import runpy, sys
        runpy.run_path({str(LESSONS[4].path)!r}, run_name="__main__")
        assert "tensorflow" in sys.modules and "keras" not in sys.modules
    """
    hidden = ("TF_CPP_MIN_LOG_LEVEL", "TF_USE_LEGACY_KERAS")
    given = {name: value for name, value in os.environ.items() if name not in hidden}
    given |= {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    command = [sys.executable, "-c", textwrap.dedent(program)]
    ended = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1].startswith("not yet: ")


@every_lesson
def test_lesson_starts_tensorflow_before_it_imports_it(lesson):
    """And where it needs none, it does not."""
    code = code_of(lesson)
    starts = code.startswith("from reproduce.lessons.start import start_tensorflow\n\nstart_tensorflow()")
    assert starts == bool(re.search(r"import tensorflow|networks\.lstm|networks\.ports\.templates", code))


@every_lesson
def test_lesson_is_short(lesson):
    """At most 120 lines of code and 900 words."""
    lines = [line for line in code_of(lesson).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) <= 120
    assert len(re.findall(r"\w[\w'-]*", prose_of(lesson))) <= 900


@every_lesson
def test_lesson_has_one_number_and_one_picture(lesson):
    """Its number is that of its file; the last block of code checks the exercise."""
    assert lesson.path.name.startswith(f"{lesson.number:02}_")
    assert code_of(lesson).count("plt.show()") == 1
    assert re.search(r"\ncheck\.\w+\(.*\)$", code_of(lesson))
    assert prose_of(lesson).count("\n## Exercise") == 1


@every_lesson
def test_lesson_explains_a_file_and_quotes_none_of_it(lesson):
    """It imports that file or one that does; no longer line of it stands in the lesson."""
    source = (ROOT / lesson.source).read_text(encoding="utf-8")
    lines = {line.strip() for line in source.splitlines() if len(line.strip()) > 30}
    text = lesson.path.read_text(encoding="utf-8")
    assert lines
    assert [
        line for line in lines - {"from __future__ import annotations"} if line in text and "import" not in line
    ] == []


@every_lesson
def test_lesson_uses_what_a_user_may_use(lesson):
    """Nothing of the command line, and no private name."""
    assert [name for name in imports(lesson.path) if name.startswith("reproduce.cli")] == []
    assert re.findall(r"import _\w+|\w\._(?!asdict)\w+", code_of(lesson)) == []


def test_every_check_belongs_to_a_lesson():
    """And every lesson to a check."""
    used = [re.search(r"\ncheck\.(\w+)\(", code_of(one))[1] for one in LESSONS]
    public = [name for name, one in vars(check).items() if callable(one) and one.__module__ == check.__name__]
    assert used == [name for name in public if not name.startswith("_")]


@every_lesson
def test_docstring_of_the_check_names_the_lesson(lesson):
    """So that `help(check)` is a list of the exercises."""
    name = re.search(r"\ncheck\.(\w+)\(", code_of(lesson))[1]
    assert getattr(check, name).__doc__.startswith(f"Lesson {lesson.number}: ")
