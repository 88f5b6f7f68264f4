"""Every slip as a port of its own is found again, and nothing else: the table is its own test."""

import re
from dataclasses import replace

import numpy as np
import pytest

from reproduce.networks.ports import numbers
from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.numbers import Found, find_numbers, rounded
from reproduce.networks.ports.price import price_target
from reproduce.networks.ports.program import Program, changes, combined
from reproduce.networks.ports.rungs import gaps_on
from reproduce.networks.ports.table import SLIPS
from reproduce.networks.ports.two_layers.targets import CHARACTERS, PRICES
from tests.networks.ports.slipped import answers_as_ports, computed_once, names, with_slips

PUBLISHED = computed_once(price_target("published"))
TARGETS = {
    "published": PUBLISHED,
    "described": computed_once(price_target("described")),
    "prices": computed_once(PRICES),
    "characters": computed_once(CHARACTERS),
}
HIDDEN = 4  # units that a port is asked for


@pytest.mark.parametrize("name", ["published", "prices", "characters"])
def test_table_is_without_doubles(name):
    """Names are unique and are anchors; no two slips are the same program, and none is the program without."""
    target = TARGETS[name]
    assert len({slip.name for slip in target.slips}) == len(target.slips) > 70
    assert len(set(with_slips(target))) == 1 + len(target.slips)
    assert [slip.name for slip in target.slips if not re.fullmatch("[a-z0-9-]+", slip.name)] == []


def test_slip_of_the_bitcoin_program_is_one_changed_field():
    """And the way in which a layout is wrong."""
    assert {len(changes(one, Program()).keys() - {"way"}) for one in with_slips(PUBLISHED)[1:]} == {1}


@pytest.mark.parametrize(
    ("name", "seed", "dtype", "shared_with"),
    [
        ("published", 0, "float64", ()),
        ("described", 1, "float32", [slip for slip in PUBLISHED.slips if slip.name != "wiring"]),
        ("prices", 0, "float32", ()),
        ("characters", 1, "float32", PRICES.slips),
    ],
    ids=TARGETS,
)
def test_each_slip_is_exactly_itself(name, seed, dtype, shared_with):
    """As a port, with questions and what is random in it of that seed; without a slip it agrees.

    Of slips that another target has too, every fourth: they are the same change to the same layer, step or batch.
    """
    target = TARGETS[name]
    shared = [slip.name for slip in shared_with]
    chosen = [slip for slip in target.slips if slip.name not in shared or shared.index(slip.name) % 4 == 0]
    programs = [target.program, *(slip.programs(target.program)[0] for slip in chosen)]
    questions = target.ask(HIDDEN, seed)
    ports = answers_as_ports(target, programs, questions, dtype, seed)
    found = [names(compare(target, questions, port, dtype)) for port in ports]
    assert found == [[()], *([(slip.name,)] for slip in chosen)]


@pytest.mark.parametrize(
    ("name", "slips", "made"),
    [
        (
            "published",
            ["gate-order-ifgo", "exchanged-w-hi-w-hf", "recurrent-transposed"],
            [("in", "both"), ("out", "both")],
        ),
        (
            "prices",
            ["block-order-ifoc", "exchanged-bias-i-f"],
            [("both", "first"), ("in", "second"), ("out", "both"), ("out", "first")],
        ),
    ],
    ids=["published", "prices"],
)
def test_slip_made_in_one_way_only_is_found_with_its_way(name, slips, made):
    """A layout that is wrong where weights are handed in, or handed back, but not both; or in one layer of two."""
    target = TARGETS[name]
    questions = target.ask(HIDDEN)
    programs = [
        program
        for slip in target.slips
        if slip.name in slips
        for program in slip.programs(target.program)
        if (program.way, program.layer) in made
    ]
    ports = answers_as_ports(target, programs, questions, "float32")
    found = [compare(target, questions, port, "float32") for port in ports]
    assert [len(one.explanations) for one in found] == [1] * len(slips) * len(made)
    assert [(one.ways, one.layers) for one in found] == [((one.way,), (one.layer,)) for one in programs]


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"learning_rate": 0.0037}, "the learning rate is 0.0037; the program's is 0.001"),
        ({"beta1": 0.56}, "Adam's beta1 is 0.56; the program's is 0.9"),
        ({"beta2": 0.97}, "Adam's beta2 is 0.97; the program's is 0.999"),
        ({"gradient_factor": 3.0}, "all gradients are 3 times those of the loss; the program's are the loss's"),
        ({"gradient_factor": -2 / 3}, "all gradients are -2/3 times those of the loss"),
        ({"gradient_factor": 1 / 2688}, "all gradients are 1/2688 times those of the loss"),
        ({"decay": 0.004}, "each step takes 0.004 times the rate times the weight off every weight"),
        ({"loss_penalty": 0.004}, "0.004 times the sum of the squared weights is added to the loss"),
        (
            {"training_penalty": 0.02, "penalised": "matrices"},
            "in training 0.02 times the sum of the squared weights is added to the loss",
        ),
        ({"clipping": "global", "margin": 0.7}, "gradients are clipped to a global norm of 0.7"),
        ({"clipping": "each", "margin": 0.05}, "each gradient is clipped to a norm of 0.05 by itself"),
        ({"clipping": "each-packed", "margin": 0.3}, "each gradient is clipped to a norm of 0.3 by itself"),
        ({"clipping": "value", "margin": 0.02}, "each number of a gradient is cut to -0.02 … 0.02"),
    ],
    ids=[
        *("learning-rate", "beta1", "beta2", "gradients", "negative-fraction", "small-fraction", "decay"),
        *("penalty", "penalty-of-matrices"),
        *("norm-of-all", "norm-of-each", "norm-of-each-packed", "value"),
    ],
)
def test_number_of_a_port_is_found(changes, title):
    """With as few digits as fit, and in each way in which the slip is made; six steps tell it."""
    questions = [one for one in PUBLISHED.ask(HIDDEN) if one.name != "two epochs"]
    (port,) = answers_as_ports(PUBLISHED, [Program(**changes)], questions, "float32")
    (slips,) = compare(PUBLISHED, questions, port, "float32").explanations
    assert [slip.title.startswith(title) for slip in slips] == [True]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"learning_rate": 0.0037, "gates": "fiog"}, ("gate-order-fiog", "learning-rate")),
        ({"gradient_factor": 0.5, "loss": "sum"}, ("loss-sum", "gradients-scaled")),
        ({"gradient_factor": 1 / 3, "epsilon": (1e-7, "before")}, ("adam-epsilon-keras", "gradients-scaled")),
    ],
    ids=["rate-and-order", "factor-and-loss", "factor-and-epsilon"],
)
def test_number_is_found_beside_another_slip(changes, found):
    """It is looked for in the program that has the other slip."""
    questions = PUBLISHED.ask(HIDDEN)
    (port,) = answers_as_ports(PUBLISHED, [Program(**changes)], questions, "float64")
    assert names(compare(PUBLISHED, questions, port, "float64")) == [found]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"axes": "windows"}, {"batch-first"}),
        ({"days": "by view"}, {"view-for-transpose"}),
        ({"state": "carried"}, {"stateful"}),
        ({"state": "within-epoch"}, {"stateful"}),
        ({"loss_penalty": 1e-3, "penalised": "matrices"}, {"loss-penalised"}),
        ({"reported": "running mean", "remainder": "kept"}, {"loss-running-mean", "remainder-kept"}),
        (
            {"reported": "running mean", "remainder": "kept", "epsilon": (1e-7, "before")},
            {"loss-running-mean", "remainder-kept", "adam-epsilon-keras"},
        ),
    ],
    ids=["along-windows", "by-view", "stateful", "stateful-within-epoch", "penalised", "fit", "fit-and-its-adam"],
)
def test_what_stands_beside_a_shuffled_order_is_found(changes, found):
    """The order is read off losses that are told as means, or that hang on the sequence of windows in a batch."""
    questions = PUBLISHED.ask(HIDDEN)
    (port,) = answers_as_ports(PUBLISHED, [Program(order="shuffled", **changes)], questions, "float32")
    assert [set(one) for one in names(compare(PUBLISHED, questions, port, "float32"))] == [{"shuffled", *found}]


def pairs(count):
    """Slips drawn by chance that can be made together."""
    generator, drawn = np.random.default_rng(13), []
    while len(drawn) < count:
        one, other = (SLIPS[k] for k in generator.choice(len(SLIPS), 2, replace=False))
        program = combined(*(changes(slip.programs(Program())[0], Program()) for slip in (one, other)), Program())
        if program is not None:
            drawn.append(((one.name, other.name), program))
    return drawn


@pytest.mark.parametrize(
    ("both", "program"), pairs(5), ids=lambda value: "+".join(value) if type(value) is tuple else ""
)
def test_two_slips_together_are_found(both, program):
    """Where no single slip explains a port; some pairs are the same program as another pair."""
    questions = PUBLISHED.ask(HIDDEN)
    (port,) = answers_as_ports(PUBLISHED, [program], questions, "float64")
    assert set(both) in [set(found) for found in names(compare(PUBLISHED, questions, port, "float64"))]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"state": "within-epoch", "epsilon": (1e-8, "after")}, ("adam-epsilon", "stateful")),
        ({"recurrent": "transposed", "way": "in", "sigmoid": "hard-6"}, ("recurrent-transposed", "hard-sigmoid-new")),
    ],
    ids=["within-epoch", "in"],
)
def test_slip_made_in_its_second_way_is_found_beside_another(changes, found):
    """A state that is kept within an epoch alone; a matrix that is turned only where weights are handed in."""
    questions = PUBLISHED.ask(HIDDEN)
    (port,) = answers_as_ports(PUBLISHED, [Program(**changes)], questions, "float64")
    assert names(compare(PUBLISHED, questions, port, "float64")) == [found]


@pytest.mark.parametrize(
    ("before", "expected", "until"),
    [
        ({"forget_bias": 1.0, "last_tanh": False}, {"forget-bias", "tanh-left-out"}, "gradients"),
        ({}, {"adam-epsilon", "stateful"}, "six steps"),
    ],
    ids=["two-before", "none-before"],
)
def test_first_rungs_are_explained_where_training_has_more_faults(before, expected, until):
    """Three more, so that no pair explains all: those that explain the most rungs, from the first one on."""
    questions = PUBLISHED.ask(HIDDEN)
    program = Program(state="carried", epsilon=(1e-8, "after"), remainder="kept", **before)
    (port,) = answers_as_ports(PUBLISHED, [program], questions, "float64")
    found = compare(PUBLISHED, questions, port, "float64")
    assert found.explanations == ()
    assert ({slip.name for slip in found.partly}, found.until) == (expected, until)


def test_first_rungs_are_explained_where_a_derivative_by_hand_does_not_fit():
    """Predictions of a network without the last tanh, and gradients of one with it."""
    questions = [one for one in PUBLISHED.ask(HIDDEN) if one.function != "train"]
    slipped, right = answers_as_ports(PUBLISHED, [Program(last_tanh=False), Program()], questions, "float64")
    found = compare(
        PUBLISHED,
        questions,
        slipped | {"gradients": right["gradients"] | {"loss": slipped["gradients"]["loss"]}},
        "float64",
    )
    assert found.explanations == ()
    assert ([slip.name for slip in found.partly], found.until) == (["tanh-left-out"], "loss")


def test_numbers_of_a_wide_port_are_looked_for_in_parts(monkeypatch):
    """So that memory stays small; the parts are told, and find what is found at once."""
    questions = [one for one in PUBLISHED.ask(HIDDEN) if one.name == "six steps"]
    (port,) = answers_as_ports(PUBLISHED, [Program(decay=0.004)], questions, "float64")
    asked = [(one, port[one.name]) for one in questions]
    slips = [one for one in PUBLISHED.slips if one.number is not None and one.number.rung == "six steps"]
    found = []
    for floats in (10**9, 1):
        monkeypatch.setattr(numbers, "FLOATS_AT_ONCE", floats)
        told = []
        found.append(find_numbers(PUBLISHED, slips, Program(), asked, lambda *of, told=told: told.append(of)))
        parts = 1 if floats > 1 else sum(len(slip.changes) for slip in slips)
        assert told == [(part, parts) for part in range(parts)]
    assert found[0] == found[1]
    assert {one.slip.name: one.value for one in found[0]}["weight-decay"] == pytest.approx(0.004, rel=1e-3)


def test_program_that_overflows_agrees_with_no_port():
    """Beside infinity every difference is small."""
    (question,) = (one for one in PUBLISHED.ask(HIDDEN) if one.name == "forward 7")
    (rung,) = (one for one in PUBLISHED.rungs if one.name == "forward")
    (port,) = answers_as_ports(PUBLISHED, [Program()], [question], "float64")
    overflown = replace(
        PUBLISHED, answers=lambda *_: {"predictions": np.full((1, *port["forward 7"]["predictions"].shape), np.inf)}
    )
    gaps = gaps_on(overflown, rung, [Program()], [(question, port["forward 7"])], "float64")
    assert (gaps.differences.tolist(), gaps.agree.tolist()) == ([[np.inf]], [False])


def test_found_number_is_one_that_a_person_types():
    """With more digits it would explain the rounding of a port that has another slip."""
    (slip,) = (slip for slip in SLIPS if slip.name == "clipping-global")
    titles = [one.title for one in rounded([Found(slip, slip.changes[0], 36.54)], digits=2)]
    assert [re.search("norm of ([0-9.]+)", title)[1] for title in titles] == ["40", "37"]


@pytest.mark.parametrize(
    "slip", [slip for slip in SLIPS if slip.name.startswith("gate-order-")], ids=lambda one: one.name
)
def test_remedy_for_an_order_of_gates_mends_the_port(slip):
    """Its words, followed to the letter: what stands where a gate looks is exchanged for the gate's own."""
    (question,) = (one for one in PUBLISHED.ask(HIDDEN) if one.name == "forward 7")
    given = question.arguments
    has = dict(re.findall(r"([ifog]) has ([ifog])'s", slip.mend))
    mended = dict(given["weights"])
    for gate, looks_at in has.items():
        mended |= {f"{kind}{looks_at}": given["weights"][f"{kind}{gate}"] for kind in ("W_x", "W_h", "b_")}
    moved = replace(question, arguments={**given, "weights": mended})
    slipped, published = (
        PUBLISHED.answers([program], asked, "float64", None)["predictions"]
        for program, asked in ((slip.programs(Program())[0], moved), (Program(), question))
    )
    np.testing.assert_array_equal(slipped, published)


def test_agreement_in_part_says_how_many_slips_would_not_show():
    """In predictions alone: six losses, twenty-eight of gradients and training, the order in which a cell returns."""
    questions = PUBLISHED.ask(HIDDEN)
    (port,) = answers_as_ports(PUBLISHED, [Program()], questions, "float64")
    comparison = compare(PUBLISHED, questions, {"forward 7": port["forward 7"]}, "float64")
    assert (comparison.agrees, comparison.not_shown) == (True, 6 + 28 + 1)


def test_what_cannot_be_told_apart_is_listed_with_the_function_to_add():
    """Seen through the input gate alone, three exchanges look the same."""
    questions = [one for one in PUBLISHED.ask(HIDDEN) if one.name in ("cell i", "forward 7")]
    (port,) = answers_as_ports(PUBLISHED, [Program(gates="iofg")], questions, "float64")
    comparison = compare(PUBLISHED, questions, {"cell i": port["cell i"]}, "float64")
    assert names(comparison) == [("gate-order-iofg",), ("gate-order-igfo",), ("exchanged-bf-bo",)]
    assert comparison.add == ("predict",)


def test_rounded_port_that_hands_back_float64_is_understood():
    """It computed in float32 somewhere: float64 explains nothing, so float32 is tried."""
    questions = PUBLISHED.ask(HIDDEN)
    (port,) = answers_as_ports(PUBLISHED, [Program(epsilon=(1e-7, "before"))], questions, "float32")
    comparison = compare(PUBLISHED, questions, port, "float64")
    assert (names(comparison), comparison.dtype) == ([("adam-epsilon-keras",)], "float32")


def test_small_slip_of_a_float64_port_is_named_though_float32_would_agree():
    """A weight decay of 1e-5, which moves no weight by more than float32's rounding may."""
    questions = PUBLISHED.ask(HIDDEN)
    (port,) = answers_as_ports(PUBLISHED, [Program(decay=1e-5)], questions, "float64")
    assert compare(PUBLISHED, questions, port, "float32").agrees
    found = compare(PUBLISHED, questions, port, "float64")
    assert (names(found), found.dtype, found.agrees) == ([("weight-decay",)], "float64", False)
    assert found.explanations[0][0].title.startswith("each step takes 1e-05 times the rate")


def test_float64_port_with_an_unknown_slip_is_not_taken_for_one_in_float32():
    """Whose wider tolerance would let a shift of its losses pass."""
    questions = PUBLISHED.ask(HIDDEN)
    (port,) = answers_as_ports(PUBLISHED, [Program()], questions, "float64")
    for name, shift in {"one step": 0.1, "six steps": 1e-7, "two epochs": 1e-7}.items():
        port[name] = port[name] | {"losses": port[name]["losses"] * (1 + shift)}
    found = compare(PUBLISHED, questions, port, "float64")
    agreeing = [name for name, gaps in found.published.items() if gaps.agree.all()]
    assert (found.explanations, found.dtype, agreeing) == ((), "float64", ["cell", "forward", "loss", "gradients"])
