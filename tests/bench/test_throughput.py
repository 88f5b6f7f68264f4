"""Throughput: runs an hour of studies with so many workers, beside the published graph's."""

import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.bench import throughput
from reproduce.bench.throughput import measure_throughput
from tests.bench.contenders import steady

pytestmark = pytest.mark.usefixtures("one_thread")


def test_worker_counts_double_up_to_all_cores(monkeypatch):
    """And all cores, where that is no power of two."""
    counts = {}
    for cores in (1, 2, 6):
        monkeypatch.setattr(throughput, "CORES", cores)
        counts[cores] = throughput.worker_counts()
    assert counts == {1: [1], 2: [1, 2], 6: [1, 2, 4, 6]}


def test_throughput_counts_whole_runs_beside_the_published_graph():
    """The graph's own runs an hour follow from its step, a study's from the clock; each row has the ratio to it."""
    graph, reference = (steady(name, wiring="published") for name in ("original_code's graph", "compiled engine"))
    variant, seen = Variant(hidden=4, epochs=2), []
    rows = measure_throughput(graph, reference, variant, [1, 2], runs=1, on_progress=seen.append)
    assert [(row.what, row.workers) for row in rows] == [("original_code's graph", 1), ("study", 1), ("study", 2)]
    assert all(row.runs_per_hour > 0 for row in rows)
    assert [row.times_graph for row in rows] == pytest.approx(
        [row.runs_per_hour / rows[0].runs_per_hour for row in rows]
    )
    assert len(seen) == 3


def test_throughput_without_the_museum_has_no_ratio(tmp_path):
    """An installed package has no original_code."""
    graph = steady("original_code's graph", wiring="published", file=tmp_path / "none.py")
    rows = measure_throughput(graph, None, Variant(hidden=4, epochs=2), [1], runs=1, on_progress=lambda _: None)
    assert [(row.what, row.times_graph) for row in rows] == [("study", None)]
    assert rows[0].as_text()["times the published graph"] == ""
