"""The graph as a thing to look at, and what may not move its initial draw."""

import numpy as np
import pytest
import tensorflow.compat.v1 as tf

from reproduce.networks.graph_engine import session_config
from reproduce.networks.lstm import session
from reproduce.networks.lstm.graph import add_training_step, build_network
from reproduce.networks.lstm.session import SessionEngine
from reproduce.networks.lstm.weights import Weights, create_weights, weight_shapes
from tests.networks.checks import TINY, Settings, small_problem

pytestmark = pytest.mark.usefixtures("one_thread")


def drawn(before=lambda: None, after=lambda _: None, threads=1):
    """The initial weights of seed 3, other operations having been added before and after them."""
    with tf.Graph().as_default(), tf.Session(config=session_config(threads)) as session:
        before()
        weights = create_weights(TINY.hidden, 3, "float32")
        after(weights)
        session.run(tf.global_variables_initializer())
        return session.run(weights)


def add_summaries(weights):
    for weight in weights:
        tf.summary.histogram(weight.op.name, weight)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"before": lambda: tf.random.normal([3])}, id="another-random-op-before"),
        pytest.param({"before": lambda: np.random.seed(1)}, id="numpy-s-global-seed"),  # noqa: NPY002
        pytest.param({"after": add_summaries}, id="summary-ops"),
        pytest.param({"threads": 2}, id="two-threads"),
    ],
)
def test_initial_draw_is_moved_by_nothing_but_its_seed(change):
    """Equal to the last bit."""
    for plain, changed in zip(drawn(), drawn(**change), strict=True):
        np.testing.assert_array_equal(changed, plain)


def test_losses_are_not_moved_by_a_summary_op():
    """Summaries added to the engine's graph and fetched beside each update: the same bits."""
    inputs, targets, _ = small_problem()

    def losses(with_summary):
        with tf.Graph().as_default(), tf.Session(config=session_config(1)) as session:
            network = build_network(TINY, 3, "float32")
            step = add_training_step(network, TINY, TINY.batch)
            fetches = {"loss": step.loss, "update": step.update}
            if with_summary:
                add_summaries(network.weights)
                fetches["summary"] = tf.summary.merge_all()
            session.run(tf.global_variables_initializer())
            feeds = [
                {network.inputs: inputs[k : k + 2], network.targets: targets[k : k + 2]}
                for k in range(0, len(inputs), 2)
            ]
            return [session.run(fetches, feed)["loss"] for feed in feeds]

    assert losses(with_summary=True) == losses(with_summary=False)


def test_session_engine_trains_alike_with_two_threads():
    """To float32 rounding: which operations run first depends on timing then, and with it the order of some sums."""
    inputs, targets, _ = small_problem()
    one, two = (SessionEngine(TINY, 3, threads=threads) for threads in (1, 2))
    for _ in range(3):
        ours, expected = (engine.train_epoch(inputs, targets).losses for engine in (two, one))
        np.testing.assert_allclose(ours, expected, rtol=1e-4)


def test_session_engine_predicts_without_a_training_step(monkeypatch):
    """It takes longer to build than all that predicts; whoever trains gets one."""
    inputs, targets, weights = small_problem()
    expected = SessionEngine(TINY, 3).predict(inputs)
    monkeypatch.setattr(session, "add_training_step", None)
    engine = SessionEngine(TINY, 3)
    np.testing.assert_array_equal(engine.predict(inputs), expected)
    engine.set_weights(weights)
    assert engine.weights().keys() == weights.keys()
    engine.close()
    with pytest.raises(TypeError, match="'NoneType' object is not callable"):
        SessionEngine(TINY, 3).train_epoch(inputs, targets)


def test_what_is_asked_before_moves_no_bit_of_a_training():
    """Predictions, which need no training step, or the state, which has Adam's memory in it."""
    inputs, targets, _ = small_problem()
    asked, plain = (SessionEngine(TINY, 3) for _ in range(2))
    asked.predict(inputs)
    start = asked.state()
    asked.restore(start)
    for one, other in zip(asked.train_epoch(inputs, targets), plain.train_epoch(inputs, targets), strict=True):
        np.testing.assert_array_equal(one, other)
    after = plain.state()
    assert len(start) == 3 * len(Weights._fields) + 2
    for name, array in asked.state().items():
        np.testing.assert_array_equal(array, after[name], err_msg=name)


def test_variables_are_named_by_gate_in_the_program_s_order():
    """What TensorBoard and a checkpoint show."""
    with tf.Graph().as_default():
        weights = create_weights(4, 0, "float32")
    assert [weight.op.name for weight in weights] == [
        *("input_gate/W_xi", "input_gate/W_hi", "input_gate/b_i"),
        *("forget_gate/W_xf", "forget_gate/W_hf", "forget_gate/b_f"),
        *("output_gate/W_xo", "output_gate/W_ho", "output_gate/b_o"),
        *("memory_cell/W_xg", "memory_cell/W_hg", "memory_cell/b_g"),
        *("output_layer/W_hy", "output_layer/b_y"),
    ]
    assert [tuple(weight.shape) for weight in weights] == list(weight_shapes(4))


def test_graph_has_a_scope_for_each_window_day_and_gate():
    """The picture in TensorBoard folds to a batch's windows, here two, each of three days, each of four gates."""
    names = {operation.name for operation in SessionEngine(TINY, 0).graph.get_operations()}
    for scope in ("window_0/day_0/input_gate/", "window_1/day_2/memory_cell/", "window_1/output_layer/", "loss_of_2/"):
        assert any(name.startswith(scope) for name in names), scope


def test_placeholders_have_the_published_shapes():
    """[batch, window, 1] and [batch, 1], float32."""
    with tf.Graph().as_default():
        network = build_network(Settings(hidden=4), 0, "float32")
    assert network.inputs.shape.as_list() == [7, 7, 1]
    assert network.targets.shape.as_list() == [7, 1]
    assert network.inputs.dtype == network.targets.dtype == tf.float32


def test_weights_are_fourteen_arrays_with_the_published_count():
    """4 gates of 1·256 + 256·256 + 256 and 256 + 1 of the output layer: 264,449 numbers."""
    sizes = [int(np.prod(shape)) for shape in weight_shapes(256)]
    assert len(sizes) == len(Weights._fields) == 14
    assert sum(sizes) == 4 * (256 + 256 * 256 + 256) + 257 == 264_449
