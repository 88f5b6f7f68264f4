"""What the whole suite shares: TensorFlow with one thread, and the embedded table as the published variant sees it."""

import os

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(scope="session")
def one_thread():
    """TensorFlow, started with one thread, so that bits may be compared."""
    from reproduce.runs.process import limit_threads

    limit_threads(1)


@pytest.fixture(scope="session")
def dataset():
    """The embedded table, cut as published: 1018 windows of 7 days to train on, 248 to test on."""
    from reproduce.articles.bitcoin_lstm.variant import Variant
    from reproduce.articles.bitcoin_lstm.windows import prepare
    from reproduce.inputs.prices import load_prices

    return prepare(load_prices(), Variant())
