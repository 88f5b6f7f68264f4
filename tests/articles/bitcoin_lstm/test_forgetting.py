"""Networks that never forget: f is 1 from the first epoch to the last, and all else learns."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles import train
from reproduce.articles.bitcoin_lstm.forgetting import LEARNED, OPEN
from reproduce.articles.bitcoin_lstm.inside import trained_weights
from reproduce.articles.bitcoin_lstm.windows import prepare
from reproduce.networks.lstm.weights import forced, initial_weights, random_weights
from reproduce.networks.reference import forward, loss_and_gradients
from reproduce.runs.directory import Directory
from tests.articles.samples import config_of, short_table

pytestmark = pytest.mark.usefixtures("one_thread")
OF_F = {"W_xf", "W_hf", "b_f"}
SMALL = replace(OPEN, hidden=4, epochs=4)


def test_network_never_forgets_and_learns_all_else(tmp_path):
    """From the weights that the seed draws for the other network too; its f is 1 to the last bit on every day."""
    config = config_of("bitcoin-lstm", variant=SMALL)
    train(tmp_path, config, short_table())
    after, before = trained_weights(Directory(tmp_path, config)), forced(initial_weights(4, 0, "float32"), f=1)
    assert {name for name in before if np.array_equal(after[name], before[name])} == OF_F
    _, days = forward(after, "described", prepare(short_table(), SMALL).inputs.astype(np.float32))
    assert all((day.f == 1).all() for day in days)
    assert any((day.i < 1).any() for day in days)


def test_forced_gate_has_no_derivative():
    """So that no step of a training moves it; every other weight has one."""
    rng, w = np.random.default_rng(1), forced(random_weights(4, seed=2), f=1)
    _, gradients = loss_and_gradients(w, "described", rng.normal(size=(3, 5, 1)), rng.normal(size=(3, 1)))
    assert {name for name, gradient in gradients.items() if not gradient.any()} == OF_F


def test_variants_differ_in_the_forget_gate_alone():
    """Both as the text's equations say."""
    assert (LEARNED.name, OPEN.name) == ("described", "described+forget-gate-open")
    assert replace(OPEN, forget_gate="learned") == LEARNED
