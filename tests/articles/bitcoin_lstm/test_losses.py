"""The seven reported losses among those of a study: its table, what ships, and which program can have made them."""

import json
from importlib.resources import files

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES
from reproduce.articles.bitcoin_lstm.losses import (
    CANDIDATES,
    EPOCHS,
    TABLE,
    LossRow,
    curves_of,
    judge,
    kept_as,
    loss_rows,
)
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.evidence.bands import band_test
from reproduce.evidence.claims import read_claims
from reproduce.networks.lstm.create import create_engine
from reproduce.runs.config import RunConfig
from reproduce.runs.environment import describe_environment
from reproduce.runs.study import Study

SHIPPED = curves_of(TABLE.shipped())


def test_weakness_of_the_joint_test_is_counted():
    """Of a variant's own 40 curves it keeps most, of curves ten times as high none."""
    own, far = SHIPPED["published"], 10 * SHIPPED["published"]
    alone = [band_test(own, curve).p_value > 0.05 for curve in SHIPPED["described"]]
    assert kept_as(SHIPPED["described"], own) == sum(alone)
    assert kept_as(own, own) > 35
    assert kept_as(far, own) == 0


def study_of(root, variant, losses):
    """A study of one variant, whose finished runs have these losses by seed."""
    configs = tuple(RunConfig(variant, seed, "compiled", "5" * 64, "bitcoin-lstm") for seed in losses)
    study = Study(root, configs)
    for directory, of_seed in zip(study.directories, losses.values(), strict=True):
        with directory.opened():
            directory.write_losses(of_seed)
            directory.write_json("metrics.json", {})
    return study


def test_claims_hold_the_article_s_seven_losses():
    """The values of claims.toml are those that the pictures and the test use."""
    claims = read_claims("reproduce.articles.bitcoin_lstm").claims
    assert {f"bitcoin-lstm/loss-{e}": loss for e, loss in REPORTED_LOSSES.items()} == {
        claim.id: claim.expected for claim in claims if claim.id.rpartition("-")[2].isdecimal() and "loss" in claim.id
    }


def test_table_has_each_run_under_its_own_seed(tmp_path):
    """Two seeds that do not begin at 0; the losses of epochs 0, 30 … 180."""
    losses = np.random.default_rng(0).random((2, 200)).tolist()
    rows = loss_rows(study_of(tmp_path, Variant(), {5: losses[0], 6: losses[1]}))
    assert [(row.variant, row.seed) for row in rows] == [("published", 5), ("published", 6)]
    np.testing.assert_array_equal(curves_of(rows)["published"], [of_seed[:181:30] for of_seed in losses])


def test_table_leaves_runs_out_that_are_too_short(tmp_path):
    """Epoch 180 is the 181st."""
    long, short = ({0: [0.5] * count} for count in (181, 180))
    assert len(loss_rows(study_of(tmp_path / "long", Variant(epochs=181), long))) == 1
    assert loss_rows(study_of(tmp_path / "short", Variant(epochs=180), short)) == []


def rows_of(curves):
    """Rows of one variant with these losses, (seeds, 7)."""
    return [LossRow("hidden-3", seed, *map(float, curve)) for seed, curve in enumerate(curves)]


def test_variant_is_judged_where_it_has_enough_seeds_that_did_not_diverge():
    """39 of them; half of them as nan leave nothing to judge; the farthest epoch is named."""
    curves = np.exp(np.random.default_rng(1).normal(np.log(list(REPORTED_LOSSES.values())), 0.3, (39, 7)))
    assert judge(rows_of(curves[:38])) == []
    (verdict,) = judge(rows_of(curves))
    assert (verdict.variant, verdict.seeds, verdict.words) == ("hidden-3", 39, "consistent")
    (verdict,) = judge(rows_of(curves * np.where(np.arange(7) == 4, 1e3, 1)))
    assert (verdict.words, verdict.farthest_epoch) == ("excluded", EPOCHS[4])
    curves[::2] = np.nan
    assert judge(rows_of(curves)) == []


def test_article_s_losses_are_consistent_with_the_published_wiring_and_not_with_the_described_one():
    """The joint test of all seven, 40 seeds each; what the README says. Clipping makes no difference to that."""
    assert {verdict.variant: verdict.words for verdict in judge(TABLE.shipped())} == {
        "published": "consistent",
        "described": "excluded",
        "clipping-applied": "consistent",
        "described+clipping-applied": "excluded",
    }


# What the package ships


def test_shipped_study_has_forty_seeds_of_each_candidate():
    """Seven losses each, finite and above zero."""
    assert list(SHIPPED) == [variant.name for variant in CANDIDATES]
    assert [(row.variant, row.seed) for row in TABLE.shipped()] == [
        (variant.name, seed) for variant in CANDIDATES for seed in range(40)
    ]
    for curves in SHIPPED.values():
        assert curves.shape == (40, 7)
        assert np.all(np.isfinite(curves) & (curves > 0))


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(("name", "seed"), [("published", 39), ("described+clipping-applied", 0)])
def test_shipped_study_is_what_this_machine_computes(dataset, name, seed):
    """The first epoch, trained anew: equal to 1e-3, which is what float32 sums in another order may do to 145 steps.

    Each wiring once, one of the two clipped: of two tables in each other's place, one is among these, or the verdicts
    above are others.
    """
    engine = create_engine("compiled", Variant.parse(name), seed)
    loss = np.mean(engine.train_epoch(*dataset.train).losses)
    engine.close()
    assert loss == pytest.approx(SHIPPED[name][seed, 0], rel=1e-3)


def same_machine():
    """Whether the shipped study ran on this processor with these packages, so that even chaos repeats."""
    there = json.loads((files("reproduce.articles.bitcoin_lstm") / "machine.json").read_text(encoding="utf-8"))
    here = describe_environment(input_sha256="")
    packages = {name: here["packages"][name] for name in there["packages"]}
    return there == {"processor": here["processor"], "packages": packages}


@pytest.mark.usefixtures("one_thread")
def test_shipped_study_repeats_to_every_digit_on_the_machine_it_ran_on(dataset):
    """Thirty-one epochs of seed 0: the losses of epochs 0 and 30 to all nine digits."""
    if not same_machine():
        pytest.skip("the shipped study ran on another processor or with other packages")
    engine = create_engine("compiled", Variant(), seed=0)
    losses = [np.mean(engine.train_epoch(*dataset.train).losses) for _ in range(31)]
    engine.close()
    shipped = SHIPPED["published"][0]
    assert [f"{losses[0]:.9g}", f"{losses[30]:.9g}"] == [f"{shipped[0]:.9g}", f"{shipped[1]:.9g}"]
