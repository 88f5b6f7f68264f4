"""The proof before a training: what both engines are given. Stand-ins train here."""

import numpy as np
import pytest

from reproduce.inputs.text import cut_samples
from reproduce.networks.characters import create
from reproduce.networks.characters.create import PROOF_STEPS, prove_compiled
from tests.networks.characters.samples import Sizes, small_text

SAMPLES = cut_samples(small_text(), window=6, batch=3)  # 70 samples: 23 whole batches


@pytest.fixture
def prove(monkeypatch):
    """A way to prove with engines whose loss is 2.5; and what happened to each of them, in order."""
    seen = []

    def prove_with(samples=SAMPLES):
        class StandIn:
            def __init__(self, name, *arguments):
                self._name = name
                seen.append((name, *arguments))

            def train(self, inputs, targets):
                seen.append((self._name, inputs, targets))
                return 2.5

            def close(self):
                seen.append((self._name, "closed"))

        monkeypatch.setattr(create, "create_char_engine", StandIn)
        return prove_compiled(Sizes(window=6), 17, 8, 2, samples)

    prove_with.seen = seen
    return prove_with


def test_both_engines_train_on_the_same_first_steps(prove):
    """From the same network, characters, seed and threads; each is closed before the next is made."""
    assert prove() == {"keras": 2.5, "compiled": 2.5, "relative_difference": 0}
    (keras, trained, closed), (compiled, trained_2, closed_2) = prove.seen[:3], prove.seen[3:]
    assert (keras, compiled) == tuple((name, Sizes(window=6), 17, 8, 2) for name in ("keras", "compiled"))
    assert (closed, closed_2) == (("keras", "closed"), ("compiled", "closed"))
    for _, inputs, targets in (trained, trained_2):
        assert (inputs.shape, targets.shape) == ((PROOF_STEPS, 3, 6), (PROOF_STEPS, 3))
        np.testing.assert_array_equal(inputs.reshape(-1, 6), SAMPLES.inputs[: PROOF_STEPS * 3])
        np.testing.assert_array_equal(targets.reshape(-1), SAMPLES.targets[: PROOF_STEPS * 3])


def test_short_text_is_proved_with_the_whole_batches_it_has(prove):
    """Seven samples make two batches of three."""
    prove(cut_samples(small_text("fair is foule"), window=6, batch=3))
    assert prove.seen[1][1].shape == (2, 3, 6)
