"""The slips of a program of two layers that both programs may have: those of the layers, and what lies between them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

from reproduce.networks.ports.layer import GATES
from reproduce.networks.ports.layouts import KERAS
from reproduce.networks.ports.network_slips import NETWORK
from reproduce.networks.ports.slips import Number, Slip, one_slip, ways
from reproduce.networks.ports.training_slips import TRAINING

KINDS = {"x": "kernel", "h": "recurrent kernel", "b": "bias"}
OF_LAYERS = (
    "recurrent-transposed",
    "gate-bias-missing",
    "gate-bias-doubled",
    "forget-bias",
    "hard-sigmoid-old",
    "hard-sigmoid-new",
    "c-returned",
    "relu",
    "candidate-sigmoid",
    "forget-gate-missing",
    "input-gate-missing",
    "output-gate-missing",
    "tanh-left-out",
)
AS_THEY_ARE = (
    "batch-first",
    "output-bias-missing",
    "c-read-out",
    "window-backward",
    "view-for-transpose",
    "gradient-of-last-day",
)
IN_TRAINING = (
    "gradients-scaled",
    "gradients-added-up",
    "optimizer-renewed",
    "learning-rate",
    "learning-rate-by-step",
    "learning-rate-by-epoch",
    "weight-decay",
    "weight-penalty",
    "loss-penalised",
    "training-penalised",
    "two-biases",
    "loss-running-mean",
    "loss-after-the-step",
)


def shared(*names: str) -> tuple[Slip, ...]:
    """Slips of the Bitcoin program that are the same here."""
    found = {slip.name: slip for slip in (*NETWORK, *TRAINING)}
    return tuple(found[name] for name in names)


def in_layers(slip: Slip) -> Slip:
    """The slip in both layers, or in one of them."""
    changes = tuple(
        change | where for where in ({}, {"layer": "first"}, {"layer": "second"}) for change in slip.changes
    )
    return replace(slip, changes=changes)


def block_order(blocks: str) -> Slip:
    """Both layers' four blocks in another order than Keras's."""
    taken = "".join(blocks[KERAS.index(gate)] for gate in GATES)
    spelled = " ".join(blocks).replace("g", "c")
    return Slip(
        f"block-order-{blocks.replace('g', 'c')}",
        f"the gates i f c o take the blocks {spelled} of each matrix; in the program each takes its own",
        "Predictions are wrong from the first day. Shapes and the loss's fall look right.",
        "The four blocks of one wide matrix are read in another order than they were filled. Keras has i f c o, "
        "PyTorch the same (it calls c g), TF1's BasicLSTMCell i c f o, ONNX i o f c, the Bitcoin program i f o c.",
        "cut each matrix into four blocks and take them as i f c o",
        ways({"gates": taken}),
        "https://github.com/tensorflow/tensorflow/issues/29308",
    )


def block_exchange(kind: str, pair: tuple[str, str]) -> Slip:
    """Two blocks of one kind of weights in each other's place."""
    one, other = (gate.replace("g", "c") for gate in pair)
    gates = GATES.translate(str.maketrans("".join(pair), "".join(pair[::-1])))
    return Slip(
        f"exchanged-{KINDS[kind].replace(' ', '-')}-{one}-{other}",
        f"the blocks {one} and {other} of the {KINDS[kind]} are exchanged; those of the two others are not",
        "Predictions are wrong, the more so the longer the window."
        if kind == "h"
        else "Predictions are a little wrong.",
        "Of kernel, recurrent kernel and bias one is cut in another order than the two others.",
        f"exchange the blocks {one} and {other} of the {KINDS[kind]}",
        ways({f"gates_{kind}": gates}),
    )


BETWEEN = (
    one_slip(
        "sequence-not-returned",
        "the second layer reads the first one's last output on every day; in the program it reads that day's",
        "Windows of one day are right; longer ones are wrong.",
        "return_sequences=False, which is Keras's default, and RepeatVector behind it to mend the shape.",
        "return_sequences=True in the first layer, and nothing between but dropout",
        {"between": "last, repeated"},
        "https://github.com/keras-team/keras/issues/1166",
    ),
    one_slip(
        "first-day-read-out",
        "the output layer reads the second layer's first day; in the program its last",
        "Windows of one day are right; all longer ones are predicted alike whatever follows the first day.",
        "output[:, 0] for output[:, -1], or output[0] of a layer that has days first.",
        "read output[:, -1], or h_n of the last layer",
        {"read_out": "first day"},
    ),
    one_slip(
        "mean-read-out",
        "the output layer reads the mean of the second layer's days; in the program the last one alone",
        "Windows of one day are right; longer ones are wrong.",
        "return_sequences=True in the second layer too, and a mean or GlobalAveragePooling1D behind it.",
        "return_sequences=False in the second layer",
        {"read_out": "mean"},
    ),
    Slip(
        "dropout-at-inference",
        "dropout is at work in predictions; in the program only in training",
        "Two calls with the same inputs differ. Predictions scatter around the right ones.",
        "model.eval() is missing in PyTorch, or training=True in a call of a Keras model.",
        "model.eval() before predicting; in Keras training=False, or model.predict",
        ({"dropout": "on"}, {"dropout": "between"}, {"dropout": "last"}),
        "https://github.com/ipolharvard/ethos-ares/issues/20",
    ),
)


def clipping(kind: str, words: str, cause: str) -> Slip:
    """Of gradients, at 1 or another margin, which `words` have as {0}."""
    return one_slip(
        f"clipped-{kind}",
        f"{words}; the program does not clip",
        "Steps after a large gradient are different; the first step hardly is.",
        cause,
        "do not clip",
        {"clipping": kind, "margin": 1.0},
        number=Number("margin", "six steps", 0.001, 100),
    )


BATCHES = (
    clipping("each", "each gradient is clipped to a norm of {0} by itself", "clipnorm=1.0, as many examples have it."),
    clipping(
        "global",
        "gradients are clipped to a global norm of {0}",
        "global_clipnorm=1.0 in Keras, clip_grad_norm_(…, 1.0) in PyTorch.",
    ),
    clipping("value", "each number of a gradient is cut to -{0} … {0}", "clipvalue=1.0, clip_grad_value_."),
    one_slip(
        "remainder-dropped",
        "the windows that fill no batch are left out; the program trains on them as a shorter one",
        "One batch less in each epoch where the number of windows is no multiple of the batch.",
        "drop_last=True, drop_remainder=True, or a loop over whole batches; Keras's fit keeps them.",
        "train on the last windows too",
        {"remainder": "dropped"},
    ),
    one_slip(
        "shuffled-here",
        "the windows are taken in another order, such as a random one; here they are to be taken in the order given",
        "Steps on one batch are right. Losses of batches differ from run to run.",
        "fit shuffles, and so does the program; but what is random cannot be compared.",
        "shuffle=False while you compare",
        {"order": "shuffled"},
    ),
)


def optimizer(name: str, kind: str, program: str, cause: str, mend: str, issue: str = "") -> Slip:
    """Another optimizer, with its own defaults."""
    return one_slip(
        name,
        f"the optimizer is {kind}; the program's is {program}",
        "Predictions and gradients are right, and steps are not.",
        cause,
        mend,
        {"optimizer": kind},
        issue,
    )


LAYERS = (
    *(in_layers(block_order("".join(blocks))) for blocks in permutations(KERAS) if "".join(blocks) != KERAS),
    *(in_layers(block_exchange(kind, pair)) for kind in KINDS for pair in combinations(KERAS, 2)),
    *(in_layers(slip) for slip in shared(*OF_LAYERS)),
    *shared(*AS_THEY_ARE),
    *BETWEEN,
)
COMMON = (*LAYERS, *BATCHES, *shared(*IN_TRAINING))
