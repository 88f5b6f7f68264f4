"""What a seed decides, and how light the modules are that choose an engine."""

import subprocess
import sys

import numpy as np
import pytest

from reproduce.networks.engine import MAX_SEED, check_seed, check_seeds, epoch_order


@pytest.mark.parametrize("samples", [0, 1, 2, 97])
def test_every_sample_comes_once(samples):
    """A permutation, none left out, none twice."""
    assert sorted(epoch_order(3, 4, samples)) == list(range(samples))


def test_order_is_shuffled():
    """Neither as the samples stand nor turned about."""
    order = epoch_order(0, 0, 97)
    steps = np.diff(order)
    assert np.unique(steps).size > 40


def test_order_hangs_on_seed_and_epoch_alone():
    """The same again, whatever was drawn between; another where seed or epoch is another, or the two change places."""
    first = epoch_order(1, 2, 97)
    np.random.default_rng(5).random(10)
    assert epoch_order(1, 2, 97).tolist() == first.tolist()
    others = [epoch_order(seed, epoch, 97).tolist() for seed, epoch in ((1, 3), (0, 2), (2, 1))]
    assert first.tolist() not in others


def test_order_is_a_known_one():
    """A run of today and one resumed by a later version take the same order; written down from NumPy 2.4's PCG64."""
    assert epoch_order(7, 1, 8).tolist() == [6, 3, 1, 0, 2, 4, 7, 5]


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1])
def test_seed_whose_draws_would_meet_another_s_is_refused(seed):
    """The last op-level seed of a run, 9·seed + 8, still fits a signed 32-bit number."""
    assert 9 * MAX_SEED + 8 < 2**31 <= 9 * (MAX_SEED + 1) + 8
    with pytest.raises(ValueError, match=f"^seed is {seed}, expected 0 to {MAX_SEED}$"):
        check_seed(seed)


def test_seeds_of_a_study_are_refused_where_one_is_or_none_is_there():
    """The first and the last decide."""
    check_seeds(range(MAX_SEED + 1))
    for seeds, told in ((range(-1, 3), "seed is -1"), (range(MAX_SEED + 2), "seed is "), (range(0), "at least one")):
        with pytest.raises(ValueError, match=told):
            check_seeds(seeds)


def loaded_by(modules):
    """The modules in a fresh process that has imported these."""
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()


def test_choosing_an_engine_and_reading_the_reference_start_no_tensorflow():
    """It takes seconds, which only a training may cost."""
    names = ("engine", "agreement", "reference", "lstm.create", "characters.create")
    loaded = loaded_by([f"reproduce.networks.{name}" for name in names])
    assert "reproduce.networks.lstm.create" in loaded
    assert {"tensorflow", "keras"}.isdisjoint(loaded)
