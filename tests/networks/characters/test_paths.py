"""Steps of Adam against the size of the loss: by its formula, and by another descent."""

import numpy as np
import pytest

from reproduce.networks.characters import paths
from reproduce.networks.characters.paths import path_length

pytestmark = pytest.mark.usefixtures("one_thread")


def test_steps_of_adam_do_not_follow_the_loss(monkeypatch):
    """A thousandth of it takes more than a tenth of the path; plain descent would take a thousandth."""
    whole, thousandth = path_length(1.0, seed=2), path_length(0.001, seed=2)
    assert 0.1 < thousandth / whole < 1

    def descend(weights, gradients, memory, rate):
        moved = (w - rate * g for w, g in zip(weights, gradients, strict=True))
        return type(weights)(*moved), memory

    monkeypatch.setattr(paths, "keras_step", descend)
    assert path_length(0.001, seed=2) / path_length(1.0, seed=2) == pytest.approx(0.001, rel=0.01)


def test_first_step_is_as_long_as_adam_s_formula_says(monkeypatch):
    """One step from zeros: the rate times g / (|g| + ε'), element by element, ε' = ε √(1 - β₂) ⁻¹ of Keras's form."""
    monkeypatch.setattr(paths, "STEPS", 1)
    seen = []
    real = paths.keras_step
    monkeypatch.setattr(paths, "keras_step", lambda w, g, m, rate: seen.append(g) or real(w, g, m, rate))
    length = path_length(0.001, seed=2)
    g = np.concatenate([np.ravel(one) for one in seen[0]])
    rate = 0.001 * np.sqrt(1 - 0.999) / (1 - 0.9)
    steps = rate * 0.1 * g / (np.sqrt(0.001 * g**2) + 1e-7)
    assert length == pytest.approx(np.linalg.norm(steps), rel=1e-5)
