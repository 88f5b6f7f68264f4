"""The exercises solved, written without the package's own functions; and three typical slips of each."""

import numpy as np


def sigmoid(z):
    """The logistic function."""
    return 1 / (1 + np.exp(-z))


def cell(weights, x, h, c, *, change=""):
    """Lesson 1."""
    read = c if change == "gates read c" else h
    z = {gate: x @ weights[f"W_x{gate}"] + read @ weights[f"W_h{gate}"] + weights[f"b_{gate}"] for gate in "ifog"}
    if change == "no bias in o":
        z["o"] = z["o"] - weights["b_o"]
    if change == "weights of f in o":
        z["o"] = z["f"]
    if change == "minus in exp forgotten":
        z |= {gate: -z[gate] for gate in "ifo"}
    if change == "gates exchanged":
        z["i"], z["f"] = z["f"], z["i"]
    i, f, o, g = sigmoid(z["i"]), sigmoid(z["f"]), sigmoid(z["o"]), np.tanh(z["g"])
    if change == "no forget gate":
        f = 1
    if change == "no input gate":
        i = 1
    if change == "no output gate":
        o = 1
    if change == "sigmoid for g":
        g = sigmoid(z["g"])
    new = f * (h if change == "forget gate scales h" else c) + i * g
    out = o * (new if change == "no tanh" else np.tanh(new))
    return (new, out) if change == "c before h" else (out, new)


def day_back(day, dh, dc, *, change=""):
    """Lesson 4."""
    slope = 1 if change == "no slope of tanh" else 1 - np.tanh(day.after.c) ** 2
    a = dh * day.o * slope + (0 if change == "no dc" else dc)
    kept = day.after.c if change == "new c" else day.kept
    sums = {"i": a * day.g, "f": a * kept, "o": dh * np.tanh(day.after.c), "g": a * day.i * (1 - day.g**2)}
    if change != "no slopes of sigmoid":
        sums = {
            gate: d * (1 if gate == "g" else getattr(day, gate) * (1 - getattr(day, gate))) for gate, d in sums.items()
        }
    return sums, a if change == "c whole" else a * day.f


def adam_step(w, g, m, v, t, *, epsilon=1e-8, is_after=False, corrected="mv", is_inside=False, sign=-1):
    """Lesson 5."""
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    of_m, of_v = 1 - 0.9**t if "m" in corrected else 1, np.sqrt(1 - 0.999**t) if "v" in corrected else 1
    root = np.sqrt(v + epsilon) if is_inside else np.sqrt(v) + epsilon * (of_v if is_after else 1)
    return w + sign * 0.001 * of_v / of_m * m / root, m, v


def adam_of_textbooks(w, g, m, v, t):
    """Lesson 5 with two mistakes: PyTorch's place of epsilon, and m and v handed on as they are for this step alone."""
    m, v = (0.9 * m + 0.1 * g) / (1 - 0.9**t), (0.999 * v + 0.001 * g**2) / (1 - 0.999**t)
    return w - 0.001 * m / (np.sqrt(v) + 1e-8), m, v
