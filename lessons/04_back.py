# %% [markdown]
# # 4. Back through time
#
# **Which day is to blame?**
#
# Source: `reproduce/networks/reference.py`. Time: 50 minutes.
#
# Training changes the weights a little, so that the loss falls. For that we must know how the loss changes when one
# number of one weight changes. This is the derivative of the loss by that number. All of them together are the
# *gradient*.
#
# There are three ways to find it. All must give the same, so each of them tests the others.
#
# You need derivatives and the chain rule.

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
from reproduce.networks.lstm.graph import add_training_step, build_network
from reproduce.networks.ports.network import shapes

GATES = "ifog"
variant = Variant(wiring="described", hidden=8, batch=2)
table = prepare(load_prices(), variant)
inputs, targets = table.inputs[:2], table.targets[:2]  # (2, 7, 1), (2, 1)

# %% [markdown]
# ## First way: the graph does it
#
# A *graph* describes a computation, and a *session* runs it: this is lesson 2. `tf.gradients(loss, weights)` walks
# through the graph from the loss back to the weights. On its way it adds an operation for each derivative. It computes
# nothing. `add_training_step` in `graph.py` calls it.

# %%
with tf.Graph().as_default() as graph:
    network = build_network(variant, seed=0, dtype="float64")
    before = len(graph.get_operations())
    step = add_training_step(network, variant, windows=variant.batch)  # how many windows the loss is the mean of
    start = tf.global_variables_initializer()
print(f"{before} operations compute the predictions; {len(graph.get_operations()) - before} more train")

session = tf.Session(graph=graph)
session.run(start)
feed = {network.inputs: inputs, network.targets: targets}
weights, gradients = session.run([network.weights, step.gradients], feed_dict=feed)
weights, by_graph = weights._asdict(), gradients._asdict()
session.close()

# %% [markdown]
# ## Second way: by hand
#
# The *chain rule* says: if a changes b, and b changes the loss, then multiply the two derivatives. `loss_and_gradients`
# in the source file applies it to each line of the cell, from the last line to the first, and from the last day to the
# first. This is *backpropagation through time*.

# %%
print("the source file:", inspect.getsourcefile(reference))
loss, by_hand = reference.loss_and_gradients(weights, "described", inputs, targets)

# %% [markdown]
# ## Third way: try it
#
# Make one number of one weight a little larger, then a little smaller, and look at the loss. This is a *finite
# difference*. It uses no rule of derivatives, so it is a good judge. But it needs two runs for each number.


# %%
def try_it(name, place, change=1e-5):
    """The slope of the loss by one number of one weight."""
    losses = []
    for sign in (1, -1):
        moved = {**weights, name: weights[name].copy()}
        moved[name][place] += sign * change
        predictions, _ = reference.forward(moved, "described", inputs)
        losses.append(np.mean((predictions - targets) ** 2))
    return (losses[0] - losses[1]) / (2 * change)


print(f"{sum(array.size for array in weights.values())} numbers; some of them:")
for name, place in (("W_xi", (0, 3)), ("W_hf", (2, 5)), ("b_o", 1), ("W_hg", (7, 0)), ("W_hy", (4, 0))):
    three = by_graph[name][place], by_hand[name][place], try_it(name, place)
    print(f"{name:5}{place!s:8}", *(f"{value: .12f}" for value in three))

# %% [markdown]
# ## One day back
#
# How is one day undone? As in lesson 1, `h` and `c` are those of the day before, and `h'` and `c'` those of today. Let
# `dh` and `dc` be the derivatives of the loss by the `h'` and the `c'` that the day hands on. `dh` has all that `h'`
# does later, and `dc` has what `c'` does on the next day by itself. But `c'` does one thing more: `h'` is made from it.
# So the derivative by `c'` is, with all that it does,
#
#     a = dc + dh * o * (1 - tanh(c')²)
#
# because the slope of tanh is 1 - tanh². The slope of the sigmoid is s · (1 - s), where s is its value. From `a` follow
# the derivatives by the sum that stands in each gate, and by `c`. All else is matrix products with the weights.
#
# The gradient of a weight is a sum over the days. Let `by_sum` be the derivative by the sum in one gate, `x` that day's
# price, and `h` what the gate reads of the day before. Then each day adds `x.T @ by_sum` to the gradient of the gate's
# `W_x`, `h.T @ by_sum` to that of `W_h`, and the sum of the rows of `by_sum` to that of `b`. The output layer has its
# own: with the error `e`, the mean loss of n windows has the derivative `2 * e / n` by the predictions. `W_hy` gets
# `h.T @ (2 * e / n)` with the last `h`, and `b_y` gets the sum of its rows.
#
# The loop below takes `day_back` from the source file. It finds the derivative of the prediction by each day's price.


# %%
def slope_by_day(weights, wiring, window):
    """The derivative of the prediction by each day's price, of one window (1, days, 1)."""
    _, days = reference.forward(weights, wiring, window)
    d, slopes = reference.State(h=weights["W_hy"].T, c=np.zeros_like(weights["W_hy"].T)), []
    for day in reversed(days):
        by_sum, by_kept = reference.day_back(day, d)
        by_read = sum(by_sum[gate] @ weights[f"W_h{gate}"].T for gate in GATES)
        slopes.append(sum(by_sum[gate] @ weights[f"W_x{gate}"].T for gate in GATES)[0, 0])
        d = reference.State(by_read, by_kept) if wiring == "described" else reference.State(by_kept, by_read)
    return np.array(slopes[::-1])


def tried_by_day(weights, wiring, window, change=1e-5):
    """The same by finite differences."""
    moves = change * np.eye(7)[:, :, np.newaxis]  # (7, 7, 1): window k has day k moved
    above, below = (reference.forward(weights, wiring, window + sign * moves)[0] for sign in (1, -1))
    return ((above - below) / (2 * change))[:, 0]


# %% [markdown]
# ## See it
#
# Which day does the prediction listen to? Day 6 is the last one that is read. Each pale line is a network with random
# weights, and the thick line is their median. Circles are finite differences of one network, and the dashed line
# through them is the same by hand. The axis is logarithmic. So a straight line means: with each day further back, the
# prediction listens less, and always by the same factor.
#
# The described wiring forgets more slowly than the published one, which exchanges `h` and `c`. There tanh and the
# output gate make the memory smaller on every day, beside the forget gate. Lesson 3 shows where this comes from.

# %%
draws = [
    {name: random.normal(0, 0.2, shape) for name, shape in shapes(8).items()}
    for random in map(np.random.default_rng, range(40))
]
ONE = 6  # of the 40 networks, one that is drawn by itself; the lines of some others zigzag
figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
for wiring, colour in (("described", "#0072B2"), ("published", "#D55E00")):
    lines = np.array([np.abs(slope_by_day(draw, wiring, inputs[:1])) for draw in draws])
    axes.semilogy(lines.T, color=colour, alpha=0.15, linewidth=0.8)
    axes.semilogy(np.median(lines, axis=0), color=colour, linewidth=3, label=f"{wiring}, median of {len(draws)}")
    axes.semilogy(lines[ONE], "--", color=colour, label=f"{wiring}, one network by hand")
    tried = np.abs(tried_by_day(draws[ONE], wiring, inputs[:1]))
    axes.semilogy(tried, "o", color=colour, markerfacecolor="none", label=f"{wiring}, the same, tried")
axes.set(xlabel="day of the window", ylabel="|change of prediction / change of price|")
axes.legend(fontsize=8)
plt.show()

# %% [markdown]
# ## Exercise: write one day of the way back
#
# `day` has what the forward pass computed, each (n, H): `day.i`, `day.f`, `day.o`, `day.g`, `day.kept` (what the forget
# gate multiplied, which is `c`) and `day.after.c` (which is `c'`). Return two things: a dictionary with the derivatives
# by the four sums, under `i`, `f`, `o` and `g`, and the derivative by `c`.
#
# Begin with the input gate. The sum in it changes `i`, with slope i · (1 - i). Then `i` changes `c'`, with slope `g`.
# Then `c'` changes the loss, with slope `a`. Multiply the three. The output gate is different: `o` does not change
# `c'`.


# %%
def day_back(day, dh, dc):
    """The derivatives by the sums in i, f, o, g, and by c. `dh` and `dc` are those by h' and c'."""
    return ...


check.day_back(day_back)
