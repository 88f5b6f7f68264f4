"""Run directories of any article: a small configuration of its own, what it may hold, and what is refused."""

import json
import threading
from dataclasses import asdict, dataclass, replace

import numpy as np
import pytest

from reproduce.errors import RunError
from reproduce.runs.config import read_config
from reproduce.runs.directory import Directory


@dataclass(frozen=True)
class Kettle:
    """A part of a configuration, with a tuple and a default."""

    litres: float
    whistles: tuple[int, ...] = (2, 3)
    pours: tuple[tuple[int, int], ...] = ()

    def __post_init__(self):
        if self.litres <= 0:
            raise ValueError(f"litres is {self.litres}")


@dataclass(frozen=True)
class TeaConfig:
    """No field of it has the name or the type of another article's."""

    kettle: Kettle
    spoons: int
    leaf: str = "assam"
    sugar: float | None = None

    @property
    def name(self):
        """Without the leaf, so that two configurations share a directory."""
        return f"tea-{self.kettle.litres:g}-{self.spoons}"


TEA = TeaConfig(Kettle(0.1 + 0.2, (5, 7, 11)), spoons=3)


@pytest.fixture
def directory(tmp_path):
    """The directory of a run that has begun."""
    directory = Directory(tmp_path / "runs", TEA)
    open_once(directory)
    return directory


def open_once(directory, **options):
    """Claim a directory and leave it."""
    with directory.opened(**{"force": False} | options):
        pass


def with_leaf(directory, leaf="ceylon"):
    """The same directory for another run of the same name."""
    return Directory(directory.path.parent, replace(TEA, leaf=leaf))


# What determines a run


def test_directory_is_named_by_its_configuration(directory, tmp_path):
    """Under the root."""
    assert directory.path == tmp_path / "runs" / "tea-0.3-3"
    assert directory.config == TEA


def test_config_json_is_the_configuration_field_for_field(directory):
    """In the order of the fields, indented, with a final newline."""
    kettle = {"litres": 0.1 + 0.2, "whistles": [5, 7, 11], "pours": []}
    expected = {"kettle": kettle, "spoons": 3, "leaf": "assam", "sugar": None}
    assert (directory.path / "config.json").read_text() == json.dumps(expected, indent=2) + "\n"


def test_config_reads_back_equal():
    """Nested dataclasses and tuples too."""
    assert read_config(TeaConfig, json.dumps(asdict(TEA))) == TEA


def test_config_without_a_field_takes_its_default():
    """A run of before the field was there; in a nested dataclass as well."""
    assert read_config(TeaConfig, '{"kettle": {"litres": 2.5}, "spoons": 4}') == TeaConfig(Kettle(2.5, (2, 3)), 4)


def test_run_of_before_a_field_was_there_is_taken_up(tmp_path):
    """Its default is what the run was made with."""
    directory = Directory(tmp_path, TeaConfig(Kettle(2.5), 4))
    directory.path.mkdir()
    (directory.path / "config.json").write_text('{"kettle": {"litres": 2.5}, "spoons": 4}')
    open_once(directory)
    (directory.path / "metrics.json").write_text("{}")
    assert directory.is_finished


def test_directory_with_tuples_in_its_configuration_is_taken_up_again(tmp_path):
    """Though JSON makes each a list, also one within another."""
    config = TeaConfig(Kettle(2.5, (5,), ((1, 2), (3, 4))), 4)
    for _ in range(2):
        open_once(Directory(tmp_path, config))
    with pytest.raises(RunError, match="holds a run with another kettle"):
        open_once(Directory(tmp_path, replace(config, kettle=Kettle(2.5, (5,), ((1, 2), (3, 5))))))


@pytest.mark.parametrize(
    ("other", "named"),
    [
        pytest.param(replace(TEA, leaf="ceylon"), "leaf", id="a-field"),
        pytest.param(replace(TEA, sugar=0.5), "sugar", id="none-or-not"),
        pytest.param(replace(TEA, kettle=Kettle(TEA.kettle.litres, (5, 7))), "kettle", id="a-nested-tuple"),
        pytest.param(replace(TEA, leaf="x", kettle=Kettle(0.3, (5, 7, 11))), "kettle, leaf", id="two-fields"),
    ],
)
def test_other_run_of_the_same_name_is_refused(directory, other, named):
    """The message names the fields that differ, here where 0.3 is not 0.1 + 0.2 as well; finished or not."""
    there = Directory(directory.path.parent, other)
    message = rf"tea-0.3-3: holds a run with another {named}; choose another folder with --out, or remove this one"
    with pytest.raises(RunError, match=message):
        open_once(there)
    (directory.path / "metrics.json").write_text("{}")
    with pytest.raises(RunError, match=message):
        _ = there.is_finished


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"kettle": {"litres": 1}', id="cut-short"),
        pytest.param("7", id="a-number"),
        pytest.param("[]", id="a-list"),
        pytest.param('{"spoons": 3}', id="no-kettle"),
        pytest.param('{"kettle": {}, "spoons": 3}', id="an-empty-kettle"),
        pytest.param('{"kettle": "big", "spoons": 3}', id="a-kettle-of-text"),
        pytest.param('{"kettle": {"litres": 0}, "spoons": 3}', id="a-value-that-is-refused"),
        pytest.param('{"kettle": {"litres": 1, "lid": 1}, "spoons": 3}', id="a-nested-field-too-many"),
    ],
)
def test_file_that_is_no_configuration_of_this_article_is_refused(directory, content):
    """The message names the file and the way out."""
    (directory.path / "config.json").write_text(content)
    with pytest.raises(RunError, match=r"config.json: not a run's configuration \(.*\); remove the folder"):
        open_once(directory)


def test_force_replaces_the_other_run(directory):
    """Every file and folder of it goes, and its configuration becomes ours."""
    (directory.path / "figures").mkdir()
    (directory.path / "figures" / "loss.svg").write_text("old")
    (directory.path / "metrics.json").write_text("{}")
    open_once(with_leaf(directory), force=True)
    assert sorted(path.name for path in directory.path.iterdir()) == [".lock", "config.json"]
    assert read_config(TeaConfig, (directory.path / "config.json").read_text()).leaf == "ceylon"


def test_directory_in_use_is_refused(directory):
    """The message names it and the way out."""
    message = r"tea-0.3-3: another process is writing this run; wait for it, or use --out"
    with directory.opened(force=False), pytest.raises(RunError, match=message):
        open_once(Directory(directory.path.parent, TEA))


def test_partial_file_of_a_killed_process_is_removed(directory):
    """When the run is taken up; whole files stay."""
    (directory.path / ".checkpoint.npz.partial").write_bytes(b"half")
    (directory.path / "losses.csv").write_bytes(b"whole")
    open_once(directory)
    assert sorted(path.name for path in directory.path.iterdir()) == [".lock", "config.json", "losses.csv"]


def test_directory_in_use_is_waited_for_when_asked(directory):
    """Not before the other has let go of it."""
    events = []

    def wait_and_enter():
        with Directory(directory.path.parent, TEA).opened(force=False, wait=True):
            events.append("second inside")

    second = threading.Thread(target=wait_and_enter)
    with directory.opened(force=False):
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
    directory.write_metrics({"loss": 0.5})
    assert directory.is_finished


def test_table_reads_back_by_column(directory):
    """Text with a comma too, from an iterator as from a list."""
    directory.write_table("texts.csv", ("epoch", "text"), ((k, f"to be, or {k}") for k in range(2)))
    assert (directory.path / "texts.csv").read_bytes() == b'epoch,text\n0,"to be, or 0"\n1,"to be, or 1"\n'
    assert directory.read_table("texts.csv", dict) == [
        {"epoch": "0", "text": "to be, or 0"},
        {"epoch": "1", "text": "to be, or 1"},
    ]


def test_losses_read_back_to_the_same_bits(directory):
    """Python's floats and NumPy's, whatever their digits."""
    losses = [0.1 + 0.2, np.float64(1 / 3), 5e-324, np.inf]
    directory.write_losses(losses)
    assert directory.read_losses().tolist() == losses


def test_metrics_that_are_not_finite_become_null(directory):
    """In lists and dictionaries too: JSON has no word for them."""
    nan, inf = float("nan"), np.float64("inf")
    directory.write_metrics({"mse": nan, "rmse": 2.5, "by_epoch": [inf, 3], "of": {"gru": nan, "n": 4}, "best": "lstm"})
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


def test_run_with_damaged_metrics_is_refused(directory):
    """Rather than be taken for a finished one."""
    (directory.path / "metrics.json").write_text('{"mse": 0.')
    with directory.opened(force=False), pytest.raises(RunError, match=r"metrics.json: cannot be read"):
        _ = directory.is_finished


def test_file_that_is_not_there_is_refused(directory):
    """In the same words."""
    with pytest.raises(RunError, match=r"environment.json: cannot be read \(.*\); remove the folder"):
        directory.read_environment()


@pytest.mark.parametrize("text", ["[]", "7", "null"])
def test_metrics_that_are_no_object_are_refused(directory, text):
    """JSON, but nothing that has names."""
    (directory.path / "metrics.json").write_text(text)
    with directory.opened(force=False), pytest.raises(RunError, match=r"metrics.json: cannot be read"):
        _ = directory.is_finished


def test_figure_that_a_file_lacks_is_one_line(directory):
    """The file, the name, what to do; the others are there."""
    directory.write_metrics({"skill": 0.5})
    metrics = directory.read_metrics()
    assert (metrics["skill"], dict(metrics)) == (0.5, {"skill": 0.5})
    with pytest.raises(RunError, match=r"^[^\n]*/metrics.json: has no test_mse; remove the folder[^\n]*$"):
        metrics["test_mse"]


def test_failure_of_an_earlier_attempt_is_gone_when_the_run_is_taken_up(directory):
    """What ends finished did not fail."""
    (directory.path / "failure.json").write_text('{"error": "no more memory"}')
    with directory.opened(force=False):
        assert not (directory.path / "failure.json").exists()


def test_unfinished_run_is_required_in_vain(directory):
    """Stopped, or failed: the message says which, and what to do."""
    with pytest.raises(
        RunError, match=r"not finished \(it was stopped, or never begun\); give the same command again$"
    ):
        directory.require_finished()
    (directory.path / "failure.json").write_text('{"error": "no more memory"}')
    with pytest.raises(RunError, match=r"not finished \(no more memory\); give the same command again$"):
        directory.require_finished()
    directory.write_metrics({"loss": 0.5})
    directory.require_finished()


@pytest.mark.parametrize(
    "error", [KeyError("losses"), IndexError("axis 1"), ValueError("3 arrays"), TypeError("no number")]
)
def test_checkpoint_that_does_not_fit_is_one_line(directory, error):
    """Whatever an engine, or a progress, makes of it."""

    def fail(_):
        raise error

    directory.save_checkpoint({}, {})
    for restore, progress_of in ((fail, dict), (lambda _: None, fail)):
        with pytest.raises(RunError, match=r"^[^\n]*/checkpoint\.npz: not of this network \(.*\); remove it"):
            directory.resumed(restore, progress_of)


def test_checkpoint_is_taken_up_by_its_two_halves(directory):
    """Nothing is before the first."""
    restored = []
    assert directory.resumed(restored.append, dict) is None
    directory.save_checkpoint({"step": 3}, {"weights": np.ones(1)})
    assert directory.resumed(restored.append, lambda arrays: int(arrays["step"])) == 3
    assert restored == [{"weights": np.ones(1)}]


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
    directory.write_metrics({"loss": 0.5})
    with pytest.raises(RunError, match="holds a run with another leaf"):
        with_leaf(directory).require_finished()
