# %% [markdown]
# # 7. Equal, yet not the same bits
#
# **When do two engines part?**
#
# Source: `reproduce/networks/agreement.py`. Time: 40 minutes.
#
# We call a way to execute a training an *engine*. This package has three for the same network: TF1's session (lesson
# 2), a compiled function, and Keras. NumPy can do it too. All follow the same equations. Are their losses equal?
#
# A computer keeps about 16 digits of a number in *float64*, and about 7 in *float32*. After each operation the result
# is *rounded* to so many digits. In another order of operations other digits are lost. So two right programs differ in
# their last digits, and the next step begins from these.

# %%
from reproduce.lessons.start import start_tensorflow

start_tensorflow()  # before all that imports TensorFlow

import inspect

import matplotlib.pyplot as plt
import numpy as np

from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.inputs.prices import load_prices
from reproduce.lessons import check
from reproduce.lessons.exercises.tolerance import VARIANT, draw_weights, train
from reproduce.networks import agreement
from reproduce.networks.lstm.create import create_engine

EPOCHS = 2
weights = draw_weights(seed=0)

# %% [markdown]
# ## The order matters
#
# Three numbers, added in two orders:

# %%
for dtype in ("float64", "float32"):
    a, b, c = (np.array(number, dtype) for number in (0.1, 0.3, 0.4))
    print(dtype, (a + b) + c, a + (b + c), "equal" if (a + b) + c == a + (b + c) else "not equal")

# %% [markdown]
# ## Two engines
#
# The session engine runs the graph of lesson 2. The compiled engine has the same equations in one function, which is
# translated for this processor. Both are held against NumPy, one in float64 and one in float32. All start from the same
# weights, and take the same windows in the same order: of three days each, to save seconds. We keep the loss of every
# step.


# %%
def losses_of(name, dtype):
    """The loss of each step, (290,), of one engine."""
    engine = create_engine(name, VARIANT, seed=0, dtype=dtype)
    engine.set_weights(weights)
    inputs, targets = prepare(load_prices(), VARIANT).train
    losses = [engine.train_epoch(inputs, targets).losses for _ in range(EPOCHS)]
    engine.close()
    return np.concatenate(losses).astype("float64")


session, compiled = losses_of("session", "float64"), losses_of("compiled", "float32")
in_numpy = {dtype: train(weights, dtype, epochs=EPOCHS) for dtype in ("float64", "float32")}

# %% [markdown]
# ## And one that is wrong
#
# What if somebody takes Keras's Adam for TF1's? Its epsilon is 1e-7 in place of 1e-8. Lesson 5 has shown that this
# changes small steps. Is that more than rounding? Both trainings are in NumPy and in float64.

# %%
with_keras_adam = train(weights, "float64", "Keras", epochs=EPOCHS)


def apart(losses, others):
    """The relative difference of each loss; where it is 0, half of what float64 can show."""
    return np.maximum(np.abs(losses / others - 1), 2.0**-54)


pairs = {
    "epsilon 1e-7 against 1e-8, float64": apart(with_keras_adam, in_numpy["float64"]),
    "float32 against float64, NumPy": apart(in_numpy["float32"], in_numpy["float64"]),
    "compiled against NumPy, float32": apart(compiled, in_numpy["float32"]),
    "session against NumPy, float64": apart(session, in_numpy["float64"]),
}
for name, differences in pairs.items():
    print(f"{name:36} step 1: {differences[0]:.0e}   largest of epoch 1: {differences[:145].max():.0e}")

# %% [markdown]
# Two things decide: the float type, and the number of steps. Look at step 1. The wrong Adam does not differ there at
# all, because the first loss is computed before the first step is taken. A test of the first loss finds nothing.
#
# ## See it
#
# The axis of differences is logarithmic. The dotted lines are `eps` of float64 and of float32: how far the next number
# lies from 1. Rounding starts near its line, and grows slowly. The slip starts near that of float32, and grows faster.

# %%
figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
steps = np.arange(1, len(session) + 1)
for (name, differences), colour in zip(pairs.items(), ("#D55E00", "#CC79A7", "#E69F00", "#0072B2"), strict=True):
    axes.semilogy(steps, differences, color=colour, linewidth=0.4, alpha=0.4)
    axes.semilogy(steps, np.maximum.accumulate(differences), color=colour, linewidth=2, label=name)
for dtype in ("float64", "float32"):
    axes.axhline(np.finfo(dtype).eps, color="grey", linestyle=":")
    axes.text(291, np.finfo(dtype).eps, f" {dtype}", va="center")
axes.axvline(145, color="lightgrey", zorder=0)
axes.text(146, 3e-17, "end of epoch 1")
axes.set(xlabel="step", ylabel="relative difference of the loss", xlim=(0, 290), ylim=(1e-17, 1))
axes.legend(title="thick: largest so far", loc=(0.62, 0.32), fontsize=8)
plt.show()

# %% [markdown]
# ## How this package decides
#
# The source file has a tolerance for each quantity and each float type:

# %%
print("the source file:", inspect.getsourcefile(agreement))
for dtype, tolerances in agreement.TOLERANCES.items():
    print(dtype, tolerances)

# %% [markdown]
# They are small in float64, so a test in float64 finds more. In float32 losses may differ by one in a thousand.
#
# This is too wide for the exercise below: an epsilon of 1e-7 would pass. The package compares something else: the mean
# loss of each epoch, of two engines with 256 units, seven days and any first weights, after three epochs of 145 steps.
# Adam divides a gradient by its own size. So where a gradient is hardly more than rounding, its weight may take another
# step, and nobody can say beforehand how often. The tolerance leaves much room for that. It is there to find wrong
# equations; for a wrong epsilon there is the test in float64.
#
# ## Exercise: choose a tolerance
#
# Choose a relative tolerance for the losses of the first epoch. It must let a right port in float32 pass, whatever its
# first weights are, and it must stop a port whose epsilon is 1e-7. (A port is a program that somebody wrote again, as
# in lesson 6.) The check tries three draws of first weights, and other weights give other lines: leave room on both
# sides.

# %%
mine = None  # a number, such as 0.5

check.tolerance(mine)
