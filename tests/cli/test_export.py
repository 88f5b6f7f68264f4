"""`reproduce export`: the files it names, where they lie by default, and what is refused. Nothing trains here."""

import json

import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant
from tests.articles.samples import random_run, short_table
from tests.cli.commands import assert_refused, states, table_rows

pytestmark = pytest.mark.usefixtures("one_thread")
FILES = {
    "keras": ["model.keras", "model.keras.json"],
    "tf1-checkpoint": ["model.ckpt.data-00000-of-00001", "model.ckpt.index", "model.ckpt.json"],
    "npz": ["model.npz", "model.npz.json"],
}
every_format = pytest.mark.parametrize("to", FILES)


@pytest.fixture
def finished(tmp_path):
    """A run with random weights."""
    return random_run(tmp_path / "runs", Variant(window=1, hidden=2, batch=1), short_table()).path


@every_format
def test_files_are_written_where_they_are_wanted_and_named(to, invoke, finished, tmp_path):
    """Each with its size, in a table or in JSON; there is nothing else new."""
    before, ending = states(finished), {"tf1-checkpoint": "ckpt"}.get(to, to)
    words = ("export", finished, "--to", to, "--out", tmp_path / f"model.{ending}")
    code, stdout, stderr = invoke(*words)
    written = [tmp_path / name for name in FILES[to]]
    assert (code, stderr) == (0, "")
    assert table_rows(stdout) == [[str(path), str(path.stat().st_size)] for path in written]
    assert sorted(tmp_path.iterdir()) == sorted([*written, tmp_path / "runs"])
    assert states(finished) == before
    code, stdout, stderr = invoke(*words, "--force", "--json")
    document = json.loads(stdout)
    assert (code, stderr, document["run"]) == (0, "", finished.name)
    assert document["rows"] == [{"file": str(path), "bytes": path.stat().st_size} for path in written]


@every_format
def test_files_lie_in_the_run_by_default(to, invoke, finished):
    """The formats beside each other."""
    before = set(finished.iterdir())
    assert invoke("export", finished, "--to", to)[0] == 0
    assert {path.name for path in set(finished.iterdir()) - before} == {
        name.replace("model", "exported") for name in FILES[to]
    }


def test_file_that_is_there_is_refused_in_one_line(invoke, finished, tmp_path):
    """Exit code 1; it stays as it is."""
    (tmp_path / "model.npz").write_text("mine")
    words = ("export", finished, "--to", "npz", "--out", tmp_path / "model.npz")
    assert_refused(invoke(*words), 1, "model.npz: is there already", "--force")
    assert (tmp_path / "model.npz").read_text() == "mine"


def test_disk_that_is_full_is_said_in_one_line(invoke, finished, tmp_path, monkeypatch):
    """Exit code 1, by the name that was given; nothing is left."""

    def full(*_):
        raise OSError(28, "No space left on device", "somewhere beside")

    monkeypatch.setattr("reproduce.articles.exporting.write_json", full)
    out = tmp_path / "model.npz"
    assert_refused(invoke("export", finished, "--to", "npz", "--out", out), 1, f"{out}: No space left on device")
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
