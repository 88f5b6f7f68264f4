"""The slipped network without a slip is the reference, which shares no code with it; with one, slopes hold."""

import numpy as np
import pytest

from reproduce.networks import reference
from reproduce.networks.ports.answers import answers_of
from reproduce.networks.ports.price_questions import ask
from reproduce.networks.ports.program import Program
from reproduce.networks.ports.questions import Question
from reproduce.networks.ports.table import SLIPS
from tests.networks.checks import WIRINGS
from tests.oracles import numpy_adam, numpy_gradients

QUESTIONS = {one.name: one for one in ask(hidden=4, seed=3)}
INSIDE = [slip for slip in SLIPS if slip.name not in ("gradient-of-last-day", "gradients-scaled", "loss-absolute")]


def answer(name, program):
    """One program's answer in float64."""
    return {key: value[0] for key, value in answers_of([program], QUESTIONS[name], "float64").items()}


@pytest.mark.parametrize("wiring", WIRINGS)
def test_no_slip_is_the_reference(wiring):
    """A day, a window, gradients."""
    asked, found = QUESTIONS["cell"].arguments, answer("cell", Program(wiring=wiring))
    day = reference.step(asked["weights"], wiring, asked["x"], reference.State(asked["h"], asked["c"]))
    np.testing.assert_allclose([found["h"], found["c"]], day.after, rtol=1e-13)
    asked, found = QUESTIONS["gradients"].arguments, answer("gradients", Program(wiring=wiring))
    loss, gradients = reference.loss_and_gradients(asked["weights"], wiring, asked["inputs"], asked["targets"])
    np.testing.assert_allclose(found["loss"], loss, rtol=1e-13)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(found[f"gradients/{name}"], gradient, rtol=1e-11, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("wiring", WIRINGS)
def test_training_without_a_slip_is_the_oracle_s(wiring):
    """Two epochs of six whole batches; the last two windows are dropped."""
    asked, found = QUESTIONS["two epochs"].arguments, answer("two epochs", Program(wiring=wiring))

    def gradients_of(step, w):
        batch = slice(3 * (step % 6), 3 * (step % 6) + 3)
        return numpy_gradients(asked["inputs"][batch], asked["targets"][batch], w, wiring)

    for name, array in numpy_adam(asked["weights"], gradients_of, steps=12).items():
        np.testing.assert_allclose(found[f"weights/{name}"], array, rtol=1e-10, err_msg=name)


@pytest.mark.parametrize("state", ["carried", "within-epoch"])
def test_program_trains_alike_whatever_is_trained_beside_it(state):
    """Also beside one that takes a last batch of two windows, whose state is its own."""
    pair = [Program(state=state), Program(state=state, remainder="kept")]
    together = answers_of(pair, QUESTIONS["two epochs"], "float64")
    for number, program in enumerate(pair):
        alone = answer("two epochs", program)
        for name, array in alone.items():
            found = together[name][number]  # where one of them trains on more batches, the other's losses end with nan
            np.testing.assert_allclose(found[~np.isnan(found)], array.ravel(), rtol=1e-12, err_msg=name)


def test_gradients_of_every_slip_are_slopes_of_its_loss():
    """Along one random direction through all weights, for all programs but those whose gradients are not the loss's."""
    programs = [slip.programs(Program())[0] for slip in INSIDE]
    asked = QUESTIONS["gradients"].arguments
    generator = np.random.default_rng(5)
    direction = {name: generator.normal(size=array.shape) for name, array in asked["weights"].items()}

    def losses(step):
        moved = {name: array + step * direction[name] for name, array in asked["weights"].items()}
        question = Question("gradients", "loss_and_gradients", {**asked, "weights": moved})
        return answers_of(programs, question, "float64")

    slopes = (losses(1e-6)["loss"] - losses(-1e-6)["loss"]) / 2e-6
    found = losses(0)
    along = sum(np.sum(found[f"gradients/{n}"] * d, axis=tuple(range(1, d.ndim + 1))) for n, d in direction.items())
    np.testing.assert_allclose(along, slopes, rtol=1e-6)
