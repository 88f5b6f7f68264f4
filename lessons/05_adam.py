# %% [markdown]
# # 5. Adam as TensorFlow 1 has it
#
# **What does epsilon change?**
#
# Source: `reproduce/networks/reference.py`. Time: 40 minutes.
#
# A gradient says in which direction to change a weight. It does not say how far. *Adam* is a rule for that. The program
# uses the Adam of TensorFlow 1, or TF1 for short. Keras and PyTorch have an Adam too. It has the same name, and yet it
# does not take the same steps.

# %%
from reproduce.lessons.start import start_tensorflow

start_tensorflow()  # before all that imports TensorFlow

import inspect

import matplotlib.pyplot as plt
import numpy as np
import tensorflow.compat.v1 as tf

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.inputs.prices import load_prices
from reproduce.lessons import check
from reproduce.networks import reference
from reproduce.networks.ports.network import shapes

RATE, BETA1, BETA2 = 0.001, 0.9, 0.999

# %% [markdown]
# ## The rule
#
# Adam keeps two numbers for each number of each weight, both 0 at first: `m`, a mean of the gradients `g`, and `v`, a
# mean of their squares. New gradients count more than old ones. (In lessons 1 to 4 g was the candidate; here it is the
# gradient.)
#
#     m = 0.9 * m + 0.1 * g              v = 0.999 * v + 0.001 * g²
#
# If the gradient is always the same, √v comes near its size. So m / √v is about 1 or -1, and the step has about the
# size of the *learning rate*, 0.001, however small the gradient is.
#
# Two details are left. First, `m` and `v` start at 0, so they are too small in the first steps. On step t they are
# divided by 1 - 0.9^t and 1 - 0.999^t: this is the *bias correction*. Second, a tiny number, *epsilon*, is added to the
# root, so that nothing is divided by 0. But where? The paper by Kingma and Ba (2015) has both places.
#
#     after the correction     w -= rate * (m / (1 - 0.9^t)) / (√(v / (1 - 0.999^t)) + epsilon)      PyTorch, 1e-8
#     before the correction    w -= rate * √(1 - 0.999^t) / (1 - 0.9^t) * m / (√v + epsilon)         TF1, 1e-8
#                              the same                                                              Keras, 1e-7
#
# Without epsilon both lines are the same: check it on paper.
#
# ## Four Adams
#
# The function takes some steps with a gradient that does not change, and returns the size of the last step. The four
# Adams differ in epsilon and in its place.


# %%
def take_steps(g, steps, epsilon, is_before):
    """The last step of Adam, for gradients (n,)."""
    m = v = np.zeros_like(g)
    for _ in range(steps):
        m, v = BETA1 * m + (1 - BETA1) * g, BETA2 * v + (1 - BETA2) * g**2
    of_m, of_v = 1 - BETA1**steps, np.sqrt(1 - BETA2**steps)
    if is_before:
        return RATE * of_v / of_m * m / (np.sqrt(v) + epsilon)
    return RATE * (m / of_m) / (np.sqrt(v) / of_v + epsilon)


ADAMS = {
    "TF1: 1e-8, before": (1e-8, True),
    "Keras: 1e-7, before": (1e-7, True),
    "PyTorch: 1e-8, after": (1e-8, False),
    "1e-7, after": (1e-7, False),
}

# %% [markdown]
# ## Does TF1 really do that?
#
# Ask it, in a graph and a session, as lesson 2 has them. The graph has a variable, a placeholder for the gradient, and
# one operation that takes a step. The optimizer is TensorFlow's own. Each `session.run` of that operation takes one
# step more.

# %%
sizes = 10.0 ** np.arange(-12, 1)  # of gradients
with tf.Graph().as_default() as graph:
    gradient = tf.placeholder("float64", sizes.shape)
    weight = tf.Variable(np.zeros_like(sizes))
    settings = {"learning_rate": RATE, "beta1": BETA1, "beta2": BETA2, "epsilon": 1e-8}
    adam = tf.train.AdamOptimizer(**{name: tf.constant(value, "float64") for name, value in settings.items()})
    update = adam.apply_gradients([(gradient, weight)])
    start = tf.global_variables_initializer()
session = tf.Session(graph=graph)
session.run(start)
session.run(update, feed_dict={gradient: sizes})
moved = -session.run(weight)
session.close()

print("the source file:", inspect.getsourcefile(reference))
print("gradient", "TF1 itself", *ADAMS, sep="  ")
for size, tf1, *others in zip(sizes, moved, *(take_steps(sizes, 1, *one) for one in ADAMS.values()), strict=True):
    print(
        f"{size:8.0e}  {tf1:10.1e}",
        *(f"{step:{len(name)}.1e}" for name, step in zip(ADAMS, others, strict=True)),
        sep="  ",
    )

# %% [markdown]
# The column beside `TF1 itself` is the same: that rule is what TF1 does. The source file has it as `tf1_step`, and
# Keras's as `keras_step`.
#
# ## Which gradients does the program have?
#
# Epsilon matters where gradients are small. So look at the gradients of the program's first batch, in a small network
# of 8 units. (With the program's own 256 units, more of them are small.)

# %%
random = np.random.default_rng(0)
weights = {name: random.normal(0, 0.05, shape) for name, shape in shapes(8).items()}
inputs, targets = prepare(load_prices(), Variant()).train
_, gradients = reference.loss_and_gradients(weights, "published", inputs[:7], targets[:7])
own = np.abs(np.concatenate([array.ravel() for array in gradients.values()]))
for limit in (1e-2, 1e-4, 1e-6):
    print(f"{np.mean(own < limit):.0%} of {own.size} are smaller than {limit:.0e}")

# %% [markdown]
# ## See it
#
# Both axes are logarithmic. Where a line is flat, the step does not depend on the size of the gradient. Where it falls
# to the left, epsilon is larger than the root, and small gradients hardly move their weight. The grey bars count the
# gradients above.
#
# On the first step, an epsilon *before* the correction counts √(1 / (1 - 0.999)) times as much, which is 32 times.
# After 3000 steps the correction is nearly 1, and the place does not matter any more: each thin line, with its epsilon
# after, runs along the thick one with the same epsilon before.

# %%
figure, both = plt.subplots(1, 2, figsize=(10, 4.5), sharey=True, layout="constrained")
grid = 10.0 ** np.linspace(-12, 0, 100)
for axes, steps in zip(both, (1, 3000), strict=True):
    bars = axes.twinx()
    bars.hist(own, bins=10.0 ** np.arange(-12, 0.5, 0.5), color="lightgrey")
    bars.set(yticks=[], ylim=(0, own.size))
    axes.set(zorder=1, frame_on=False)
    for (name, one), style in zip(ADAMS.items(), ("-", "--", "-", "--"), strict=True):
        look = {"color": "#0072B2", "linewidth": 5, "alpha": 0.45} if one[1] else {"color": "#D55E00", "linewidth": 1.5}
        axes.loglog(grid, take_steps(grid, steps, *one), style, label=name, **look)
    axes.set(xlabel="size of the gradient", title=f"step {steps}")
both[0].loglog(sizes, moved, "o", color="black", markerfacecolor="none", label="TF1 itself")
both[0].set(ylabel="size of the step")
figure.legend(*both[0].get_legend_handles_labels(), loc="outside lower center", ncols=5)
plt.show()

# %% [markdown]
# ## Exercise: write a step
#
# Write one step of TF1's Adam: learning rate 0.001, betas 0.9 and 0.999, epsilon 1e-8. `w`, `g`, `m` and `v` are arrays
# of one shape, and `t` is 1 on the first step. Return the new `w`, `m` and `v`. The check tries your step alone, with
# large and small gradients. Then it trains the whole network with it, from one step to two epochs, and compares as
# `reproduce compare` does, the command of lesson 6.


# %%
def adam_step(w, g, m, v, t):
    """The new w, m and v."""
    return ...


check.adam(adam_step)
