"""The published stacked LSTM program (G. Singhal, "Introduction to LSTM Units in RNN", Pluralsight, 2020), rebuilt.

Written from a description of what the program does, in its order. S1 to S6 mark its oddities, A1 to A3 what the guide
leaves open and had to be chosen (README.md beside this file). Nothing is mended here. Ours are the options, and what
README.md says:

    python original_code/stacked_lstm.py --epochs 50 --seed 0 --data data/btc_close.csv --out figures
"""

import argparse
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from keras.layers import LSTM, Dense, Dropout
from keras.models import Sequential
from sklearn.preprocessing import MinMaxScaler

# The settings, as the guide has them.
window = 60  # days that predict the next
units = (50, 100)
dropout = 0.2
epochs = 50  # --epochs
batch_size = 64
test_days = 60  # A2: the x label says 60


def read_prices(path):
    """Closing prices in USD, one a day, oldest first."""
    table = pd.read_csv(path)
    if "Timestamp" in table:  # A1: the guide's collection has minutes; a day is their mean
        return table["Close"].groupby(pd.to_datetime(table["Timestamp"], unit="s").dt.date).mean().to_numpy()
    return table.sort_values("date")["close"].to_numpy(dtype=float)


def window_data(scaled):
    """Windows of `window` prices, (n, window, 1), and the price after each, (n,); `scaled` is (prices, 1)."""
    X, y = [], []
    for i in range(window, len(scaled)):
        X.append(scaled[i - window : i, 0])
        y.append(scaled[i, 0])
    X = np.array(X)
    return X.reshape(X.shape[0], X.shape[1], 1), np.array(y)


def build_model():
    """S1: the LSTM alone; no SimpleRNN and no MLP is trained beside it."""
    model = Sequential()
    model.add(keras.Input((window, 1)))
    model.add(LSTM(units[0], return_sequences=True))
    model.add(Dropout(dropout))
    model.add(LSTM(units[1]))
    model.add(Dropout(dropout))
    model.add(Dense(1))
    model.compile(loss="mean_squared_error", optimizer="rmsprop")
    return model


def plot_predictions(true, predicted, out):
    plt.figure(figsize=(8, 4), dpi=80)
    plt.plot(true, color="red", label="true-result")
    plt.plot(predicted, color="green", label="predicted-result")
    plt.legend()
    plt.title("LSTM")
    plt.xlabel("Time(60 days)")  # S6: the axis counts days and has no dates
    plt.ylabel("Close Values")
    plt.grid(True)
    plt.savefig(out / "lstm.png")
    plt.close()


def main(epochs, seed, data, out):
    if seed is not None:
        keras.utils.set_random_seed(seed)  # S4: the program set no seed, and was one run
    prices = read_prices(data)
    training, testing = prices[:-test_days], prices[-test_days:]  # A2

    scaler = MinMaxScaler(feature_range=(0, 1))  # A3
    X_train, y_train = window_data(scaler.fit_transform(training.reshape(-1, 1)))

    model = build_model()
    # S2: fit takes the windows in a new random order each epoch. S3: of 1153 windows the last is a batch of its own.
    model.fit(X_train, y_train, epochs=epochs, batch_size=batch_size, verbose=2)

    # The first test day is predicted from the last days of training.
    inputs = scaler.transform(prices[-len(testing) - window :].reshape(-1, 1))
    X_test, _ = window_data(inputs)
    predicted = scaler.inverse_transform(model.predict(X_test, verbose=0))[:, 0]  # USD
    plot_predictions(testing, predicted, out)  # S5: no error is computed
    return testing, predicted


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the published stacked LSTM program, as it was")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seed", type=int, default=None, help="the program set none")
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parent.parent / "data" / "btc_close.csv")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the picture")
    options = parser.parse_args()
    if options.epochs < 1:
        sys.exit(f"--epochs is {options.epochs}, expected 1 or more")
    options.out.mkdir(parents=True, exist_ok=True)
    main(options.epochs, options.seed, options.data, options.out)
