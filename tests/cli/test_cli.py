"""The command line: help, misuse, mistakes in a user's files, JSON, and `reproduce run` from end to end."""

import functools
import json
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
import typer
import yaml

from reproduce import comparison, training
from reproduce.articles.bitcoin_lstm.runs import RunConfig
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.cli import app, main
from reproduce.evidence.claims import VERDICTS, claims_path, load_claims, read_claims, record_verdicts
from reproduce.inputs.prices import load_prices
from reproduce.networks.comparison import Difference
from reproduce.runs.files import write_json

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).resolve().parent.parent
ESCAPE = "\x1b"
COLOUR = re.compile(ESCAPE + r"\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")
COLOUR_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "PY_COLORS", "GITHUB_ACTIONS", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


def registered(typer_app, group=()):
    """Every command there is: its words, and what typer knows of it."""
    for info in typer_app.registered_commands:
        yield (*group, info.name or info.callback.__name__.replace("_", "-")), info
    for inner in typer_app.registered_groups:
        yield from registered(inner.typer_instance, (*group, inner.name))


COMMANDS = dict(registered(app))
every_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


def parser_of(words):
    """The command with its parameters, as typer built it."""
    return functools.reduce(lambda group, word: group.commands[word], words, typer.main.get_command(app))


def example_of(words):
    """The words behind "Example:" in a command's help."""
    return shlex.split(re.search(r"(?m)^Example: (.+)$", parser_of(words).help)[1])


@pytest.fixture
def invoke(monkeypatch, capfd):
    """A way to call `reproduce` in this process: exit code, stdout, stderr. A traceback would fail the test."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["reproduce", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capfd.readouterr()

    return call


def reproduce(*arguments, flags=(), stdout=subprocess.PIPE, **variables):
    """Run `python -m reproduce` in a process of its own, where nothing but `variables` decides on colours."""
    environment = {name: value for name, value in os.environ.items() if name not in COLOUR_VARIABLES}
    return subprocess.run(
        [sys.executable, *flags, "-m", "reproduce", *map(str, arguments)],
        cwd=ROOT,
        env=environment | variables,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )


def assert_misuse(answer, *parts):
    """Exit code 2, nothing on stdout, and one line which holds all the parts."""
    code, stdout, stderr = answer
    assert (code, stdout) == (2, "")
    assert_one_line(stderr, *parts)


def assert_one_line(stderr, *parts):
    """One line from us, which holds all the parts."""
    assert re.fullmatch(r"reproduce: [^\n]+\n", stderr), stderr
    assert [part for part in parts if part not in stderr] == []


# Every command


@every_command
def test_command_shows_its_help_with_an_example(words, invoke):
    """The first sentence says what it does; the example stands on a line of its own."""
    code, stdout, stderr = invoke(*words, "--help")
    sentence = parser_of(words).help.splitlines()[0]
    assert (code, stderr) == (0, "")
    assert sentence.split()[0] in stdout
    assert " ".join(("Example: reproduce", *words)) in " ".join(stdout.split())


@every_command
def test_command_s_example_is_accepted(words, invoke, monkeypatch):
    """Its words reach the command, which here does nothing but note that it was called."""
    calls = []
    doing = functools.wraps(COMMANDS[words].callback)(lambda **options: calls.append(options))
    monkeypatch.setattr(COMMANDS[words], "callback", doing)
    program, *arguments = example_of(words)
    assert (program, *arguments[: len(words)]) == ("reproduce", *words)
    assert invoke(*arguments) == (0, "", "")
    assert len(calls) == 1


@every_command
def test_command_explains_each_of_its_options(words):
    """`--help` leaves nothing to be guessed."""
    options = [parameter for parameter in parser_of(words).params if parameter.opts != ["--help"]]
    assert [parameter.name for parameter in options if not parameter.help] == []


@every_command
def test_help_shows_each_explanation_whole(words, invoke, monkeypatch):
    """Its brackets too, in which defaults stand that typer does not know."""
    monkeypatch.setenv("COLUMNS", "400")  # none is broken into lines
    shown = " ".join(invoke(*words, "--help")[1].split())
    explanations = [" ".join(parameter.help.split()) for parameter in parser_of(words).params]
    assert [text for text in explanations if text not in shown] == []


@every_command
def test_command_refuses_an_option_it_does_not_have(words, invoke):
    """Exit code 2, one line, where to find help; nothing on stdout."""
    code, stdout, stderr = invoke(*words, "--no-such-option")
    assert (code, stdout) == (2, "")
    assert_one_line(stderr, "--no-such-option", "--help")


@pytest.mark.parametrize("words", [(), *COMMANDS], ids=lambda words: " ".join(("reproduce", *words)))
def test_help_imports_no_tensorflow(words):
    """Which takes seconds; nor Keras. Python's own list of imports is on stderr."""
    shown = reproduce(*words, "--help", flags=("-X", "importtime"))
    assert shown.returncode == 0
    assert "reproduce.cli" in shown.stderr
    assert re.search(r"\| +(tensorflow|keras)\b", shown.stderr) is None


def test_commands_start_tensorflow_without_keras():
    """TensorFlow would import it, for a third of its own time to start; and Keras still works where it is needed."""
    code = """
        import sys
        from reproduce.cli import main
        try:
            main()
        except SystemExit:
            import tensorflow
            assert "keras" not in sys.modules
            from reproduce.networks.lstm.keras import build_model
            from reproduce.articles.bitcoin_lstm.variant import Variant
            assert build_model(Variant(hidden=2)).count_params() == 35
    """
    environment = {name: value for name, value in os.environ.items() if name != "TF_USE_LEGACY_KERAS"}
    command = [sys.executable, "-c", textwrap.dedent(code), "--help"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


# Misuse


def test_no_command_shows_the_help(invoke):
    """Exit code 2 nevertheless: nothing was done."""
    code, stdout, stderr = invoke()
    assert (code, stderr) == (2, "")
    assert [words[0] for words in COMMANDS if not re.search(rf"(?m)^│ {words[0]} ", stdout)] == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        pytest.param(["walk"], "walk", id="no-such-command"),
        pytest.param(["run", "fast"], "'fast' is none of bitcoin-lstm, stacked-lstm, macbeth", id="no-such-article"),
        pytest.param(["run", "bitcoin-lstm", "fast"], "fast", id="a-word-too-many"),
        pytest.param(["run", "bitcoin-lstm", "--epochs", "0"], "--epochs", id="no-epochs-of-an-article"),
        pytest.param(["run", "--epochs", "0"], "--epochs", id="no-epochs"),
        pytest.param(["run", "--epochs", "many"], "--epochs", id="epochs-in-words"),
        pytest.param(["run", "--seed", "-1"], "--seed", id="negative-seed"),
        pytest.param(["run", "--threads", "0"], "--threads", id="no-threads"),
        pytest.param(["run", "--engine", "steam"], "--engine", id="no-such-engine"),
        pytest.param(["run", "--variant", "lstm"], "--variant", id="no-such-variant"),
        pytest.param(["run", "--variant", "hidden-0"], "hidden is 0", id="variant-with-a-value-out-of-range"),
        pytest.param(["run", "--out"], "--out", id="option-without-its-value"),
        pytest.param(["compare", "--steps", "146"], "--steps", id="more-steps-than-an-epoch-has"),
    ],
)
def test_misuse_is_refused_in_one_line(arguments, named, invoke):
    """Exit code 2, the word at fault, where to find help; nothing on stdout."""
    code, stdout, stderr = invoke(*arguments)
    assert (code, stdout) == (2, "")
    assert_one_line(stderr, named, "reproduce --help")


# Mistakes in a user's files


def days_and_prices(rows):
    """A table whose newest day is 2018-05-26."""
    days = np.datetime64("2018-05-26") - np.arange(rows)
    return "date,close\n" + "".join(f"{day},{7000 + (37 * k * k) % 911}\n" for k, day in enumerate(days))


@pytest.mark.parametrize(
    ("table", "remedy"),
    [
        pytest.param(None, "name another file", id="no-such-file"),
        pytest.param("", "name another file", id="empty"),
        pytest.param("day,price\n2018-05-26,1\n", "name another file", id="other-columns"),
        pytest.param(days_and_prices(80).replace(",7037", ",n/a"), "mend the row", id="not-a-price"),
        pytest.param(days_and_prices(43), "use a longer table", id="too-short"),
    ],
)
def test_unusable_table_is_refused_in_one_line(table, remedy, invoke, tmp_path):
    """Exit code 1, the file and the remedy; no run directory is begun."""
    path, out = tmp_path / "prices.csv", tmp_path / "runs"
    if table is not None:
        path.write_text(table, encoding="utf-8")
    code, stdout, stderr = invoke("run", "--data", path, "--out", out, "--threads", 1)
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, "prices.csv", remedy)
    assert not out.exists()


def test_unusable_table_is_refused_without_tensorflow(tmp_path):
    """A mistake costs no seconds."""
    refused = reproduce("run", "--data", tmp_path / "prices.csv", flags=("-X", "importtime"))
    assert refused.returncode == 1
    assert re.search(r"\| +(tensorflow|keras)\b", refused.stderr) is None


TINY = RunConfig(Variant(window=1, batch=1, hidden=2, epochs=1), seed=0, engine="session", data_sha256="")


@pytest.fixture
def tiny_run(tmp_path):
    """A run that is trained in an instant: its table, its directory and its command line."""
    table = tmp_path / "prices.csv"
    table.write_text(days_and_prices(20), encoding="utf-8")
    small = ["run", "--engine", "session", "--threads", 1, "--variant", TINY.variant.name]
    return table, tmp_path / "runs" / TINY.name, [*small, "--data", table, "--out", tmp_path / "runs"]


def test_run_of_other_data_is_refused_in_one_line(tiny_run, invoke):
    """Exit code 1, the directory, the ways out; what stands there stays."""
    _, directory, command = tiny_run
    directory.mkdir(parents=True)
    write_json(directory / "config.json", asdict(TINY))
    before = (directory / "config.json").read_bytes()
    code, stdout, stderr = invoke(*command)
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, str(directory), "data_sha256", "--out", "remove")
    assert (directory / "config.json").read_bytes() == before


def test_corrupt_config_is_refused_in_one_line(tiny_run, invoke):
    """Exit code 1, the file, the way out."""
    _, directory, command = tiny_run
    directory.mkdir(parents=True)
    (directory / "config.json").write_bytes(b"{")
    code, stdout, stderr = invoke(*command)
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, str(directory / "config.json"), "remove")


def test_corrupt_checkpoint_is_refused_in_one_line(tiny_run, invoke):
    """Exit code 1, the file, the way out."""
    table, directory, command = tiny_run
    directory.mkdir(parents=True)
    write_json(directory / "config.json", asdict(TINY) | {"data_sha256": load_prices(table).sha256})
    (directory / "checkpoint.npz").write_bytes(b"PK")
    code, stdout, stderr = invoke(*command)
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, str(directory / "checkpoint.npz"), "remove it, and the run starts anew")


def test_out_that_is_a_file_is_refused_in_one_line(tiny_run, invoke):
    """Exit code 1, the path, the way out; the file stays."""
    _, directory, command = tiny_run
    directory.parent.write_bytes(b"mine")
    code, stdout, stderr = invoke(*command)
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, str(directory), "--out")
    assert directory.parent.read_bytes() == b"mine"


# `reproduce compare`, its comparison replaced by one that takes no time


def difference(largest_relative):
    """What a comparison finds, with a tolerance of 1e-9."""
    return Difference("float64", "published", "forward", 0.25, largest_relative, 1e-9)


@pytest.fixture
def found(monkeypatch):
    """The differences that `reproduce compare` finds; one that is within, unless a test says otherwise."""
    differences = [difference(5e-10)]
    monkeypatch.setattr(comparison, "compare_all", lambda *_: differences)
    return differences


def test_compare_ends_with_0_within_the_tolerances(invoke, found):
    """The table on stdout, nothing on stderr; at the tolerance is within it."""
    found.append(difference(1e-9))
    code, stdout, stderr = invoke("compare")
    assert (code, stderr) == (0, "")
    assert stdout.count("within") == 2


def test_compare_ends_with_1_past_a_tolerance(invoke, found):
    """One of two is enough, and the table shows which."""
    found.append(difference(1.1e-9))
    code, stdout, stderr = invoke("compare")
    assert code == 1
    assert (stdout.count("within"), stdout.count("PAST IT")) == (1, 1)
    assert_one_line(stderr, "1 of 2 differences")


def test_compare_ends_with_1_when_a_difference_is_no_number(invoke, found):
    """nan is past every tolerance."""
    found.append(difference(float("nan")))
    assert invoke("compare")[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--json"], id="last"),
        pytest.param(["--json", "--epochs", "1"], id="before-an-option"),
        pytest.param(["--json", "-"], id="named-as-usual"),
    ],
)
def test_json_is_alone_on_stdout(arguments, invoke, found):
    """The rows, figures as numbers, in place of the table."""
    code, stdout, _ = invoke("compare", *arguments)
    assert code == 0
    assert json.loads(stdout)["rows"] == [asdict(found[0]) | {"within": True}]


def test_json_goes_to_a_file(invoke, found, tmp_path):
    """Whole, with nothing on stdout; an earlier one is replaced."""
    (tmp_path / "differences.json").write_text("old", encoding="utf-8")
    code, stdout, _ = invoke("compare", "--json", tmp_path / "differences.json")
    assert (code, stdout) == (0, "")
    written = json.loads((tmp_path / "differences.json").read_text(encoding="utf-8"))
    assert written["rows"] == [asdict(found[0]) | {"within": True}]


@pytest.mark.usefixtures("found")
def test_json_to_a_file_that_cannot_be_written_is_refused_in_one_line(invoke, tmp_path):
    """Exit code 1, the file, the way out."""
    code, stdout, stderr = invoke("compare", "--json", tmp_path / "nowhere" / "differences.json")
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, "differences.json", "give --json another file")


def test_interrupted_command_ends_with_130_in_one_line(invoke, monkeypatch):
    """Ctrl-C where no run is under way; typer may end the terminal's line before."""
    monkeypatch.setattr(comparison, "compare_all", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    code, stdout, stderr = invoke("compare")
    assert (code, stdout) == (130, "")
    assert_one_line(stderr.removeprefix("\n"), "interrupted")


# `reproduce claims`, on a copy of claims.toml, its figures found once


@pytest.fixture(scope="module")
def figures(one_thread):  # noqa: ARG001
    """Our figures, on the shipped tables."""
    from reproduce.articles.bitcoin_lstm.audit import audit_outputs

    return audit_outputs()


@pytest.fixture
def audited(figures, monkeypatch, tmp_path):
    """The copy, with the verdicts of today on record; the figures, to be changed."""
    from reproduce.articles.bitcoin_lstm import audit

    path, changed = tmp_path / "claims.toml", dict(figures)
    shutil.copy(claims_path("reproduce.articles.bitcoin_lstm"), path)
    monkeypatch.setattr("reproduce.evidence.claims.claims_path", lambda _: path)
    monkeypatch.setattr(audit, "audit_outputs", lambda: changed)
    record_verdicts(path, audit.audit(), datetime(2030, 1, 2, tzinfo=timezone.utc))
    return path, changed


def test_claims_ends_with_0_where_no_verdict_has_moved(invoke, audited):
    """A row a claim of the article, nothing on stderr; claims.toml stays as it is."""
    before = audited[0].read_bytes()
    code, stdout, stderr = invoke("claims", "bitcoin-lstm")
    assert (code, stderr) == (0, "")
    kinds = [row[0] for row in table_rows(stdout) if row[0]]
    assert kinds == [c.kind for c in read_claims(audited[0]).claims if c.id.startswith("bitcoin-lstm/")]
    assert {"reproduced", "partly reproduced", "not reproduced", "not testable"} <= {r[-1] for r in table_rows(stdout)}
    assert audited[0].read_bytes() == before


def test_claims_ends_with_1_and_names_the_verdicts_that_have_moved(invoke, audited):
    """A line each, with both verdicts; the table comes all the same."""
    _, figures = audited
    figures |= {"rows": 1272, "p_30": 0.05}
    code, stdout, stderr = invoke("claims", "bitcoin-lstm")
    assert code == 1
    assert stderr.splitlines() == [
        'reproduce: bitcoin-lstm/rows: the verdict is "not reproduced", recorded: "reproduced"',
        'reproduce: bitcoin-lstm/loss-30: the verdict is "not reproduced", recorded: "reproduced"',
    ]
    assert "days in the price table" in stdout


def test_claims_ends_with_1_where_the_record_was_changed(invoke, audited):
    """By hand, say: the rule decides."""
    path, _ = audited
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('verdict = "reproduced"', 'verdict = "partly reproduced"', 1), encoding="utf-8")
    code, _, stderr = invoke("claims", "bitcoin-lstm")
    assert code == 1
    assert_one_line(stderr, 'bitcoin-lstm/rows: the verdict is "reproduced", recorded: "partly reproduced"')


def test_claims_record_makes_the_verdicts_stand(invoke, audited):
    """It ends with 0 and tells what it changed: that line, and the time. After it nothing has moved."""
    path, figures = audited
    before = path.read_text(encoding="utf-8").splitlines()
    figures["missing_days"] = 2
    code, _, stderr = invoke("claims", "bitcoin-lstm", "--record")
    assert code == 0
    assert_one_line(stderr, "bitcoin-lstm/daily", '"not reproduced"', 'recorded before: "reproduced"')
    after = path.read_text(encoding="utf-8").splitlines()
    moved = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new for _, new in moved[1:]] == ['verdict = "not reproduced"']
    assert [moved[0][0], moved[0][1][:9]] == ["time = 2030-01-02T00:00:00+00:00", "time = 20"]
    assert invoke("claims", "bitcoin-lstm")[::2] == (0, "")


def test_claims_json_has_every_field_and_the_record(invoke, audited):
    """For programs; alone on stdout."""
    audited[1]["p_30"] = 0.01
    code, stdout, _ = invoke("claims", "bitcoin-lstm", "--json")
    (row,) = (row for row in json.loads(stdout)["rows"] if row["id"] == "bitcoin-lstm/loss-30")
    assert code == 1
    assert row == {
        "id": "bitcoin-lstm/loss-30",
        "place": "Training, printed losses",
        "kind": "band",
        "claim": "mean training loss of epoch 30",
        "article": 0.06945808231830597,
        "ours": audited[1]["loss_30"],
        "rule": "p_30 > 0.05",
        "partly": None,
        "figures": {"p_30": 0.01},
        "verdict": "not reproduced",
        "output": "loss_30",
        "evidence": "reproduce/articles/bitcoin_lstm/study.csv",
        "recorded": "reproduced",
    }


@pytest.mark.usefixtures("audited")
def test_claims_writes_the_manifest(invoke, tmp_path):
    """With the time on record; a second time the same bytes."""
    path = tmp_path / "codecheck.yml"
    assert invoke("claims", "bitcoin-lstm", "--codecheck", path)[::2] == (0, "")
    first = path.read_bytes()
    assert yaml.safe_load(first)["check_time"] == "2030-01-02T00:00:00+00:00"
    assert invoke("claims", "bitcoin-lstm", "--codecheck", path)[::2] == (0, "")
    assert path.read_bytes() == first


def test_claims_manifest_written_with_the_record_has_its_time(invoke, audited, tmp_path):
    """And not that of the record before."""
    path = tmp_path / "codecheck.yml"
    assert invoke("claims", "bitcoin-lstm", "--record", "--codecheck", path)[0] == 0
    recorded = read_claims(audited[0]).time
    assert recorded.year > 2025
    assert yaml.safe_load(path.read_bytes())["check_time"] == recorded.isoformat()


def test_broken_claims_are_refused_in_a_line_each(invoke, audited):
    """Exit code 1; the file, the claim and the field."""
    path, _ = audited
    text = path.read_text(encoding="utf-8").replace('kind = "exact"', 'kind = "exakt"', 1)
    path.write_text(text.replace('output = "loss_30"', 'output = "loss 30"'), encoding="utf-8")
    code, stdout, stderr = invoke("claims", "bitcoin-lstm")
    assert (code, stdout) == (1, "")
    first, second = stderr.splitlines(keepends=True)
    assert_one_line(first, "bitcoin-lstm: claims.toml, claim 1 (bitcoin-lstm/rows), kind: 'exakt', expected one of")
    assert_one_line(second, "claims.toml, claim ", "(bitcoin-lstm/loss-30), output: 'loss 30', expected")


# Colours


def help_on_a_terminal(**variables):
    """What `reproduce --help` writes to a terminal."""
    ours, theirs = pty.openpty()
    reproduce("--help", stdout=theirs, TERM="xterm-256color", **variables)
    os.close(theirs)
    with os.fdopen(ours, "rb") as terminal:
        return terminal.read1(100_000).decode()


def test_colours_are_for_terminals():
    """Where one can see them."""
    assert COLOUR.search(help_on_a_terminal())
    assert ESCAPE not in reproduce("--help").stdout


def test_colours_are_never_shown_with_no_color():
    """https://no-color.org, on a terminal too."""
    shown = help_on_a_terminal(NO_COLOR="1")
    assert "Usage" in shown
    assert COLOUR.search(shown) is None


# `reproduce run` from end to end: two epochs of a small network on the embedded table


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The folder for its run directories."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def small_run(out):
    """The command line, behind `reproduce`."""
    return ["run", "--epochs", 2, "--variant", "hidden-8", "--threads", 1, "--out", out]


@pytest.fixture(scope="module")
def done(small_run):
    """What it wrote and how it ended, in a process of its own with pipes for stdout and stderr."""
    return reproduce(*small_run)


@pytest.fixture(scope="module")
def claims():
    """Those that a run can tell something about, in their order."""
    known = {claim.id: claim for claim in load_claims("reproduce.articles.bitcoin_lstm")}
    shapes = ["rows", "windows", "train-inputs", "train-targets", "test-inputs", "test-targets"]
    results = [*(f"loss-{epoch}" for epoch in range(0, 210, 30)), "loss-curve", "loss-falls", "accurate"]
    article = [f"bitcoin-lstm/{name}" for name in (*shapes, "train-batches", "test-batches", *results)]
    ours = ["ours/run-is-a-draw", "ours/graph-against-keras", "ours/compiled-against-session"]
    return [known[name] for name in article + ours]


def states(folder):
    """Every file's bytes and time of writing; but for the picture of all engines, which is drawn anew."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]
    return {p: (p.read_bytes(), p.stat().st_mtime_ns if p.stem != "engines" else None) for p in files}


def table_rows(stdout):
    """The cells of a printed table, without its head."""
    lines = [line for line in stdout.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_run_ends_with_0(done):
    """And says where everything is, below its progress bars; no traceback, none of TensorFlow's notes."""
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "━" not in line][-1].startswith("everything is in ")
    assert not re.search(r"Traceback|Warning|TensorFlow|oneDNN", done.stderr)


def test_run_trains_the_default_engine_and_keras(done, out):
    """Each in a directory of its own."""
    assert done.returncode == 0
    name = "bitcoin-lstm-hidden-8+epochs-2-s0"
    assert sorted(path.name for path in out.iterdir()) == [f"{name}-compiled", f"{name}-keras"]


@pytest.mark.parametrize("engine", ["compiled", "keras"])
@pytest.mark.parametrize(
    ("picture", "inches"),
    [
        pytest.param("prices", (12, 7), id="prices"),
        pytest.param("predictions_as_published", (16, 7), id="predictions-as-published"),
        pytest.param("predictions_by_date", (16, 12), id="predictions-by-date"),
        pytest.param("loss", (9, 6), id="loss"),
    ],
)
@pytest.mark.usefixtures("done")
def test_run_draws_its_pictures_in_their_sizes(picture, inches, engine, out):
    """PNG at 100 dots an inch, SVG at 72 points; the first two sizes are the article's."""
    folder = out / f"bitcoin-lstm-hidden-8+epochs-2-s0-{engine}" / "figures"
    height, width, _ = matplotlib.image.imread(folder / f"{picture}.png").shape
    assert (width, height) == (100 * inches[0], 100 * inches[1])
    svg = (folder / f"{picture}.svg").read_text(encoding="utf-8")
    sizes = {name: float(re.search(rf'<svg[^>]* {name}="([0-9.]+)pt"', svg)[1]) for name in ("width", "height")}
    assert sizes == {"width": 72 * inches[0], "height": 72 * inches[1]}


def test_run_closes_with_the_claims_it_can_judge_and_their_verdicts(done, claims):
    """One row each, in order: claim, article, ours, verdict."""
    rows = table_rows(done.stdout)
    assert [row[0] for row in rows] == [claim.text for claim in claims]
    assert {row[-1] for row in rows} <= set(VERDICTS)


def test_run_on_the_embedded_table_reproduces_the_shapes(done):
    """Rows, windows, split and batches hang on the table alone, not on how long was trained."""
    verdicts = {row[0]: row[-1] for row in table_rows(done.stdout)}
    expected = {
        "days in the price table": "reproduced",
        "shape of the training inputs": "reproduced",
        "whole batches of 7 that are tested": "reproduced",
        "mean training loss of epoch 180": "not testable",
    }
    assert {text: verdicts[text] for text in expected} == expected


def test_run_writes_no_escape_codes_into_a_pipe(done):
    """Neither results nor progress."""
    assert ESCAPE not in done.stdout + done.stderr


def test_finished_run_returns_at_once_and_repeats_its_table_as_json(done, small_run, out, claims, invoke, monkeypatch):
    """The same command trains nothing and changes nothing; JSON is alone on stdout, with the verdicts of the table."""
    before = states(out)
    monkeypatch.setattr(training, "create_engine", None)
    monkeypatch.setattr(comparison, "create_engine", None)
    code, stdout, stderr = invoke(*small_run, "--json")
    rows = json.loads(stdout)["rows"]
    assert code == 0
    assert [row["id"] for row in rows] == [claim.id for claim in claims]
    assert [row["verdict"] for row in rows] == [row[-1] for row in table_rows(done.stdout)]
    assert stderr.count("\n") == 1  # where everything is
    assert states(out) == before
