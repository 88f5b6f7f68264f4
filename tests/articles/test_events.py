"""What `--tensorboard` writes of a finished run, read back as TensorBoard does."""

import os
from collections import defaultdict

import numpy as np
import pytest
import tensorflow.compat.v1 as tf

from reproduce.articles import article_of
from reproduce.articles.bitcoin_lstm import inside
from reproduce.articles.events import EVENTS, check_folder, write_events
from reproduce.errors import RunError
from reproduce.runs.directory import Directory

pytestmark = pytest.mark.usefixtures("one_thread")
BITCOIN = article_of("bitcoin-lstm")
SCOPES = {"i": "input_gate", "f": "forget_gate", "o": "output_gate", "g": "memory_cell", "c": "cell_state"} | {
    "h": "hidden_output"
}


def read_back(folder):
    """The one file in a folder: its graph, and each tag's values by step."""
    (path,) = folder.glob(EVENTS)
    graph, values = None, defaultdict(dict)
    for event in tf.train.summary_iterator(str(path)):
        if event.graph_def:
            graph = tf.GraphDef.FromString(event.graph_def)
        for value in event.summary.value:
            values[value.tag][event.step] = value
    return graph, values


@pytest.fixture(scope="module", params=["compiled", "session"])
def written(request, finished, tmp_path_factory):
    """A finished run on an engine, and what is read back of its events."""
    directory = finished("bitcoin-lstm", request.param)
    target = write_events(BITCOIN, directory, tmp_path_factory.mktemp("board"))
    assert target.name == directory.config.name
    return directory, *read_back(target)


def test_losses_are_those_of_the_run(written):
    """A step an epoch, in float32 as TensorBoard has them."""
    directory, _, values = written
    losses = [values["loss"][epoch].simple_value for epoch in range(len(values["loss"]))]
    np.testing.assert_array_equal(losses, directory.read_losses().astype(np.float32))


def test_graph_is_the_published_one(written):
    """By window, day and gate, down to the loss and the update; with any engine the session engine's."""
    _, graph, _ = written
    names = {node.name for node in graph.node}
    for name in (
        "window_0/day_0/forget_gate/Sigmoid",
        "window_2/day_1/hidden_output/mul",
        "inputs",
        "forget_gate/W_xf",
    ):
        assert name in names
    assert any(name.startswith("loss_of_3/") for name in names)
    assert any(name.startswith("gradients_of_3/") for name in names)
    assert "Adam" in names


def test_histograms_are_of_the_gates_by_day(written):
    """As many values as windows times units, between the ends and with the sum that the cell has."""
    directory, _, values = written
    cells = inside.read_cells(directory)
    for quantity, scope in SCOPES.items():
        expected = getattr(cells.many["published"], quantity)
        assert sorted(values[f"gates/{scope}"]) == list(range(2))
        for day, value in values[f"gates/{scope}"].items():
            there, found = expected[:, day].astype(float), value.histo
            np.testing.assert_allclose([found.min, found.max], [there.min(), there.max()])
            np.testing.assert_allclose([found.sum, found.sum_squares], [there.sum(), np.sum(there**2)])
            assert sum(found.bucket) == found.num == there.size
            below = np.sum(there <= found.bucket_limit[9])
            assert abs(sum(found.bucket[:10]) - below) <= 1  # a value may stand on the limit itself


def test_writing_again_replaces_the_events_and_nothing_else(finished):
    """Also where the folder is that of the run itself, whose files stay as they are."""
    directory = finished("bitcoin-lstm", "session")
    before = {path.name: path.read_bytes() for path in directory.path.iterdir() if path.is_file()}
    for _ in range(2):
        assert write_events(BITCOIN, directory, directory.path.parent) == directory.path
    (events,) = directory.path.glob(EVENTS)
    events.unlink()
    assert {path.name: path.read_bytes() for path in directory.path.iterdir() if path.is_file()} == before


def test_training_that_diverged_has_no_histograms(finished, tmp_path, monkeypatch):
    """Its losses are there as they are."""
    directory = finished("bitcoin-lstm", "session")
    weights = {name: array * np.nan for name, array in inside.trained_weights(directory).items()}
    monkeypatch.setattr(inside, "trained_weights", lambda _: weights)
    monkeypatch.setattr(Directory, "read_losses", lambda _: np.array([0.5, np.nan]))
    _, values = read_back(write_events(BITCOIN, directory, tmp_path))
    assert set(values) == {"loss"}
    assert np.isnan(values["loss"][1].simple_value)


@pytest.mark.parametrize("bad", ["file", "below-a-file", "read-only"])
def test_folder_that_cannot_be_written_is_one_line(bad, tmp_path, monkeypatch):
    """What is wrong and what to do; nothing is left."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "read-only").mkdir()
    monkeypatch.setattr(os, "access", lambda path, _: path.name != "read-only")  # root may write anywhere
    folder = {"below-a-file": tmp_path / "file" / "events"}.get(bad, tmp_path / bad)
    with pytest.raises(RunError, match=rf"^{folder}: [^\n]*; name another folder with --tensorboard$"):
        check_folder(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "read-only"]


def test_folder_is_made_where_it_is_missing(tmp_path):
    """With those above it."""
    check_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
