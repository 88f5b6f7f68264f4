"""Deliberate faults in the windows: for each, a check against the table itself fails."""

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import windows
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.inputs.prices import load_prices

DATA_FAULTS = {
    "window shifted by one": lambda d: d | {"inputs": np.roll(d["inputs"], 1, axis=0)},
    "targets off by one": lambda d: d | {"targets": np.roll(d["targets"], -1, axis=0)},
    "split off by one": lambda d: d | {"train_windows": d["train_windows"] + 1},
    "window reversed": lambda d: d | {"inputs": d["inputs"][:, ::-1]},
    "scaler fitted on other rows": lambda d: d | {"inputs": d["inputs"] * 1.001, "targets": d["targets"] * 1.001},
}


def check_data(dataset):
    """The windows, targets and split of the published variant, from the table itself."""
    close = load_prices().close_usd
    scaled = (close - close.mean()) / close.std()
    for k in (0, 500, 1265):
        np.testing.assert_allclose(dataset.inputs[k, :, 0], scaled[k : k + 7], rtol=1e-9)
        np.testing.assert_allclose(dataset.targets[k], scaled[k + 7], rtol=1e-9)
    assert dataset.train_windows == 1018


def test_check_of_the_data_passes_without_a_fault(dataset):
    """Or the test below would show nothing."""
    check_data(dataset)


@pytest.mark.parametrize("fault", DATA_FAULTS.values(), ids=DATA_FAULTS)
def test_fault_in_the_data_is_noticed(monkeypatch, fault):
    """Windows, targets, split and scaler."""
    real = windows.Windows
    monkeypatch.setattr(windows, "Windows", lambda **fields: real(**fault(fields)))
    faulty = windows.prepare(load_prices(), Variant())
    with pytest.raises(AssertionError):
        check_data(faulty)
