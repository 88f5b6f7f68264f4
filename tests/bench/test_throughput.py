"""Throughput: runs an hour of studies with so many workers, beside the published graph's."""

from types import SimpleNamespace

import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench import throughput
from reproduce.bench.contender import GRAPH, KERAS, SESSION
from reproduce.bench.throughput import run_throughput
from tests.bench.contenders import finish_at_once, steady

SMALL = Variant(hidden=4, epochs=2)


@pytest.fixture(autouse=True)
def instant_runs(monkeypatch):
    """Nothing trains; studies that do are tested in tests/articles/test_studies.py."""
    monkeypatch.setattr(throughput, "train", finish_at_once)


def test_worker_counts_double_up_to_all_cores(monkeypatch):
    """And all cores, where that is no power of two."""
    counts = {}
    for cores in (1, 2, 6):
        monkeypatch.setattr(throughput, "CORES", cores)
        counts[cores] = throughput.worker_counts()
    assert counts == {1: [1], 2: [1, 2], 6: [1, 2, 4, 6]}


def test_throughput_counts_whole_runs_beside_the_published_graph(monkeypatch):
    """The graph's own runs an hour follow from its step, a study's from the clock; each row has the ratio to it.

    Two epochs of 145 steps of 250 microseconds are 72.5 ms; 3 runs take 9 s, and 6 runs on two workers 12 s.
    """
    graphs = [steady(name, reference=SESSION) for name in (GRAPH, SESSION, KERAS)]
    clock = iter([10.0, 19.0, 30.0, 42.0])

    def race(results, *_, **__):
        for result in results:
            result.microseconds += [250.0]

    monkeypatch.setattr(throughput, "contenders_of", lambda _: graphs)
    monkeypatch.setattr(throughput, "race", race)
    monkeypatch.setattr(throughput, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    seen = []
    (table,) = run_throughput([1, 2], variant=SMALL, runs=3, on_progress=seen.append).tables
    assert [(row["what"], row["workers"]) for row in table.rows] == [(GRAPH, 1), ("study", 1), ("study", 2)]
    assert [row["runs_per_hour"] for row in table.rows] == pytest.approx([3600 / 0.0725, 1200, 1800])
    assert [row["times_graph"] for row in table.rows] == pytest.approx([1, 1200 * 0.0725 / 3600, 1800 * 0.0725 / 3600])
    assert len(seen) == 3


def test_throughput_without_the_museum_has_no_ratio(tmp_path, monkeypatch):
    """An installed package has no original_code."""
    graphs = [steady(GRAPH, file=tmp_path / "none.py", reference=SESSION), steady(SESSION, reference=SESSION)]
    monkeypatch.setattr(throughput, "contenders_of", lambda _: graphs)
    (table,) = run_throughput([1], variant=SMALL, runs=1, on_progress=lambda _: None).tables
    assert [(row["what"], row["times_graph"]) for row in table.rows] == [("study", None)]
    assert table.texts[0]["times the published graph"] == ""
