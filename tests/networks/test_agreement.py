"""The difference of two losses, also where one is no number, and the proof that an engine trains as another does."""

from math import inf, isnan, nan

import pytest

from reproduce.errors import MismatchError
from reproduce.networks.agreement import prove, relative_difference


@pytest.mark.parametrize("sign", [1, -1], ids=["above", "below"])
def test_difference_is_relative_to_the_reference_and_has_no_sign(sign):
    """By hand: a quarter of 0.4."""
    assert relative_difference(0.4 + sign * 0.1, 0.4) == pytest.approx(0.25)


@pytest.mark.parametrize("diverged", [nan, inf])
def test_one_that_diverged_is_past_every_tolerance(diverged):
    """On either side."""
    assert relative_difference(diverged, 0.4) == relative_difference(0.4, diverged) == inf


@pytest.mark.parametrize("pair", [(nan, nan), (inf, inf), (nan, inf)])
def test_two_that_diverged_tell_nothing(pair):
    """Neither that they agree nor that they do not."""
    assert isnan(relative_difference(*pair))


def proved(compiled, reference=2.5):
    """A proof with a tolerance of 1e-5, and losses that are given."""
    return prove(
        "the first 20 steps", {"keras": reference, "compiled": compiled}.get, reference="keras", tolerance=1e-5
    )


@pytest.mark.parametrize("loss", [2.5 * (1 + 0.9e-5), 2.5 * (1 - 0.9e-5)], ids=["above", "below"])
def test_proof_reports_a_difference_within_the_tolerance(loss):
    """The reference first, as a run's proof.json has it."""
    found = proved(loss)
    assert list(found.items())[:2] == [("keras", 2.5), ("compiled", loss)]
    assert found["relative_difference"] == pytest.approx(0.9e-5, rel=1e-6)


@pytest.mark.parametrize("loss", [2.5 * (1 + 1.1e-5), 2.5 * (1 - 1.1e-5), nan], ids=["above", "below", "nan"])
def test_proof_refuses_a_difference_past_the_tolerance_in_one_clear_line(loss):
    """Both losses, and what to do."""
    with pytest.raises(MismatchError) as refused:
        proved(loss)
    assert str(refused.value) == (
        f"on this machine the mean loss of the first 20 steps is {loss} on the compiled engine and 2.5 on the keras "
        "engine; train with the keras engine instead, and please report it"
    )


def test_training_that_diverges_on_both_is_no_mismatch():
    """Neither loss is a number, and so neither is their difference."""
    assert isnan(proved(nan, nan)["relative_difference"])
