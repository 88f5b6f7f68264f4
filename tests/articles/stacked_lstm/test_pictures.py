"""The pictures: what a reader sees of the guide's, where the predictions by date stand, and the study's dots."""

import numpy as np
import pytest
from matplotlib import dates
from matplotlib.image import imread

from reproduce.articles.stacked_lstm.pictures import predictions_as_published, predictions_by_date, rivals
from reproduce.articles.stacked_lstm.rivals import compare
from reproduce.articles.stacked_lstm.variant import Variant
from reproduce.articles.stacked_lstm.windows import prepare
from reproduce.evidence.pictures import save_picture
from tests.articles.samples import table_of
from tests.articles.stacked_lstm.samples import study_rows

PREDICTED = np.array([410.0, 420.0])


@pytest.fixture(scope="module")
def windows():
    """Two test days at 500 and 140 USD, after one at 275."""
    return prepare(table_of([140, 500, 275, 250, 150, 200, 300, 100]), Variant(window=3, test_days=2))


def curves(axes):
    """Every curve's x and y by its label."""
    return {line.get_label(): tuple(values.tolist() for values in line.get_data()) for line in axes.get_lines()}


@pytest.mark.usefixtures("drawn")
@pytest.mark.parametrize(("network", "title"), [("lstm", "LSTM"), ("simple-rnn", "SimpleRNN")])
def test_published_picture_draws_days_by_their_number(network, title, windows, tmp_path):
    """True values first, predictions second, both in USD; its network is its title; 8x4 inches at 80 dots an inch."""
    picture = predictions_as_published(windows, PREDICTED, network)
    (axes,) = picture.axes
    assert list(curves(axes).items()) == [
        ("true-result", ([0, 1], [500, 140])),
        ("predicted-result", ([0, 1], [410, 420])),
    ]
    assert axes.get_title() == title
    save_picture(picture, tmp_path, "picture")
    assert imread(tmp_path / "picture.png").shape[:2] == (320, 640)


def test_picture_by_date_has_persistence_beside_the_prediction(windows):
    """On the two newest days; persistence is the day before."""
    (axes,) = predictions_by_date(windows, PREDICTED, "gru").axes
    found = {label: (dates.num2date(dates.date2num(x)), y) for label, (x, y) in curves(axes).items()}
    assert {label: y for label, (_, y) in found.items()} == {
        "actual price": [500, 140],
        "prediction, GRU": [410, 420],
        "persistence: the day before": [275, 500],
    }
    days = ["2018-05-25", "2018-05-26"]
    assert [[str(day.date()) for day in x] for x, _ in found.values()] == [days] * 3


def test_study_picture_has_a_dot_a_seed_and_the_intervals():
    """Four networks above, with persistence's line; three differences below, with their means and ends."""
    rows = study_rows({"lstm": [100, 110], "simple-rnn": [104, 112], "mlp": [90, 113], "gru": [99, 107]})
    pairs = compare(rows)
    errors, differences = rivals(rows, pairs, persistence_usd=77.0).axes
    *dots, persistence = [line.get_xdata() for line in errors.get_lines()]
    assert [list(usd) for usd in dots] == [[100, 110], [104, 112], [90, 113], [99, 107]]
    assert list(persistence) == [77, 77]
    labels = [[label.get_text() for label in axes.get_yticklabels()] for axes in (errors, differences)]
    assert labels[0] == ["LSTM", "SimpleRNN", "MLP", "GRU"]
    assert labels[1] == ["SimpleRNN minus LSTM", "MLP minus LSTM", "GRU minus LSTM"]
    drawn = [list(np.atleast_1d(line.get_xdata())) for line in differences.get_lines()[:-1]]
    assert drawn == [[4, 2], [3], [-10, 3], [-3.5], [-1, -3], [-2]]
    ends = [collection.get_segments()[0][:, 0].tolist() for collection in differences.collections]
    assert ends == [[one.low, one.high] for one in pairs]
