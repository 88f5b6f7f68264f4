"""The figures of a run, from files as a training leaves them."""

import numpy as np
import pytest

from reproduce.articles.bitcoin_lstm.metrics import prediction_metrics
from reproduce.articles.bitcoin_lstm.outputs import run_outputs
from reproduce.articles.bitcoin_lstm.runs import PredictingProgress, RunConfig, RunDirectory
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.errors import RunError
from reproduce.evidence.claims import load_claims
from reproduce.inputs.prices import EMBEDDED_SHA256

TRAINED = ("loss_180", "loss_fall", "skill", "skill_low", "skill_high", "run_p_value")


@pytest.fixture
def outputs_of(dataset, tmp_path):
    """A way to finish a run with these losses and these errors of its test predictions, and to ask for its figures."""

    def finish(losses, errors):
        directory = RunDirectory(tmp_path, RunConfig(Variant(epochs=len(losses)), 0, "compiled", EMBEDDED_SHA256))
        predicted = dataset.test[1] + np.reshape(errors, (-1, 1))
        with directory.opened(force=False):
            progress = PredictingProgress(np.asarray(losses).tolist(), predictions=dataset.train[1])
            directory.write_results(progress, predicted, dataset, prediction_metrics(dataset, predicted))
        return run_outputs(dataset, directory, None)

    return finish


def test_run_of_full_length_has_its_skill_with_an_interval_and_its_fall(outputs_of, dataset):
    """By hand: 1 - squared error over that of the nearest price; epoch 180 over epoch 0, not the last one."""
    losses, errors = np.linspace(0.4, 0.2, 200), 0.001 * np.arange(1, 246)
    outputs = outputs_of(losses, errors)
    windows, targets = dataset.test
    persistence = sum((window[-1][0] - target[0]) ** 2 for window, target in zip(windows, targets, strict=True))
    assert outputs["skill"] == pytest.approx(1 - sum(error**2 for error in errors) / persistence)
    assert outputs["skill_low"] < outputs["skill"] < outputs["skill_high"]
    assert outputs["loss_fall"] == pytest.approx(losses[180] / 0.4)


def test_run_that_is_too_short_leaves_them_open(outputs_of):
    """None, so that their claims are shown as not testable."""
    outputs = outputs_of([0.3, 0.2, 0.1], np.full(245, 0.1))
    assert {name: outputs[name] for name in TRAINED} == dict.fromkeys(TRAINED)
    assert outputs["loss_0"] == 0.3


def test_run_that_diverged_leaves_skill_and_fall_open(outputs_of):
    """There is no skill of predictions that are no numbers."""
    outputs = outputs_of(np.full(200, np.nan), np.full(245, np.nan))
    names = ("loss_fall", "skill", "skill_low", "skill_high", "run_p_value")
    assert {name: outputs[name] for name in names} == dict.fromkeys(names)


@pytest.mark.parametrize(
    ("keras", "graph", "expected"), [(0.3, 0.2, 0.5), (np.nan, np.nan, None), (0.3, np.nan, np.inf)]
)
def test_agreement_with_keras_is_open_only_where_both_diverged(dataset, tmp_path, keras, graph, expected):
    """Two losses that are no numbers are no evidence; one beside a number is a difference."""
    runs = []
    for engine, loss in (("session", graph), ("keras", keras)):
        runs.append(RunDirectory(tmp_path, RunConfig(Variant(epochs=1), 0, engine, EMBEDDED_SHA256)))
        with runs[-1].opened(force=False):
            runs[-1].write_losses([loss])
    found = run_outputs(dataset, *runs)["keras_difference"]
    assert found == (expected if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("text", ["{}", "[]", '{"rel', ""])
def test_damaged_proof_is_one_line(outputs_of, tmp_path, text):
    """The file, and what to do."""
    outputs_of([0.3], np.full(245, 0.1))
    (folder,) = tmp_path.iterdir()
    (folder / "proof.json").write_text(text)
    with pytest.raises(RunError, match=r"^[^\n]*proof.json: [^\n]*; remove the folder to make the run anew$"):
        outputs_of([0.3], np.full(245, 0.1))


def test_rules_of_a_run_s_claims_name_figures_of_a_run(outputs_of):
    """A claim shown after a run must not hang on what only the audit knows."""
    outputs = outputs_of([0.3], np.full(245, 0.1))
    shown = [claim for claim in load_claims("reproduce.articles.bitcoin_lstm") if claim.output in outputs]
    assert {claim.id: sorted(claim.names - set(outputs)) for claim in shown} == {claim.id: [] for claim in shown}
    assert {claim.output for claim in shown} >= {"rows", "loss_180", "skill", "keras_difference"}
