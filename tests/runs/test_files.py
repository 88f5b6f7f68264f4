"""Files as the package writes them: JSON that any reader takes."""

import json
import os
import threading

import numpy as np
import pytest

from reproduce.cli.output import give_json
from reproduce.errors import RunError
from reproduce.runs.files import check_writable, json_text, write_atomically, write_json


def refuse(word):
    """What a strict reader says of NaN and Infinity."""
    raise AssertionError(word)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), np.float64("-inf")])
def test_number_that_is_not_finite_is_null(number):
    """At any depth; what is finite stays."""
    text = json_text({"a": [number, 0.5], "b": {"c": (number, "nan")}})
    assert json.loads(text, parse_constant=refuse) == {"a": [None, 0.5], "b": {"c": [None, "nan"]}}


def test_place_that_cannot_be_written_is_named_as_it_was_given(tmp_path):
    """Not by the name of the file beside it that is moved into place."""
    path = tmp_path / "nowhere" / "a.json"
    with pytest.raises(OSError, match="No such file") as refused:
        write_json(path, {})
    assert refused.value.filename == str(path)


def test_files_and_commands_give_the_same_text(tmp_path, capsys):
    """Indented, letters as they are, a line end last."""
    document = {"title": "día", "rows": [{"ours": float("nan")}]}
    write_json(tmp_path / "a.json", document)
    give_json(document, str(tmp_path / "b.json"))
    give_json(document, "-")
    texts = {(tmp_path / name).read_text(encoding="utf-8") for name in ("a.json", "b.json")}
    assert texts == {capsys.readouterr().out} == {json_text(document)}
    assert "día" in json_text(document)
    assert json_text(document).endswith("}\n")


def test_name_of_other_bytes_is_written_with_escapes(tmp_path):
    """A file's name need not be UTF-8, and JSON must be."""
    document = {"title": "día", "port": "anna\udcff.py"}
    give_json(document, str(tmp_path / "a.json"))
    assert json.loads((tmp_path / "a.json").read_bytes()) == document


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path):
    """No half of a file, whatever ends the writing."""

    def write(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a.json", write)
    assert list(tmp_path.iterdir()) == []


def test_two_processes_that_write_one_file_leave_a_whole_one(tmp_path, monkeypatch):
    """The later one's, as tables of studies that share a folder; one writes all of it while the other does."""
    path = tmp_path / "a.csv"

    def write(file):
        file.write(b"the first half, ")
        with monkeypatch.context() as other:
            other.setattr(os, "getpid", lambda: 0)
            write_atomically(path, lambda file: file.write(b"all"))
        assert path.read_bytes() == b"all"
        file.write(b"the second half")

    write_atomically(path, write)
    assert path.read_bytes() == b"the first half, the second half"
    assert list(tmp_path.iterdir()) == [path]


def test_file_written_to_a_link_goes_where_it_leads(tmp_path):
    """The link stays one."""
    link = tmp_path / "link.json"
    link.symlink_to("target.json")
    write_json(link, {"title": "a"})
    assert link.is_symlink()
    assert json.loads((tmp_path / "target.json").read_text()) == {"title": "a"}


def test_file_that_is_replaced_gives_its_mode(tmp_path):
    """What only its owner may read stays so."""
    path = tmp_path / "a.json"
    path.touch(mode=0o600)
    write_json(path, {})
    assert path.stat().st_mode & 0o777 == 0o600


def folder(path):
    """A folder stands there."""
    path.mkdir()


def loop(path):
    """A link to itself."""
    path.symlink_to(path.name)


def shut(path):
    """Its folder takes no new file."""
    path.touch()
    path.parent.chmod(0o500)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (folder, "Is a directory"),
        (loop, "Too many levels of symbolic links"),
        (shut, "Permission denied"),
        (lambda path: path.parent.rmdir(), "its folder does not exist"),
    ],
    ids=["folder", "loop", "shut", "missing"],
)
def test_place_where_no_file_can_be_written_is_refused(make, problem, tmp_path, monkeypatch):
    """In one line that names the option."""
    (tmp_path / "of").mkdir()
    path = tmp_path / "of" / "a.json"
    make(path)
    monkeypatch.setattr(os, "access", lambda place, mode: bool(place.stat().st_mode & mode << 6))  # as no root would
    with pytest.raises(RunError) as refused:
        check_writable(path, "--out")
    assert str(refused.value) == f"{path}: {problem}; give --out another file"


def test_place_where_a_file_can_be_written_is_not(tmp_path):
    """A new one, one that is there, a pipe, and a link to a new one."""
    (tmp_path / "old").touch()
    (tmp_path / "link").symlink_to("new")
    os.mkfifo(tmp_path / "pipe")
    for name in ("new", "old", "pipe", "link"):
        check_writable(tmp_path / name, "--out")


def test_json_given_to_what_the_shell_opened_leaves_what_stands_there(tmp_path):
    """`--json /dev/fd/3 3>> FILE`: the document comes last."""
    path = tmp_path / "all.json"
    path.write_text("before\n", encoding="utf-8")
    with path.open("a", encoding="utf-8") as opened:
        give_json({"title": "a"}, f"/dev/fd/{opened.fileno()}")
    before, document = path.read_text(encoding="utf-8").split("\n", 1)
    assert (before, json.loads(document)) == ("before", {"title": "a"})


def test_json_given_to_a_pipe_is_read_at_its_other_end(tmp_path):
    """Which a file moved into its place would not be."""
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    give_json({"title": "a"}, str(pipe))
    reader.join(timeout=10)
    assert [json.loads(text) for text in read] == [{"title": "a"}]
