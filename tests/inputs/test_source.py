"""The bytes of a user's file: read once, from a file or a pipe; what cannot be read or never ends is refused."""

import os
import threading
from pathlib import Path

import pytest

from reproduce.errors import DataError
from reproduce.inputs.prices import load_prices
from reproduce.inputs.source import LIMIT, quote, read_bytes
from reproduce.inputs.text import TextError, load_text

CONTENT = b"date,close\n2018-03-02,11034.5\n2018-03-01,10905\n"
KINDS = pytest.mark.parametrize(
    ("load", "error", "expected", "remedy"),
    [
        pytest.param(load_prices, DataError, "a CSV file of prices", "name another file", id="prices"),
        pytest.param(load_text, TextError, "a UTF-8 text", "name another file with --text PATH", id="text"),
    ],
)


def pipe(folder, content):
    """A named pipe into which a thread writes `content`, once; the thread ends when nobody reads on."""

    def feed():
        with path.open("wb", buffering=0) as file:
            try:
                file.write(content)
            except BrokenPipeError:
                return

    path = folder / "pipe"
    os.mkfifo(path)
    threading.Thread(target=feed, daemon=True).start()
    return path


@pytest.mark.parametrize("load", [load_prices, load_text])
def test_pipe_is_read_once_as_its_file_is(tmp_path, load):
    """A second opening would wait for ever, as `<(cat file)` does."""
    file = tmp_path / "file"
    file.write_bytes(CONTENT)
    assert load(pipe(tmp_path, CONTENT)).sha256 == load(file).sha256


def test_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path, monkeypatch):
    """1 GiB, by its size; the file has a hole for its content, and opening it would be another error."""
    path = tmp_path / "huge.csv"
    path.touch()
    os.truncate(path, LIMIT + 1)
    monkeypatch.delattr(Path, "open")
    with pytest.raises(DataError) as refused:
        load_prices(path)
    assert str(refused.value) == (
        f"{path}: has more than 1073741824 bytes, expected at most 1073741824; shorten it or name another file"
    )


def test_pipe_is_read_no_further_than_the_limit(tmp_path):
    """As long as the limit, it is whole."""
    options = {"expected": "a text", "remedy": "name another file", "error": DataError}
    path = pipe(tmp_path, b"x" * 3_000_000)
    with pytest.raises(DataError) as refused:
        read_bytes(path, limit=299, **options)
    assert (
        str(refused.value) == f"{path}: has more than 299 bytes, expected at most 299; shorten it or name another file"
    )
    path.unlink()
    assert read_bytes(pipe(tmp_path, b"x" * 300), limit=300, **options) == b"x" * 300


@KINDS
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_device_is_refused(load, error, expected, remedy, device):
    """It may have no end."""
    with pytest.raises(error) as refused:
        load(Path(device))
    assert str(refused.value) == f"{device}: is a device or a socket, expected {expected}; {remedy}"


@KINDS
@pytest.mark.parametrize(
    ("name", "reason"),
    [("none.csv", "No such file or directory"), (".", "Is a directory"), ("x" * 300, "File name too long")],
    ids=["absent", "folder", "long-name"],
)
def test_file_that_cannot_be_read_is_refused(tmp_path, load, error, expected, remedy, name, reason):
    """By its whole path, since the name alone would not tell where was looked."""
    path = tmp_path / name
    with pytest.raises(error) as refused:
        load(path)
    assert str(refused.value) == (
        f"{path}: cannot be read ({reason}), expected {expected}; check its name and permissions or {remedy}"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"kurse-\xe4.csv", r"kurse-\udce4.csv"),
        ("kurse-ä.csv".encode(), "kurse-ä.csv"),
        (b"two\nlines.csv", r"two\nlines.csv"),
    ],
    ids=["latin-1", "utf-8", "line-end"],
)
@pytest.mark.parametrize("load", [load_prices, load_text])
def test_name_is_printable(tmp_path, load, name, shown):
    """In the result, and in a refusal; the file is found by what it is called."""
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(CONTENT)
    assert load(path).name == shown
    path.write_bytes(b"\xff")
    with pytest.raises((DataError, TextError)) as refused:
        load(path)
    assert shown in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("n/a", '"n/a"'), ('"\n', r'"\"\n"'), ("\uff17", r'"\uff17"'), ("x" * 81, '"' + "x" * 77 + '..."')],
    ids=["plain", "quote-and-line-end", "look-alike", "long"],
)
def test_quoted_text_is_short_and_ascii(text, quoted):
    """So that it fits in a message of one line."""
    assert quote(text) == quoted
