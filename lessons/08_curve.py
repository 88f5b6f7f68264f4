# %% [markdown]
# # 8. Seven numbers
#
# **What does a loss curve prove?**
#
# Source: `reproduce/evidence/bands.py`. Time: 40 minutes.
#
# The tutorial prints seven losses: those of epochs 0, 30, 60, … 180. They fall. Two conclusions lie near: the program
# is the one in the text, and the network predicts well. Do the seven numbers prove either?
#
# A training begins with random weights. Another draw of weights gives other losses. A *seed* decides the draw, and the
# tutorial names none. So one curve proves little. We trained the program with 40 seeds, and the same for three variants
# of it. The table comes with the package, and nothing is trained here.

# %%
import matplotlib.pyplot as plt
import numpy as np

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.losses import curves_of, shipped_losses
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.evidence.bands import band_test, envelope
from reproduce.evidence.skill import persistence
from reproduce.inputs.prices import load_prices
from reproduce.lessons import check
from reproduce.lessons.exercises import curve

epochs, reported = list(REPORTED_LOSSES), list(REPORTED_LOSSES.values())
studies = curves_of(shipped_losses())
for variant, losses in studies.items():
    print(f"{variant:28} {losses.shape}, medians {np.median(losses, axis=0).round(4)}")
print(f"{'the tutorial':28}          {np.round(reported, 4)}")

# %% [markdown]
# `described` is the wiring of the text's equations. Lesson 3 is about it. `clipping-applied` makes large gradients
# smaller, as the text says. The program computes that, and does not use it.
#
# ## Is it a draw of this program?
#
# Suppose that the tutorial's curve comes from the program. Then it is one of 41 curves of the same kind, and no place
# among them is special. Give each curve a *score*: how far it is from the middle, at the epoch where it is farthest. If
# the tutorial's curve has the largest score of all 41, that happens by chance once in 41 times. So
#
#     p = (1 + number of curves with at least its score) / 41
#
# is the share of curves that are at least as odd. If p is 5 % or less, we say that this variant is *excluded*. The
# source file says more: the score is in logarithms, and the curve itself counts when the middle is found.

# %%
for variant, losses in studies.items():
    test = band_test(losses, reported)
    word = "excluded" if test.p_value <= 0.05 else "not excluded"
    print(f"{variant:28} p = {test.p_value:.3f} {word}, farthest at epoch {epochs[test.worst_epoch_index]}")

# %% [markdown]
# The wiring of the text is excluded. The program's own wiring is not. This does **not** prove that the tutorial ran the
# program: another program may give such losses too.
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
# start slowly, and they make its band wide. Whoever prints "not excluded" must also say this.
#
# ## Does the network predict well?
#
# The simplest forecast says that the price does not change. It is called *persistence*, and needs no network. Its loss
# on the same windows is a line to hold the curve against.

# %%
inputs, targets = prepare(load_prices(), Variant()).train
of_persistence = np.mean((persistence(inputs) - targets) ** 2)
print(f"loss of persistence {of_persistence:.4f}, the tutorial's last loss {reported[-1]:.4f}")

# %% [markdown]
# The tutorial's last loss is no smaller. After 180 epochs its network is no better than no network.
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
    axes.semilogy(epochs, reported, "o", color="black", label="the tutorial")
    axes.axhline(of_persistence, color="#009E73", linestyle="--", label="persistence")
    axes.set(title=variant, xlabel="epoch", xticks=epochs)
both[0].set(ylabel="loss")
both[0].legend()
plt.show()

# %% [markdown]
# ## Exercise: which curve is it?
#
# Here are three curves, `A`, `B` and `C`. One was made by the described wiring, one by the published one, and one with
# clipping. They are taken out of their studies, so each study has 39 curves left. Find the described one. First look at
# the numbers, and say what you expect. Then use `band_test`. Which study tells you something, and which does not?

# %%
SEED = 5
drawn = curve.draw(SEED)
for letter, losses in drawn.curves.items():
    print(letter, losses.round(4))
print({variant: losses.shape for variant, losses in drawn.studies.items()})

mine = ""  # a letter

check.curve(mine, SEED)
