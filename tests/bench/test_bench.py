"""The bench: its arithmetic by hand, its contenders on a tiny network, and contenders that cheat, fail, die or miss."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench import contenders, scaling
from reproduce.bench.contenders import PROGRAM, Contender, all_contenders, house_contenders, train_engine
from reproduce.bench.machine import floor_microseconds, measure_peak, step_operations
from reproduce.bench.picture import draw_scaling
from reproduce.bench.problem import create_problem
from reproduce.bench.process import ContenderError, ContenderProcess
from reproduce.bench.rounds import Result, check_losses, started
from reproduce.bench.scaling import BASE, SIZES, Point, is_feasible, run_scaling, texts_of, variants
from reproduce.bench.table import Bench, run_bench
from reproduce.bench.targets import Target, targets_of
from reproduce.cli import main
from reproduce.runs.tidy import table_text
from tests.bench.contenders import steady, timed, train_described_as_published, train_dying, train_raising

pytestmark = pytest.mark.usefixtures("one_thread")
# The rate is high, so that an epoch of thirty batches takes the wirings' losses four hundredths apart.
WIRINGS = ("published", "described")
TINY, STEPS = Variant(window=4, batch=3, hidden=8, learning_rate=0.02), 30


def run_tiny(*contenders, rounds=2, on_progress=lambda _: None):
    """The bench on the tiny network; results by contender's name."""
    done = run_bench(contenders, TINY, steps=STEPS, rounds=rounds, on_progress=on_progress)
    return {result.contender.name: result for result in done.results}


def is_alive(pid):
    """Whether the process runs; one that has ended and is not yet waited for does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="module")
def session_losses():
    """The session engine's loss of the first epoch of the tiny network, by wiring."""
    problems = {wiring: create_problem(replace(TINY, wiring=wiring), steps=STEPS) for wiring in WIRINGS}
    return {wiring: train_engine("session", 1, problem)(1)[0] for wiring, problem in problems.items()}


@pytest.fixture(scope="module")
def tiny_results(session_losses):
    """The contenders, one of each name, and a cheat among them; by name. Only the session engine pretends."""
    sessions = [steady("session engine", loss=loss, wiring=wiring) for wiring, loss in session_losses.items()]
    others = {contender.name: contender for contender in all_contenders() if contender.name != "session engine"}
    cheat = Contender("cheat", "described", 1, train_described_as_published)
    return run_tiny(*sessions, *others.values(), cheat)


# The floor


@pytest.mark.parametrize(
    ("variant", "operations"),
    [
        # recurrent 3 products of 2·1·1·4; inputs 2 of 2·2·2·4; output 3 of 2; Adam 12·(4 + 4 + 4 + 1 + 1)
        pytest.param(Variant(window=2, batch=1, hidden=1), 24 + 64 + 6 + 168, id="smallest"),
        # the first day alone needs no recurrent product; inputs 2 of 2·5·2·12; output 3 of 2·5·3; 12·(12·5 + 4)
        pytest.param(Variant(window=1, batch=5, hidden=3), 0 + 480 + 90 + 768, id="one-day"),
        # 18 products of 2·7·256·1024, 2 of 2·49·2·1024, 3 of 2·7·256, 12 · 264 449 numbers
        pytest.param(Variant(), 66_060_288 + 401_408 + 10_752 + 3_173_388, id="article"),
    ],
)
def test_step_operations_are_those_counted_by_hand(variant, operations):
    """Products of forward, backward and weight gradients, and Adam."""
    assert step_operations(variant) == operations


def test_floor_is_the_work_over_the_peak():
    """262 operations at 131 million a second take 2 µs."""
    assert floor_microseconds(Variant(window=2, batch=1, hidden=1), 131e6) == pytest.approx(2)


def test_peak_is_that_of_a_computer():
    """Between a slow core's scalar speed and more than any core has: a slip in the unit is a factor of 1000."""
    assert 1e8 < measure_peak(products=1) < 1e13


# Contenders and rounds


@pytest.mark.parametrize(
    ("name", "rounding"),
    [
        pytest.param("original_code's graph", 1e-5, id="original"),
        pytest.param("compiled engine", 1e-5, id="compiled"),
        pytest.param("Keras fit", 1e-5, id="keras"),
        pytest.param("PyTorch nn.LSTM", 2e-4, id="pytorch"),  # its Adam has another place for ε
        pytest.param("JAX scan", 1e-5, id="jax"),
    ],
)
def test_contender_trains_the_same_network_in_every_round(tiny_results, session_losses, name, rounding):
    """From the session engine's weights to its loss, float32."""
    result = tiny_results[name]
    if result.missing:
        pytest.skip(result.missing)
    assert (result.failure, len(result.microseconds)) == (None, 2)
    assert min(result.microseconds) > 0
    assert result.first_loss == pytest.approx(session_losses[result.contender.wiring], rel=rounding)


def test_contender_that_trains_another_wiring_is_not_timed(tiny_results):
    """Its loss gives it away."""
    assert tiny_results["cheat"].failure.startswith("trains another network: first epoch's loss ")
    assert tiny_results["cheat"].microseconds == []


def test_all_contenders_stand_in_the_table_s_order():
    """All three of the house in both wirings, the published program in its own, the libraries in theirs."""
    rows = list(dict.fromkeys((contender.name, contender.wiring) for contender in all_contenders()))
    house = ["session engine", "compiled engine", "Keras fit"]
    assert rows == [
        ("original_code's graph", "published"),
        *((name, wiring) for wiring in WIRINGS for name in house),
        ("PyTorch nn.LSTM", "described"),
        ("JAX scan", "described"),
    ]


@pytest.mark.parametrize(
    ("loss", "is_same"),
    [
        pytest.param(0.5004, True, id="rounding"),
        pytest.param(0.501, False, id="above"),
        pytest.param(0.499, False, id="below"),
        pytest.param(float("nan"), False, id="nan"),
    ],
)
def test_losses_agree_within_a_thousandth(loss, is_same):
    """Of the session engine's, though the compiled engine's is nearer."""
    results = [timed(name, [1.0]) for name in ("compiled engine", "session engine", "Keras fit")]
    results[2].first_loss = loss
    check_losses(results)
    assert [result.is_in for result in results] == [True, True, is_same]


def test_losses_are_not_checked_against_a_contender_that_failed():
    """Nothing is timed that was not checked."""
    results = [timed("session engine", []), timed("Keras fit", [])]
    results[0].first_loss, results[0].failure = None, "its process died (SIGKILL)"
    check_losses(results)
    assert results[1].failure == "not checked: session engine has no loss to compare with"


def test_contender_that_fails_or_dies_says_so_in_one_line():
    """At once, or in a later round; the others are timed."""
    failing = [Contender(f.__name__, "described", 1, f) for f in (train_raising, train_dying)]
    results = run_tiny(steady("session engine"), *failing)
    assert {name: result.failure for name, result in results.items()} == {
        "session engine": None,
        "train_raising": "RuntimeError: out of luck",
        "train_dying": "its process died (SIGKILL)",
    }


def test_contender_that_misses_something_is_listed_with_the_way_to_get_it(tmp_path):
    """A package, or a file that is in a checkout only; that is no failure."""
    missing = [steady("a", package="no_such_package"), steady("b", file=tmp_path / "program.py")]
    results = run_tiny(steady("session engine"), *missing)
    assert results["a"].missing == "no_such_package is not installed; pip install '.[bench]' in the repository"
    assert results["b"].missing == "program.py is not installed with the package; run the bench in a checkout"
    assert [results[name].failure for name in "ab"] == [None, None]


def test_original_graph_is_the_museum_s():
    """Found from the checkout's root, whatever the current folder."""
    assert Path(__file__).resolve().parents[1] / "original_code" / "bitcoin_lstm.py" == PROGRAM


# Processes


def test_interrupted_bench_leaves_no_process():
    """Ctrl-C while they start."""
    pids = []

    def interrupt(contenders):
        with started(contenders) as processes:
            pids.extend(process.pid for process in processes.values())
            assert [is_alive(pid) for pid in pids] == [True, True]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt([steady("session engine"), steady("Keras fit")])
    assert [is_alive(pid) for pid in pids] == [False, False]


def test_interrupted_bench_command_says_so_in_one_line():
    """Ctrl-C a while after it began; whatever it was doing, exit code 130 and no traceback."""
    program = (
        "import signal, sys\n"
        "from reproduce.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs inherit a deaf ear
        "sys.argv = ['reproduce', 'bench', '--rounds', '99']\n"
        "main()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True) as bench:
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                bench.communicate(timeout=6)
            bench.send_signal(signal.SIGINT)
            _, stderr = bench.communicate(timeout=60)
        finally:
            bench.kill()  # a bench that goes on would take the processor from every test after it
    assert bench.returncode == 130
    assert stderr.strip().splitlines()[-1] == "reproduce: interrupted"
    assert "Traceback" not in stderr


def test_killed_bench_leaves_no_process():
    """A contender's process sees its pipe close."""
    program = (
        "from reproduce.bench.process import ContenderProcess\n"
        "import time\n"
        "kept = ContenderProcess()\n"
        "print(kept.pid, flush=True)\n"
        "time.sleep(60)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    bench = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
    contender = int(bench.stdout.readline())
    assert is_alive(contender)
    bench.kill()
    bench.communicate()
    deadline = time.monotonic() + 20
    while is_alive(contender) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(contender)


def test_dead_process_is_reported_to_whoever_asks_next():
    """Asking is refused too, not only the answer."""
    process = ContenderProcess()
    process.stop()
    with pytest.raises(ContenderError, match=r"its process died \(SIGKILL\)"):
        process.ask_to_go_on(1)


# The table and the targets


def bench_of(*results, peak=131e6):
    """A bench of the smallest network, whose step cannot take less than 2 µs."""
    return Bench(Variant(window=2, batch=1, hidden=1), peak, results)


def test_rows_hold_median_quartiles_ratios_and_memory():
    """Of five rounds, one of which was disturbed; ratios to the compiled engine of the same wiring."""
    results = [
        timed("compiled engine", [4.0, 4.0, 4.0]),
        timed("compiled engine", [5.0, 5.0, 5.0], wiring="published"),
        timed("Keras fit", [11.0, 12.0, 10.0, 900.0, 13.0], peak_bytes=3_000_000),
    ]
    row = bench_of(*results).rows()[2]
    assert [row[key] for key in ("us_per_step", "lower_quartile", "upper_quartile")] == [12, 11, 13]
    assert [row[key] for key in ("times_compiled", "times_floor", "peak_memory_mb")] == pytest.approx([3, 6, 3])


def test_rows_end_with_the_floor():
    """And the two figures that it follows from."""
    floor = bench_of().rows()[-1]
    assert (floor["contender"], floor["us_per_step"]) == ("floor", pytest.approx(2))
    assert (floor["operations"], floor["operations_per_second"]) == (262, 131e6)


def test_texts_have_the_same_columns_in_every_row():
    """A contender without figures says why beneath."""
    missing = Result(steady("JAX scan", package="no_such_package"), missing="not here")
    failed = Result(steady("Keras fit"), failure="it broke")
    done = bench_of(timed("compiled engine", [4.0]), missing, failed)
    assert len({tuple(text) for text in done.texts()}) == 1
    assert [text["status"] for text in done.texts()] == ["timed", "missing", "FAILED", ""]
    assert [text["µs a step"] for text in done.texts()] == ["4", "", "", "2"]
    assert done.notes() == ["JAX scan, described: not here", "Keras fit, described: it broke"]


def test_targets_are_held_against_the_fastest_and_the_leanest():
    """Compiled takes 4 µs and 5 bytes; a second number of threads, or a failed contender, does not help."""
    failed = timed("PyTorch nn.LSTM", [1.0])
    failed.failure = "trains another network"
    results = [
        timed("compiled engine", [4.0], peak_bytes=5),
        timed("Keras fit", [16.0], peak_bytes=5),
        timed("Keras fit", [20.0], peak_bytes=4),
        timed("JAX scan", [3.0]),
        failed,
    ]
    targets = {(target.name, target.wiring): target for target in targets_of(bench_of(*results))}
    measured = {
        name: (target.measured, target.outcome) for (name, wiring), target in targets.items() if wiring == "described"
    }
    assert measured == {
        "time of Keras fit / compiled": (4, "met"),
        "time of the best of PyTorch and JAX / compiled": (0.75, "not met"),
        "peak memory of compiled / Keras fit": (1.25, "not met"),
        "time of compiled / floor": (pytest.approx(2), "met"),
    }
    assert {target.outcome for (_, wiring), target in targets.items() if wiring == "published"} == {"not measured"}


@pytest.mark.parametrize(
    ("bound", "measured", "outcome"),
    [
        pytest.param("at least", 4.0, "met", id="at-least-equal"),
        pytest.param("at least", 3.99, "not met", id="at-least-below"),
        pytest.param("at most", 4.0, "met", id="at-most-equal"),
        pytest.param("at most", 4.01, "not met", id="at-most-above"),
        pytest.param("at most", None, "not measured", id="nothing"),
    ],
)
def test_target_is_met_up_to_its_limit(bound, measured, outcome):
    """The limit itself is good enough."""
    assert Target("time", "described", bound, 4, measured).outcome == outcome


def test_target_has_a_wiring_where_there_are_several():
    """First in either form, after its name."""
    wired, plain = (Target("time", wiring, "at least", 4, 5.0) for wiring in ("described", None))
    figures = {"bound": "at least", "limit": 4, "measured": 5.0, "outcome": "met"}
    assert wired.as_row() == {"target": "time", "wiring": "described", **figures}
    assert plain.as_row() == {"target": "time", **figures}
    assert list(wired.as_text()) == ["target", "wiring", "wanted", "measured", "outcome"]
    assert list(plain.as_text()) == ["target", "wanted", "measured", "outcome"]


# Scaling


def test_scaling_varies_one_size_at_a_time():
    """The base once, and four more of each size; the issue's ranges."""
    chosen = variants()
    assert len(chosen) == len(set(chosen)) == 13
    assert all(sum(getattr(v, size) != getattr(BASE, size) for size in SIZES) <= 1 for v in chosen)
    ends = {size: (min(values), max(values)) for size, values in SIZES.items()}
    assert ends == {"hidden": (64, 1024), "window": (3, 60), "batch": (1, 64)}


def test_scaling_leaves_the_session_engine_out_where_its_graph_is_large():
    """448 windows' days in a batch; the compiled engine has one cell for all of them."""
    session, compiled, _ = house_contenders("described")
    large = replace(BASE, batch=64)
    assert [is_feasible(one, variant) for one in (session, compiled) for variant in (BASE, large)] == [
        *(True, False),
        *(True, True),
    ]


@pytest.fixture(scope="module")
def points():
    """Two contenders at three sizes, through the processes; one of them dies at the second size."""
    contenders = [steady("compiled engine"), Contender("Keras fit", "described", 1, train_dying)]
    chosen = [replace(BASE, hidden=hidden, window=window) for hidden, window in ((2, 7), (3, 7), (2, 4))]
    return run_scaling(contenders, chosen, steps=2, rounds=1, on_progress=lambda _: None)


def test_scaling_measures_each_contender_at_each_variant(points):
    """One process goes on from variant to variant; a dead one stays dead."""
    assert [(p.hidden, p.window, p.contender, p.failure) for p in points] == [
        (hidden, window, name, failure)
        for hidden, window in ((2, 7), (3, 7), (2, 4))
        for name, failure in (("compiled engine", None), ("Keras fit", "its process died (SIGKILL)"))
    ]
    assert all(p.us_per_step > 0 for p in points if p.failure is None)


def test_scaling_csv_reads_back(points):
    """A line a point; a failed one has no figures."""
    rows = list(csv.DictReader(table_text(Point, points).splitlines()))
    assert [row["contender"] for row in rows] == [point.contender for point in points]
    assert [float(row["us_per_step"] or "nan") for row in rows] == pytest.approx(
        [point.us_per_step or float("nan") for point in points], nan_ok=True
    )


def test_scaling_table_has_a_row_for_each_set_of_sizes(points):
    """And a column for each contender."""
    texts = texts_of(points)
    assert [(text["hidden"], text["window"], text["Keras fit"]) for text in texts] == [
        ("2", "7", "FAILED"),
        ("3", "7", "FAILED"),
        ("2", "4", "FAILED"),
    ]
    assert len({tuple(text) for text in texts}) == 1


def test_scaling_picture_draws_medians_on_logarithmic_axes():
    """Every point in each panel on whose line it lies, failed ones in none."""
    points = [
        Point(v.hidden, v.window, v.batch, "Keras fit", k + 1.0, k + 0.5, k + 1.5, floor_us=1.0, failure=None)
        for k, v in enumerate(variants())
    ]
    points[3] = replace(points[3], us_per_step=None, failure="it broke")
    panels = draw_scaling(points).axes
    assert [(axes.get_xscale(), axes.get_yscale()) for axes in panels] == [("log", "log")] * 3
    for axes, size in zip(panels, SIZES, strict=True):
        drawn = next(c for c in axes.containers if c.get_label() == "Keras fit").lines[0]
        wanted = sorted((getattr(p, size), p.us_per_step) for p in points if p.varies(size) and not p.failure)
        assert list(zip(*drawn.get_data(), strict=True)) == wanted


# The command


@pytest.fixture
def bench_command(monkeypatch, capsys):
    """A way to run `reproduce bench` with contenders of its own; its exit status, stdout and stderr."""

    def run(chosen, *arguments):
        monkeypatch.setattr(contenders, "all_contenders", lambda: chosen)
        monkeypatch.setattr(contenders, "house_contenders", lambda _: chosen)
        monkeypatch.setattr(scaling, "variants", lambda: [BASE])
        monkeypatch.setattr(sys, "argv", ["reproduce", "bench", "--rounds", "1", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, *capsys.readouterr()

    return run


def test_bench_prints_the_table_and_the_targets(bench_command):
    """Exit 0, though most targets are not measured and one package is missing."""
    contenders = [steady("session engine"), steady("JAX scan", package="no_such_package")]
    status, out, err = bench_command(contenders)
    assert status in (0, None), err
    assert "floor" in out
    assert "not measured" in out
    assert "JAX scan, described: no_such_package is not installed; pip install '.[bench]' in the repository" in err


def test_bench_writes_json_for_programs(bench_command, tmp_path):
    """Contenders, the floor and the targets in one list."""
    status, out, err = bench_command([steady("session engine")], "--json", str(tmp_path / "bench.json"))
    rows = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))["rows"]
    assert (status in (0, None), out) == (True, ""), err
    assert [row["contender"] for row in rows if "contender" in row] == ["session engine", "floor"]
    assert len(rows[0]["rounds"]) == 1
    assert {row["outcome"] for row in rows if "target" in row} == {"not measured"}


def test_bench_exits_1_when_a_contender_fails(bench_command):
    """It says which, once."""
    status, out, err = bench_command([steady("session engine"), steady("Keras fit", loss=0.6)])
    assert status == 1
    assert "FAILED" in out
    assert err.count("Keras fit, described: trains another network") == 1


def test_bench_scaling_writes_picture_and_points_once(bench_command, tmp_path):
    """A second time it refuses, with --force it does not."""
    folder = tmp_path / "a" / "bench"
    arguments = [[steady("session engine")], "--scaling", "--out", str(folder)]
    status, _, err = bench_command(*arguments)
    assert status in (0, None), err
    assert sorted(path.name for path in folder.iterdir()) == ["scaling.csv", "scaling.png", "scaling.svg"]
    status, _, err = bench_command(*arguments)
    assert (status, "or --force to replace it" in err) == (1, True)
