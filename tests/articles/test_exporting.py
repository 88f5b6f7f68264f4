"""Trained networks for other programs: each format is read back by its own library, and predicts what the run does."""

import json
import resource
import sys
from dataclasses import replace

import numpy as np
import pytest
import tensorflow.compat.v1 as tf

from reproduce.articles import article_of, exporting
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.exporting import FORMATS, export
from reproduce.articles.macbeth.training import load_weights
from reproduce.articles.sources import PRICES
from reproduce.errors import RunError
from reproduce.evidence.program import load_program
from reproduce.networks.characters.keras import trained_model
from tests.articles.samples import random_run, random_weights, short_table
from tests.oracles import numpy_forward

pytestmark = pytest.mark.usefixtures("one_thread")
SMALL = Variant(window=3, hidden=4, batch=2)
BITCOIN = {
    "published": SMALL,
    "described": replace(SMALL, wiring="described"),
    "one-day": replace(SMALL, window=1),
    "two-days": replace(SMALL, window=2),
}


@pytest.fixture(scope="module")
def runs(finished, tmp_path_factory):
    """Runs of the Bitcoin article with random weights, and small trained ones of the other two; by name."""
    root = tmp_path_factory.mktemp("runs")
    random = {name: random_run(root, variant, short_table()) for name, variant in BITCOIN.items()}
    return random | {id_: finished(id_) for id_ in ("stacked-lstm", "macbeth")}


@pytest.fixture(scope="module")
def opened_alone(runs, tmp_path_factory):
    """Inputs and what Keras makes of them by the exported models, while nothing of ours can be imported; by run."""
    import keras

    folder, random = tmp_path_factory.mktemp("keras"), np.random.default_rng(8)
    inputs = {name: random.normal(size=(9, run.config.variant.window, 1)) for name, run in runs.items()}
    for name, run in runs.items():
        export(article_of(run.config.article), run, "keras", folder / f"{name}.keras", force=False)
    with pytest.MonkeyPatch.context() as patch:
        for name in [one for one in sys.modules if one.partition(".")[0] == "reproduce"]:
            patch.setitem(sys.modules, name, None)
        assert keras.saving.get_custom_objects() == {}
        opened = {name: keras.models.load_model(folder / f"{name}.keras") for name in runs}
    return {name: (inputs[name], np.asarray(opened[name](inputs[name], training=False))) for name in runs}


def predicted_by_hand(inputs, wiring):
    """By a loop over days in float64, (n, 1)."""
    return np.array([numpy_forward(window, random_weights(4), wiring)[0] for window in inputs])


def export_bitcoin(runs, to, out, *, name="published", force=False):
    """Export a run of the Bitcoin article."""
    return export(article_of("bitcoin-lstm"), runs[name], to, out, force=force)


def page_of(path):
    """The JSON beside an exported file."""
    return json.loads(path.with_name(f"{path.name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", BITCOIN)
def test_keras_model_of_bitcoin_predicts_what_the_cell_does(name, opened_alone):
    """Either wiring, by Keras alone."""
    inputs, outputs = opened_alone[name]
    np.testing.assert_allclose(outputs, predicted_by_hand(inputs, BITCOIN[name].wiring), rtol=1e-5, atol=1e-6)


def test_keras_model_of_the_stacked_network_predicts_what_the_run_does(opened_alone, runs):
    """Its dropout at rest."""
    inputs, outputs = opened_alone["stacked-lstm"]
    predict = article_of("stacked-lstm").module("training").predictor(runs["stacked-lstm"])
    np.testing.assert_allclose(outputs, predict(inputs), rtol=1e-5, atol=1e-6)


def test_keras_model_of_macbeth_predicts_what_the_run_does(opened_alone, runs):
    """Probabilities of each character."""
    inputs, outputs = opened_alone["macbeth"]
    characters = outputs.shape[1]
    model = trained_model(runs["macbeth"].config.variant, characters, load_weights(runs["macbeth"]))
    np.testing.assert_allclose(outputs, model(inputs, training=False), rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(outputs.sum(axis=1), np.ones(9), rtol=1e-5)


def test_checkpoint_restores_into_the_published_graph(runs, tmp_path):
    """By TF1's own Saver, whose graph then predicts what the run does."""
    data, index, _ = export_bitcoin(runs, "tf1-checkpoint", tmp_path / "bitcoin.ckpt")
    assert (data.name, index.name) == ("bitcoin.ckpt.data-00000-of-00001", "bitcoin.ckpt.index")
    program, windows = load_program("bitcoin_lstm"), np.random.default_rng(6).normal(size=(2, 3, 1))
    program.batch_size, program.window_size, program.hidden_layer = 2, 3, 4
    with tf.Graph().as_default(), tf.Session() as session:
        inputs, _, outputs, _, _ = program.build_graph(seed=1)
        session.run(tf.global_variables_initializer())
        tf.train.Saver(tf.trainable_variables()).restore(session, str(tmp_path / "bitcoin.ckpt"))
        predicted = np.concatenate(session.run(outputs, {inputs: windows}))
    np.testing.assert_allclose(predicted, predicted_by_hand(windows, "published"), rtol=1e-5, atol=1e-6)


def test_arrays_of_bitcoin_have_the_published_names(runs, tmp_path):
    """In the published shapes, to the last bit."""
    export_bitcoin(runs, "npz", tmp_path / "b.npz")
    with np.load(tmp_path / "b.npz") as arrays:
        assert set(arrays) == set(random_weights(4))
        for name, expected in random_weights(4).items():
            np.testing.assert_array_equal(arrays[name], expected)


@pytest.mark.parametrize("id_", ["stacked-lstm", "macbeth"])
def test_arrays_of_stacked_layers_are_those_of_the_keras_model(id_, runs, tmp_path):
    """Layer by layer, in Keras's order and shapes."""
    import keras

    for to in ("npz", "keras"):
        export(article_of(id_), runs[id_], to, tmp_path / f"model.{to}", force=False)
    expected = keras.models.load_model(tmp_path / "model.keras").get_weights()
    with np.load(tmp_path / "model.npz") as arrays:
        parts = [f"{part}_{place}" for place in "12" for part in ("kernel", "recurrent", "bias")]
        assert list(arrays) == [*parts, "kernel_out", "bias_out"]
        for ours, theirs in zip(arrays.values(), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["published", "stacked-lstm"])
def test_page_of_a_network_on_prices_says_how_to_scale(name, runs, tmp_path):
    """With its numbers alone the last prices become the example's inputs, and its output is what the run predicts."""
    run, path = runs[name], tmp_path / "model.npz"
    article, table = article_of(run.config.article), PRICES.read(run)
    export(article, run, "npz", path, force=False)
    page = page_of(path)
    prices = table.close_usd if "newest first" in page["inputs"] else table.close_usd[::-1]
    scaled = (prices[-page["variant"]["window"] :] - page["zero_usd"]) / page["unit_usd"]
    inputs = np.array(page["example"]["inputs"])
    np.testing.assert_allclose(inputs, scaled[np.newaxis, :, np.newaxis])
    predicted = article.module("training").predictor(run)(inputs)
    np.testing.assert_allclose(page["example"]["outputs"], predicted, rtol=1e-6)
    assert (page["file"], page["run"], "the day before" in page["outputs"]) == (
        "model.npz",
        run.config.name,
        name == "published",
    )


def test_page_of_macbeth_has_the_vocabulary(runs, tmp_path):
    """Whose numbers, divided by its size, are what the network reads: here of the text's first characters."""
    export(article_of("macbeth"), runs["macbeth"], "npz", tmp_path / "m.npz", force=False)
    page, text = page_of(tmp_path / "m.npz"), runs["macbeth"].read_text("text.txt")
    numbers = [page["vocabulary"].index(character) for character in text[:6]]
    expected = np.array(numbers)[np.newaxis, :, np.newaxis] / len(page["vocabulary"])
    np.testing.assert_allclose(page["example"]["inputs"], expected, rtol=1e-6)
    assert np.shape(page["example"]["outputs"]) == (1, len(page["vocabulary"]))


@pytest.mark.parametrize("to", FORMATS)
def test_nothing_is_overwritten_unless_forced(to, runs, tmp_path):
    """Whichever of its files is there; forced, all are replaced, and nothing else is left in the folder."""
    targets = export_bitcoin(runs, to, tmp_path / "model.keras")
    assert sorted(tmp_path.iterdir()) == sorted(targets)
    for kept in targets:
        for path in targets:
            path.unlink(missing_ok=True)
        kept.write_text("mine")
        with pytest.raises(RunError, match=r": is there already; give --out another file, or --force"):
            export_bitcoin(runs, to, tmp_path / "model.keras")
        assert [(path, path.read_text()) for path in tmp_path.iterdir()] == [(kept, "mine")]
    for path in targets:
        path.write_text("mine")
    export_bitcoin(runs, to, tmp_path / "model.keras", force=True)
    assert sorted(tmp_path.iterdir()) == sorted(targets)
    assert [path for path in targets if path.read_bytes() == b"mine"] == []


@pytest.mark.parametrize("to", FORMATS)
def test_export_that_fails_half_way_leaves_nothing(to, runs, tmp_path, monkeypatch):
    """Here the disk is full once the network is written."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "write_json", full)
    with pytest.raises(OSError, match="No space left"):
        export_bitcoin(runs, to, tmp_path / "model.keras")
    assert list(tmp_path.iterdir()) == []


def test_checkpoint_that_tensorflow_cannot_write_is_an_error_of_the_system_s(runs, tmp_path):
    """Not of TensorFlow's own kind, which the command line does not know; here no file may have 100 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (99, before[1]))
    try:
        with pytest.raises(OSError, match=r"TensorFlow could not write it") as refused:
            export_bitcoin(runs, "tf1-checkpoint", tmp_path / "model.ckpt")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (refused.value.filename, list(tmp_path.iterdir())) == (str(tmp_path / "model.ckpt"), [])


def test_export_to_a_link_goes_where_it_leads(runs, tmp_path):
    """The link stays one, and the page of JSON lies beside what it leads to."""
    (tmp_path / "shelf").mkdir()
    link = tmp_path / "link.npz"
    link.symlink_to("shelf/model.npz")
    targets = export_bitcoin(runs, "npz", link)
    assert link.is_symlink()
    assert targets == sorted((tmp_path / "shelf").iterdir())
    assert [path.name for path in targets] == ["model.npz", "model.npz.json"]


@pytest.mark.parametrize("name", ["described", "stacked-lstm", "macbeth"])
def test_checkpoint_of_another_network_is_refused(name, runs, tmp_path):
    """The published graph would predict something else, or has no such weights."""
    run = runs[name]
    with pytest.raises(RunError, match=r"bitcoin_lstm\.py, which this network is not; use --to keras or --to npz$"):
        export(article_of(run.config.article), run, "tf1-checkpoint", tmp_path / "model.ckpt", force=False)


@pytest.mark.parametrize(
    ("out", "message"),
    [("none/model.npz", "its folder does not exist"), ("model.npz", "Is a directory; give --out another file")],
)
def test_place_that_cannot_be_written_is_refused(out, message, runs, tmp_path):
    """Also when forced."""
    (tmp_path / "model.npz").mkdir()
    with pytest.raises(RunError, match=message):
        export_bitcoin(runs, "npz", tmp_path / out, force=True)


def test_run_that_diverged_is_refused(tmp_path):
    """Its weights are not numbers."""
    directory = random_run(tmp_path, SMALL, short_table())
    progress, state = directory.load_checkpoint()
    directory.save_checkpoint(progress, {name: np.full_like(array, np.nan) for name, array in state.items()})
    with pytest.raises(RunError, match=r": the training diverged, and its weights are not numbers"):
        export(article_of("bitcoin-lstm"), directory, "npz", tmp_path / "model.npz", force=False)
