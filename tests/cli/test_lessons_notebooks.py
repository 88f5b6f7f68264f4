"""Notebooks that `reproduce lessons N --notebook FILE` writes: all are valid, and Jupyter's own client executes two.

What else a lesson computes is held in tests/lessons/, where each runs as the program that it is.
"""

import pytest

from reproduce.lessons.catalogue import read_lessons
from tests.cli.commands import ROOT

WHERE = "notebooks are executed where the extra `test` is installed"
nbformat = pytest.importorskip("nbformat", reason=WHERE)
nbclient = pytest.importorskip("nbclient", reason=WHERE)
pytest.importorskip("ipykernel", reason=WHERE)
pytestmark = pytest.mark.notebooks


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """One kernel of this Python for both notebooks; it sees this checkout."""
    from jupyter_client.manager import KernelManager

    folder = tmp_path_factory.mktemp("jupyter")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "PYTHONPATH": str(ROOT),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        }.items():
            patch.setenv(name, value)
        patch.delenv("MPLBACKEND", raising=False)
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(cwd=str(folder))
        yield manager
        manager.shutdown_kernel(now=True)


@pytest.fixture
def written(invoke, tmp_path):
    """A way to have a lesson's notebook, read by Jupyter's own reader."""

    def write(number):
        assert invoke("lessons", number, "--notebook", tmp_path / "lesson.ipynb")[0] == 0
        return nbformat.read(tmp_path / "lesson.ipynb", as_version=4)

    return write


@pytest.mark.parametrize("lesson", read_lessons(), ids=lambda one: one.path.stem)
def test_notebook_is_valid(lesson, written):
    """By the schema of the format."""
    nbformat.validate(written(lesson.number))


@pytest.mark.parametrize("number", [1, 2], ids=["NumPy", "TensorFlow"])
def test_notebook_runs_to_its_exercise(number, written, kernel):
    """As written: it installs nothing where the package is there, shows its picture, and checks the stub."""
    notebook = written(number)
    nbclient.NotebookClient(notebook, km=kernel, timeout=120).execute()
    outputs = [[dict(one) for one in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]
    assert outputs[0] == []
    assert sum("image/png" in one.get("data", {}) for cell in outputs for one in cell) == 1
    said = "".join(one["text"] for one in outputs[-1] if one["output_type"] == "stream" and one["name"] == "stdout")
    assert said.splitlines()[-1].startswith("not yet: ")
