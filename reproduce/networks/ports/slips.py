"""The slips that are known: what a port does instead, how that shows, where it comes from and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from reproduce.networks.ports.layer import GATES

WAYS = ("both", "in", "out")


@dataclass(frozen=True)
class Number:
    """What a port may have in place of a program's number: found from how it trains."""

    field: str  # of the program
    question: str  # whose answer tells it
    low: float
    high: float
    title: str  # with {0} for the number
    is_near_1: bool = False


@dataclass(frozen=True, eq=False)  # each is itself
class Slip:
    """One change to the program."""

    name: str
    title: str  # what the port does; what the program does
    symptom: str
    cause: str
    mend: str
    changes: tuple[dict[str, Any], ...]  # fields of a program, one way the slip may be made or several
    issue: str = ""  # where people asked it
    number: Number | None = None

    @property
    def anchor(self) -> str:
        """Its place in the documents."""
        return f"docs/slips.md#{self.name}"

    def programs(self, published: Any) -> tuple[Any, ...]:
        """The published program with the slip in it, in each of its ways."""
        other = {"published": "described", "described": "published"}.get(published.wiring)
        return tuple(
            replace(published, **change | ({"wiring": other} if "wiring" in change else {})) for change in self.changes
        )


def ways(change: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The change where weights are handed in and back, or one of the two alone."""
    return tuple(change | {"way": way} for way in WAYS)


def one_slip(
    name: str, title: str, symptom: str, cause: str, mend: str, change: dict[str, Any], issue: str = ""
) -> Slip:
    """A slip that is made in one way only."""
    return Slip(name, title, symptom, cause, mend, (change,), issue)


SINGLE = (
    Slip(
        "recurrent-transposed",
        "the recurrent weights W_h are transposed; the program computes read @ W_h",
        "The first day is right, as there is nothing to read; every later one is wrong. Shapes fit, as W_h is square.",
        "PyTorch keeps weight_hh as (4·hidden, hidden) and computes with its transpose; Keras and TF1 do not.",
        "transpose W_h once, for each gate, when you hand it over",
        ways({"recurrent": "transposed"}),
    ),
    *(
        Slip(
            f"recurrent-transposed-{gate}",
            f"W_h{gate} alone is transposed; the program computes read @ W_h{gate}",
            "The first day is right; every later one is a little wrong. Shapes fit, as the matrix is square.",
            "Four matrices are handed over by four lines, and one of them has a .T too many or too few.",
            f"hand over W_h{gate} as you do the other three",
            ways({"recurrent": f"transposed {gate}"}),
        )
        for gate in GATES
    ),
    one_slip(
        "gate-bias-missing",
        "the gates' biases are not added; the program adds b_i, b_f, b_o and b_g",
        "A new network looks right, because biases start at 0; a trained one is wrong from the first day.",
        "use_bias=False or bias=False, or the biases were not copied.",
        "add the bias of each gate",
        {"gate_biases": 0.0},
    ),
    one_slip(
        "gate-bias-doubled",
        "the gates' biases are added twice; the program adds them once",
        "A new network looks right, because biases start at 0; a trained one is wrong from the first day.",
        "PyTorch's LSTM has two biases, bias_ih and bias_hh, and both were filled with b.",
        "put b into bias_ih and zeros into bias_hh",
        {"gate_biases": 2.0},
    ),
    one_slip(
        "output-bias-missing",
        "the output layer's bias b_y is not added; the program adds it",
        "All predictions are off by one constant.",
        "Dense(1, use_bias=False), or h @ W_hy alone.",
        "add b_y to h @ W_hy",
        {"output_bias": 0.0},
    ),
    one_slip(
        "forget-bias",
        "1 is added to the forget gate's bias in the cell; the program adds nothing",
        "Every forget gate is too open. Weights copied from one program into the other do not give its predictions.",
        "TF1's BasicLSTMCell and LSTMCell add forget_bias=1.0 at each step. Keras only starts b_f at 1.",
        "forget_bias=0.0, or take 1 off b_f when you hand it over",
        {"forget_bias": 1.0},
        "https://github.com/keras-team/keras/issues/10179",
    ),
    one_slip(
        "candidate-of-input-gate",
        "the candidate g reads the input gate's weights; in the program it has its own",
        "W_xg, W_hg and b_g get no gradient and never change.",
        "The article's equation prints W_i and b_i in the candidate's line (D9). Its program does not do that.",
        "use W_xg, W_hg and b_g for the candidate",
        {"gates": "ifoi"},
    ),
    one_slip(
        "wiring",
        "h and c stand in each other's place when the cell is called",
        "The first day is right, as both start at 0; every later one is wrong.",
        "The published program hands its cell the two vectors exchanged (D2); the article's text, and every library's "
        "LSTM, does not.",
        "compare a library's LSTM, or one from the article's text, with --wiring described, and the published program "
        "with --wiring published; else call the cell with (c, h) for (h, c)",
        {"wiring": "described"},
    ),
    one_slip(
        "batch-first",
        "the network runs along the windows of a batch; the program along the days of each window",
        "A window's prediction depends on the other windows of its batch. Nothing fails: the shapes fit.",
        "PyTorch's nn.LSTM takes (days, windows, features) unless it has batch_first=True.",
        "nn.LSTM(…, batch_first=True)",
        {"axes": "windows"},
        "https://github.com/salesforce/cove/issues/10",
    ),
    one_slip(
        "hard-sigmoid-old",
        "the gates use the hard sigmoid 0.2 z + 0.5, cut to 0 … 1; the program uses 1 / (1 + exp(-z))",
        "Predictions are a few per cent off; gates are exactly 0 or 1 at times.",
        "recurrent_activation='hard_sigmoid' was the default of Keras before 2.3, and stands in old models.",
        "recurrent_activation='sigmoid'",
        {"sigmoid": "hard-0.2"},
        "https://github.com/tensorflow/tensorflow/issues/47495",
    ),
    one_slip(
        "hard-sigmoid-new",
        "the gates use the hard sigmoid z / 6 + 0.5, cut to 0 … 1; the program uses 1 / (1 + exp(-z))",
        "Predictions are a few per cent off; gates are exactly 0 or 1 at times.",
        "'hard_sigmoid' of Keras 3, PyTorch and JAX is another function than that of Keras 2.",
        "recurrent_activation='sigmoid'",
        {"sigmoid": "hard-6"},
        "https://github.com/tensorflow/tensorflow/issues/65381",
    ),
    one_slip(
        "c-read-out",
        "the prediction is made from the cell state c; the program makes it from h",
        "Every step of the cell is right, and every prediction is wrong.",
        "An LSTM returns (output, (h, c)) or (output, h, c), and the last one was taken.",
        "multiply the last h with W_hy",
        {"read_out": "c"},
    ),
    one_slip(
        "c-returned",
        "the cell hands on c in the place of h, at each step; the program hands on h = o · tanh(c)",
        "The output gate has no effect: W_xo, W_ho and b_o get no gradient.",
        "The loop keeps one state, or `return c, c` stands where h is lost.",
        "return h and c, and read h at the next step",
        {"returned": "c"},
    ),
    one_slip(
        "relu",
        "the candidate and the cell's output use relu; the program uses tanh",
        "Predictions are too large, and may grow without bound over long windows.",
        "activation='relu' in the layer, as many examples of time series have it.",
        "leave the activation at tanh",
        {"activation": "relu"},
        "https://github.com/keras-team/keras/issues/2194",
    ),
    one_slip(
        "candidate-sigmoid",
        "the candidate g goes through a sigmoid, as the gates do; in the program through tanh",
        "The cell state never falls below 0 in a network that starts from zeros.",
        "All four blocks go through one sigmoid.",
        "g = tanh(…)",
        {"candidate": "sigmoid"},
    ),
    one_slip(
        "c-returned-first",
        "the cell returns c before h; the order is h, c",
        "The cell differs with every gate, and predictions may be right.",
        "Keras's cells return the output and then [h, c], PyTorch's h, c, and some by hand c, h.",
        "return h, c",
        {"cell_returns": "c, h"},
    ),
    one_slip(
        "tanh-left-out",
        "h = o · c; the program has h = o · tanh(c)",
        "Predictions are a little too large, the more so the larger c is.",
        "activation=None or 'linear', or the second tanh was forgotten.",
        "h = o * tanh(c)",
        {"last_tanh": False},
    ),
    one_slip(
        "window-backward",
        "the window is read from its last day to its first; the program reads from the first",
        "Windows of one day are right; longer ones are wrong.",
        "go_backwards=True, a loop over reversed(range(window)), or the table was turned round in the network.",
        "read inputs[:, 0] first",
        {"days": "backward"},
    ),
    one_slip(
        "loss-sum",
        "the loss is the sum of the squared errors; the program takes their mean",
        "Loss and gradients are larger by the number of windows in a batch.",
        "reduction='sum', or sum for mean.",
        "divide by the number of windows",
        {"loss": "sum"},
    ),
    one_slip(
        "loss-half",
        "the loss is half the mean squared error; the program takes all of it",
        "Loss and gradients are half as large. With Adam the training looks nearly the same.",
        "The 1/2 of textbooks, tf.nn.l2_loss, or optax.l2_loss.",
        "multiply the loss by 2, and its derivative too where you write that by hand",
        {"loss": "half"},
    ),
    one_slip(
        "loss-root",
        "the loss is the root of the mean squared error; the program takes no root",
        "The printed loss is the root of ours. Gradients differ by one factor a batch.",
        "RMSE was both reported and trained on.",
        "take the root for the report only",
        {"loss": "root"},
    ),
    one_slip(
        "loss-absolute",
        "the loss is the mean absolute error; the program squares the errors",
        "Large errors weigh less.",
        "'mae' or L1Loss for 'mse' or MSELoss.",
        "square the errors",
        {"loss": "absolute"},
    ),
    one_slip(
        "loss-every-with-every",
        "every prediction is subtracted from every target; the program takes each with its own",
        "Predictions are right. The loss stays as large as the targets' variance, and the network learns their mean.",
        "Predictions have the shape (n, 1) and targets (n,), so the difference has (n, n); no library complains.",
        "give both the same shape: targets[:, None], or predictions[:, 0]",
        {"loss": "every with every"},
    ),
)
