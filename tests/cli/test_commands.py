"""What every command promises: help, a runnable example, plain errors in one line and at once, Ctrl-C."""

import json
import os
import re
import subprocess
import sys
import textwrap

import pytest

from reproduce.articles.macbeth.variant import Variant
from reproduce.networks.ports.templates import template_text
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from tests.cli.commands import (
    COMMANDS,
    ROOT,
    STUDY_OF,
    TINY,
    assert_one_line,
    assert_refused,
    every_command,
    example_of,
    parser_of,
    replaced,
    states,
)

VERBS = ["list", "run", "study", "claims", "report", "compare", "lessons", "forecast", "generate", "export", "bench"]


def test_commands_are_the_verbs_of_the_design():
    """In the order in which the help shows them."""
    assert list(COMMANDS) == VERBS


@every_command
def test_help_says_what_the_command_does_with_an_example(name, invoke, monkeypatch):
    """A sentence first; the example on a line of its own; every option explained in whole, brackets too."""
    monkeypatch.setenv("COLUMNS", "400")  # none is broken into lines
    code, stdout, stderr = invoke(name, "--help")
    shown = " ".join(stdout.split())
    assert (code, stderr) == (0, "")
    assert re.match(r"[A-Z][a-z]+ .*[^.]\.( |\n|$)", parser_of(name).help)
    assert f"Example: reproduce {name}" in shown
    explained = {one.name: " ".join((one.help or "").split()) for one in parser_of(name).params if one.name != "help"}
    assert [name for name, text in explained.items() if not text or text not in shown] == []


@every_command
def test_example_is_accepted(name, invoke, monkeypatch, tmp_path):
    """Its words reach the command, which here does nothing but note that it was called."""
    calls = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(COMMANDS[name], "callback", replaced(name, calls.append))
    program, *arguments = example_of(name)
    assert (program, arguments[0]) == ("reproduce", name)
    assert invoke(*arguments) == (0, "", "")
    assert len(calls) == 1


def test_example_does_what_it_says(invoke, monkeypatch, tmp_path):
    """Run as it stands in the help of `list`, it ends with 0 and leaves the JSON file it names, and nothing else.

    The others train for a minute or more, or need what others have trained.
    """
    monkeypatch.chdir(tmp_path)
    *words, file = example_of("list")[1:]
    code, stdout, stderr = invoke(*words, file)
    assert (code, stdout, stderr) == (0, "", "")
    assert [path.name for path in tmp_path.iterdir()] == [file]
    assert json.loads((tmp_path / file).read_bytes(), parse_constant=pytest.fail)["rows"]


PLAIN = {  # quick answers, and mistakes that are found before there is anything to train
    "list": (["list"], 0),
    "studies": (["study"], 0),
    "no-such-study": (["study", "none"], 2),
    "shipped-and-seeds": (["study", "stacked-networks", "--shipped", "--seeds", "3"], 2),
    "no-seeds": (["study", "macbeth-epochs", "--seeds", "3:3"], 2),
    "no-such-table": (["run", "--data", "none.csv"], 1),
    "no-such-table-of-a-study": (["study", "bitcoin-losses", "--data", "none.csv"], 1),
    "no-such-text": (["run", "macbeth", "--text", "none.txt"], 1),
    "no-such-variant": (["run", "stacked-lstm", "--variant", "transformer"], 2),
    "lessons": (["lessons"], 0),
    "lesson": (["lessons", "1"], 0),
    "no-folder-for-a-notebook": (["lessons", "1", "--notebook", "none/one.ipynb"], 1),
    "no-such-run-to-write": (["generate", "none"], 1),
    "run-to-write-that-is-not-finished": (["generate", "{begun}"], 1),
    "no-such-run-to-forecast-with": (["forecast", "none"], 1),
    "no-such-run-to-export": (["export", "none", "--to", "npz"], 1),
    "no-such-run-to-show": (["report", "none"], 1),
    "manifest-of-no-article": (["claims", "--codecheck", "codecheck.yml"], 2),
    "no-folder-for-json": (["claims", "--json", "none/claims.json"], 1),
    "two-benches": (["bench", "--growth", "--writing"], 2),
    "losses": (["compare", "--losses", str(ROOT / "examples" / "losses" / "article.txt")], 0),
    "port-in-numpy": (["compare", "{port}"], 0),
}


QUICK = PLAIN | {name or "reproduce": ([*([name] if name else []), "--help"], 0) for name in ("", *COMMANDS)}

# One command after another, each in a folder of its own; what it said, left behind and had imported by then.
ONE_PROCESS = """
    import contextlib, io, json, os, sys, tempfile
    from reproduce.cli import main
    answers = {"begun": [name for name in ("pandas", "scipy.stats", "matplotlib") if name in sys.modules]}
    for case, words in json.loads(sys.argv[1]).items():
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as said:
            os.chdir(folder)
            out, err = said.enter_context(contextlib.redirect_stdout(io.StringIO())), io.StringIO()
            said.enter_context(contextlib.redirect_stderr(err))
            sys.argv = ["reproduce", *words]
            try:
                main()
            except SystemExit as ended:
                status = ended.code or 0
            slow = [name for name in ("tensorflow", "keras") if name in sys.modules]
            answers[case] = [status, out.getvalue() != "", err.getvalue(), os.listdir(), slow]
            os.chdir("/")
    print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def quick_answers(tmp_path_factory):
    """Every case's status, whether it said something on stdout, its stderr, its files, and slow imports."""
    folder = tmp_path_factory.mktemp("quick")
    begun = Directory(folder, RunConfig(Variant(), 0, "keras", "5" * 64, "macbeth"))
    with begun.opened():
        (folder / "port.py").write_text(template_text("numpy", "published"), encoding="utf-8")
    there = {"port": folder / "port.py", "begun": begun.path}
    words = json.dumps({case: [word.format(**there) for word in words] for case, (words, _) in QUICK.items()})
    command = [sys.executable, "-c", textwrap.dedent(ONE_PROCESS), words]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    return json.loads(ended.stdout)


@pytest.mark.parametrize("case", QUICK)
def test_help_or_plain_answer_comes_without_tensorflow(case, quick_answers):
    """Which takes seconds to import, as Keras does; nothing is left behind, and a mistake is one line."""
    status, speaks, told, left, slow = quick_answers[case]
    assert (status, speaks, left, slow) == (QUICK[case][1], status == 0, [], []), told
    assert re.fullmatch(r"reproduce: [^\n]+\n" if status else "", told), told


def test_no_command_waits_for_what_only_some_need(quick_answers):
    """Statistics and plots take as long to import as all else that every command needs."""
    assert quick_answers["begun"] == []


@pytest.mark.usefixtures("one_thread")
def test_keras_is_found_in_tensorflow_that_started_without_it():
    """As older programs ask for it. That TensorFlow starts without Keras is held in tests/lessons/test_lessons.py."""
    import keras
    import tensorflow

    assert tensorflow.keras.layers.Dense is keras.layers.Dense


def test_no_command_shows_the_help(invoke):
    """Exit code 2 nevertheless: nothing was done."""
    code, stdout, stderr = invoke()
    assert (code, stderr) == (2, "")
    assert re.findall(r"(?m)^│ ([a-z]+) ", stdout) == VERBS


MISUSES = [
    (["walk"], "walk"),
    (["band"], "No such command 'band'"),
    (["run", "fast"], "'fast' is none of bitcoin-lstm, stacked-lstm, macbeth"),
    (["run", "bitcoin-lstm", "fast"], "fast"),
    (["claims", "hamlet"], "'hamlet' is none of bitcoin-lstm, stacked-lstm, macbeth"),
    *((["run", article, "--epochs", "0"], "--epochs") for article in TINY),
    *((["run", article, "--seed", "-1"], "--seed") for article in TINY),
    *((["run", article, "--seed", "238609294"], "--seed") for article in TINY),
    *((["run", article, "--variant", "lunar"], "unknown or repeated setting 'lunar'") for article in TINY),
    *((["run", article, "--variant", one.bad_variant], "expected") for article, one in TINY.items()),
    *((["run", article, "--engine", "steam"], "'steam' is none of") for article in TINY),
    (["run", "stacked-lstm", "--engine", "session"], "--engine"),
    (["run", "macbeth", "--engine", "session"], "--engine"),
    (["run", "macbeth", "--data", "prices.csv"], "macbeth does not take it; use --text"),
    (["run", "--text", "verse.txt"], "bitcoin-lstm does not take it; use --data"),
    (["study", "macbeth-epochs", "--data", "prices.csv"], "use --text"),
    (["run", "--inter-op-threads", "0"], "--inter-op-threads"),
    (["run", "--engine", "keras", "--intra-op-threads", "2"], "changes nothing for bitcoin-lstm on the engine keras"),
    (["run", "stacked-lstm", "--intra-op-threads", "2"], "changes nothing for stacked-lstm on the engine keras"),
    (["run", "macbeth", "--inter-op-threads", "2"], "changes nothing for macbeth"),
    (["run", "--threads", "2"], "--threads"),
    (["run", "--variant", "described+epochs-3", "--epochs", "5"], "--epochs: is 5, and --variant says 3; give one"),
    (["run", "--epochs", "many"], "--epochs"),
    (["run", "--out"], "--out"),
    (["run", "--gaps", "fill"], "--gaps"),
    (["run", "--gaps", "keep"], "--gaps: changes nothing without --data; leave it out"),
    (["run", "macbeth", "--gaps", "keep"], "--gaps: changes nothing without --data"),
    (["study", "bitcoin-losses", "--gaps", "previous"], "--gaps: changes nothing without --data"),
    (["study", "none"], f"none of {', '.join(STUDY_OF)}"),
    (["study", "bitcoin-losses", "--seeds", "some"], "expected FIRST:END"),
    (["study", "bitcoin-losses", "--seeds", "9:3"], "END is not included"),
    (["study", "bitcoin-losses", "--seeds", "9999999997:9999999999"], "seed is 9999999997, expected 0 to"),
    (["study", "bitcoin-losses", "--variants", "lunar"], "'lunar'"),
    (["study", "bitcoin-losses", "--variants", "published,published"], "a variant stands twice"),
    (["study", "bitcoin-losses", "--workers", "0"], "--workers"),
    *((["study", "stacked-networks", "--shipped", option, "3"], option) for option in ("--data", "--seeds")),
    *((["study", "macbeth-epochs", "--shipped", option, "3"], option) for option in ("--text", "--variants")),
    *((["study", "stacked-networks", "--shipped", option, "3"], option) for option in ("--workers", "--scheduler")),
    (["study", "stacked-networks", "--shipped", "--gaps", "keep"], "--gaps"),
    (["study", "bitcoin-losses", "--workers", "2", "--scheduler", "tcp://host:8786"], "the cluster has its own"),
    (["study", "bitcoin-losses", "--scheduler", ""], "--scheduler: is empty"),
    (["run", "--intra-op-threads", "3000000000"], "--intra-op-threads"),
    (["compare", "a.py", "b.py", "--time-limit", "9999999"], "--time-limit"),
    *(
        (["study", option, "3"], f"{option}: changes nothing without STUDY")
        for option in ("--seeds", "--text", "--out")
    ),
    (["study", "--shipped"], "--shipped: changes nothing without STUDY; name one"),
    (["compare", "--steps", "146"], "--steps"),
    (["compare", "--engine", "keras"], "--engine"),
    (["lessons", "0"], "there is no lesson 0; choose from 1 to"),
    (["lessons", "one"], "integer"),
    (["lessons", "--notebook", "one.ipynb"], "--notebook"),
    (["lessons", "1", "--notebook", "one.py"], "expected a name that ends in .ipynb"),
    (["generate"], "RUN"),
    (["generate", "none", "--text", "verse.txt"], "--text"),
    (["forecast"], "RUN"),
    (["forecast", "none", "--days", "0"], "--days"),
    (["export", "none"], "--to"),
    (["export", "none", "--to", "onnx"], "'onnx' is not one of 'keras', 'tf1-checkpoint', 'npz'"),
    (["export", "none", "--to", "keras", "--out", "model.h5"], "expected a name that ends in .keras"),
    (["report"], "RUN|STUDY"),
    (["claims", "--codecheck", "codecheck.yml"], "name it: reproduce claims ARTICLE"),
    (["claims", "--json", "macbeth"], "is 'macbeth', expected a name that ends in .json"),
    (["bench", "--rounds", "0"], "--rounds"),
    (["bench", "--growth", "--throughput"], "give one of them"),
    *(([name, "--no-such-option"], "--no-such-option") for name in VERBS),
]


@pytest.mark.parametrize(("words", "named"), MISUSES, ids=[" ".join(words)[:60] for words, _ in MISUSES])
def test_misuse_is_refused_in_one_line(words, named, invoke, monkeypatch, tmp_path):
    """Exit code 2, the word at fault, where to find help; nothing on stdout, nothing in the folder."""
    monkeypatch.chdir(tmp_path)
    assert_refused(invoke(*words), 2, named, "reproduce --help")
    assert states(tmp_path) == {}


@every_command
def test_ctrl_c_ends_with_130_in_one_line(name, invoke, monkeypatch):
    """Wherever it comes; typer may end the terminal's line before."""

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(COMMANDS[name], "callback", replaced(name, interrupt))
    code, stdout, stderr = invoke(*example_of(name)[1:])
    assert (code, stdout) == (130, "")
    assert_one_line(stderr.removeprefix("\n"), "interrupted")
