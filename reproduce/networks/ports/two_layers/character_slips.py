"""The slips of the network of characters alone: what it reads, its probabilities, its loss and its optimizer."""

from __future__ import annotations

from reproduce.networks.ports.slips import Slip, one_slip
from reproduce.networks.ports.two_layers.slips import optimizer

OF_CHARACTERS = (
    one_slip(
        "state-handed-on",
        "the second layer begins with the first one's last state; in the program with zeros",
        "All predictions are wrong, from the first character.",
        "initial_state=…, as an encoder hands its state to a decoder; or one (h, c) for both layers.",
        "begin each layer with zeros",
        {"second_begins": "first's"},
    ),
    one_slip(
        "softmax-twice",
        "softmax is taken twice, in predictions and loss; the program takes it once",
        "All probabilities are nearly alike. The loss hardly falls.",
        "Dense(…, activation='softmax') and a softmax layer or function behind it.",
        "take one of the two away",
        {"output": "softmax twice", "loss": "softmax twice"},
        "https://github.com/tflearn/tflearn/pull/562",
    ),
    one_slip(
        "softmax-twice-in-loss",
        "the loss takes the softmax of probabilities; in the program they have theirs already",
        "Predictions are right. The loss begins near the logarithm of the number of characters and hardly falls.",
        "nn.CrossEntropyLoss or softmax_cross_entropy_with_logits of a network that ends in softmax; or "
        "from_logits=True, but for Keras 3 on TensorFlow, which then takes the logits itself and warns.",
        "hand the loss the logits, or take the logarithm of the probabilities yourself",
        {"loss": "softmax twice"},
        "https://github.com/vinhkhuc/PyTorch-Mini-Tutorials/issues/1",
    ),
    one_slip(
        "softmax-twice-in-predictions",
        "predictions are the softmax of probabilities; the program takes it once",
        "The loss is right. All predicted probabilities are nearly alike.",
        "The network ends in softmax, and whoever predicts takes it once more.",
        "hand back what the network gives",
        {"output": "softmax twice"},
    ),
    Slip(
        "softmax-by-column",
        "softmax is taken over the windows of a batch; in the program over the characters",
        "The probabilities of one window do not add up to 1, and depend on the other windows of its batch.",
        "softmax(z, dim=0), axis=0, or F.softmax without dim, which may choose the first axis.",
        "softmax along the last axis: dim=-1, axis=-1",
        (
            {"output": "by column"},  # of predictions alone
            {"output": "by column", "loss": "by column"},
            # Keras's fit divides each row by its sum; from a softmax of its own it takes the logits, and is right.
            {"output": "by column", "loss": "by column, then row", "asked_loss": "by column"},
            {"output": "by column", "asked_loss": "by column"},
        ),
    ),
    one_slip(
        "logits",
        "predictions are logits; the program's are probabilities",
        "Predictions are negative at times, and do not add up to 1.",
        "PyTorch's networks end in logits, as its loss takes the softmax.",
        "softmax behind the last layer when you predict",
        {"output": "logits"},
    ),
    one_slip(
        "log-probabilities",
        "predictions are logarithms of probabilities; the program's are probabilities",
        "All predictions are negative.",
        "log_softmax, which goes with NLLLoss.",
        "exp of what you predict",
        {"output": "log"},
    ),
    one_slip(
        "labels-one-up",
        "the loss wants the character numbered one higher; the program's are numbered from 0",
        "Predictions are right. Greedy text is another alphabet's.",
        "Characters are numbered from 1 in the targets (Tokenizer does so) and from 0 in the network.",
        "number the targets from 0",
        {"labels": "one up"},
    ),
    one_slip(
        "labels-one-down",
        "the loss wants the character numbered one lower; the program's are numbered from 0",
        "Predictions are right. Greedy text is another alphabet's.",
        "1 was taken off targets that are numbered from 0 already.",
        "take nothing off the targets",
        {"labels": "one down"},
    ),
    one_slip(
        "not-scaled",
        "characters are read by their number; the program divides it by that of the distinct characters",
        "Gates are open or shut from the first character, and the loss falls slowly.",
        "The division was forgotten, in training or where text is written.",
        "divide by the number of distinct characters",
        {"scale": "none"},
    ),
    one_slip(
        "scaled-by-largest",
        "a character's number is divided by the largest one; the program divides by how many there are",
        "Predictions are a little wrong.",
        "Scaling to 0 … 1: the largest number is one less than the count.",
        "divide by len(characters), not by len(characters) - 1",
        {"scale": "count - 1"},
    ),
    one_slip(
        "cross-entropy-sum",
        "the loss is the sum over the samples of a batch; the program takes their mean",
        "Loss and gradients are larger by the number of samples in a batch.",
        "reduction='sum', or sum for mean.",
        "divide by the number of samples",
        {"loss": "sum"},
    ),
    one_slip(
        "cross-entropy-bits",
        "the loss is in bits; the program's is in nats",
        "Loss and gradients are 1.44 times as large.",
        "The logarithm to the base of 2.",
        "the natural logarithm",
        {"loss": "bits"},
    ),
    one_slip(
        "squared-probabilities",
        "the loss is the mean squared error of the probabilities; the program's is the cross-entropy",
        "The loss is far below 1 from the start, and falls slowly.",
        "'mse' for 'categorical_crossentropy'.",
        "categorical_crossentropy",
        {"loss": "squared"},
    ),
    Slip(
        "binary-cross-entropy",
        "the loss is the binary cross-entropy, each character by itself; the program's is the categorical one",
        "The loss is small from the start, as most characters are rightly not expected.",
        "'binary_crossentropy' for 'categorical_crossentropy': nothing refuses it. Keras 3 then leaves out the "
        "softmax and takes a sigmoid of each logit.",
        "categorical_crossentropy",
        ({"loss": "binary"}, {"loss": "sigmoid"}),
        "https://github.com/keras-team/keras/issues/3396",
    ),
    optimizer(
        "adam-pytorch-for-keras",
        "Adam of PyTorch",
        "Adam of Keras",
        "PyTorch's epsilon is 1e-8, added after the bias correction; Keras's is 1e-7, added before it.",
        "eps = 1e-7 / sqrt(1 - 0.999**t) at step t, or accept it",
        "https://github.com/keras-team/keras/issues/17391",
    ),
    optimizer(
        "adam-tf1-for-keras",
        "Adam of TF1",
        "Adam of Keras",
        "tf.train.AdamOptimizer's epsilon is 1e-8, Keras's 1e-7.",
        "keras.optimizers.Adam()",
    ),
    one_slip(
        "adam-epsilon-after",
        "Adam adds its epsilon of 1e-7 after the bias correction; the program before it",
        "The first steps differ where gradients are as small as 1e-6.",
        "PyTorch's Adam with eps=1e-7.",
        "eps = 1e-7 / sqrt(1 - 0.999**t) at step t, or accept it",
        {"epsilon": (1e-7, "after")},
        "https://github.com/keras-team/keras/issues/17391",
    ),
    *(
        optimizer(
            name,
            kind,
            "Adam of Keras",
            cause,
            "optimizer='adam'",
        )
        for name, kind, cause in (
            ("rmsprop", "RMSprop", "It is Keras's default, and another article's: the stacked LSTM has RMSprop."),
            ("sgd-for-adam", "SGD", "SGD is a library's or an example's default."),
        )
    ),
)
