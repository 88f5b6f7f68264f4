"""The study of epochs: which runs it has, the rows of each, its trend, and what ships."""

from dataclasses import asdict, fields, replace

import numpy as np
import pytest

from reproduce.articles.macbeth import epochs as module
from reproduce.articles.macbeth.epochs import (
    BEGUN,
    SHOWN,
    TABLE,
    TREND,
    TREND_EPOCHS,
    MilestoneRow,
    milestone_rows,
    overfitted,
    trend_of,
    trend_values,
    trends_of,
)
from reproduce.articles.macbeth.hundred import HUNDRED
from reproduce.articles.macbeth.milestones import Milestone, write_milestones
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.macbeth.studies import STUDIES
from reproduce.articles.sources import TEXTS
from reproduce.evidence.measures import best_counted
from reproduce.runs.study import Study
from reproduce.runs.tables import rows_text
from tests.articles.macbeth.samples import HELD_OUT, REPEATS, study_rows
from tests.articles.macbeth.test_training import run
from tests.articles.samples import VARIANTS, config_of, tiny_text

TEXT, TINY = tiny_text(), VARIANTS["macbeth"]


def entropy(first, end, judged_first, judged_end, order):
    """Of targets, each given the `order` characters before it, counted by hand, one more each, of nine characters."""
    text = TEXT.characters
    seen = [text[k + 6 - order : k + 7] for k in range(first, end)]
    contexts = [piece[:order] for piece in seen]
    asked = [text[k + 6 - order : k + 7] for k in range(judged_first, judged_end)]
    return -np.mean([np.log((seen.count(piece) + 1) / (contexts.count(piece[:order]) + 9)) for piece in asked])


@pytest.mark.usefixtures("one_thread")
def test_rows_of_a_run_are_its_values(finished, monkeypatch):
    """Those of its files, the entropies of what it was judged on, and how its texts begin."""
    directory = finished("macbeth")
    monkeypatch.setattr(module, "text_repeat_rate", len)  # six samples are held out, told here by their number
    rows = milestone_rows(Study(directory.path.parent, (directory.config,)))
    metrics, environment = directory.read_metrics(), directory.read_environment()
    expected = {
        "variant": TINY.name,
        "seed": 0,
        "entropy_0": pytest.approx(entropy(0, 102, 108, 114, order=0)),
        "entropy_1": pytest.approx(entropy(0, 102, 108, 114, order=1)),
        **dict(zip(("counted_order", "counted_entropy"), best_counted(*parts(TEXT, TINY), 9), strict=True)),
        "text_repeat_rate": 6,
        **{name: metrics[name] for name in ("characters", "distinct_characters", "samples", "batches", "weights")},
        "seconds": environment["seconds"],
        "version": environment["packages"]["reproduce"],
    }
    measured = directory.read_table("milestones.csv", {"loss": float, "held_out_loss": float, "repeat_rate": float})
    assert [row.epoch for row in rows] == [1, 2]
    for row, values in zip(rows, measured.to_dict("records"), strict=True):
        assert asdict(row).items() >= (expected | values).items()
        kept = (directory.path / f"sample-epoch-00{row.epoch}.txt").read_text(encoding="utf-8")
        assert row.writes == kept[6 : 6 + SHOWN].replace("\n", "/")


@pytest.fixture
def whole_text(tmp_path):
    """A study of one finished run that holds nothing out, as a training leaves it."""
    study = Study(tmp_path, (config_of("macbeth", variant=replace(TINY, held_out="none", epochs=1)),))
    (directory,) = study.directories
    with directory.opened():
        TEXTS.write(directory, TEXT)
        write_milestones(directory, [Milestone(1, 2.5, float("nan"), 0.5)])
        directory.write_text("sample-epoch-001.txt", "\n" * 6 + "to\nmorrow\n")
        counts = dict.fromkeys(("characters", "distinct_characters", "samples", "batches", "weights"), 9)
        directory.write_json("environment.json", {"seconds": 1.5, "packages": {"reproduce": "0.2.0"}})
        directory.write_json("metrics.json", counts)
    return study


def test_rows_of_a_run_that_holds_nothing_out_are_judged_on_all_of_its_text(whole_text):
    """Entropies are of what was trained on; line ends of what is written are slashes, without the start window."""
    (row,) = milestone_rows(whole_text)
    assert row.entropy_0 == pytest.approx(entropy(0, 114, 0, 114, order=0))
    assert np.isnan([row.held_out_loss, row.counted_order, row.counted_entropy]).all()
    assert row.writes == "to/morrow/"


@pytest.mark.usefixtures("stand_in")
def test_first_epochs_of_a_hundred_are_those_of_the_trend(tmp_path):
    """Every value and every text; the same order, masks and held-out part. By a stand-in that every step changes."""
    tiny = {"window": 6, "batch": 4, "hidden": 5}
    trend, hundred = replace(TREND, **tiny), replace(HUNDRED, **tiny)
    short, long = (milestone_rows(Study(tmp_path, (run(tmp_path, one).config,))) for one in (trend, hundred))
    cut = [replace(row, variant=trend.name, seconds=short[0].seconds) for row in long if row.epoch <= 20]
    assert rows_text(MilestoneRow, cut) == rows_text(MilestoneRow, short)
    assert [row.epoch for row in cut] == list(TREND_EPOCHS)
    assert {getattr(HUNDRED, f.name) == getattr(TREND, f.name) for f in fields(TREND)} == {True, False}
    assert replace(HUNDRED, epochs=20, recorded="epochs") == replace(BEGUN, recorded="epochs") == TREND


def test_trend_takes_seeds_of_a_hundred_epochs():
    """At its own epochs alone; a seed that has not all of them is left out, and what it overfits is of these seeds."""
    rows = study_rows()
    hundred = [replace(row, variant=HUNDRED.name, seed=100 + row.seed) for row in rows if row.variant == TREND.name]
    begun = [replace(row, variant=BEGUN.name) if row.seed == 101 else row for row in hundred]
    assert trends_of(begun) == {100: hundred[:5], 101: begun[5:]}
    late = replace(hundred[0], epoch=50, held_out_loss=0.5)
    assert list(trends_of([*hundred, late, *rows])) == [0, 1, 100, 101]
    assert list(trends_of([*hundred[:-1], late, *rows])) == [0, 1, 100]
    rising = [replace(row, held_out_loss=row.held_out_loss + 0.75 * (row.epoch == 20)) for row in hundred]
    assert overfitted([*rows, *rising]) == 0.5  # 1.75 after epoch 10, 2.25 after 20
    assert overfitted([*rows, *rising[:5], *hundred[5:]]) == 0.5
    assert overfitted(rows) is None


def test_trend_has_every_seed_and_is_shown_of_the_first():
    """Seeds need not begin at 0; rows of other epochs and variants do not count."""
    rows = study_rows()
    more = [*rows, replace(rows[0], variant="hidden-8", held_out_loss=9.0)]
    assert [(row.seed, row.held_out_loss) for row in trend_of(more)] == [(0, pair[0]) for pair in HELD_OUT.values()]
    later = [row for row in more if (row.variant, row.seed) != (TREND.name, 0)]
    assert [(row.seed, row.held_out_loss) for row in trend_of(later)] == [(1, pair[1]) for pair in HELD_OUT.values()]
    assert trend_of([row for row in rows if row.variant != TREND.name]) == []
    expected = [[(HELD_OUT[epoch][seed], REPEATS[epoch][seed]) for epoch in TREND_EPOCHS] for seed in (0, 1)]
    np.testing.assert_allclose(trend_values([*more, replace(rows[0], epoch=50, held_out_loss=9.0)]), expected)


def test_study_is_shown_row_by_row_and_drawn_where_it_has_a_trend():
    """A dash where nothing is held out."""
    plan = STUDIES[0]
    (shown,) = plan.show(study_rows())
    assert [row["held-out loss"] for row in shown.texts] == [
        *(f"{pair[seed]:.3f}" for seed in (0, 1) for pair in HELD_OUT.values()),
        *("-", "-", "-"),
    ]
    assert set(plan.draw(study_rows())) == {"milestones"}
    assert plan.draw(study_rows()[-3:]) == {}


def test_shipped_table_has_the_runs_that_the_claims_speak_of():
    """The program as it ran over five seeds at least, and every epoch of the trend for each of its seeds."""
    rows = TABLE.shipped()
    published = [row for row in rows if row.variant == "published"]
    assert len({row.seed for row in published}) == len(published) >= 5
    assert {row.epoch for row in published} == {1}
    trend = [row for row in rows if row.variant != "published"]
    assert {row.seed for row in trend} == set(trends_of(rows)) == {0, 100, 101}
