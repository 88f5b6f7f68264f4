"""The slips of the Bitcoin network and its loss that are written out, one by one."""

from __future__ import annotations

from reproduce.networks.ports.layer import GATES
from reproduce.networks.ports.slips import Slip, one_slip, ways

NETWORK = (
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
        "A trained network is wrong from the first day. A new one looks right where all biases start at 0; Keras "
        "starts b_f at 1.",
        "use_bias=False or bias=False, or the biases were not copied.",
        "add the bias of each gate",
        {"gate_biases": 0.0},
    ),
    Slip(
        "gate-bias-doubled",
        "the gates' biases are added twice; the program adds them once",
        "A trained network is wrong from the first day. A new one looks right where all biases start at 0; Keras "
        "starts b_f at 1.",
        "PyTorch's LSTM has two biases, bias_ih and bias_hh, and both were filled with b.",
        "put b into bias_ih and zeros into bias_hh, and let that stay: bias_hh.requires_grad = False",
        (
            {"gate_biases": 2.0},
            {"gate_biases": 2.0, "bias_gradients": "of one"},  # both train, and one is handed back
            {"gate_biases": 2.0, "way": "in"},  # one trains, and their sum is handed back
            {"gate_biases": 2.0, "way": "in", "bias_steps": 2.0},  # both train, and so is their sum
        ),
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
    Slip(
        "wiring",
        "the cell gets h and c in each other's place; the other wiring is asked for",
        "The first day is right, as both start at 0; every later one is wrong.",
        "The published program hands its cell the two vectors exchanged (D2); the article's text, and every library's "
        "LSTM, does not.",
        "compare a library's LSTM, or one from the article's text, with --wiring described, and the published program "
        "with --wiring published; else call the cell with (c, h) for (h, c)",
        ({"wiring": "described"}, {"wiring": "described", "cell_wiring": "other"}),
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
    *(
        one_slip(
            f"{gate}-gate-missing",
            f"the {gate} gate is left out, as if it were 1; in the program it scales {scaled}",
            "The gate's weights get no gradient and never change.",
            cause,
            f"multiply {scaled} by the {gate} gate",
            {"missing": gate[0]},
        )
        for gate, scaled, cause in (
            (
                "forget",
                "the state that is kept",
                "The LSTM of 1997 has no such gate, and some texts still draw that one.",
            ),
            ("input", "the candidate", "The line of the new c lacks a factor."),
            ("output", "the tanh of the new c", "The line of the new h lacks a factor."),
        )
    ),
    one_slip(
        "c-returned-first",
        "the cell returns c before h; the order is h, c",
        "The cell differs with every gate, and predictions may be right.",
        "Keras's cells return the output and then [h, c], PyTorch's h, c, and some by hand c, h.",
        "let the cell return h, c, in this order",
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
        "view-for-transpose",
        "the inputs (windows, days) are viewed as (days, windows), not transposed; the program reads each window",
        "A batch of one window, or windows of one day, are right. All others mix the days of several windows.",
        "view or reshape stands where transpose or permute is meant: it cuts the same row of numbers elsewhere.",
        "x.transpose(0, 1) in PyTorch, np.swapaxes(x, 0, 1)",
        {"days": "by view"},
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
        "The 1/2 of textbooks, or the mean of optax.l2_loss; tf.nn.l2_loss is half the sum, which is another loss.",
        "multiply the loss by 2, and its derivative too where you write that by hand",
        {"loss": "half"},
    ),
    one_slip(
        "loss-half-sum",
        "the loss is half the sum of the squared errors; the program takes their mean",
        "Loss and gradients are larger by half the number of windows in a batch.",
        "tf.nn.l2_loss, or a textbook's 1/2 before a sum.",
        "tf.reduce_mean(tf.square(error)): divide by the number of windows, and leave out the half",
        {"loss": "half sum"},
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
        "One of the two has the shape (n, 1) and the other (n,), so the difference has (n, n); nothing fails, and "
        "PyTorch's mse_loss only warns.",
        "give both the same shape: here targets have (n, 1), so leave predictions at (n, 1) and squeeze neither",
        {"loss": "every with every"},
    ),
)
