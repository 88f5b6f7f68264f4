# %% [markdown]
# # 8. Seven numbers
#
# **What does a loss curve prove?**
#
# Source: `reproduce/evidence/bands.py`. Time: 40 minutes.
#
# The article prints seven losses: those of epochs 0, 30, 60, … 180. They fall. It is easy to conclude two things: the
# program does what the text says, and the network predicts well. Do the seven numbers prove either?
#
# A training begins with random weights, and other random weights give other losses. A *seed* decides which ones are
# drawn. The article names no seed. So we trained the program with 40 seeds, and three variants of it too. The runs of
# one variant are its *study*. The table of all comes with the package, and nothing is trained here.

# %%
import inspect

import matplotlib.pyplot as plt
import numpy as np

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.losses import TABLE, curves_of
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.evidence.bands import band_test, envelope
from reproduce.evidence.skill import persistence
from reproduce.inputs.prices import load_prices
from reproduce.lessons import check
from reproduce.lessons.exercises import curve

epochs, reported = list(REPORTED_LOSSES), list(REPORTED_LOSSES.values())
studies = curves_of(TABLE.shipped())
for variant, losses in studies.items():
    print(f"{variant:28} {losses.shape}, medians {np.median(losses, axis=0).round(4)}")
print(f"{'the article':28}          {np.round(reported, 4)}")

# %% [markdown]
# `described` has the wiring of the text's equations; see lesson 3. `clipping-applied` makes large gradients smaller, as
# the text says. The program computes such gradients too, and does not use them.
#
# ## Is it a draw of this program?
#
# Suppose that the article's curve comes from the program. Then it is one of 41 curves of the same kind. Give each curve
# a *score*: its distance from the middle, in units of the usual distance, at the epoch where that is largest. The
# article's curve has the largest score in only one of 41 cases. So
#
#     p = (1 + number of curves with at least its score) / 41
#
# is the share of curves that are at least as odd. It is called the *p-value*. If p is 5 % or less, we say that the
# variant is *excluded*. The source file says it in full: the score is of logarithms, and the curve itself counts too
# when the middle is found.

# %%
print("the source file:", inspect.getsourcefile(band_test))
for variant, losses in studies.items():
    test = band_test(losses, reported)
    word = "excluded" if test.p_value <= 0.05 else "not excluded"
    print(f"{variant:28} p = {test.p_value:.3f} {word}, farthest at epoch {epochs[test.worst_epoch_index]}")

# %% [markdown]
# The wiring of the text is excluded. The program's own wiring is not. This does **not** prove that the article's author
# ran this program. Another program may give such losses too.
#
# ## How strong is the test?
#
# A test that excludes nothing is worth nothing. So ask it about curves whose variant we know. Take each curve of one
# variant, and test it against the study of another one.

# %%
for truth, supposed in (("published", "described"), ("described", "published")):
    kept = [band_test(studies[supposed], losses).p_value > 0.05 for losses in studies[truth]]
    print(f"{sum(kept)} of {len(kept)} {truth} curves are not excluded as {supposed}")

# %% [markdown]
# The second line is a warning: the test excludes no described curve as published. Some seeds of the published program
# start slowly, and they make its band wide, the range in which most of its curves lie. Whoever prints "not excluded"
# must also say this.
#
# ## Does the network predict well?
#
# The simplest forecast says that the price does not change. It is called *persistence*, and needs no network. Its loss
# on the same windows is a line to hold the curve against.

# %%
inputs, targets = prepare(load_prices(), Variant()).train
of_persistence = np.mean((persistence(inputs) - targets) ** 2)
print(f"loss of persistence {of_persistence:.4f}, the article's last loss {reported[-1]:.4f}")

# %% [markdown]
# The article's last loss is no smaller. On these windows its network, after 180 epochs, is no better than no network.
#
# ## See it
#
# Each pale line is a seed. The band has 5 to 95 % of them at each epoch. Where do the dots leave the band?

# %%
figure, both = plt.subplots(1, 2, figsize=(10, 4.5), sharey=True, layout="constrained")
for axes, variant, colour in zip(both, ("published", "described"), ("#D55E00", "#0072B2"), strict=True):
    low, median, high = envelope(studies[variant])
    axes.semilogy(epochs, studies[variant].T, color=colour, alpha=0.15, linewidth=0.7)
    axes.fill_between(epochs, low, high, color=colour, alpha=0.2, label="5 to 95 % of 40 seeds")
    axes.semilogy(epochs, median, color=colour, linewidth=2, label="median")
    axes.semilogy(epochs, reported, "o", color="black", label="the article")
    axes.axhline(of_persistence, color="#009E73", linestyle="--", label="persistence")
    axes.set(title=variant, xlabel="epoch", xticks=epochs)
both[0].set(ylabel="loss")
both[0].legend()
plt.show()

# %% [markdown]
# ## Exercise: which curve is it?
#
# Here are three curves, `A`, `B` and `C`. One was made by the described wiring, one by the published one, and one with
# clipping. Each is taken out of its study, which has 39 curves left. Find the described one. First look at the numbers,
# and say what you expect. Then use `band_test`. Which study tells you something, and which does not?

# %%
SEED = 5
drawn = curve.draw(SEED)
for letter, losses in drawn.curves.items():
    print(letter, losses.round(4))
print({variant: losses.shape for variant, losses in drawn.studies.items()})

mine = ""  # a letter

check.curve(mine, SEED)
