"""`reproduce bench` and its options, with contenders that pretend."""

import json

import pytest

from reproduce.bench import frameworks, growth, steps, tasks, throughput, writing
from reproduce.bench.contender import COMPILED, JAX, KERAS, THREADS
from reproduce.bench.results import Bench, table_of
from tests.bench.contenders import known_meter, steady, writer
from tests.bench.problems import TASK


@pytest.fixture
def bench_command(invoke, monkeypatch):
    """A way to run `reproduce bench --rounds 1` on tiny networks; its exit status, stdout and stderr."""

    for module in (steps, growth):
        monkeypatch.setattr(module, "speed_meter", known_meter)
    monkeypatch.setattr(tasks, "TASKS", tuple(TASK.values()))

    def run(*arguments, contenders=()):
        monkeypatch.setattr(frameworks, "contenders_of", lambda _: contenders)
        monkeypatch.setattr(growth, "contenders_of", lambda *_, **__: contenders)
        return invoke("bench", "--rounds", "1", *arguments)

    return run


def test_bench_prints_the_table_and_the_targets(bench_command):
    """Exit 0, though most targets are not measured and one package is missing."""
    contenders = [steady(KERAS), steady(JAX, package="no_such_package")]
    status, out, err = bench_command("bitcoin-lstm", contenders=contenders)
    assert status == 0, err
    assert "floor" in out
    assert "not measured" in out
    assert "JAX scan: no_such_package is not installed; pip install '.[bench]' in the repository" in err


def test_bench_measures_all_articles_where_none_is_named(bench_command, tmp_path):
    """One list for programs: of each article the contenders, both floors on each number of threads, the targets."""
    file = tmp_path / "bench.json"
    status, out, err = bench_command("--json", str(file), contenders=[steady(KERAS)])
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["processor"]  # ratios differ between processors
    assert [written["title"].count(label) for label in ("Bitcoin", "Stacked", "Macbeth")] == [2, 2, 2]
    assert (status, out) == (0, ""), err
    floors = ["floor: arithmetic", "floor: bytes"] * len(THREADS)
    for article in TASK:
        rows = [row for row in written["rows"] if row["article"] == article]
        assert [row["contender"] for row in rows if "contender" in row] == [KERAS, *floors]
        assert {row["outcome"] for row in rows if "target" in row} == {"not measured"}


def test_bench_exits_1_when_a_contender_fails(bench_command):
    """It says which, once."""
    status, out, err = bench_command("macbeth", contenders=[steady(KERAS), steady(COMPILED, loss=0.6)])
    assert status == 1
    assert "FAILED" in out
    assert err.count("compiled engine, threads 1: trains another network") == 1


def test_interrupted_bench_says_what_it_has_measured(bench_command, monkeypatch):
    """In the last article: the tables of the first two, and of the last what there is; no JSON."""

    def interrupted(self, rounds, on_progress):
        run(self, rounds, on_progress)
        if self._task.article == "macbeth":
            raise KeyboardInterrupt

    run = steps.Steps.run
    monkeypatch.setattr(steps.Steps, "run", interrupted)
    status, out, err = bench_command("--json", contenders=[steady(KERAS)])
    assert status == 130
    assert [f"{label}, one training step" in out for label in ("Bitcoin article", "Macbeth article")] == [True, True]
    assert "interrupted in macbeth; what stands above is measured so far, and no file was written" in err


def test_bench_that_is_interrupted_where_a_contender_failed_still_says_so(bench_command, monkeypatch):
    """The failure and the interruption, and the exit status of the latter; and of a bench with nothing measured."""

    def interrupted(self, rounds, on_progress):
        if is_run:
            run(self, rounds, on_progress)
        raise KeyboardInterrupt

    run = steps.Steps.run
    monkeypatch.setattr(steps.Steps, "run", interrupted)
    contenders = [steady(KERAS), steady(COMPILED, loss=0.6)]
    for is_run, told in ((True, "what stands above is measured so far"), (False, "nothing is measured yet")):
        status, out, err = bench_command("macbeth", contenders=contenders)
        assert (status, "FAILED" in out, told in err) == (130, is_run, True)


def test_interrupted_growth_goes_on_without_force(bench_command, monkeypatch, tmp_path):
    """With it, the points would be measured anew; where none is, those of before are still to be replaced."""

    def interrupted(self, points, *_):
        self.rows += [
            {"article": task.article, "size": size, "value": value, "contender": KERAS}
            for task, size, value in points[:measured]
        ]
        raise KeyboardInterrupt

    monkeypatch.setattr(growth.Growth, "measure", interrupted)
    for measured, forced, again in (
        (1, (), "the same command goes on"),
        (1, ("--force",), "the same command without --force goes on"),
        (0, ("--force",), "the same command goes on"),
    ):
        status, _, err = bench_command("bitcoin-lstm", "--growth", "--out", str(tmp_path), *forced)
        assert status == 130
        assert f"{measured} of 10 points are measured and kept in {tmp_path}, and {again}" in " ".join(err.split())


def test_bench_growth_keeps_points_and_draws_a_picture(bench_command, monkeypatch, tmp_path):
    """Of every second point; a second time nothing is left to measure."""
    points = growth.points_of
    monkeypatch.setattr(growth, "points_of", lambda tasks: points(tasks)[1::2])
    folder = tmp_path / "a" / "bench"
    arguments = ["--growth", "bitcoin-lstm", "--out", str(folder)]
    status, out, err = bench_command(*arguments, contenders=[steady(KERAS)])
    assert (status, "Exponents" in out) == (0, True), err
    assert sorted(path.name for path in folder.iterdir()) == ["growth.json", "growth.png", "growth.svg"]
    before = (folder / "growth.json").read_text(encoding="utf-8")
    assert bench_command(*arguments)[0] == 0
    assert (folder / "growth.json").read_text(encoding="utf-8") == before


def test_bench_writing_prints_a_table_of_writers(bench_command, monkeypatch):
    """Who writes, how fast, and how many characters are equal."""
    writers = [writer(writing.PREDICT, [1], [2], [3]), writer(writing.WINDOW, *[[1, 2]] * 3)]
    monkeypatch.setattr(writing, "all_writers", lambda: writers)
    monkeypatch.setattr(writing, "create_writing_problem", lambda: writing.WritingProblem(None, 7, None, None))
    status, out, err = bench_command("--writing")
    assert (status, "ms a character" in out, "2 characters" in out) == (0, True, True), err


def test_bench_throughput_measures_studies(bench_command, monkeypatch):
    """As many runs a worker as rounds."""
    monkeypatch.setattr(
        throughput,
        "run_throughput",
        lambda _, runs, **__: Bench([table_of("Whole runs", [{"n": runs}], {"n": "n={n}"})]),
    )
    status, out, err = bench_command("--throughput")
    assert (status, "n=1" in out) == (0, True), err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--growth", "--throughput"), "give one of them"),
        (("--writing", "bitcoin-lstm"), "measured for macbeth alone"),
        (("--throughput", "macbeth"), "measured for bitcoin-lstm alone"),
        (("mcbeth",), "'mcbeth' is none of bitcoin-lstm"),
        (("macbeth", "--force"), "--force: only --growth keeps points in a folder; leave it out"),
        (("--writing", "--out", "here"), "--out: only --growth keeps points in a folder; leave it out"),
    ],
)
def test_bench_refuses_what_does_not_go_together(bench_command, arguments, told):
    """Each is a bench of its own."""
    status, _, err = bench_command(*arguments)
    assert (status, told in err) == (2, True)
