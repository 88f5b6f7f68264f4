"""`reproduce compare PORT PORT …`: a class's ports, a row each, whatever they do."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from reproduce.cli import marking
from reproduce.cli.against import Against
from reproduce.networks.ports.templates import template_text
from reproduce.runs import limits
from tests.cli.commands import ROOT, assert_one_line, assert_refused, table_rows

RIGHT = template_text("numpy", "published")
OTHER_EPSILON = RIGHT.replace("np.sqrt(v[name]) + 1e-8", "np.sqrt(v[name]) + 1e-7")
PORTS = {  # name: (its text, verdict, first rung that differs, slips that explain it, reason)
    "waits": (  # first, so that its time runs beside the others'
        "import time\ntime.sleep(600)\n",
        "too slow",
        None,
        [],
        "took more than 60 s; --time-limit 120 gives it more",
    ),
    "right": (RIGHT, "agrees", None, [], ""),
    "part": ("from right import predict\n", "agrees", None, [], ""),
    "epsilon": (OTHER_EPSILON, "differs", "one step", [["adam-epsilon-keras"]], ""),
    "coupled": (RIGHT.replace("c = f * kept", "c = (1 - i) * kept"), "differs", "cell", [], "no known slip"),
    "turned": (
        RIGHT.replace("scaled = (close", "close = close[::-1]\n    scaled = (close"),
        "differs",
        "windows",
        [],
        "the table is turned round",
    ),
    "draws": (
        "import numpy as np\n\n\ndef predict(weights, inputs):\n    return np.random.randn(len(inputs), 1)\n",
        "differs",
        "forward",
        [],
        "predict answers the same question differently",
    ),
    "quits": ("import sys\nsys.exit(0)\n", "failed", None, [], "line 2, cannot be loaded: SystemExit: 0"),
    "crashes": ("import os\nos._exit(0)\n", "failed", None, [], "its process ended (exit status 0)"),
    "broken": ("def predict(weights, inputs)\n", "failed", None, [], "line 1, cannot be loaded: SyntaxError"),
    "loud": (f"print('x' * 10**7)\n{RIGHT}", "agrees", None, [], ""),
    "needs-no-tensorflow": (
        f"import sys\nassert not {{'tensorflow', 'keras'}} & set(sys.modules)\n{RIGHT}",
        "agrees",
        None,
        [],
        "",
    ),
}


@pytest.fixture
def ports(tmp_path, monkeypatch):
    """A way to write some of the ports: their paths, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def written(*names):
        paths = [Path("ports") / f"{name}.py" for name in names]
        for path in paths:
            path.parent.mkdir(exist_ok=True)
            path.write_text(PORTS[path.stem][0], encoding="utf-8")
        return paths

    return written


@pytest.fixture
def hurried(monkeypatch):
    """The time of the port that waits ends after a second; no other port has to be as quick."""
    started = limits.start_call

    def start(context, work, number, argument, given):
        call = started(context, work, number, argument, given)
        return replace(call, end=call.end - 59) if argument == Path("ports/waits.py") else call

    monkeypatch.setattr(limits, "start_call", start)


@pytest.mark.usefixtures("hurried")
def test_class_is_marked_whatever_its_ports_do(ports, invoke):
    """A row each, in the order given; exit code 1; stderr has the bar and one line."""
    code, stdout, stderr = invoke("compare", *ports(*PORTS), "none.py", "--time-limit", "60", "--json", "marks.json")
    rows = json.loads(Path("marks.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)["rows"]
    assert (code, stdout) == (1, "")
    assert [row["port"] for row in rows] == [*(f"ports/{name}.py" for name in PORTS), "none.py"]
    found = {Path(row["port"]).stem: [row["verdict"], row["differs_first"], row["explanations"]] for row in rows}
    assert found.pop("none")[0] == "failed"
    assert found == {name: [verdict, first, slips] for name, (_, verdict, first, slips, _) in PORTS.items()}
    wanted = {f"ports/{name}.py": reason for name, (*_, reason) in PORTS.items()}
    assert [row["port"] for row in rows[:-1] if not row["reason"].startswith(wanted[row["port"]])] == []
    assert_one_line(
        stderr.splitlines(keepends=True)[-1],
        "13 ports against the published program; agrees: 4, differs: 4, failed: 4, too slow: 1",
    )


def test_table_shows_how_far_each_agrees(ports, invoke):
    """Of the rungs that its functions answer, and the slip by name."""
    code, stdout, _ = invoke("compare", *ports("right", "part", "epsilon", "broken"))
    cells = [row[:4] for row in table_rows(stdout)]
    assert code == 1
    assert cells == [
        ["ports/right.py", "agrees", "8 of 8", "-"],
        ["ports/part.py", "agrees", "1 of 1", "-"],
        ["ports/epsilon.py", "differs", "5 of 8", "one step"],
        ["ports/broken.py", "failed", "-", "-"],
    ]
    assert "adam-epsilon-keras" in stdout


def test_class_without_a_fault_ends_with_0(ports, invoke):
    """And `--time-limit` has a single port marked too, so that a script need not count them."""
    code, stdout, _ = invoke("compare", *ports("right"), "--time-limit", "60", "--json")
    document = json.loads(stdout)
    assert (code, [row["verdict"] for row in document["rows"]], document["not_marked"]) == (0, ["agrees"], [])


def test_wiring_is_that_of_every_port(ports, invoke):
    """The published cell is not the text's."""
    code, stdout, _ = invoke("compare", *ports("right", "part"), "--wiring", "described", "--json")
    document = json.loads(stdout)
    assert (code, document["title"].partition(";")[0]) == (1, "2 ports against the described program")
    assert [row["explanations"] for row in document["rows"]] == [[["wiring"]], [["wiring"]]]


def test_explanations_that_cannot_be_told_apart_are_counted():
    """The table has the first three."""
    mark = marking.Mark("a.py", "differs", 0, 1, "forward", [["one", "two"], ["three"], ["four"], ["five"]], "")
    assert mark.as_text()["slip or reason"] == "one and two or three or four or 1 more"


def test_ctrl_c_keeps_the_finished_rows(ports, invoke, monkeypatch):
    """On stdout, with those that are missing; exit code 130."""

    def interrupted(given, against, seconds):
        assert (against, seconds) == (Against(), 60)
        yield 1, marking.Mark(str(given[1]), "agrees", 8, 8, None, [], "")
        raise KeyboardInterrupt

    monkeypatch.setattr(marking, "marked", interrupted)
    code, stdout, stderr = invoke("compare", *ports("right", "part", "loud"), "--json")
    document = json.loads(stdout)
    assert (code, [row["port"] for row in document["rows"]]) == (130, ["ports/part.py"])
    assert document["not_marked"] == ["ports/right.py", "ports/loud.py"]
    assert_one_line(stderr.splitlines(keepends=True)[-1], "interrupted; 1 of 3 ports are marked")


def test_document_shows_what_is_printed(ports, invoke):
    """For a class of three: a template, the student of examples/ in the text's wiring, and one that quits."""
    student = (ROOT / "examples" / "ports" / "student.py").read_text(encoding="utf-8")
    texts = {
        "anna": template_text("numpy", "described"),
        "ben": re.sub("(?m)^ +h, c = c, h .*\n", "", student),
        "carla": "import sys\n\nsys.exit()\n",
    }
    ports("right")
    for name, text in texts.items():
        Path(f"ports/{name}.py").write_text(text, encoding="utf-8")
    _, stdout, _ = invoke("compare", *(f"ports/{name}.py" for name in texts), "--wiring", "described")
    shown = re.search("```text\n(.*?)```", (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    assert [line.rstrip() for line in stdout.splitlines()] == shown.splitlines()


def test_search_is_not_counted_to_the_port_s_time(ports, monkeypatch):
    """The port is asked within its limit; the search for its slip has another one, of our own."""
    given = []

    def call(work, arguments, limits, **_):
        given.append(limits.seconds)
        yield from enumerate(work(one) for one in arguments)

    monkeypatch.setattr(marking, "call_each", call)
    found = dict(marking.marked(ports("coupled", "broken"), Against(), 5))
    assert [(found[k].verdict, found[k].reason.partition(";")[0]) for k in (0, 1)] == [
        ("differs", "no known slip"),
        ("failed", "line 1, cannot be loaded: SyntaxError: expected ':'"),
    ]
    assert given == [5, marking.JUDGED_WITHIN]


def test_ports_are_judged_a_few_at_a_time(monkeypatch):
    """So Ctrl-C loses only those few that have answered and are not judged yet; each keeps its number."""
    called = []

    def call(_work, arguments, _limits, **_):
        called.append(len(arguments))
        yield from ((k, k if isinstance(one, Path) else f"mark of {one[1]}") for k, one in enumerate(arguments))

    monkeypatch.setattr(marking, "call_each", call)
    monkeypatch.setattr(marking.joblib, "cpu_count", lambda: 2)
    paths = [Path(f"{k}.py") for k in range(11)]
    found = marking.marked(paths, Against(), 5)
    assert [next(found) for _ in range(8)] == [(k, f"mark of {k}") for k in range(8)]
    assert called == [8, 8]
    assert list(found) == [(8, "mark of 0"), (9, "mark of 1"), (10, "mark of 2")]


def test_help_shows_no_limit_for_a_single_port(invoke, monkeypatch):
    """Which has none unless it is given."""
    monkeypatch.setenv("COLUMNS", "400")
    (line,) = [line for line in invoke("compare", "--help")[1].splitlines() if "--time-limit" in line]
    assert re.findall(r"\[default: .*?\]", line) == ["[default: 60 for several ports]"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--time-limit", "5"], "changes nothing without PORT"),
        (["a.py", "b.py", "--hidden", "3"], "changes nothing without --questions"),
        (["a.py", "b.py", "--template", "numpy"], "--template and PORT: give one of them"),
        (["a.py", "b.py", "--time-limit", "0"], "--time-limit"),
        (["--answers", "a.npz", "--time-limit", "5"], "changes nothing with --answers"),
    ],
)
def test_misuse_is_refused(words, named, invoke):
    """Exit code 2."""
    assert_refused(invoke("compare", *words), 2, named)
