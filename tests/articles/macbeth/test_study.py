"""The study: which runs it has, that it goes on, what a run that fails leaves, and its table. A stand-in trains."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from reproduce.articles.macbeth import study as module
from reproduce.articles.macbeth import training
from reproduce.articles.macbeth.study import (
    SHOWN,
    TREND,
    MacbethStudy,
    MilestoneRow,
    run_rows,
    run_study,
    study_rows,
)
from reproduce.articles.macbeth.training import RunConfig
from reproduce.articles.macbeth.variant import MacbethVariant
from reproduce.errors import RunError
from reproduce.inputs.text import TextError
from reproduce.networks.engine import MAX_SEED
from reproduce.runs.directory import Directory
from reproduce.runs.tidy import parse_table, table_text
from tests.articles.macbeth import samples
from tests.articles.macbeth.samples import ROW, TINY, StandIn, tiny_text

pytestmark = pytest.mark.usefixtures("one_thread")
TEXT = tiny_text()  # the published window of 50 leaves 70 samples: two batches of 30 and one of 10
SMALL_TREND = replace(TINY, epochs=3)


@pytest.fixture
def small_study(monkeypatch, stand_in, tmp_path):  # noqa: ARG001
    """Two seeds of the published variant, one of a trend of three epochs."""
    monkeypatch.setattr(module, "TREND", SMALL_TREND)
    return MacbethStudy(tmp_path / "study", range(2), range(1), TEXT)


def run_noting(study):
    """Run it: how many were trained, and the names in the order in which they were done."""
    names = []
    return run_study(study, on_run=names.append), names


def results(study):
    """Its files but those that differ from one time to the next, and its table without the seconds."""
    kept = {
        path.relative_to(study.root): path.read_bytes()
        for path in study.root.glob("*/*")
        if path.name not in (".lock", "environment.json", "checkpoint.npz", "weights.npz")
    }
    rows = parse_table(MilestoneRow, (study.root / "milestones.csv").read_text(encoding="utf-8"))
    return kept, [str(replace(row, seconds=0.0)) for row in rows]


def test_study_has_the_published_program_s_seeds_and_the_trend_s(tmp_path):
    """The longest first; each on one thread, on the compiled engine."""
    configs = MacbethStudy(tmp_path, range(3, 5), range(7, 8), TEXT).configs
    assert configs == [
        RunConfig(variant, seed, "compiled", TEXT.sha256, threads=1)
        for variant, seed in ((TREND, 7), (MacbethVariant(), 3), (MacbethVariant(), 4))
    ]
    assert (TREND.epochs, TREND.held_out) == (20, "last-tenth")


@pytest.mark.parametrize("seeds", [range(0), range(-1, 3), range(MAX_SEED, MAX_SEED + 2), range(10**12)])
@pytest.mark.parametrize("place", ["seeds", "trend_seeds"])
def test_study_refuses_seeds_out_of_range(place, seeds, tmp_path):
    """None, negative ones, and those beyond the last; at once, however many there are."""
    chosen = {"seeds": range(1), "trend_seeds": range(1), place: seeds}
    with pytest.raises(ValueError, match=r"^seed is -?\d+, expected 0 to|^a study needs at least one seed$"):
        MacbethStudy(tmp_path, text=TEXT, **chosen)


def test_study_trains_its_runs_and_writes_its_table(small_study):
    """A row for each run's milestones, as the runs have them; run again, it trains nothing."""
    assert run_noting(small_study) == (3, [config.name for config in small_study.configs])
    table = (small_study.root / "milestones.csv").read_text(encoding="utf-8")
    assert table == table_text(MilestoneRow, study_rows(small_study))
    assert [(row.variant, row.seed, row.epoch) for row in parse_table(MilestoneRow, table)] == [
        *((SMALL_TREND.name, 0, epoch) for epoch in (1, 2, 3)),
        *(("published", seed, 1) for seed in (0, 1)),
    ]
    before = results(small_study)
    assert run_noting(small_study) == (0, [config.name for config in small_study.configs])
    assert results(small_study) == before


def test_study_that_was_stopped_goes_on(small_study, monkeypatch):
    """Ctrl-C in the second run: the first stands, the second goes on where its checkpoint is, the third is begun."""
    calls, checkpoint = [], Directory.save_checkpoint

    def interrupt(self, *arrays):
        checkpoint(self, *arrays)
        calls.append(self.config.name)
        if len(set(calls)) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Directory, "save_checkpoint", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run_noting(small_study)
    finished = [Directory(small_study.root, config).is_finished for config in small_study.configs]
    assert finished == [True, False, False]
    with pytest.raises(RunError, match=r"^[^\n]*the run is not finished \(it was stopped, or never begun\); [^\n]*$"):
        study_rows(small_study)

    assert run_noting(small_study)[0] == 2
    whole = replace(small_study, root=small_study.root.parent / "whole")
    run_noting(whole)
    assert results(small_study) == results(whole)


def test_run_that_fails_is_one_line_and_others_are_trained(small_study, monkeypatch):
    """Its directory and what went wrong; no table is written until it is mended."""
    seen = []

    class Failing(StandIn):
        def __init__(self, name, network, characters, seed):
            super().__init__(name, network, characters, seed)
            if seed == 1:
                raise RuntimeError("out of luck")

    monkeypatch.setattr(training, "create_char_engine", Failing)
    with pytest.raises(RunError, match=r"^[^\n]*-s1-compiled: the run is not finished \(RuntimeError: out of luck\)"):
        run_study(small_study, on_run=seen.append)
    assert seen == [config.name for config in small_study.configs]
    assert not (small_study.root / "milestones.csv").exists()
    monkeypatch.setattr(training, "create_char_engine", StandIn)
    assert run_noting(small_study)[0] == 1
    assert len(results(small_study)[1]) == 5


def test_text_too_short_is_refused_before_anything_is_trained(tmp_path):
    """For the trend, which holds a tenth back."""
    study = MacbethStudy(tmp_path / "study", range(1), range(1), tiny_text(200))
    with pytest.raises(TextError, match="use a longer text"):
        run_study(study, on_run=lambda _: None)
    assert not study.root.exists()


def entropy(first, end, judged_first, judged_end, order):
    """Of targets, each given the `order` characters before it, counted by hand, one more each, of nine characters."""
    text = TEXT.characters
    seen = [text[k + 6 - order : k + 7] for k in range(first, end)]
    contexts = [piece[:order] for piece in seen]
    asked = [text[k + 6 - order : k + 7] for k in range(judged_first, judged_end)]
    return -np.mean([np.log((seen.count(piece) + 1) / (contexts.count(piece[:order]) + 9)) for piece in asked])


def test_rows_of_a_run_are_its_figures(finished):
    """Those of its files, the entropies of what it was judged on, and how its texts begin."""
    rows = run_rows(finished, TEXT)
    table = finished.read_table("milestones.csv", dict)
    expected = {
        "variant": TINY.name,
        "seed": 0,
        "entropy_0": pytest.approx(entropy(0, 102, 108, 114, order=0)),
        "entropy_1": pytest.approx(entropy(0, 102, 108, 114, order=1)),
        "text_repeat_rate": 0.0,  # of the six characters held out
        "characters": 120,
        "distinct_characters": 9,
        "samples": 102,
        "batches": 26,
        "weights": finished.read_metrics()["weights"],
        "seconds": finished.read_environment()["seconds"],
        "version": finished.read_environment()["packages"]["reproduce"],
    }
    assert [row.epoch for row in rows] == [1, 2]
    for row, measured in zip(rows, table, strict=True):
        assert asdict(row).items() >= expected.items()
        for name in ("loss", "held_out_loss", "repeat_rate"):
            assert getattr(row, name) == float(measured[name])
        kept = (finished.path / f"sample-epoch-00{row.epoch}.txt").read_text(encoding="utf-8")
        assert row.writes == kept[6 : 6 + SHOWN].replace("\n", "/")


def test_rows_of_a_run_that_holds_nothing_out_are_judged_on_all_of_its_text(small_study):
    """Entropies are of what was trained on."""
    run_noting(small_study)
    (row,) = run_rows(Directory(small_study.root, small_study.configs[1]), TEXT)
    targets = TEXT.characters[50:]
    assert row.entropy_0 == pytest.approx(-np.mean([np.log((targets.count(c) + 1) / (70 + 9)) for c in targets]))
    assert np.isnan(row.held_out_loss)
    assert (row.samples, row.batches) == (70, 3)


def test_table_reads_back_equal():
    """Nan, line ends that became slashes, commas, quotes and spaces as well."""
    rows = [ROW, replace(ROW, writes=' "to, morrow"/ and  '), replace(ROW, held_out_loss=2.125, seed=7)]
    assert [str(row) for row in parse_table(MilestoneRow, table_text(MilestoneRow, rows))] == [str(row) for row in rows]


def test_hand_made_rows_are_a_table():
    """Those that other tests judge by."""
    rows = samples.study_rows()
    assert [str(row) for row in parse_table(MilestoneRow, table_text(MilestoneRow, rows))] == [str(row) for row in rows]


def test_study_hands_on_workers_and_scheduler(small_study, monkeypatch):
    """To what trains the runs of any article."""
    asked = []
    monkeypatch.setattr(module, "train_all", lambda *_, on_run, **options: asked.append(options) or 0)  # noqa: ARG005
    monkeypatch.setattr(module, "study_rows", lambda _: [])
    small_study.root.mkdir()
    run_study(small_study, workers=3, scheduler="tcp://h:1", on_run=lambda _: None)
    assert asked == [{"workers": 3, "scheduler": "tcp://h:1"}]


def test_line_ends_of_what_is_written_are_slashes(small_study):
    """A row of the table is one line; the window it goes on from is left out."""
    run_noting(small_study)
    directory = Directory(small_study.root, small_study.configs[1])
    (directory.path / "sample-epoch-001.txt").write_text("\n" * 50 + "to\nmorrow\n", encoding="utf-8")
    (row,) = run_rows(directory, TEXT)
    assert row.writes == "to/morrow/"


def test_repeat_rate_of_the_text_is_that_of_what_judges(finished, monkeypatch):
    """Six held-out samples, here told by their number."""
    monkeypatch.setattr(module, "text_repeat_rate", len)
    assert [row.text_repeat_rate for row in run_rows(finished, TEXT)] == [6, 6]
