"""The picture of the graph: every edge of the real graph is drawn, and no other."""

import re

import pytest
import tensorflow.compat.v1 as tf

from reproduce.evidence.graph import graph_figure
from reproduce.networks.lstm.graph import build_network
from tests.networks.checks import WIRINGS, Settings

pytestmark = pytest.mark.usefixtures("one_thread")


def graph_of(wiring="published", window=5):
    """Two windows of five days, four units, with nothing but the way to the predictions."""
    with tf.Graph().as_default() as graph:
        build_network(Settings(wiring=wiring, window=window, batch=2, hidden=4), 0, "float32")
    return graph


def box_of(operation):
    """Where an operation of the first window is drawn, by its name alone; None where it is not."""
    for pattern, box in (
        (r"inputs$", "inputs"),
        (r"window_0/zeros", "zeros"),
        (r"window_0/strided_slice", "window"),
        (r"window_0/output_layer", "output_layer"),
        (r"window_0/day_[3-9]/", "later days"),
        (r"window_0/(day_\d)/strided_slice", r"\1/price"),
        (r"window_0/(day_\d/\w+)", r"\1"),
    ):
        if found := re.match(pattern, operation.name):
            return found.expand(box)
    return None


def edges_in(graph):
    """Each tensor that goes from one box to another, with its shape, as TensorFlow itself tells them."""
    return {
        f"{box_of(tensor.op)} -> {box_of(operation)} " + "\u00d7".join(map(str, tensor.shape.as_list()))
        for operation in graph.get_operations()
        for tensor in operation.inputs
        if box_of(tensor.op) and box_of(operation) and box_of(tensor.op) != box_of(operation)
    }


def drawn_in(figure):
    """The edges that are drawn, by what each line says it is."""
    return {line.get_gid() for line in figure.axes[0].get_lines()}


@pytest.mark.parametrize("wiring", WIRINGS)
@pytest.mark.parametrize("window", [5, 3, 1])
def test_drawn_edges_are_those_of_the_graph(wiring, window):
    """With the shapes of what flows; later days than the third are one box."""
    graph = graph_of(wiring, window)
    edges = edges_in(graph)
    assert len(edges) > 10
    assert drawn_in(graph_figure(graph.as_graph_def(add_shapes=True))) == edges


def test_wirings_differ_in_what_crosses_from_day_to_day():
    """Published, c feeds the gates and h the cell state; described, the other way round."""
    published, described = (drawn_in(graph_figure(graph_of(w).as_graph_def(add_shapes=True))) for w in WIRINGS)
    gates = ("input_gate", "forget_gate", "output_gate", "memory_cell")
    for day in (0, 1):
        for gate in gates:
            assert f"day_{day}/cell_state -> day_{day + 1}/{gate} 1\u00d74" in published - described
            assert f"day_{day}/hidden_output -> day_{day + 1}/{gate} 1\u00d74" in described - published
        assert f"day_{day}/hidden_output -> day_{day + 1}/cell_state 1\u00d74" in published - described


def test_boxes_name_the_variables_that_they_read():
    """The same three on every day, and the output layer's two; shapes stand beside the boxes."""
    words = [text.get_text() for text in graph_figure(graph_of().as_graph_def(add_shapes=True)).axes[0].texts]
    for box in ("forget_gate\nW_xf W_hf\nb_f", "input_gate\nW_xi W_hi\nb_i", "memory_cell\nW_xg W_hg\nb_g"):
        assert words.count(box) == 3
    assert {"output_layer\nW_hy b_y", "days 3 to 4", "1\u00d74", "5\u00d71", "2\u00d75\u00d71"} <= set(words)


def test_one_later_day_is_named_alone():
    """Not from itself to itself."""
    words = [text.get_text() for text in graph_figure(graph_of(window=4).as_graph_def(add_shapes=True)).axes[0].texts]
    assert [word for word in words if re.match("days? ", word)] == ["day 3"]


def test_boxes_of_a_day_stand_apart():
    """No two in one place."""
    (axes,) = graph_figure(graph_of().as_graph_def(add_shapes=True)).axes
    places = [text.get_position() for text in axes.texts]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize(
    ("graph_def", "message"),
    [
        pytest.param(lambda: tf.GraphDef(), "no window_0/day_0", id="another-graph"),
        pytest.param(lambda: graph_of().as_graph_def(), r"has no shape; give graph\.as_graph_def", id="no-shapes"),
    ],
)
def test_graph_that_cannot_be_drawn_is_refused(graph_def, message):
    """With what is wrong."""
    with pytest.raises(ValueError, match=message):
        graph_figure(graph_def())
