"""The forget gate at a full stop: read by a loop over windows, steps and units, and judged by its interval."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import stops
from reproduce.articles.macbeth.hundred import HUNDRED
from reproduce.articles.macbeth.record import state_name
from reproduce.articles.macbeth.stops import TABLE, StopRow, changes_of, interval, rows_of, stop_outputs
from reproduce.articles.sources import TEXTS
from reproduce.errors import RunError
from reproduce.evidence.claims import read_claims
from reproduce.inputs.text import number_characters
from reproduce.networks.stack.weights import weight_shapes
from reproduce.runs.directory import Directory
from tests.articles.samples import VARIANTS, config_of
from tests.oracles import sigmoid

VARIANT = replace(VARIANTS["macbeth"], recorded="steps")
WRITTEN = "ab, cd. ef ab. cd, ef " * 9  # 198 characters, of which the last 14 windows of 6 are held out
HIDDEN = VARIANT.hidden


def forget_gates(layer, inputs):
    """f of each step and unit of one window, by a loop; the gates stand in Keras's order, i f c o."""
    kernel, recurrent, bias = layer
    h, c, gates, outputs = np.zeros(HIDDEN), np.zeros(HIDDEN), [], []
    for x in inputs:
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
        c = np.array([sigmoid(f[u]) * c[u] + sigmoid(i[u]) * np.tanh(g[u]) for u in range(HIDDEN)])
        h = np.array([sigmoid(o[u]) * np.tanh(c[u]) for u in range(HIDDEN)])
        gates.append([sigmoid(one) for one in f])
        outputs.append(h)
    return np.array(gates), outputs


@pytest.fixture
def kept(tmp_path):
    """A way to the directory of a run that has kept random weights as its state after EPOCH epochs."""
    rng = np.random.default_rng(5)

    def make(written, coding="numbers"):
        text = number_characters(written, "2" * 64, "written.txt")
        directory = Directory(tmp_path, config_of("macbeth", variant=replace(VARIANT, coding=coding)))
        characters = len(text.vocabulary)
        shapes = weight_shapes((HIDDEN, HIDDEN), characters, characters if coding == "one-hot" else 1)
        weights = {name: rng.normal(size=shape) for name, shape in shapes._asdict().items()}
        with directory.opened():
            TEXTS.write(directory, text)
            state = {f"weights/{name}": array for name, array in weights.items()} | {"step": np.int64(1)}
            directory.write_arrays(state_name(stops.EPOCH), state)
        return directory, text, weights

    return make


@pytest.mark.parametrize("coding", ["numbers", "one-hot"])
def test_units_are_averaged_over_full_stops_commas_and_all_else(coding, kept, monkeypatch):
    """The second half of each held-out window; windows go in portions, of which one is smaller."""
    monkeypatch.setattr(stops, "AT_ONCE", 4)
    directory, text, weights = kept(WRITTEN, coding)
    letters, one_hot = text.vocabulary, np.eye(len(text.vocabulary))
    found = {".": [[], []], ",": [[], []], "other": [[], []]}
    first = 9 * (len(WRITTEN) - 6) // 10 + 6  # of the held-out windows; six samples belong to neither part
    for start in range(first, len(WRITTEN) - 6):
        window = WRITTEN[start : start + 6]
        read = [letters.index(letter) for letter in window]
        inputs = [one_hot[k] if coding == "one-hot" else np.array([k / len(letters)]) for k in read]
        one, outputs = forget_gates([weights[f"{kind}_1"] for kind in ("kernel", "recurrent", "bias")], inputs)
        two, _ = forget_gates([weights[f"{kind}_2"] for kind in ("kernel", "recurrent", "bias")], outputs)
        for step in (3, 4, 5):
            for layer, gates in enumerate((one, two)):
                if window[step] != ".":
                    found["other"][layer].append(gates[step])
                if window[step] in ".,":
                    found[window[step]][layer].append(gates[step])
    rows = rows_of(directory)
    assert [(row.layer, row.unit) for row in rows] == [(layer, unit) for layer in (1, 2) for unit in range(HIDDEN)]
    for column, kind in (("f_stop", "."), ("f_comma", ","), ("f_other", "other")):
        expected = np.concatenate([np.mean(of_layer, axis=0) for of_layer in found[kind]])
        np.testing.assert_allclose([getattr(row, column) for row in rows], expected, rtol=1e-5)  # float32 inputs


def test_text_without_full_stops_is_refused_and_without_commas_is_not(kept):
    """There is nothing to compare in the first; the other has no mean at commas."""
    with pytest.raises(RunError, match=r"no full stop is read in the held-out text, expected one; .*$"):
        rows_of(kept("abcdef " * 30)[0])
    rows = rows_of(kept("ab cd. " * 30)[0])
    assert np.isnan([row.f_comma for row in rows]).all()
    assert np.isfinite([(row.f_stop, row.f_other) for row in rows]).all()


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        pytest.param([-0.2, -0.1, -0.3, -0.2], "reproduced", id="all-below"),
        pytest.param([-0.5, 0.4, -0.5, 0.4], "partly reproduced", id="mean-below"),
        pytest.param([0.5, -0.4, 0.5, -0.4], "not reproduced", id="mean-above"),
    ],
)
def test_gate_falls_where_the_interval_of_its_change_is_below_0(changes, verdict):
    """Of eighty units."""
    rows = [StopRow(100, 1, unit, 0.5 + change, 0.5, 0.0) for unit, change in enumerate(changes * 20)]
    (claim,) = [one for one in read_claims("reproduce.articles.macbeth").claims if "full-stop" in one.id]
    assert claim.judge(stop_outputs(rows)).verdict == verdict
    assert changes_of(rows) == pytest.approx(changes * 20)


def test_interval_is_as_wide_as_that_of_a_mean():
    """Of 400 units from a normal distribution: 1.96 standard errors to either side, within a tenth."""
    changes = np.random.default_rng(3).normal(0.5, 2.0, 400)
    low, high = interval(changes)
    error = changes.std() / 20
    assert [low, high] == pytest.approx([changes.mean() - 1.96 * error, changes.mean() + 1.96 * error], abs=0.1 * error)


def test_shipped_table_is_of_the_network_as_published():
    """Both layers' 300 units, of one seed."""
    rows = TABLE.shipped()
    units = [(100, layer, unit) for layer in (1, 2) for unit in range(HUNDRED.hidden)]
    assert [(row.seed, row.layer, row.unit) for row in rows] == units
    assert all(0 < row.f_stop < 1 and 0 < row.f_other < 1 and 0 < row.f_comma < 1 for row in rows)


def test_run_that_keeps_no_state_of_that_epoch_is_refused(tmp_path):
    """Nothing that was trained so can be read; the remedy is another variant, not the same run anew."""
    directory = Directory(tmp_path, config_of("macbeth"))
    with pytest.raises(RunError, match=r"has no state of epoch 20, .*; train a variant with recorded-steps, for 20 "):
        rows_of(directory)
