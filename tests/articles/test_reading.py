"""A run found in a folder, whatever its article, or the one that a study is shown by."""

import json

import pytest

from reproduce.articles.reading import open_run, open_run_or_study
from reproduce.errors import RunError
from reproduce.runs.directory import Directory
from tests.articles.samples import ENGINES, config_of


def write_run(root, id_, engine=None):
    """Leave a finished run, without training."""
    directory = Directory(root, config_of(id_, engine))
    with directory.opened():
        directory.write_json("metrics.json", {})
    return directory


@pytest.mark.parametrize(("id_", "engine"), ENGINES, ids=lambda word: word)
def test_run_is_known_by_its_folder_alone(id_, engine, tmp_path, monkeypatch):
    """Its article, and its configuration field by field; also where the folder is named relatively."""
    directory = write_run(tmp_path, id_, engine)
    monkeypatch.chdir(directory.path)
    for path in (directory.path, type(directory.path)(".")):
        article, found = open_run(path)
        assert (article.id, found.path, found.config) == (id_, directory.path, directory.config)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "not a run's configuration", id="no-json"),
        pytest.param("[]", "not a run's configuration", id="a-list"),
        pytest.param('{"article": "tale"}', "not a run's configuration", id="unknown-article"),
        pytest.param('{"article": "macbeth"}', "not a run's configuration", id="no-variant"),
        pytest.param({"variant": {"epochs": 0}}, "not a run's configuration", id="a-value-that-is-refused"),
        pytest.param(
            {"seed": 7}, r"holds the run macbeth-.*-s7-compiled; give the folder that name again", id="renamed"
        ),
    ],
)
def test_folder_that_holds_no_such_run_is_refused_in_one_line(text, message, tmp_path):
    """With what is wrong and what to do."""
    directory = write_run(tmp_path, "macbeth")
    changed = text if isinstance(text, str) else json.dumps(directory.config.as_json() | text)
    directory.write_text("config.json", changed)
    with pytest.raises(RunError, match=rf"^[^\n]*{message}[^\n]*$"):
        open_run(directory.path)


def test_run_that_is_not_finished_is_refused(tmp_path):
    """It has no results yet."""
    directory = write_run(tmp_path, "macbeth")
    (directory.path / "metrics.json").unlink()
    with pytest.raises(RunError, match="the run is not finished"):
        open_run(directory.path)


def test_study_is_shown_by_the_first_finished_run_of_its_first_variant(tmp_path):
    """A run that failed, diverged or is another variant's is passed over; a run's own folder is no study."""
    directory = write_run(tmp_path, "stacked-lstm")
    rows = [("gone", "a", "failed"), (directory.path.name, "a", "finished"), ("later", "a", "finished")]
    lines = ["run,variant,status", *(",".join(row) for row in rows)]
    (tmp_path / "study.csv").write_text("\n".join(lines) + "\n")
    article, found, study = open_run_or_study(tmp_path)
    assert (article.id, found.path, study) == ("stacked-lstm", directory.path, tmp_path)
    assert open_run_or_study(directory.path)[2] is None


@pytest.mark.parametrize("name", ["", "nowhere"], ids=["empty", "not-there"])
def test_folder_that_is_neither_run_nor_study_is_refused(name, tmp_path):
    """The message says what is missing, for each of the two."""
    with pytest.raises(RunError, match=r"not a run \(no config\.json\); name a folder that reproduce run has written"):
        open_run(tmp_path / name)
    with pytest.raises(RunError, match=r"neither a run \(no config\.json\) nor a study \(no study\.csv\)"):
        open_run_or_study(tmp_path / name)
