"""All that a Keras model's next training step depends on, as arrays, and back to the same bits.

That is: weights, the counters of the dropout layers' generators, and the optimizer's step, rate and slots.
"""

from __future__ import annotations

import keras
import numpy as np


def model_state(model: keras.Model, optimizer: keras.Optimizer) -> dict[str, np.ndarray]:
    """Copy the state of a model and of its optimizer; the names are positions.

    Keras numbers its layers' names anew with each model in a process, so that names would not carry over.
    """
    return {
        f"{position:03d}": np.array(variable.numpy()) for position, variable in enumerate(_variables(model, optimizer))
    }


def restore_model(model: keras.Model, optimizer: keras.Optimizer, state: dict[str, np.ndarray]) -> None:
    """Give a model of the same build the state that `model_state` copied.

    Raises:
        ValueError: the state is that of another network or optimizer; the model is then as it was.
    """
    variables = {f"{position:03d}": variable for position, variable in enumerate(_variables(model, optimizer))}
    found = {name: (array.shape, array.dtype.name) for name, array in state.items()}
    wanted = {name: (tuple(variable.shape), variable.dtype) for name, variable in variables.items()}
    if found != wanted:
        differing = sorted(name for name in found | wanted if found.get(name) != wanted.get(name))
        first = differing[0]
        raise ValueError(
            f"state holds {len(found)} arrays, expected {len(wanted)}; the first that differs is {first}: "
            f"{found.get(first, 'missing')}, expected {wanted.get(first, 'none')}"
        )
    for name, variable in variables.items():
        variable.assign(state[name])


def _variables(model: keras.Model, optimizer: keras.Optimizer) -> list[keras.Variable]:
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    return [*model.variables, *optimizer.variables]  # model.variables has the generators, model.weights has not
