"""The published Bitcoin program (B. Mwangi, "An Intro Tutorial for Implementing LSTM", Heartbeat, May 2018), rebuilt.

Written from a description of what the program does, statement by statement and in its order; D1 to D11 mark where it
departs from the article's text (README.md beside this file). Nothing is mended here. Ours are the options, and what
README.md says:

    python original_code/bitcoin_lstm.py --epochs 200 --seed 0 --data data/btc_close.csv --out figures
"""

import argparse
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow.compat.v1 as tf
from sklearn.preprocessing import StandardScaler

# The hyperparameters, as the article lists them.
batch_size = 7
window_size = 7
hidden_layer = 256
clip_margin = 4
learning_rate = 0.001
epochs = 200  # --epochs

TITLE = "Bitcoin prices from December 2014 to May 2018"
TRAIN_WINDOWS = 1018  # D5: 80 % of the 1273 rows, not of the 1266 windows


def window_data(data, window_size):
    """Windows of `window_size` rows, (n, window, 1), and the row after each, (n, 1), in the order of the file."""
    X, y = [], []
    i = 0
    while i + window_size <= len(data) - 1:
        X.append(data[i : i + window_size])
        y.append(data[i + window_size])
        i += 1
    return np.array(X), np.array(y)


def plot_prices(scaled_data, out):
    plt.figure(figsize=(12, 7))
    plt.plot(scaled_data, label="Price")  # D8: newest row first, so time runs from right to left
    plt.title(TITLE)
    plt.xlabel("Days")
    plt.ylabel("Scaled price of Bitcoin")
    plt.legend()
    plt.savefig(out / "prices.png")
    plt.close()


def plot_predictions(scaled_data, training, testing, out):
    plt.figure(figsize=(16, 7))
    plt.plot(scaled_data, label="Original data")
    plt.plot(training, label="Training data")  # D7: from x = 0; the first target is row 7
    x = np.arange(TRAIN_WINDOWS + 1, TRAIN_WINDOWS + 1 + len(testing))  # D7: from 1019; the first target is row 1025
    plt.plot(x, testing, label="Testing data")
    plt.title(TITLE)
    plt.xlabel("Days")
    plt.ylabel("Scaled Price of Bitcoin")
    plt.legend()
    plt.savefig(out / "predictions.png")
    plt.close()


def build_graph(seed):
    """Placeholders, weights, the unrolled network, its loss and its training operation, in the default graph."""
    inputs = tf.placeholder(tf.float32, [batch_size, window_size, 1])
    targets = tf.placeholder(tf.float32, [batch_size, 1])

    draws = 0

    def draw(shape):
        # The program set no seed. Ours goes into each draw, so that nothing else in the graph can move it.
        nonlocal draws
        op_seed = None if seed is None else 9 * seed + draws
        draws += 1
        return tf.Variable(tf.truncated_normal(shape, stddev=0.05, seed=op_seed))

    # Input gate
    input_gate_x = draw([1, hidden_layer])
    input_gate_r = draw([hidden_layer, hidden_layer])
    input_gate_b = tf.Variable(tf.zeros([hidden_layer]))

    # Forget gate
    forget_gate_x = draw([1, hidden_layer])
    forget_gate_r = draw([hidden_layer, hidden_layer])
    forget_gate_b = tf.Variable(tf.zeros([hidden_layer]))

    # Output gate
    output_gate_x = draw([1, hidden_layer])
    output_gate_r = draw([hidden_layer, hidden_layer])
    output_gate_b = tf.Variable(tf.zeros([hidden_layer]))

    # Memory cell
    memory_cell_x = draw([1, hidden_layer])
    memory_cell_r = draw([hidden_layer, hidden_layer])
    memory_cell_b = tf.Variable(tf.zeros([hidden_layer]))

    # Output layer
    prediction_w = draw([hidden_layer, 1])
    prediction_b = tf.Variable(tf.zeros([1]))

    def cell(input, output, state):
        """One day: (1, 1) price, two (1, 256) vectors in, two out; the order of the results is (state, output)."""
        input_gate = tf.sigmoid(tf.matmul(input, input_gate_x) + tf.matmul(output, input_gate_r) + input_gate_b)
        forget_gate = tf.sigmoid(tf.matmul(input, forget_gate_x) + tf.matmul(output, forget_gate_r) + forget_gate_b)
        output_gate = tf.sigmoid(tf.matmul(input, output_gate_x) + tf.matmul(output, output_gate_r) + output_gate_b)
        memory_cell = tf.tanh(
            # D9: these are weights of their own; the text's equation prints the input gate's
            tf.matmul(input, memory_cell_x) + tf.matmul(output, memory_cell_r) + memory_cell_b
        )
        state = state * forget_gate + input_gate * memory_cell
        output = output_gate * tf.tanh(state)
        return state, output

    # Each window of a batch is unrolled alone.
    outputs = []
    for i in range(batch_size):
        batch_state = np.zeros([1, hidden_layer], dtype=np.float32)
        batch_output = np.zeros([1, hidden_layer], dtype=np.float32)
        for ii in range(window_size):
            # D2: the cell takes (input, output, state); here the state goes in as its output, the output as its state
            batch_state, batch_output = cell(tf.reshape(inputs[i][ii], (-1, 1)), batch_state, batch_output)
        outputs.append(tf.matmul(batch_output, prediction_w) + prediction_b)  # (1, 1)

    losses = []
    for i in range(len(outputs)):
        losses.append(tf.losses.mean_squared_error(tf.reshape(targets[i], (-1, 1)), outputs[i]))
    loss = tf.reduce_mean(losses)

    variables = tf.trainable_variables()
    gradients = tf.gradients(loss, variables)
    clipped, _ = tf.clip_by_global_norm(gradients, clip_margin)  # D3: computed, and not used
    optimizer = tf.train.AdamOptimizer(learning_rate)
    update = optimizer.apply_gradients(zip(gradients, variables, strict=True))  # D3: unclipped
    return inputs, targets, outputs, loss, update


def main(epochs, seed, data, out):
    # The table as it lies in the file. D1: newest day first, and (D11) that day is not over.
    btc = pd.read_csv(data)
    close = btc["close" if "close" in btc else "Close"].values  # ours: the embedded table has small letters
    scaler = StandardScaler()
    scaled_data = scaler.fit_transform(close.reshape(-1, 1))  # D4: fitted on the test rows too
    plot_prices(scaled_data, out)

    X, y = window_data(scaled_data, window_size)
    # Split by position. D10: the last rows are the oldest, when the price often did not move from day to day.
    X_train, y_train = X[:TRAIN_WINDOWS], y[:TRAIN_WINDOWS]
    X_test, y_test = X[TRAIN_WINDOWS:], y[TRAIN_WINDOWS:]
    print("training inputs", X_train.shape)
    print("training targets", y_train.shape)
    print("test inputs", X_test.shape)
    print("test targets", y_test.shape)

    inputs, targets, outputs, loss, update = build_graph(seed)
    config = tf.ConfigProto()  # ours: TensorFlow runs the graph as it is written, so that bits can be compared
    config.graph_options.rewrite_options.disable_meta_optimizer = True
    session = tf.Session(config=config)
    session.run(tf.global_variables_initializer())

    for i in range(epochs):
        kept_predictions = []
        epoch_loss = []
        ii = 0
        while ii + batch_size <= len(X_train):  # D6: 145 whole batches; the last 3 windows are dropped
            batch_inputs = X_train[ii : ii + batch_size]
            batch_targets = y_train[ii : ii + batch_size]
            # Each prediction is made before the update by its own batch.
            o, c, _ = session.run([outputs, loss, update], feed_dict={inputs: batch_inputs, targets: batch_targets})
            epoch_loss.append(c)
            kept_predictions.append(o)
            ii += batch_size
        if i % 30 == 0:
            print(f"Epoch {i}/{epochs}", np.mean(epoch_loss))

    training = np.array(kept_predictions).reshape(-1)  # those of the last epoch, (1015,)

    testing = []
    i = 0
    while i + batch_size <= len(X_test):  # D6: 35 whole batches; the last 3 windows are dropped
        o = session.run(outputs, feed_dict={inputs: X_test[i : i + batch_size]})
        testing.append(o)
        i += batch_size
    testing = np.array(testing).reshape(-1)  # (245,)

    plot_predictions(scaled_data, training, testing, out)
    return training, testing


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the published Bitcoin LSTM program, as it was")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seed", type=int, default=None, help="the program set none")
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parent.parent / "data" / "btc_close.csv")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the two pictures")
    options = parser.parse_args()
    if options.epochs < 1:
        sys.exit(f"--epochs is {options.epochs}, expected 1 or more")
    options.out.mkdir(parents=True, exist_ok=True)
    with tf.Graph().as_default():
        main(options.epochs, options.seed, options.data, options.out)
