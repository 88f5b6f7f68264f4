# %% [markdown]
# # 3. Two exchanged arguments
#
# **What did the program train?**
#
# Source: `reproduce/networks/lstm/cell.py`. Time: 40 minutes.
#
# The article's text has the equations of lesson 1. Its program has them too. But the program calls its cell with the
# two vectors in each other's place. `h` and `c` have the same shape, so Python has no reason to complain. We call the
# text's way the *described* wiring, and the program's way the *published* wiring. In equations, with the names of
# lesson 1:
#
#     described   gates read h        c' = f * c + i * g
#     published   gates read c        c' = f * h + i * g
#
# An LSTM hands `c` on as a sum, from day to day: the forget gate scales it, and `i * g` is added. This is what makes
# its memory long. In the published wiring the forget gate scales `h` in its place. Tanh and the output gate have made
# that small before.
#
# The path of the source file is printed below. Open it: one function is the cell, and the other one calls it with `h`
# and `c` exchanged. `reference.step`, the cell of lesson 1, has both wirings in one line, the one of `read` and `kept`.

# %%
import inspect
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.inputs.prices import load_prices
from reproduce.lessons import check
from reproduce.lessons.exercises import slip
from reproduce.networks import reference
from reproduce.networks.ports.network import shapes

WIRINGS = ("published", "described")
print("the source file:", Path(inspect.getsourcefile(reference)).parent / "lstm" / "cell.py")
windows = prepare(load_prices(), Variant())

# %% [markdown]
# ## Does the loss show it?
#
# Let us train both wirings, from the same random weights. The *loss* is the mean of the squared errors. An *epoch*
# reads all windows once, and a *batch* is some windows that are read together. Lessons 4 and 5 explain the two
# functions that train.


# %%
def train(wiring, epochs=12, batch=7):
    """The weights after some epochs, and the mean loss of each epoch."""
    random = np.random.default_rng(0)
    weights = {name: random.normal(0, 0.05, shape) for name, shape in shapes(8).items()}
    memory, (inputs, targets) = reference.begin_tf1(weights), windows.train
    losses = np.zeros((epochs, len(inputs) // batch))
    for epoch, step in np.ndindex(losses.shape):
        rows = slice(step * batch, (step + 1) * batch)
        losses[epoch, step], gradients = reference.loss_and_gradients(weights, wiring, inputs[rows], targets[rows])
        weights, memory = reference.tf1_step(weights, gradients, memory)
    return weights, losses.mean(axis=1)


trained = {wiring: train(wiring) for wiring in WIRINGS}
for wiring, (_, losses) in trained.items():
    print(wiring, losses[[0, 3, 7, 11]].round(3))

# %% [markdown]
# Not here: both losses fall, and at nearly the same pace. With 256 units, as in the article, the described one falls
# faster, but you only see that if you have both. Of a single program, a loss that falls says nothing. Lesson 8 shows
# what the losses can tell.
#
# ## Do the values show it?
#
# Now take the weights that the *published* wiring has learned. Run them in both wirings, on the same window. This is
# what happens when you load the program's weights into an LSTM of a library.

# %%
weights, window = trained["published"][0], windows.inputs[100:101]  # (1, 7, 1)
runs = {wiring: reference.forward(weights, wiring, window) for wiring in WIRINGS}
for wiring, (prediction, _) in runs.items():
    print(f"{wiring} predicts {windows.to_usd(prediction[0, 0]):.0f} USD")
print(f"the price was {windows.close_usd[107]:.0f} USD")
for t in range(7):
    published, described = (days[t].after.h for _, days in runs.values())
    print(f"day {t}: h differs by at most {np.abs(published - described).max():.4f}")

# %% [markdown]
# On day 0 nothing differs: before it, both vectors are zeros, and exchanged zeros are zeros. From day 1 on they differ.
# Remember this sign. A program that is right for one day and wrong for two either does something wrong with what the
# day before hands on, or it reads the days in another order. To tell which, ask its cell for one day, with an `h` and a
# `c` that are not zeros. If the cell is right, look at the line that calls it: it has the days in another order, or it
# hands `h` and `c` on in each other's place, as this program does.
#
# ## See it
#
# Each small picture is one part of the cell. A column is a day, and a row is a unit. On the left is the published
# wiring, and on the right the described one. Look at `c`: on the right it adds up from day to day, and on the left
# less.

# %%
PARTS = {"i": "input gate", "f": "forget gate", "o": "output gate", "g": "candidate", "c": "c", "h": "h"}
figure, grid = plt.subplots(len(PARTS), 2, figsize=(8, 9), sharex=True, sharey=True, layout="constrained")
for column, (wiring, (_, days)) in enumerate(runs.items()):
    grid[0, column].set_title(wiring)
    grid[-1, column].set(xlabel="day", xticks=range(7))
    for axes, name in zip(grid[:, column], PARTS, strict=True):
        values = np.stack([(day._asdict() | day.after._asdict())[name][0] for day in days], axis=1)  # (units, days)
        is_gate = name in "ifo"
        style = {"cmap": "viridis", "vmin": 0} if is_gate else {"cmap": "RdBu_r", "vmin": -2 if name == "c" else -1}
        image = axes.imshow(values, vmax=2 if name == "c" else 1, aspect="auto", **style)
        axes.set(ylabel=PARTS[name] if column == 0 else "", yticks=[])
        if column == 1:
            figure.colorbar(image, ax=axes)
plt.show()

# %% [markdown]
# ## Exercise: find a hidden slip
#
# Here is a described network with one slip in it. A *seed*, a number that decides what is drawn at random, decides
# which one. You can ask it, with `predict` and `cell`, and you cannot look into it. These slips may be drawn:

# %%
SEED = 11
program = slip.draw(SEED)
print("\n".join(f"{one.name}: {one.title}" for one in map(slip.named, slip.NAMES)))

# %% [markdown]
# A *probe* is a question whose right answer you know. Here is a first one: windows of one day, of two days, and so on.
# No number in it is 0, because a slip can hide behind zeros.

# %%
random = np.random.default_rng(5)
probe = {name: random.normal(0, 0.7, shape) for name, shape in shapes(8).items()}
inputs = random.normal(size=(3, 7, 1))
for days in range(1, 8):
    right, _ = reference.forward(probe, "described", inputs[:, :days])
    print(
        f"days read: {days}, prediction differs by {np.abs(program.predict(probe, inputs[:, :days]) - right).max():.1e}"
    )

# %% [markdown]
# Which names of the list are left? Think of probes that tell these apart. Ask the cell alone, with an `h` and a `c`
# that are not 0: `program.cell(probe, x, h, c)`. Or change the probe's weights: set all biases to 0, or make each `W_h`
# symmetric. Then write the name. If it is wrong, the check says which probe tells your slip from the hidden one: ask
# that, and see what the program answers.

# %%
mine = ""  # a name from the list

check.slip(mine, SEED)

# %% [markdown]
# Try other seeds. Then let a command do the work. It asks a *port*: a program that somebody wrote again by other means.
# Put these lines into a file `hidden_slip.py`:
#
#     from reproduce.lessons.exercises import slip
#
#     program = slip.draw(11)
#     predict, cell = program.predict, program.cell
#
# Then run `reproduce compare hidden_slip.py --wiring described` in a terminal.
