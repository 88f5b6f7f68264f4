"""The proof before a training: what both engines are given, and what difference is refused. Stand-ins train here."""

from typing import NamedTuple

import numpy as np
import pytest

from reproduce.errors import MismatchError
from reproduce.inputs.text import cut_samples
from reproduce.networks.characters import proof
from reproduce.networks.characters.proof import STEPS, TOLERANCE, prove_compiled
from tests.networks.characters.samples import small_text

LOSS = 2.5


class Sizes(NamedTuple):
    """What decides a network."""

    window: int = 6
    batch: int = 3
    hidden: int = 4
    dropout: float = 0.2
    learning_rate: float = 0.001


SAMPLES = cut_samples(small_text(), window=6, batch=3)  # 70 samples: 23 whole batches


@pytest.fixture
def prove(monkeypatch):
    """A way to prove with engines that have these losses; and what happened to each of them, in order."""
    seen = []

    def prove_with(losses, samples=SAMPLES):
        class StandIn:
            def __init__(self, name, *arguments):
                self._name = name
                seen.append((name, *arguments))

            def train(self, inputs, targets):
                seen.append((self._name, inputs, targets))
                return losses[self._name]

            def close(self):
                seen.append((self._name, "closed"))

        monkeypatch.setattr(proof, "create_char_engine", StandIn)
        return prove_compiled(Sizes(), 17, 8, samples)

    prove_with.seen = seen
    return prove_with


def test_both_engines_train_on_the_same_first_steps(prove):
    """From the same network, characters and seed; each is closed before the next is made."""
    prove({"keras": LOSS, "compiled": LOSS})
    (keras, trained, closed), (compiled, trained_2, closed_2) = prove.seen[:3], prove.seen[3:]
    assert (keras, compiled) == (("keras", Sizes(), 17, 8), ("compiled", Sizes(), 17, 8))
    assert (closed, closed_2) == (("keras", "closed"), ("compiled", "closed"))
    for _, inputs, targets in (trained, trained_2):
        assert (inputs.shape, targets.shape) == ((STEPS, 3, 6), (STEPS, 3))
        np.testing.assert_array_equal(inputs.reshape(-1, 6), SAMPLES.inputs[: STEPS * 3])
        np.testing.assert_array_equal(targets.reshape(-1), SAMPLES.targets[: STEPS * 3])


def test_short_text_is_proved_with_the_whole_batches_it_has(prove):
    """Seven samples make two batches of three."""
    prove({"keras": LOSS, "compiled": LOSS}, cut_samples(small_text("fair is foule"), window=6, batch=3))
    assert prove.seen[1][1].shape == (2, 3, 6)


@pytest.mark.parametrize("sign", [1, -1], ids=["above", "below"])
def test_difference_within_the_tolerance_is_reported(prove, sign):
    """Both losses, and their relative difference, which has no sign."""
    found = prove({"keras": LOSS, "compiled": LOSS * (1 + sign * 0.9 * TOLERANCE)})
    assert (found["keras"], found["compiled"]) == (LOSS, LOSS * (1 + sign * 0.9 * TOLERANCE))
    assert found["relative_difference"] == pytest.approx(0.9 * TOLERANCE, rel=1e-6)


@pytest.mark.parametrize("factor", [1 + 1.1 * TOLERANCE, 1 - 1.1 * TOLERANCE, np.nan], ids=["above", "below", "nan"])
def test_difference_past_the_tolerance_is_one_clear_line(prove, factor):
    """Both losses, and what to do."""
    with pytest.raises(MismatchError) as refused:
        prove({"keras": LOSS, "compiled": LOSS * factor})
    message = str(refused.value)
    assert "\n" not in message
    assert [
        part for part in (str(LOSS), str(LOSS * factor), "first 20 steps", "--engine keras") if part not in message
    ] == []


def test_training_that_diverges_on_both_is_no_mismatch(prove):
    """Neither loss is a number, and so neither is their difference."""
    found = prove({"keras": np.nan, "compiled": np.nan})
    assert np.isnan(found["relative_difference"])
