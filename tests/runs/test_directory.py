"""Run directories of any article: what they hold, and what is refused; on a toy."""

import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reproduce.errors import RunError
from reproduce.runs.config import read_config
from reproduce.runs.directory import Directory
from tests.runs.toys import TEA, Tea

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def directory(tmp_path):
    """The directory of a run that has begun."""
    directory = Directory(tmp_path / "runs", TEA)
    open_once(directory)
    return directory


def open_once(directory, **options):
    """Claim a directory and leave it."""
    with directory.opened(**options):
        pass


OTHER = replace(TEA, data_sha256="6" * 64)


def other_run(directory):
    """The same directory for another run of the same name."""
    return Directory(directory.path.parent, OTHER)


# What determines a run


def test_config_json_is_the_configuration_field_for_field(directory):
    """In the order of the fields, indented, with a final newline."""
    assert (directory.path / "config.json").read_text() == json.dumps(TEA.as_json(), indent=2) + "\n"


@pytest.mark.parametrize(
    ("other", "named"),
    [
        pytest.param(replace(TEA, data_sha256="6" * 64), "input", id="other-data"),
        pytest.param(replace(TEA, threads=2, gaps="keep"), "number of threads, way with missing days", id="two-fields"),
    ],
)
def test_other_run_of_the_same_name_is_refused(directory, other, named):
    """The message says what differs, here whether it is finished or not."""
    there = Directory(directory.path.parent, other)
    message = rf"-kettle: holds a run with another {named}; choose another folder with --out, or remove this one"
    with pytest.raises(RunError, match=message):
        open_once(there)
    (directory.path / "metrics.json").write_text("{}")
    with pytest.raises(RunError, match=message):
        _ = there.is_finished


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param('{"variant": {"kind": "bla', id="cut-short"),
        pytest.param("7", id="a-number"),
        pytest.param("[]", id="a-list"),
        pytest.param('{"seed": 4}', id="no-variant"),
        pytest.param('{"variant": {}, "seed": 4}', id="no-engine"),
        pytest.param(json.dumps(TEA.as_json() | {"variant": "big"}), id="a-variant-of-text"),
        pytest.param(json.dumps(TEA.as_json() | {"variant": {"epochs": 0}}), id="a-value-that-is-refused"),
        pytest.param(json.dumps(TEA.as_json() | {"variant": {"lid": 1}}), id="a-setting-too-many"),
        pytest.param(json.dumps(TEA.as_json() | {"speed": 1}), id="a-field-too-many"),
    ],
)
def test_file_that_is_no_configuration_of_this_article_is_refused(directory, content):
    """The message names the file and the way out."""
    (directory.path / "config.json").write_text(content)
    with pytest.raises(RunError, match=r"config.json: not a run's configuration \(.*\); remove the folder"):
        open_once(directory)


def test_run_on_another_number_of_threads_says_which_to_give(directory):
    """Choosing another folder would throw its hours away."""
    with pytest.raises(RunError, match=r"of threads, 1; give reproduce run --intra-op-threads 1, or choose another"):
        open_once(Directory(directory.path.parent, replace(TEA, threads=2)))


def test_force_that_is_cut_off_leaves_no_finished_run(directory, tmp_path, monkeypatch):
    """Its metrics go first; what a link leads to stays."""
    (tmp_path / "mine").mkdir()
    (directory.path / "link").symlink_to(tmp_path / "mine")
    (directory.path / "metrics.json").write_text("{}")
    unlink, gone = Path.unlink, []
    monkeypatch.setattr(Path, "unlink", lambda path, **options: (gone.append(path.name), unlink(path, **options))[1])
    open_once(directory, force=True)
    assert gone[0] == "metrics.json"
    assert "link" in gone
    assert (tmp_path / "mine").is_dir()


def test_force_replaces_the_other_run(directory):
    """Every file and folder of it goes, and its configuration becomes ours."""
    (directory.path / "pictures").mkdir()
    (directory.path / "pictures" / "loss.svg").write_text("old")
    (directory.path / "metrics.json").write_text("{}")
    open_once(other_run(directory), force=True)
    assert sorted(path.name for path in directory.path.iterdir()) == [".lock", "config.json"]
    assert read_config((directory.path / "config.json").read_text(), Tea) == OTHER


def test_directory_in_use_is_refused(directory):
    """The message names it and the way out."""
    message = r"tea-sugar-0.25-s4-kettle: another process is writing this run; wait for it, or use --out"
    with directory.opened(), pytest.raises(RunError, match=message):
        open_once(Directory(directory.path.parent, TEA))


def test_partial_file_of_a_killed_process_is_removed(directory):
    """When the run is taken up; whole files stay."""
    (directory.path / ".checkpoint.npz.17.partial").write_bytes(b"half")
    (directory.path / "losses.csv").write_bytes(b"whole")
    open_once(directory)
    assert sorted(path.name for path in directory.path.iterdir()) == [".lock", "config.json", "losses.csv"]


def test_directory_in_use_is_waited_for_when_asked(directory):
    """Not before the other has let go of it."""
    events = []

    def wait_and_enter():
        with Directory(directory.path.parent, TEA).opened(wait=True):
            events.append("second inside")

    second = threading.Thread(target=wait_and_enter)
    with directory.opened():
        second.start()
        second.join(timeout=0.2)  # it would be inside by then, if it did not wait
        events.append("first leaves")
    second.join(timeout=30)
    assert events == ["first leaves", "second inside"]


# Checkpoints


def test_checkpoint_reads_back_to_the_same_bits(directory):
    """Names with slashes, scalars, empty arrays, every dtype."""
    generator = np.random.default_rng(8)
    arrays = {
        "lstm/kernel": generator.normal(size=(3, 5)).astype("float32"),
        "seeds": generator.integers(0, 2**32, size=2, dtype=np.uint32),
        "iterations": np.array(7, dtype=np.int64),
        "order": np.empty((0, 4), np.int32),
        "text": np.array("as when the sun"),
        "nan": np.array([np.nan, -0.0, np.inf]),
    }
    directory.save_checkpoint({"losses": [1.0]}, {"older": np.ones(2)})
    directory.save_checkpoint({"losses": [0.1, 0.2], "step": 3}, arrays)
    progress, state = directory.load_checkpoint()
    assert {name: array.tolist() for name, array in progress.items()} == {"losses": [0.1, 0.2], "step": 3}
    assert list(state) == list(arrays)
    for name, array in arrays.items():
        assert (state[name].dtype, state[name].shape) == (array.dtype, array.shape)
        assert state[name].tobytes() == array.tobytes()


def test_checkpoint_is_none_before_the_first(directory):
    """A run killed before it begins anew."""
    assert directory.load_checkpoint() is None


@pytest.mark.parametrize("keep", [0, 1, 0.5, 0.99], ids=lambda keep: f"keep-{keep}")
def test_checkpoint_cut_short_is_refused(directory, keep):
    """By bytes or by a share of them."""
    directory.save_checkpoint({}, {"weights": np.arange(40.0)})
    path = directory.path / "checkpoint.npz"
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    with pytest.raises(RunError, match=r"checkpoint.npz: not a checkpoint \(.*\); remove it, and the run starts anew"):
        directory.load_checkpoint()


def test_checkpoint_of_a_finished_run_is_refused_with_its_folder(directory):
    """Without its checkpoint alone the run would stand as finished, and train nothing."""
    directory.write_json("metrics.json", {})
    (directory.path / "checkpoint.npz").write_bytes(b"half")
    with pytest.raises(RunError, match=r"remove the folder, and the run starts anew"):
        directory.load_checkpoint()


@pytest.mark.parametrize(("where", "bit"), [(6, 0), (8, 3)], ids=["password-asked-for", "unknown-compression"])
def test_checkpoint_whose_archive_is_of_another_kind_is_refused(directory, where, bit):
    """A bit of an entry's head in the archive's list, at its end."""
    directory.save_checkpoint({}, {"weights": np.arange(40.0)})
    path = directory.path / "checkpoint.npz"
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + where + 2] ^= 1 << bit
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"checkpoint.npz: not a checkpoint"):
        directory.load_checkpoint()


def test_checkpoint_that_is_one_array_is_refused(directory):
    """NumPy reads that file, but not as arrays with names."""
    with (directory.path / "checkpoint.npz").open("wb") as file:
        np.save(file, np.arange(3))
    with pytest.raises(RunError, match=r"checkpoint.npz: not a checkpoint"):
        directory.load_checkpoint()


def test_checkpoint_with_a_changed_byte_is_refused(directory):
    """In the middle of an array, where only its checksum can tell."""
    directory.save_checkpoint({}, {"weights": np.arange(40.0)})
    path = directory.path / "checkpoint.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"checkpoint.npz: not a checkpoint"):
        directory.load_checkpoint()


# Results


def test_run_is_finished_when_its_metrics_are_written(directory):
    """Not by any other file."""
    directory.write_losses([0.5])
    directory.save_checkpoint({}, {"weights": np.ones(2)})
    assert not directory.is_finished
    directory.write_json("metrics.json", {"loss": 0.5})
    assert directory.is_finished


def test_table_reads_back_by_column(directory):
    """Text with a comma too; only the columns that are asked for."""
    frame = pd.DataFrame({"epoch": [0, 1], "text": ["to be, or 0", "to be, or 1"], "loss": [0.5, float("nan")]})
    directory.write_table("texts.csv", frame)
    written = b'epoch,text,loss\n0,"to be, or 0",0.5\n1,"to be, or 1",nan\n'
    assert (directory.path / "texts.csv").read_bytes() == written
    read = directory.read_table("texts.csv", {"text": str, "epoch": int})
    assert read.to_dict("list") == {"text": ["to be, or 0", "to be, or 1"], "epoch": [0, 1]}


@pytest.mark.parametrize("text", ["to\nbe", "día\r\n", ""])
def test_text_reads_back_character_for_character(directory, text):
    """Line ends as they are."""
    directory.write_text("text.txt", text)
    assert directory.read_text("text.txt") == text


def test_arrays_read_back(directory):
    """By name."""
    directory.write_arrays("weights.npz", {"W": np.arange(6.0).reshape(2, 3)})
    assert directory.read_arrays("weights.npz")["W"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_losses_read_back_to_the_same_bits(directory):
    """Python's floats and NumPy's, whatever their digits."""
    losses = [0.1 + 0.2, np.float64(1 / 3), 5e-324, np.inf]
    directory.write_losses(losses)
    assert directory.read_losses().tolist() == losses


def test_metrics_that_are_not_finite_become_null(directory):
    """In lists and dictionaries too: JSON has no word for them."""
    nan, inf = float("nan"), np.float64("inf")
    directory.write_json(
        "metrics.json", {"mse": nan, "rmse": 2.5, "by_epoch": [inf, 3], "of": {"gru": nan, "n": 4}, "best": "lstm"}
    )
    expected = {"mse": None, "rmse": 2.5, "by_epoch": [None, 3], "of": {"gru": None, "n": 4}, "best": "lstm"}
    assert directory.read_metrics() == expected


def test_environment_reads_back(directory):
    """Seconds and all."""
    (directory.path / "environment.json").write_text('{"seconds": 2.5}')
    assert directory.read_environment() == directory.read_json("environment.json") == {"seconds": 2.5}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("losses.csv", "", id="losses-empty"),
        pytest.param("losses.csv", "epoch,loss\n", id="losses-without-rows"),
        pytest.param("losses.csv", "epoch,loss\n0,0.5\n1", id="losses-cut-short"),
        pytest.param("losses.csv", "epoch,loss\n0,much\n", id="losses-no-number"),
        pytest.param("losses.csv", "epoch,mse\n0,0.5\n", id="losses-of-another-name"),
        pytest.param("metrics.json", '{"mse": 0.', id="metrics-cut-short"),
    ],
)
def test_damaged_file_is_refused(directory, name, content):
    """The message names the file and the way out."""
    (directory.path / name).write_text(content)
    read = {"losses.csv": directory.read_losses, "metrics.json": directory.read_metrics}[name]
    with pytest.raises(RunError, match=rf"{name}: cannot be read \(.*\); remove the folder to make the run anew"):
        read()


def test_file_that_is_not_there_is_refused(directory):
    """In the same words."""
    with pytest.raises(RunError, match=r"environment.json: cannot be read \(.*\); remove the folder"):
        directory.read_environment()


@pytest.mark.parametrize("text", ['{"mse": 0.', "[]", "7", "null"])
def test_run_with_damaged_metrics_is_refused(directory, text):
    """Rather than be taken for a finished one: cut short, or JSON that has no names."""
    (directory.path / "metrics.json").write_text(text)
    with directory.opened(), pytest.raises(RunError, match=r"metrics.json: cannot be read"):
        _ = directory.is_finished


def test_figure_that_a_file_lacks_is_one_line(directory):
    """The file, the name, what to do; the others are there."""
    directory.write_json("metrics.json", {"skill": 0.5})
    metrics = directory.read_metrics()
    assert (metrics["skill"], dict(metrics)) == (0.5, {"skill": 0.5})
    with pytest.raises(RunError, match=r"^[^\n]*/metrics.json: has no test_mse; remove the folder[^\n]*$"):
        metrics["test_mse"]


def test_failure_of_an_earlier_attempt_is_gone_when_the_run_is_taken_up(directory):
    """What ends finished did not fail."""
    (directory.path / "failure.json").write_text('{"error": "no more memory"}')
    with directory.opened():
        assert not (directory.path / "failure.json").exists()


def test_unfinished_run_is_required_in_vain(directory):
    """Stopped, or failed: the message says which."""
    with pytest.raises(RunError, match=r"not finished \(it was stopped, or never begun\); finish it"):
        directory.require_finished()
    (directory.path / "failure.json").write_text('{"error": "no more memory"}')
    with pytest.raises(RunError, match=r"not finished \(no more memory\); finish it"):
        directory.require_finished()
    for name, told in (("tea-other-s0-keras", "finish it"), (directory.config.name, "give the study's command again")):
        (directory.path.parent / "study.csv").write_text(f"run,variant\n{name},x\n")  # beside a study's runs
        with pytest.raises(RunError, match=rf"{told}.*--out {directory.path.parent}$"):
            directory.require_finished()
    directory.write_json("metrics.json", {"loss": 0.5})
    directory.require_finished()


def test_checkpoint_that_cannot_be_written_whole_leaves_the_one_before(directory):
    """As on a full disk."""

    class TooMuch:
        def __reduce__(self):
            raise OSError("disk is full")

    directory.save_checkpoint({"step": 1}, {})
    with pytest.raises(OSError, match="disk is full"):
        directory.save_checkpoint({"step": 2, "more": TooMuch()}, {})
    assert directory.load_checkpoint() == ({"step": 1}, {})


def test_checkpoint_that_cannot_be_opened_is_refused(directory):
    """A folder in its place."""
    (directory.path / "checkpoint.npz").mkdir()
    with pytest.raises(RunError, match=r"checkpoint.npz: not a checkpoint \(.*\); remove it"):
        directory.load_checkpoint()


def test_another_finished_run_is_not_the_one_that_is_required(directory):
    """The message names what differs."""
    directory.write_json("metrics.json", {"loss": 0.5})
    with pytest.raises(RunError, match="holds a run with another input"):
        other_run(directory).require_finished()


# Two processes


HOLD_DIRECTORY = """
import sys
from pathlib import Path
from tests.runs.test_directory import TEA, Directory

with Directory(Path(sys.argv[1]), TEA).opened():
    print("inside", flush=True)
    sys.stdin.read()
"""


def test_directory_is_refused_while_another_process_writes_it(directory):
    """Also with force, which would tear the files from under it; and it is free again once that process is killed."""
    command = [sys.executable, "-c", HOLD_DIRECTORY, str(directory.path.parent)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "inside\n"
        for force in (False, True):
            with pytest.raises(RunError, match="another process is writing this run; wait for it, or use --out"):
                open_once(directory, force=force)
        assert (directory.path / "config.json").exists()
        process.kill()
    open_once(directory)


def test_folder_that_is_a_file_is_refused(tmp_path):
    """A message, with the way out."""
    (tmp_path / "runs").write_bytes(b"")
    with pytest.raises(RunError, match=r"kettle: .*; choose another folder with --out"):
        open_once(Directory(tmp_path / "runs", TEA))
