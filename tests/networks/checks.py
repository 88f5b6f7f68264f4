"""What every engine is held to, as functions of a way to make one and a wiring; the mutants must fail one of them.

`make(settings)` gives an engine in float64 at its start.

All sizes differ (batch 2, window 3, hidden 4), weights are distinct random numbers, biases too, and prices vary from
day to day, so that no transpose, exchange or shift can hide; three days are enough for what one day hands to the next
to be handed on. Float64 throughout: only rounding is left, about 1e-16.
"""

from dataclasses import dataclass, replace

import numpy as np

from reproduce.networks.lstm.create import create_engine
from reproduce.networks.lstm.weights import STDDEV, random_weights
from tests.oracles import clip_by_global_norm, numpy_adam, numpy_forward, numpy_gradients, numpy_loss


@dataclass(frozen=True)
class Settings:
    """What an engine is given, as published."""

    wiring: str = "published"
    clipping: str = "unused"
    clip_margin: float = 4.0
    window: int = 7
    batch: int = 7
    hidden: int = 256
    learning_rate: float = 0.001


TINY = Settings(batch=2, window=3, hidden=4)
SMALL = replace(TINY, batch=3)  # what a port is asked has batches of three
WIRINGS = ("published", "described")
STEPS = 6


def small_problem(windows=STEPS * 2):
    """Inputs (windows, 3, 1), targets (windows, 1) and weights, all random and fixed."""
    generator = np.random.default_rng(7)
    inputs, targets = generator.normal(size=(windows, 3, 1)), generator.normal(size=(windows, 1))
    return inputs, targets, {name: 4 * value for name, value in random_weights(TINY.hidden, seed=1).items()}


def engine_with(weights, name, settings, **options):
    """An engine in float64 that starts from these weights."""
    engine = create_engine(name, settings, seed=0, dtype="float64", **options)
    engine.set_weights(weights)
    return engine


def started(make, weights, **changed):
    """An engine of the tiny settings, changed so, that starts from these weights."""
    engine = make(replace(TINY, **changed))
    engine.set_weights(weights)
    return engine


def same_bits(arrays, others):
    """Whether both have the same arrays under the same names."""
    return {name: array.tobytes() for name, array in arrays.items()} == {
        name: array.tobytes() for name, array in others.items()
    }


def check_forward(make, wiring):
    """Predictions are those of the article's equations, window by window."""
    inputs, _, weights = small_problem(windows=3)  # one whole batch and one window more
    predicted = started(make, weights, wiring=wiring).predict(inputs)
    expected = [numpy_forward(window, weights, wiring)[0] for window in inputs]
    np.testing.assert_allclose(predicted, expected, rtol=1e-12)


def check_gradients(make, wiring):
    """Loss and gradients are those of the chain rule done by hand."""
    inputs, targets, weights = small_problem(windows=2)
    loss, gradients = started(make, weights, wiring=wiring).loss_and_gradients(inputs, targets)
    np.testing.assert_allclose(loss, numpy_loss(inputs, targets, weights, wiring), rtol=1e-12)
    expected = numpy_gradients(inputs, targets, weights, wiring)
    for weight, gradient in gradients.items():
        np.testing.assert_allclose(gradient, expected[weight], rtol=1e-10, atol=1e-14, err_msg=weight)


def check_adam(make, wiring):
    """Six batches in order, each with one unclipped step of TF1's Adam; losses and predictions from before the step."""
    inputs, targets, weights = small_problem()
    engine = started(make, weights, wiring=wiring)
    losses, predictions = engine.train_epoch(inputs, targets)
    expected_losses, expected_predictions = [], []

    def gradients_of(step, w):
        batch = slice(2 * step, 2 * step + 2)
        expected_losses.append(numpy_loss(inputs[batch], targets[batch], w, wiring))
        expected_predictions.extend(numpy_forward(window, w, wiring)[0] for window in inputs[batch])
        return numpy_gradients(inputs[batch], targets[batch], w, wiring)

    expected = numpy_adam(weights, gradients_of, STEPS)
    for weight, value in engine.weights().items():
        np.testing.assert_allclose(value, expected[weight], rtol=1e-9, atol=1e-12, err_msg=weight)
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-10)
    np.testing.assert_allclose(predictions, expected_predictions, rtol=1e-10)


def check_clipping(make, wiring):
    """Where clipping is applied, all gradients together are scaled to a norm of the margin."""
    inputs, targets, weights = small_problem(windows=4)
    engine = started(make, weights, wiring=wiring, clipping="applied", clip_margin=0.1)
    engine.train_epoch(inputs, targets)

    def gradients_of(step, w):
        batch = slice(2 * step, 2 * step + 2)
        gradients = numpy_gradients(inputs[batch], targets[batch], w, wiring)
        clipped = clip_by_global_norm(gradients, 0.1)
        assert not np.allclose(clipped["W_hy"], gradients["W_hy"])  # the margin is met, so this example can tell
        return clipped

    expected = numpy_adam(weights, gradients_of, steps=2)
    for weight, value in engine.weights().items():
        np.testing.assert_allclose(value, expected[weight], rtol=1e-9, atol=1e-12, err_msg=weight)


def check_remainder(make, wiring):
    """A window that is left over is a batch of its own, with its own loss for the mean and one step."""
    inputs, targets, weights = small_problem(windows=STEPS * 2 + 1)
    engine = started(make, weights, wiring=wiring)
    losses, predictions = engine.train_epoch(inputs, targets)
    batches = [slice(k, k + 2) for k in range(0, len(inputs), 2)]
    expected = numpy_adam(
        weights,
        lambda k, w: numpy_gradients(inputs[batches[k]], targets[batches[k]], w, wiring),
        steps=STEPS + 1,
    )
    assert (losses.shape, predictions.shape) == ((STEPS + 1,), (STEPS * 2 + 1, 1))
    for weight, value in engine.weights().items():
        np.testing.assert_allclose(value, expected[weight], rtol=1e-9, atol=1e-12, err_msg=weight)


def check_start(make, wiring):
    """Weights start as nine different draws of a truncated normal with deviation 0.05, biases as zeros."""
    weights = make(replace(TINY, wiring=wiring, window=1, hidden=64)).weights()
    draws = {weight: value for weight, value in weights.items() if weight.startswith("W_")}
    assert all(np.all(value == 0) for weight, value in weights.items() if weight.startswith("b_"))
    assert len({value.tobytes()[:64] for value in draws.values()}) == 9
    drawn = np.concatenate([value.ravel() for value in draws.values()])
    assert np.abs(drawn).max() <= 2 * STDDEV  # cut at two deviations, …
    assert abs(drawn.std() / (0.8796 * 0.05) - 1) < 0.02  # … which leaves 0.8796 of the deviation


CHECKS = {
    "forward": check_forward,
    "gradients": check_gradients,
    "adam": check_adam,
    "clipping": check_clipping,
    "remainder": check_remainder,
    "start": check_start,
}
