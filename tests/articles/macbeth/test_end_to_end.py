"""A tiny text from end to end, as a user has it: trained on the compiled engine, proved first, then written with."""

import json

import pytest

from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.evidence.claims import VERDICTS
from tests.articles.macbeth.samples import tiny_text
from tests.cli.test_cli import reproduce

VARIANT = "window-6+hidden-5+batch-4"
TEXT = tiny_text(86)  # 80 samples: twenty batches, in one call


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The text, the run's directory and the process that trained it."""
    root = tmp_path_factory.mktemp("end-to-end")
    (root / "tiny.txt").write_text(TEXT.characters, encoding="utf-8")
    words = ["--text", root / "tiny.txt", "--variant", VARIANT, "--threads", 1, "--out", root / "runs", "--json"]
    process = reproduce("run", "macbeth", *words)
    return root / "tiny.txt", root / "runs" / f"macbeth-{MacbethVariant.parse(VARIANT).name}-s0-compiled", process


def test_run_ends_with_its_claims_on_stdout_and_its_directory_on_stderr(done):
    """Exit code 0; no traceback, none of TensorFlow's notes."""
    _, folder, process = done
    assert process.returncode == 0, process.stderr
    rows = json.loads(process.stdout)["rows"]
    assert {row["verdict"] for row in rows} <= set(VERDICTS)
    assert {row["id"]: row["ours"] for row in rows}["macbeth/samples"] == 80
    assert process.stderr.splitlines()[-1] == f"everything is in {folder}"
    assert [word for word in ("Traceback", "Warning", "TensorFlow", "oneDNN") if word in process.stderr] == []


def test_run_leaves_everything(done):
    """Results, proof, text and picture; the engines agree as the proof says."""
    _, folder, _ = done
    assert {path.name for path in folder.iterdir()} == {
        *("config.json", "environment.json", "losses.csv", "milestones.csv", "metrics.json", "proof.json"),
        *("checkpoint.npz", "weights.npz", "sample-epoch-001.txt", "written.txt", "figures", ".lock"),
    }
    assert json.loads((folder / "proof.json").read_text())["relative_difference"] < 1e-6


def test_trained_network_writes(done):
    """As many of the text's characters as were asked for, alone on stdout; a start text is gone on from."""
    text, folder, _ = done
    start = TEXT.characters[20:29]
    words = ["--text", text, "--start", start, "--length", 40, "--temperature", 1]
    process = reproduce("generate", folder, *words)
    assert process.returncode == 0, process.stderr
    assert len(process.stdout) == 41
    assert set(process.stdout) <= set(TEXT.vocabulary)
    assert process.stderr == f"goes on from: {start[-6:]!r}\n"
