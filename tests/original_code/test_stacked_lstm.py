"""The published stacked LSTM program against the package, and against what is known of it."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler

from reproduce.articles.stacked_lstm.pictures import predictions_as_published
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.evidence.program import load_program, program_path
from reproduce.inputs.prices import embedded_table_path, load_prices
from reproduce.networks.forecasters.keras import build_model
from tests.original_code.museum import describe, run_as_script

PROGRAM = program_path("stacked_lstm")
SMALL = Variant(window=5, first=3, second=4, dropout=0.0, batch=6, test_days=7)

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def program():
    """The program as a module, its main part not run."""
    return load_program("stacked_lstm")


@pytest.fixture
def small_program(program, monkeypatch):
    """The program with the sizes of SMALL; without dropout, whose draws it leaves to chance."""
    settings = {"window": 5, "units": (3, 4), "dropout": 0.0, "batch_size": 6, "test_days": 7}
    for name, value in settings.items():
        monkeypatch.setattr(program, name, value)
    return program


@pytest.fixture(scope="module")
def dataset():
    """The embedded table as the published variant sees it."""
    return prepare(load_prices(), Variant())


def test_program_reads_the_prices_of_the_package_in_date_order(program, dataset):
    """Of the table in data/."""
    np.testing.assert_array_equal(program.read_prices(embedded_table_path()), dataset.close_usd)


def test_program_takes_the_mean_of_a_day_s_minutes(program, tmp_path):
    """Minutes without a trade have no price."""
    path = tmp_path / "minutes.csv"
    rows = [
        f"{day * 86400 + 60 * k},{close}\n"
        for day, closes in enumerate((["10", "NaN", "20"], ["7"]))
        for k, close in enumerate(closes)
    ]
    path.write_text("Timestamp,Close\n" + "".join(rows))
    assert program.read_prices(path).tolist() == [15, 7]


def test_program_s_windows_and_scaler_are_those_of_the_package(program, dataset):
    """For training, and for the last 60 days."""
    scaler, prices = MinMaxScaler(), program.read_prices(embedded_table_path())
    inputs, targets = program.window_data(scaler.fit_transform(prices[:-60].reshape(-1, 1)))
    np.testing.assert_array_equal(inputs, dataset.train[0])
    np.testing.assert_array_equal(targets, dataset.train[1][:, 0])
    tested, _ = program.window_data(scaler.transform(prices[-120:].reshape(-1, 1)))
    np.testing.assert_array_equal(tested, dataset.test[0])
    assert len(inputs) % program.batch_size == 1  # S3


def test_program_s_model_trains_as_the_package_s(small_program):
    """The same weights in, 17 windows in the same order: equal losses of two epochs, and equal predictions."""
    generator = np.random.default_rng(2)
    inputs, targets = generator.normal(size=(17, 5, 1)), generator.normal(size=(17, 1))
    theirs, ours = small_program.build_model(), build_model(SMALL, seed=0)
    theirs.set_weights(ours.get_weights())
    losses = [
        model.fit(inputs, targets, epochs=2, batch_size=6, shuffle=False, verbose=0).history["loss"]
        for model in (theirs, ours)
    ]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)  # float32
    np.testing.assert_allclose(theirs(inputs, training=False), ours(inputs, training=False), rtol=1e-4, atol=1e-6)


def test_program_s_model_has_the_layers_of_the_package_s(program):
    """At the guide's sizes: kinds, shapes, activations, dropouts; loss and optimizer."""

    def described(model):
        kept = ("units", "return_sequences", "activation", "recurrent_activation", "rate")
        configs = [layer.get_config() for layer in model.layers]
        layers = [
            [type(layer).__name__] + [config.get(name) for name in kept]
            for layer, config in zip(model.layers, configs, strict=True)
        ]
        settings = model.optimizer.get_config()
        settings.pop("name")  # numbered
        return layers, [weight.shape for weight in model.weights], model.loss, settings

    assert described(program.build_model()) == described(build_model(Variant(), seed=0))


@pytest.mark.usefixtures("kept_figures")
def test_picture_is_drawn_as_the_program_draws_it(program, dataset, tmp_path):
    """Size, dots, title, axis labels, legend, grid, and the curves' every point and colour."""
    predicted = np.linspace(6000, 9000, 60)
    program.plot_predictions(dataset.close_usd[dataset.test_rows], predicted, tmp_path)
    assert describe(predictions_as_published(dataset, predicted)) == describe(plt.gcf())
    assert [path.name for path in tmp_path.iterdir()] == ["lstm.png"]


def test_program_trains_and_draws(tmp_path, monkeypatch):
    """On a short table, for one epoch: Keras's line with its loss, and the picture."""
    days = np.datetime64("2018-05-26") - np.arange(140)
    table = tmp_path / "short.csv"
    table.write_text("date,close\n" + "".join(f"{day},{7000 + (37 * k * k) % 911}\n" for k, day in enumerate(days)))
    options = ["--epochs", 1, "--seed", 0, "--data", table, "--out", tmp_path / "out"]
    assert "loss: 0." in run_as_script(monkeypatch, "stacked_lstm", *options)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["lstm.png"]


def test_program_refuses_no_epochs(tmp_path, monkeypatch):
    """In a line, before it reads or writes anything."""
    with pytest.raises(SystemExit, match="--epochs is 0, expected 1 or more"):
        run_as_script(monkeypatch, "stacked_lstm", "--epochs", 0, "--out", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
