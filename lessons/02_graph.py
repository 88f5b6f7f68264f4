# %% [markdown]
# # 2. A graph is not a computation
#
# **When does anything run?**
#
# Source: `reproduce/networks/lstm/graph.py`. Time: 40 minutes.
#
# The article's program was written for TensorFlow 1. There a program has two parts. The first part *describes* a
# computation. The second part runs it, as often as it likes. The description is called a *graph*. TensorFlow 2 computes
# at once, but the old way is still in it, as `tensorflow.compat.v1`. As it starts, it prints notes on your machine;
# `start_tensorflow` keeps these away.

# %%
from reproduce.lessons.start import start_tensorflow

start_tensorflow()  # before all that imports TensorFlow

import inspect

import matplotlib.pyplot as plt
import tensorflow.compat.v1 as tf

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.inputs.prices import load_prices
from reproduce.lessons import check
from reproduce.networks.lstm.graph import build_network

# %% [markdown]
# ## Three words on a small graph
#
# A *placeholder* is an input without a value: it has a type, a shape and a name. What is made from it has no value
# either. All that is made below `with` goes into the graph `small`. `tf.numpy_function` makes a Python function a part
# of it. This one prints a word, so that we see when it runs.


# %%
def say(value):
    """Print, and hand the value on."""
    print("  … computed")
    return value


with tf.Graph().as_default() as small:
    price = tf.placeholder("float64", [], name="price")
    double = tf.numpy_function(say, [price * 2], "float64", name="double")
    half = tf.divide(price, 2, name="half")
print("described:", double)

# %% [markdown]
# Nothing was computed. `double` is a place in the graph, a `Tensor`, and not a number.
#
# A *session* runs a graph. `session.run` takes two things: what you want, the *fetch*, and which values the
# placeholders have, the `feed_dict`.

# %%
session = tf.Session(graph=small)
print("double of 3:", session.run(double, feed_dict={price: 3.0}))
print("half of 3:", session.run(half, feed_dict={price: 3.0}))

# %% [markdown]
# For the second fetch nothing was printed. A session computes what the fetch needs, and nothing else.
#
# For that it needs the value of every placeholder on the way. Forget one, and you get the error that everybody meets
# first:

# %%
try:
    session.run(half)
except tf.errors.InvalidArgumentError as error:
    print(next(line for line in error.message.splitlines() if "placeholder" in line))

# %% [markdown]
# A place can also be fetched by its name. An *operation* is one step of the computation, such as this division.
# `half:0` is output number 0 of the operation `half`. Most operations have only this one.

# %%
print("by name:", session.run("half:0", feed_dict={price: 3.0}))
session.close()

# %% [markdown]
# ## The graph of the program
#
# `build_network` describes the article's network, here with two windows and 8 units. A `Variant` holds the settings of
# a training; those that you leave out are the article's. The seed decides which random weights the network begins with.
# Read the function in the source file, whose path is printed below. It has a Python loop over windows, and in it one
# over days. These loops run now, and only once. The graph has no loop: it has a copy of the cell for each day of each
# window. We say that it is *unrolled*.

# %%
print("the source file:", inspect.getsourcefile(build_network))
variant = Variant(hidden=8, batch=2)
with tf.Graph().as_default() as graph:
    network = build_network(variant, seed=0, dtype="float64")
    start = tf.global_variables_initializer()
operations = graph.get_operations()
print(len(operations), "operations;", sum(one.type == "MatMul" for one in operations), "of them are matrix products")

# %% [markdown]
# Check the count: a cell has 8 products, a window has 7 cells, and one product more makes its prediction. There are two
# windows: 2 · (7 · 8 + 1) = 114.
#
# Weights are *variables*. They keep their values from one `run` to the next. They have no values until their
# initialisers have run, so every old program runs these first.

# %%
inputs = prepare(load_prices(), variant).inputs[: variant.batch]  # (2, 7, 1)
feed = {network.inputs: inputs}
session = tf.Session(graph=graph)
session.run(start)
weights, predictions = session.run([network.weights, network.predictions], feed_dict=feed)
print("two fetches at once; the predictions:", [float(one[0, 0]) for one in predictions])

# %% [markdown]
# ## Look inside
#
# A name has parts, as a path has. The source file opens a *name scope* for each window, and in it one for each day. The
# file beside it, `cell.py`, opens one for each gate. Numbers count from 0, so `day_3` is the fourth day. These are the
# operations of one gate:

# %%
for operation in operations:
    if operation.name.startswith("window_0/day_3/input_gate/"):
        print(f"{operation.type:15}", operation.name, operation.outputs[0].shape)

# %% [markdown]
# Read it from the top. A weight is read and multiplied with the price. A second one is read and multiplied with a
# vector of the day before. Both products are added, then a bias, and the sigmoid comes last. This is the first equation
# of lesson 1.
#
# ## See it
#
# The picture shows one day. Its boxes and arrows are read from the graph itself. The parts of a gate are folded into
# one box, and the weights are left out. The boxes at the left come from outside: the day's price, and two vectors of
# the day before. One of these comes out of an addition: it is `c`. The other comes out of a multiplication: it is `h`.
# The box `strided_slice` is the price: this operation cuts it out of the window. The box `memory_cell` is the candidate
# of lesson 1: the program calls it so.


# %%
def box_of(operation, scope):
    """The box in which an operation is drawn: the first part of its name inside the day, or all of it."""
    inside = operation.name.removeprefix(scope)
    return inside.partition("/")[0] if inside != operation.name else inside.removeprefix("window_0/")


def read_boxes(scope):
    """The arrows between boxes as pairs, and the column of each box: one more than those that it reads."""
    arrows, columns = [], {}
    for operation in (one for one in operations if one.name.startswith(scope)):
        end = box_of(operation, scope)
        for read in (tensor.op for tensor in operation.inputs if tensor.op.type not in ("Const", "VarHandleOp")):
            begin = box_of(read, scope)
            if begin != end and (begin, end) not in arrows:
                arrows.append((begin, end))
                columns[end] = max(columns.get(end, 0), columns.setdefault(begin, 0) + 1)
    return arrows, columns


arrows, columns = read_boxes("window_0/day_3/")
figure, axes = plt.subplots(figsize=(10, 4), layout="constrained")
boxes = {}
for column in sorted(set(columns.values())):
    begun = {name: -sum(name == begin for begin, _ in arrows) for name in columns if columns[name] == column}
    names = sorted(begun, key=begun.get)  # what most arrows begin at comes first
    for row, name in enumerate(names):
        place = column, 0 if len(names) == 1 else 2 - 4 * row / (len(names) - 1)
        boxes[name] = axes.text(
            *place, name, ha="center", va="center", bbox={"boxstyle": "round", "facecolor": "white"}
        )
axes.set(
    xlim=(-0.5, max(columns.values()) + 0.4), ylim=(-2.3, 2.3), title="window_0/day_3; orange comes from the day before"
)
axes.axis("off")
figure.draw_without_rendering()  # which gives every box its size, so that arrows end at its edge
for begin, end in arrows:
    ends = {"patchA": boxes[begin].get_bbox_patch(), "patchB": boxes[end].get_bbox_patch()}
    style = {"arrowstyle": "->", "color": "#D55E00" if begin.startswith("day_") else "grey"}
    axes.annotate("", boxes[end].get_position(), boxes[begin].get_position(), arrowprops=style | ends)
plt.show()

# %% [markdown]
# Follow the orange arrows into the gates. Do they come from `c` or from `h`? Now look at the equations of lesson 1
# again. Something is different here, and lesson 3 is about it.
#
# ## Exercise: fetch a gate
#
# Fetch the forget gate of window 0 on `day_3`, by its name in the graph. Its name is not printed above, but that of a
# neighbour is. Feed the same windows. The check computes the gate in NumPy, wired as this graph is, and compares.

# %%
mine = None  # session.run("...", feed_dict=feed)

check.gate(mine, weights._asdict(), inputs)
