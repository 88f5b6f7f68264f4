"""`reproduce bench` and its options, with contenders that pretend."""

import json
import sys

import pytest

from reproduce.articles.macbeth.variant import Variant as MacbethVariant
from reproduce.bench import bitcoin, characters, scaling, throughput, writing
from reproduce.bench.contender import THREADS
from reproduce.bench.problem import create_char_problem
from reproduce.bench.results import Bench, table_of
from reproduce.cli import main
from tests.bench.contenders import known_meter, steady, writer

KERAS, SESSION = "Keras fit", "session engine"


@pytest.fixture
def bench_command(monkeypatch, capsys):
    """A way to run `reproduce bench --rounds 1`; its exit status, stdout and stderr."""

    for module in (bitcoin, characters, scaling):
        monkeypatch.setattr(module, "speed_meter", known_meter)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["reproduce", "bench", "--rounds", "1", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def bench_prices(monkeypatch, bench_command):
    """A way to run the Bitcoin network's bench with these contenders."""

    def run(chosen, *arguments):
        monkeypatch.setattr(bitcoin, "all_contenders", lambda: chosen)
        monkeypatch.setattr(bitcoin, "house_contenders", lambda _: chosen)
        monkeypatch.setattr(scaling, "variants", lambda: [scaling.BASE])
        return bench_command(*arguments)

    return run


def test_bench_prints_the_table_and_the_targets(bench_prices):
    """Exit 0, though most targets are not measured and one package is missing."""
    status, out, err = bench_prices([steady(SESSION), steady("JAX scan", package="no_such_package")])
    assert status == 0, err
    assert "floor" in out
    assert "not measured" in out
    missing = "no_such_package is not installed; pip install '.[bench]' in the repository"
    assert f"JAX scan, described, threads 1: {missing}" in err


def test_bench_writes_json_for_programs(bench_prices, tmp_path):
    """Contenders, both floors on each number of threads and the targets in one list."""
    status, out, err = bench_prices([steady(SESSION)], "--json", str(tmp_path / "bench.json"))
    written = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    rows = written["rows"]
    assert written["processor"]  # ratios differ between processors
    assert (status, out) == (0, ""), err
    assert [row["contender"] for row in rows if "contender" in row] == [
        SESSION,
        *("floor: arithmetic", "floor: bytes") * len(THREADS),
    ]
    assert len(rows[0]["rounds"]) == 1
    assert {row["outcome"] for row in rows if "target" in row} == {"not measured"}


def test_bench_exits_1_when_a_contender_fails(bench_prices):
    """It says which, once."""
    status, out, err = bench_prices([steady(SESSION), steady(KERAS, loss=0.6)])
    assert status == 1
    assert "FAILED" in out
    assert err.count("Keras fit, described, threads 1: trains another network") == 1


def test_bench_characters_prints_three_tables(bench_command, monkeypatch):
    """Of contenders, of writers and of targets; of a tiny network in place of Macbeth's."""
    tiny = MacbethVariant(window=6, batch=4, hidden=5)
    problems = create_char_problem(tiny, 7, steps=2), writing.create_writing_problem(tiny, 7)
    writers = [writer(writing.PREDICT, [1], [2], [3]), writer(writing.WINDOW, *[[1, 2]] * 3)]
    monkeypatch.setattr(characters, "all_contenders", lambda: [steady(KERAS, wiring=None, references=(KERAS,))])
    monkeypatch.setattr(characters, "create_problems", lambda _: problems)
    monkeypatch.setattr(writing, "all_writers", lambda: writers)
    status, out, err = bench_command("--characters")
    assert status == 0, err
    for shown in ("ms a step", "ms a character", "2 characters", "wanted"):
        assert shown in out


def test_bench_scaling_writes_picture_and_points_once(bench_prices, tmp_path):
    """A second time it refuses, with --force it does not."""
    folder = tmp_path / "a" / "bench"
    arguments = [[steady(SESSION)], "--scaling", "--out", str(folder)]
    status, _, err = bench_prices(*arguments)
    assert status == 0, err
    assert sorted(path.name for path in folder.iterdir()) == ["scaling.csv", "scaling.png", "scaling.svg"]
    header = "hidden,window,batch,contender,us_per_step,lower_quartile,upper_quartile,floor_us,failure"
    assert (folder / "scaling.csv").read_text(encoding="utf-8").splitlines()[0] == header
    status, _, err = bench_prices(*arguments)
    assert (status, "or --force to replace it" in err) == (1, True)
    assert bench_prices(*arguments, "--force")[0] == 0


def test_bench_throughput_measures_the_graph_against_the_compiled_engine(bench_command, monkeypatch):
    """In the published wiring."""

    def run(graph, reference, *_, **__):
        rows = [{"name": one.name, "wiring": one.wiring} for one in (graph, reference)]
        return Bench([table_of("Whole runs", rows, {"name": "{name}, {wiring}"})])

    monkeypatch.setattr(throughput, "run_throughput", run)
    status, out, err = bench_command("--throughput")
    assert (status, [name in out for name in ("graph, published", "compiled engine, published")]) == (0, [True] * 2), (
        err
    )


@pytest.mark.parametrize("other", ["--scaling", "--throughput"])
def test_bench_does_one_thing_at_a_time(bench_command, other):
    """Each is a bench of its own."""
    status, _, err = bench_command("--characters", other)
    assert status == 2
    assert "give one of them" in err
