"""`reproduce compare`: its table, its JSON and its status, with a comparison that takes no time."""

import json
from dataclasses import asdict

import pytest

from reproduce.networks.agreement import Difference
from reproduce.networks.lstm import create
from tests.cli.commands import assert_one_line

pytestmark = pytest.mark.usefixtures("one_thread")


def difference(largest_relative):
    """What a comparison finds, with a tolerance of 1e-9."""
    return Difference("float64", "published", "forward", 0.25, largest_relative, 1e-9)


@pytest.fixture
def found(monkeypatch):
    """The differences that `reproduce compare` finds; one that is within, unless a test says otherwise."""
    differences = [difference(5e-10)]
    monkeypatch.setattr(create, "compare_all", lambda *_, **__: differences)
    return differences


def test_compare_ends_with_0_within_the_tolerances(invoke, found):
    """The table on stdout, nothing on stderr; at the tolerance is within it."""
    found.append(difference(1e-9))
    code, stdout, stderr = invoke("compare")
    assert (code, stderr, stdout.count("within")) == (0, "", 2)


@pytest.mark.parametrize("largest", [1.1e-9, float("nan"), float("inf")])
def test_compare_ends_with_1_past_a_tolerance(largest, invoke, found):
    """One of two is enough, and the table shows which; what is no number is past every tolerance, and null in JSON."""
    found.append(difference(largest))
    code, stdout, stderr = invoke("compare")
    assert (code, stdout.count("within"), stdout.count("PAST IT")) == (1, 1, 1)
    assert_one_line(stderr, "1 of 2 differences")
    assert json.loads(invoke("compare", "--json")[1], parse_constant=pytest.fail)["rows"][1]["within"] is False


@pytest.mark.parametrize("arguments", [["--json"], ["--json", "--epochs", "1"], ["--json", "-"]], ids=" ".join)
def test_json_is_alone_on_stdout(arguments, invoke, found):
    """Wherever `--json` stands: the rows, values as numbers, in place of the table."""
    code, stdout, stderr = invoke("compare", *arguments)
    assert (code, stderr) == (0, "")
    assert json.loads(stdout)["rows"] == [asdict(found[0]) | {"within": True}]


def test_json_goes_to_a_file(invoke, found, tmp_path):
    """Whole, with nothing on stdout; an earlier one is replaced."""
    path = tmp_path / "differences.json"
    path.write_text("old", encoding="utf-8")
    assert invoke("compare", "--json", path) == (0, "", "")
    assert json.loads(path.read_bytes())["rows"] == [asdict(found[0]) | {"within": True}]
