"""The stacked LSTM guide (G. Singhal, Pluralsight, September 2020): what is its own, and what it leaves open."""

from reproduce.articles.article import Article
from reproduce.articles.sources import PRICES
from reproduce.articles.stacked_lstm.variant import Variant


def assumptions(variant: Variant) -> tuple[str, ...]:
    """What the guide does not say and had to be chosen; printed with the verdicts, which depend on it."""
    v = variant
    units = " and ".join(map(str, [*[v.first] * (v.layers - 1), v.second]))
    return (
        "A1 Data: the guide names the Bitcoin Historical Dataset (Kaggle, minutes), not the file or its days. Here: "
        "the file given with --data or, without it, the daily closing prices of data/btc_close.csv, 2014-12-01 to "
        "2018-05-26.",
        f"A2 Split: the guide does not print it; its x label counts 60 days. Here: the last {v.test_days} days are the "
        "test set, and all days before them are for training; nothing is held back for validation.",
        "A3 Scaler: the guide does not say which. Here: the lowest and highest training price become 0 and 1.",
        "A4 Rivals: the guide shows neither SimpleRNN nor MLP. Here: the LSTM's depth, width, dropout, loss, "
        f"optimizer, epochs and batch, with SimpleRNN {units} or Dense {units} in the LSTMs' place; "
        f"GRU {units} is ours.",
        f"A5 MLP: its Dense layers read the flattened window of {v.window} prices and have the activation relu.",
        f"A6 Error: the guide prints none. Here: the root mean squared error over the {v.test_days} test days in USD.",
        "A7 Chance: the guide's program sets no seed and is one run. Here: each run has a seed, of weights, dropout "
        "and the order in which each epoch takes its windows; all networks have the same seeds.",
    )


ARTICLE = Article(
    id="stacked-lstm",
    label="Stacked LSTM guide",
    folder="stacked_lstm",
    Variant=Variant,
    source=PRICES,
    engines=("keras", "compiled"),
    inter_op=("keras",),
    intra_op=("compiled",),
    assumptions=assumptions,
)
