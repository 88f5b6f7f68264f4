"""Every slip as a port of its own is found again, and nothing else: the table is its own test."""

import re

import numpy as np
import pytest

from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.program import Program, combined
from reproduce.networks.ports.questions import ask
from reproduce.networks.ports.table import SLIPS
from tests.networks.ports.slipped import answers_as_ports, compute_once, names


def test_table_has_73_slips_of_one_changed_field_each():
    """Names are unique and are anchors; no two slips are the same program."""
    assert len(SLIPS) == len({slip.name for slip in SLIPS}) == 73
    assert len({slip.programs("published")[0] for slip in SLIPS}) == 73
    assert [slip.name for slip in SLIPS if not re.fullmatch("[a-z0-9-]+", slip.name)] == []
    assert {len(set(slip.programs("published")[0].changed()) - {"way"}) for slip in SLIPS} == {1}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("seed", "wiring"), [(0, "published"), (1, "described"), (2, "published")])
def test_each_slip_is_exactly_itself(seed, wiring, dtype, monkeypatch):
    """As a port of either dtype, with questions and shuffled windows of several seeds; without a slip it agrees."""
    compute_once(monkeypatch, wiring)
    questions = ask(seed=seed)
    programs = [Program(wiring=wiring), *(slip.programs(wiring)[0] for slip in SLIPS)]
    ports = answers_as_ports(programs, questions, dtype, seed)
    found = [names(compare(questions, port, dtype, wiring)) for port in ports]
    assert found == [[()], *([(slip.name,)] for slip in SLIPS)]


def test_slip_made_in_one_way_only_is_found_with_its_way(monkeypatch):
    """A layout that is wrong where weights are handed in, or handed back, but not both."""
    compute_once(monkeypatch, "published")
    questions = ask()
    slips = [slip for slip in SLIPS if slip.name in ("gate-order-ifgo", "exchanged-w-hi-w-hf", "recurrent-transposed")]
    programs = [program for slip in slips for program in slip.programs("published")[1:]]
    ports = answers_as_ports(programs, questions, "float32")
    found = [compare(questions, port, "float32") for port in ports]
    assert [names(one) for one in found] == [[(slip.name,)] for slip in slips for _ in range(2)]
    assert [one.ways for one in found] == [("in",), ("out",)] * len(slips)


def pairs(count):
    """Slips drawn by chance that can be made together."""
    generator, drawn = np.random.default_rng(13), []
    while len(drawn) < count:
        one, other = (SLIPS[k] for k in generator.choice(len(SLIPS), 2, replace=False))
        program = combined(*(slip.programs("published")[0] for slip in (one, other)), "published")
        if program is not None:
            drawn.append(((one.name, other.name), program))
    return drawn


@pytest.mark.parametrize(
    ("both", "program"), pairs(10), ids=lambda value: "+".join(value) if type(value) is tuple else ""
)
def test_two_slips_together_are_found(both, program):
    """Where no single slip explains a port; some pairs are the same program as another pair."""
    questions = ask()
    (port,) = answers_as_ports([program], questions, "float64")
    assert set(both) in [set(found) for found in names(compare(questions, port, "float64"))]


def test_agreement_in_part_says_how_many_slips_would_not_show():
    """In predictions alone: the four losses, and the sixteen that happen in training."""
    questions = ask()
    (port,) = answers_as_ports([Program()], questions, "float64")
    comparison = compare(questions, {"forward 7": port["forward 7"]}, "float64")
    assert (comparison.agrees, comparison.not_shown) == (True, 4 + 16)


def test_what_cannot_be_told_apart_is_listed_with_the_function_to_add():
    """Seen through the input gate alone, three exchanges look the same."""
    questions = [one for one in ask() if one.name in ("cell i", "forward 7")]
    (port,) = answers_as_ports([Program(gates="iofg")], questions, "float64")
    comparison = compare(questions, {"cell i": port["cell i"]}, "float64")
    assert names(comparison) == [("gate-order-iofg",), ("gate-order-igfo",), ("exchanged-bf-bo",)]
    assert comparison.add == ("predict",)


def test_rounded_port_that_hands_back_float64_is_understood():
    """It computed in float32 somewhere: float64 explains nothing, so float32 is tried."""
    questions = ask()
    (port,) = answers_as_ports([Program(epsilon=(1e-7, "before"))], questions, "float32")
    comparison = compare(questions, port, "float64")
    assert (names(comparison), comparison.dtype) == ([("adam-epsilon-keras",)], "float32")
