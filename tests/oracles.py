"""Second opinions that share no code with the package: the cell and its gradients, window by window; ranks."""

import numpy as np
from scipy.stats import rankdata
from sklearn.linear_model import LinearRegression


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def ranks_left(values, given):
    """What is left of the ranks of `values` after a straight line through the ranks of `given`, both (n,)."""
    third, ranks = rankdata(given)[:, np.newaxis], rankdata(values)
    return ranks - LinearRegression().fit(third, ranks).predict(third)


def numpy_forward(window, w, wiring):
    """The prediction for one window, (days, 1), and what each day computed."""
    hidden = len(w["b_i"])
    h, c, days = np.zeros(hidden), np.zeros(hidden), []
    for x in window:
        read, carried = (h, c) if wiring == "described" else (c, h)
        pre = {gate: x @ w[f"W_x{gate}"] + read @ w[f"W_h{gate}"] + w[f"b_{gate}"] for gate in "ifog"}
        i, f, o, g = sigmoid(pre["i"]), sigmoid(pre["f"]), sigmoid(pre["o"]), np.tanh(pre["g"])
        c = f * carried + i * g
        h = o * np.tanh(c)
        days.append({"x": x, "read": read, "carried": carried, "i": i, "f": f, "o": o, "g": g, "c": c})
    return h @ w["W_hy"] + w["b_y"], h, days


def numpy_loss(inputs, targets, w, wiring):
    """The mean squared error of a batch."""
    predictions = np.array([numpy_forward(window, w, wiring)[0] for window in inputs])
    return np.mean((predictions - targets) ** 2)


def numpy_gradients(inputs, targets, w, wiring):
    """The loss's gradient by weight name: the chain rule, one window and one day at a time."""
    total = {name: np.zeros_like(value) for name, value in w.items()}
    for window, target in zip(inputs, targets, strict=True):
        prediction, h, days = numpy_forward(window, w, wiring)
        d_prediction = 2 * (prediction - target) / len(inputs)
        total["W_hy"] += np.outer(h, d_prediction)
        total["b_y"] += d_prediction
        d_h, d_c = w["W_hy"] @ d_prediction, np.zeros_like(h)
        for day in reversed(days):
            tanh_c = np.tanh(day["c"])
            d_state = d_c + d_h * day["o"] * (1 - tanh_c**2)
            d_pre = {
                "i": d_state * day["g"] * day["i"] * (1 - day["i"]),
                "f": d_state * day["carried"] * day["f"] * (1 - day["f"]),
                "o": d_h * tanh_c * day["o"] * (1 - day["o"]),
                "g": d_state * day["i"] * (1 - day["g"] ** 2),
            }
            d_read = np.zeros_like(h)
            for gate, d in d_pre.items():
                total[f"W_x{gate}"] += np.outer(day["x"], d)
                total[f"W_h{gate}"] += np.outer(day["read"], d)
                total[f"b_{gate}"] += d
                d_read += w[f"W_h{gate}"] @ d
            d_carried = d_state * day["f"]
            d_h, d_c = (d_read, d_carried) if wiring == "described" else (d_carried, d_read)
    return total


def numpy_adam(w, gradients_of, steps, learning_rate=0.001):
    """The weights after Adam steps as Kingma and Ba end their section 2: corrections folded into the rate, ε̂ = 1e-8."""
    w = {name: value.copy() for name, value in w.items()}
    m = {name: np.zeros_like(value) for name, value in w.items()}
    v = {name: np.zeros_like(value) for name, value in w.items()}
    for t in range(1, steps + 1):
        gradients = gradients_of(t - 1, w)
        rate = learning_rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        for name, g in gradients.items():
            m[name] = 0.9 * m[name] + 0.1 * g
            v[name] = 0.999 * v[name] + 0.001 * g**2
            w[name] -= rate * m[name] / (np.sqrt(v[name]) + 1e-8)
    return w


def clip_by_global_norm(gradients, margin):
    """Scale all gradients together so that the norm of all their entries is at most `margin`."""
    norm = np.sqrt(sum(np.sum(g**2) for g in gradients.values()))
    return {name: g * min(1, margin / norm) for name, g in gradients.items()}
