"""The published programs run as scripts, their training and predicting watched and answered at once.

Each function runs one program with the options it has by default and returns what it did, by the names of the claims
whose kind is setting or reconstruction. Nothing of `reproduce` is asked but where the programs are.
"""

import math
import runpy
import sys
from collections import Counter
from contextlib import contextmanager, redirect_stdout
from io import StringIO

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow.compat.v1 as tf

from reproduce.evidence.program import load_program, program_path


@contextmanager
def patches():
    """A monkeypatch of its own, under which pictures stay open after they are saved."""
    close = plt.close
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plt, "close", lambda: None)
        yield patch
    close("all")


def run_as_script(patch, name, *options):
    """Run the program's main part in this process; return what it prints."""
    patch.setattr(sys, "argv", [f"{name}.py", *map(str, options)])
    with redirect_stdout(StringIO()) as printed:
        runpy.run_path(str(program_path(name)), run_name="__main__")
    return printed.getvalue()


def words_of(figure):
    """Title and axis labels."""
    (axes,) = figure.axes
    return [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]


def legend_of(figure):
    """The curves by their names in the legend."""
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def describe(figure):
    """What a reader sees of a figure with one pair of axes."""
    (axes,) = figure.axes
    curves = [(line.get_label(), line.get_color(), *(v.tolist() for v in line.get_data())) for line in axes.get_lines()]
    grid = [line.get_visible() for line in (*axes.get_xgridlines(), *axes.get_ygridlines())]
    sizes = (*figure.get_size_inches(), figure.dpi)
    return (*sizes, words_of(figure), curves, legend_of(figure), all(grid))


# The Bitcoin program


class WatchedSession:
    """Takes the place of a session: computes nothing, and counts the batches by their place in memory."""

    def __init__(self):
        self.training, self.testing = Counter(), Counter()
        self.shapes = set()  # of the weights

    def start(self, **_):
        """What the program calls in place of tf.Session, its graph built."""
        self.shapes = {tuple(variable.shape.as_list()) for variable in tf.trainable_variables()}
        return self

    def run(self, fetches, feed_dict=None):
        """Answer as a session would: nothing, or seven predictions, or these and a loss."""
        if feed_dict is None:
            return None
        inputs = next(iter(feed_dict.values()))
        predictions = [np.zeros((1, 1))] * len(inputs)
        is_training = isinstance(fetches[0], list)
        batches = self.training if is_training else self.testing
        batches[inputs.__array_interface__["data"][0], inputs.shape] += 1
        return (predictions, 0.5, None) if is_training else predictions


def watch_bitcoin(folder):
    """The Bitcoin program, whole: its graph is built, its 200 epochs are counted, its two pictures drawn."""
    given = {}
    clip, adam = tf.clip_by_global_norm, tf.train.AdamOptimizer

    def clip_by_global_norm(gradients, clip_norm):
        given["clip-margin"] = clip_norm
        return clip(gradients, clip_norm)

    def adam_optimizer(learning_rate):
        given["learning-rate"] = learning_rate
        return adam(learning_rate)

    session = WatchedSession()
    with patches() as patch:
        patch.setattr(tf, "Session", session.start)
        patch.setattr(tf, "clip_by_global_norm", clip_by_global_norm)
        patch.setattr(tf.train, "AdamOptimizer", adam_optimizer)
        run_as_script(patch, "bitcoin_lstm", "--out", folder)
        prices, predictions = (plt.figure(number) for number in plt.get_fignums())
        scaled = prices.axes[0].get_lines()[0].get_ydata()
        pictures = {
            "price-plot-title": words_of(prices)[0],
            "price-plot-size": prices.get_size_inches().tolist(),
            "prediction-plot-size": predictions.get_size_inches().tolist(),
            "prediction-plot-curves": legend_of(predictions),
        }
    ((batch, window, _),) = {shape for _, shape in (*session.training, *session.testing)}
    (epochs,) = set(session.training.values())
    (hidden,) = {rows for rows, *columns in session.shapes if columns == [rows] and rows > 1}
    counted = {
        "standard-scaler": max(abs(scaled.mean()), abs(scaled.std() - 1)),
        "batch-size": batch,
        "window-size": window,
        "hidden-layer": hidden,
        "epochs": epochs,
        "loss-is-mse": loss_departure(),
        "train-batches": len(session.training),
        "test-batches": len(session.testing),
    }
    return given | pictures | counted


def loss_departure():
    """How far the graph's loss is from the mean squared error, relative, where float32 rounds nothing.

    All weights 0 and the output's bias 1/2 predict 1/2, whatever the prices.
    """
    program = load_program("bitcoin_lstm")
    program.batch_size, program.window_size, program.hidden_layer = 4, 3, 2
    errors = np.array([[0.5], [1.5], [-2.5], [5.5]])
    with tf.Graph().as_default(), tf.Session() as session:
        inputs, targets, _, loss, _ = program.build_graph(seed=0)
        *weights, bias = tf.trainable_variables()
        session.run([weight.assign(tf.zeros_like(weight)) for weight in weights] + [bias.assign([0.5])])
        found = session.run(loss, {inputs: np.ones((4, 3, 1)), targets: 0.5 - errors})
    return abs(float(found) / np.mean(errors**2) - 1)


# The two Keras programs


@contextmanager
def watched_keras(predict):
    """A patch, and a dictionary that has the model, and what `fit` and `predict` were given, once a program ran."""
    seen = {"read": []}

    def fit(model, inputs, targets, **settings):
        seen.update(model=model, inputs=inputs, targets=targets, settings=settings)

    def watched_predict(_, inputs, **__):
        seen["read"].append(inputs)
        return predict(inputs)

    with patches() as patch:
        patch.setattr(keras.Sequential, "fit", fit)
        patch.setattr(keras.Sequential, "predict", watched_predict)
        yield patch, seen


def layers_of(model, kind):
    """Its layers of one kind."""
    return [layer for layer in model.layers if isinstance(layer, kind)]


def watch_stacked(folder):
    """The stacked LSTM's program on a table of 300 days, newest first, whose price rises by 1 USD a day.

    So a lower price is an earlier day. The network's answer is the last price that it read.
    """
    days = np.datetime64("2018-05-26") - np.arange(300)
    prices = 1000.0 + np.arange(300)  # in date order
    table = folder / "rising.csv"
    rows = (f"{day},{close}\n" for day, close in zip(days, prices[::-1], strict=True))
    table.write_text("date,close\n" + "".join(rows))
    with watched_keras(predict=lambda inputs: inputs[:, -1]) as (patch, seen):
        run_as_script(patch, "stacked_lstm", "--data", table, "--out", folder)
        figure = plt.gcf()
        (axes,) = figure.axes
        curves = axes.get_lines()
        _, predicted = (line.get_ydata() for line in curves)
        grid = [line.get_visible() for line in (*axes.get_xgridlines(), *axes.get_ygridlines())]
        pictures = {
            "plot-size": [*figure.get_size_inches().tolist(), figure.dpi],
            "plot-curves": [f"{name} {line.get_color()}" for name, line in zip(legend_of(figure), curves, strict=True)],
            "plot-words": [*words_of(figure), *["grid"] * all(grid)],
        }
    model, (tested,), settings = seen["model"], seen["read"], seen["settings"]
    trained = np.append(seen["inputs"], seen["targets"])
    optimizer = model.optimizer.get_config()
    name, rate = type(model.optimizer).__name__.lower(), round(optimizer["learning_rate"], 9)  # from float32
    counted = {
        "previous-days": int((seen["inputs"][:, :, 0] < seen["targets"][:, np.newaxis]).sum(axis=1).min()),
        "test-inputs": len(np.unique(tested)) + 1,  # the last price is read by no window, only predicted
        "test-days": len(tested),
        "training-scaler": np.round([trained.min(), trained.max()], 12).tolist(),
        "predictions-in-usd": np.abs(predicted - prices[-len(tested) - 1 : -1]).max(),
        "layers": [type(layer).__name__ for layer in model.layers],
        "units": [layer.units for layer in layers_of(model, (keras.layers.LSTM, keras.layers.Dense))],
        "parameters": [layer.count_params() for layer in model.layers if layer.count_params()],
        "dropout": [layer.rate for layer in layers_of(model, keras.layers.Dropout)],
        "loss-is-mse": model.loss,
        "optimizer": [name, rate, optimizer.get("rho")],
        "epochs": settings["epochs"],
        "batch-size": settings["batch_size"],
    }
    return pictures | counted


def watch_macbeth(*options):
    """The Macbeth program on the text of its options; without any, on the play as installed."""
    with watched_keras(predict=lambda _: np.array([[0.0, 1.0]])) as (patch, seen):
        run_as_script(patch, "macbeth", *options)
    model, (samples, window, _), batch = seen["model"], seen["inputs"].shape, seen["settings"]["batch_size"]
    return {
        "window": window,
        "hidden": [layer.units for layer in layers_of(model, keras.layers.LSTM)],
        "dropout": [layer.rate for layer in layers_of(model, keras.layers.Dropout)],
        "batch-size": batch,
        "generated": len(seen["read"]),
        "characters": samples + window,
        "distinct-characters": seen["targets"].shape[1],
        "samples": samples,
        "weights": model.count_params(),
        "batches": math.ceil(samples / batch),
        "epochs": seen["settings"]["epochs"],
    }
