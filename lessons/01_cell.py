# %% [markdown]
# # 1. One day
#
# **What do six equations compute?**
#
# Source: `reproduce/networks/reference.py`. Time: 30 minutes.
#
# You need Python, NumPy and the matrix product. You need no TensorFlow yet.
#
# An article of 2018 predicts the price of Bitcoin with a network called LSTM, *long short-term memory*. The network
# reads seven daily prices, one after the other. From day to day it carries two vectors:
#
# - `h`, the *hidden output*: what it shows on that day;
# - `c`, the *cell state*: what it remembers.
#
# Here both have 8 numbers; in the article they have 256. We say that the network has 8 *hidden units*, or 8 units.

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.inputs.prices import load_prices
from reproduce.lessons import check
from reproduce.networks import reference
from reproduce.networks.ports.network import shapes

HIDDEN = 8
GATES = {"i": "input gate", "f": "forget gate", "o": "output gate", "g": "candidate"}

# %% [markdown]
# ## One price
#
# The network does not read dollars. From each price the mean of all prices is subtracted, and the result is divided by
# their standard deviation. This gives a *scaled price*, a small number around 0.

# %%
table = load_prices()
windows = prepare(table, Variant())
x = windows.inputs[0, :1]  # the first window, the first day that it reads: (1, 1)
print(f"{table.close_usd[0]:.0f} USD on {table.dates[0]} is {x[0, 0]:.3f}, scaled")

# %% [markdown]
# The table begins with the newest day, and the program reads it so: backward in time. In these lessons "the day before"
# is the day that was read before.
#
# Seven prices in a row are a *window*. `x` is the price of one day, as a matrix with one row and one column. Many
# windows can be rows of one matrix. Then one product computes all of them.
#
# ## The weights
#
# The network has four parts: three *gates*, called i, f and o, and a *candidate*, called g. Each part has three arrays
# of weights: `W_x` multiplies the price, `W_h` multiplies a vector of the day before, and `b` is added. Training finds
# their values. Here they are random. The *seed*, which is 1 here, decides which random numbers are drawn: the same seed
# draws the same numbers.

# %%
random = np.random.default_rng(seed=1)
weights = {name: random.normal(0, 0.7, shape) for name, shape in shapes(HIDDEN).items()}
for gate, word in GATES.items():
    print(f"{word:12}", {f"{kind}{gate}": weights[f"{kind}{gate}"].shape for kind in ("W_x", "W_h", "b_")})

# %% [markdown]
# ## Six equations
#
# Let `h` and `c` be the vectors of the day before, and `h'` and `c'` those of today. `@` is the matrix product, and `*`
# multiplies number by number. The function *sigmoid* takes any number to one between 0 and 1, and *tanh* takes it to
# one between -1 and 1.
#
#     i  = sigmoid(x @ W_xi + h @ W_hi + b_i)      input gate
#     f  = sigmoid(x @ W_xf + h @ W_hf + b_f)      forget gate
#     o  = sigmoid(x @ W_xo + h @ W_ho + b_o)      output gate
#     g  = tanh   (x @ W_xg + h @ W_hg + b_g)      candidate
#     c' = f * c + i * g                           cell state
#     h' = o * tanh(c')                            hidden output
#
# Read a gate as a share. `f` says how much of each number in `c` is kept. `i` says how much of the candidate is added.
# `o` says how much of the result is shown.
#
# ## Compute one gate
#
# Before the first day `h` and `c` are zeros. To see every part at work we take other numbers.

# %%
h = np.tanh(random.normal(size=(1, HIDDEN)))
c = random.normal(size=(1, HIDDEN))

sum_in_gate = x @ weights["W_xf"] + h @ weights["W_hf"] + weights["b_f"]  # (1, 1) @ (1, 8) + (1, 8) @ (8, 8) + (8,)
f = 1 / (1 + np.exp(-sum_in_gate))  # sigmoid
print("the forget gate:", f.round(2))

# %% [markdown]
# Unit 0 keeps the share `f[0, 0]` of its old cell state.
#
# ## The whole cell
#
# `reference.step` computes all six lines. It returns a `Day`, which has every part by name. Open the source file and
# find the six lines there: `read` is h in them, and `kept` is c. The word "described" stands for the equations as the
# article's text describes them. Lesson 3 has the other word.

# %%
print("the source file:", inspect.getsourcefile(reference))
day = reference.step(weights, "described", x, reference.State(h=h, c=c))
print("the same forget gate:", np.allclose(day.f, f))
for name, values in (("c of the day before", c), ("c of today", day.after.c), ("h of today", day.after.h)):
    print(f"{name:20}", values[0].round(2))

# %% [markdown]
# When all days are read, the network makes its prediction from the last `h`. This is the *output layer*:
#
#     prediction = h @ W_hy + b_y
#
# Its two arrays are `W_hy`, which is (8, 1) here, and `b_y`, which is (1,). With three for each of the four parts,
# `weights` has 14 arrays. The exercise below needs only those of the cell.
#
# ## See it
#
# On the left is the *wiring* of the cell: what goes where. On the right is a row for each part, and a bar for each
# unit. Choose a unit, and follow it from top to bottom: how much is kept, how much is added, how much is shown? A
# program waits here until you close the picture. On a computer without a screen none is shown, and it goes on; a
# notebook shows it.


# %%
def draw_wiring(axes):
    """Boxes at their places, and an arrow for each thing that goes from one to another."""
    at = {"x": (0, 3), "h": (0, 1), "c": (0, 5), "f": (1, 4), "i": (1, 3), "g": (1, 2), "o": (1, 1)}
    at |= {"f * c": (2, 5), "i * g": (2, 3), "c'": (3, 4), "h'": (3, 1)}
    arrows = [(start, gate) for start in "xh" for gate in GATES] + [("c", "f * c"), ("f", "f * c"), ("i", "i * g")]
    arrows += [("g", "i * g"), ("f * c", "c'"), ("i * g", "c'"), ("c'", "h'"), ("o", "h'")]
    for start, end in arrows:
        style = {"arrowstyle": "->", "color": "grey", "shrinkA": 12, "shrinkB": 16}
        axes.annotate("", at[end], at[start], arrowprops=style)
    for name, place in at.items():
        axes.text(*place, name, ha="center", va="center", bbox={"boxstyle": "round", "facecolor": "white"})
    axes.set(xlim=(-0.5, 3.5), ylim=(0.4, 5.6), title="wiring")
    axes.axis("off")


figure = plt.figure(figsize=(10, 5.5), layout="constrained")
left, right = figure.subfigures(1, 2)
draw_wiring(left.subplots())
rows = [
    ("c before", c),
    *((GATES[gate], getattr(day, gate)) for gate in "figo"),
    ("c'", day.after.c),
    ("h'", day.after.h),
]
for axes, (name, values) in zip(right.subplots(len(rows), sharex=True), rows, strict=True):
    axes.bar(range(HIDDEN), values[0], color="#0072B2" if "gate" in name else "#D55E00")
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set(ylim=(0, 1) if "gate" in name else (-1, 1) if name in ("candidate", "h'") else (-2.5, 2.5))
    axes.set_ylabel(name, rotation=0, ha="right", va="center")
axes.set(xlabel="unit", xticks=range(HIDDEN))
plt.show()

# %% [markdown]
# ## Exercise: write the cell
#
# Write the six equations. Return today's `h` and `c`. `weights` is a dictionary, as above, and `x`, `h` and `c` have a
# row for each window. The check says `right`, or it says what is wrong. Do not copy `reference.step`. Type the lines
# yourself: a slip that you make here is one that you will later find in other programs.
#
# To hand it in, copy the function into a file `my_cell.py`. The file begins with `import numpy as np`, because it has
# to run without this lesson. In a terminal, `reproduce compare my_cell.py --wiring described` holds it against the same
# cell.


# %%
def cell(weights, x, h, c):
    """One day: x is (n, 1), h and c are (n, H)."""
    return ...


check.cell(cell)
