"""A right port: Keras's own LSTM layer is the network that the article's text describes.

reproduce compare examples/ports/keras_port.py --wiring described
"""

import keras
import numpy as np

from reproduce.networks.ports import layouts


def model_with(weights):
    hidden = len(weights["b_i"])
    model = keras.Sequential([keras.Input((None, 1)), keras.layers.LSTM(hidden), keras.layers.Dense(1)])
    model.set_weights(layouts.to_keras(weights))
    return model


def predict(weights, inputs):
    return model_with(weights)(inputs)


class Losses(keras.callbacks.Callback):
    """`fit` reports an epoch's mean so far; the loss of each batch is what that mean gained."""

    def on_epoch_begin(self, *_, **__):
        self.means = []

    def on_train_batch_end(self, _, logs):
        self.means.append(logs["loss"])

    def on_epoch_end(self, *_, **__):
        sums = np.array(self.means) * np.arange(1, len(self.means) + 1)
        self.epochs = [*getattr(self, "epochs", []), np.diff(sums, prepend=0)]


def train(weights, inputs, targets, batch, epochs):
    model, losses = model_with(weights), Losses()
    model.compile(keras.optimizers.Adam(0.001, epsilon=1e-8), loss="mse")  # Keras's default epsilon is 1e-7
    whole = len(inputs) - len(inputs) % batch  # fit would train on the remainder too, and shuffle
    model.fit(
        inputs[:whole],
        targets[:whole],
        batch_size=batch,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[losses],
    )
    return losses.epochs, layouts.from_keras(model.get_weights())
