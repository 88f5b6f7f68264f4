# %% [markdown]
# # 6. From graph to port
#
# **Is mine the same program?**
#
# Source: `reproduce/networks/ports/rungs.py`. Time: 60 minutes.
#
# Somebody writes the old program again, with a library of today. We call the result a *port*. It runs, and its loss
# falls. Is it the same program? In lesson 3 the loss could not tell.
#
# Compare the port with the program step by step, as on a ladder, from the bottom to the top. On each *rung* both answer
# the same questions:
#
# | rung | question |
# |---|---|
# | cell | one day, from random `h` and `c`; then each gate alone |
# | forward | the prediction after 1, 2, … 7 days |
# | loss | the loss of three windows |
# | gradients | its derivative by each of 14 weights |
# | one step | the weights after one step of Adam, also where gradients are tiny |
# | six steps | the weights after six steps, with large and small gradients in turn |
# | two epochs | all losses of two epochs, and the last weights |
#
# The first rung that differs tells you where to look. Most rungs above it then differ too.

# %%
from reproduce.lessons.start import start_tensorflow

start_tensorflow()  # before all that imports TensorFlow

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

from reproduce.lessons import check
from reproduce.networks.ports.answers import answers_of
from reproduce.networks.ports.contract import ask_port, load
from reproduce.networks.ports.diagnosis import compare
from reproduce.networks.ports.price import RUNGS, price_target
from reproduce.networks.ports.price_questions import ask
from reproduce.networks.ports.rungs import gaps_on
from reproduce.networks.ports.table import SLIPS
from reproduce.networks.ports.templates import template_text

# %% [markdown]
# ## A port
#
# A port is a Python file with functions on arrays. Each function answers some of the questions. Here is one in Keras.
# Read two places with care: how the weights come into the layer, and how Adam is made.

# %%
text = template_text("keras", "published")
print(text)

# %% [markdown]
# Keras keeps the weights of the four parts side by side in one matrix, in the order i, f, g, o. The program has the
# order i, f, o, g. `layouts` takes care of that. Without it, o and g exchange their weights, and no error tells you.
#
# ## Ask it
#
# We ask two ports: the one above, and the same one with the epsilon that Keras takes if you say nothing. To save
# seconds we ask only some of the questions.


# %%
def answers_of_port(text, questions):
    """Load a port from its text, and ask it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "port.py"
        path.write_text(text, encoding="utf-8")
        return ask_port(load(path), questions)


SOME = ("cell", "forward 1", "forward 7", "gradients", "one step, small")
questions = [one for one in ask(hidden=8) if one.name in SOME]
ports = {
    "Keras": answers_of_port(text, questions),
    "Keras, its own epsilon": answers_of_port(text.replace(", epsilon=1e-8", ""), questions),
}
for name, answers in ports.items():
    found = compare(price_target("published"), questions, answers.by_question, answers.dtype).explanations
    slips = [slip.title for explanation in found for slip in explanation]
    print(f"{name}:", *(slips or ["agrees on every rung that was asked"]))

# %% [markdown]
# `compare` does more than find the rung. It knows many *slips*: mistakes that people make in ports. It computes what a
# program with each of them would answer. Only a slip that agrees with the port on **every** rung is named.
#
# How near is near enough? A port in float32 rounds every number. So its tolerance on a rung is about twenty times what
# the same rounding makes of the program itself. Lesson 7 looks at this.
#
# ## Every rung finds something
#
# Now take programs with one known slip each. They are computed in NumPy, so that all questions are quick. Each is
# printed with its name, which is that of its row in the picture below, and with what it does.

# %%
print(f"{len(SLIPS)} slips are known; here are seven")
SHOWN = ("recurrent-transposed", "c-read-out", "loss-half", "gradient-of-last-day", "adam-epsilon", "clipping-global")
asked, target = ask(hidden=8), price_target("published")
rows = {name: (answers.by_question, answers.dtype) for name, answers in ports.items()}
for slip in (one for name in (*SHOWN, "remainder-kept") for one in SLIPS if one.name == name):
    print(f"{slip.name}: {slip.title}")
    program = slip.programs(target.program)[0]
    answers = {one.name: answers_of([program], one, "float64") for one in asked}
    rows[slip.name] = {name: {key: array[0] for key, array in of.items()} for name, of in answers.items()}, "float64"


def verdicts(answers, dtype):
    """Of each rung: agrees, differs (the first one), follows, or not asked."""
    told, pairs = [], [(one, answers[one.name]) for one in asked if one.name in answers]
    for rung in RUNGS:
        if not set(rung.questions) & set(answers):
            told.append("not asked")
        elif gaps_on(target, rung, [target.program], pairs, dtype).agree[0]:
            told.append("agrees")
        else:
            told.append("follows" if "differs" in told else "differs")
    return told


# %% [markdown]
# ## See it
#
# A row is a port, and a column is a rung. Find the first dark cell of each row. Why does `recurrent-transposed` differ
# on the cell already, and `loss-half` only later? Why is the row of `adam-epsilon` blue up to the gradients? A later
# rung can agree again, where its question does not touch the slip: `clipping-global` changes large gradients only.

# %%
COLOURS = {"agrees": "#56B4E9", "differs": "#D55E00", "follows": "#F5C9A8", "not asked": "white"}
figure, axes = plt.subplots(figsize=(10, 4.5), layout="constrained")
for row, of in enumerate(rows.values()):
    for column, word in enumerate(verdicts(*of)):
        axes.add_patch(plt.Rectangle((column, row), 0.94, 0.88, facecolor=COLOURS[word], edgecolor="lightgrey"))
        axes.text(column + 0.47, row + 0.44, word, ha="center", va="center", fontsize=9)
axes.set(xlim=(0, len(RUNGS)), ylim=(len(rows), 0))
axes.set_xticks([k + 0.47 for k in range(len(RUNGS))], [rung.name for rung in RUNGS])
axes.set_yticks([k + 0.44 for k in range(len(rows))], list(rows))
axes.tick_params(length=0, labeltop=True, labelbottom=False)
axes.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# ## Exercise: write a port
#
# The port above is in Keras. Write the whole program in another library: NumPy, PyTorch, JAX, or TensorFlow 1. Put it
# into a file `my_port.py`, in the folder in which this lesson runs. It needs four functions. Begin with `cell`, and add
# one after the other; the check works with one.
#
#     cell(weights, x, h, c)                            x is (n, 1), h and c are (n, H)
#         returns h and c of that day                   both (n, H)
#     predict(weights, inputs)                          inputs are (n, days, 1)
#         returns the predictions                       (n, 1)
#     loss_and_gradients(weights, inputs, targets)      targets are (n, 1)
#         returns the loss, and the gradients           a number, and a dictionary of 14 arrays
#     train(weights, inputs, targets, batch, epochs)    two whole numbers at the end
#         returns the losses, and the new weights       a row for each epoch, a column for each batch; a dictionary
#
# `weights` is a dictionary of 14 arrays: `W_xi` (1, H), `W_hi` (H, H), `b_i` (H,), the same for f, o and g, then `W_hy`
# (H, 1) and `b_y` (1,). Do not change it. Each epoch takes the windows in the order given, `batch` at a time, and
# leaves out those at the end that fill no batch. Adam goes on counting from one epoch to the next.
#
# You have all parts: the cell and the output layer are lesson 1's, the wiring is the published one of lesson 3, and
# gradients and Adam are those of lessons 4 and 5. If you are stuck, `reproduce compare --template numpy` prints a port
# that is right; there are `pytorch`, `jax` and `tf1` too. In a terminal, `reproduce compare my_port.py` shows all
# rungs, and one more: how prices become windows.

# %%
mine = "my_port.py"

check.port(mine)
