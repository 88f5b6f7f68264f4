"""The slips of the stacked LSTM of prices alone: its output, its loss and its optimizer."""

from __future__ import annotations

from reproduce.networks.ports.slips import Slip, one_slip
from reproduce.networks.ports.two_layers.slips import optimizer, shared


def _activation(name: str) -> Slip:
    return one_slip(
        f"output-{name}",
        f"the output layer has the activation {name}; in the program it has none",
        "Predictions are bent, and their range is cut.",
        f"Dense(1, activation='{name}'), as scaled prices seem to lie between 0 and 1.",
        "Dense(1) without an activation",
        {"output": name},
    )


OF_PRICES = (
    *(_activation(name) for name in ("relu", "sigmoid", "tanh")),
    *shared("loss-sum", "loss-half", "loss-half-sum", "loss-root", "loss-absolute", "loss-every-with-every"),
    optimizer(
        "rmsprop-pytorch",
        "RMSprop of PyTorch",
        "RMSprop of Keras",
        "torch.optim.RMSprop has alpha 0.99 and adds an epsilon of 1e-8 outside the root; Keras has rho 0.9 and adds "
        "1e-7 inside it. PyTorch's default rate is 0.01 besides.",
        "alpha=0.9 and lr=0.001; for the epsilon a step of your own, g / (v + 1e-7).sqrt()",
        "https://github.com/pytorch/pytorch/issues/23796",
    ),
    optimizer(
        "rmsprop-tf1",
        "RMSprop of TF1",
        "RMSprop of Keras",
        "tf.train.RMSPropOptimizer begins its mean of squares at 1, not at 0, and has an epsilon of 1e-10.",
        "keras.optimizers.RMSprop()",
        "https://github.com/google-deepmind/optax/issues/49",
    ),
    one_slip(
        "rmsprop-rho",
        "RMSprop's rho is 0.99; the program's is 0.9",
        "The first step is three times as large.",
        "0.99 is PyTorch's default alpha, 0.9 Keras's rho.",
        "rho=0.9, alpha=0.9",
        {"squares": 0.99},
    ),
    one_slip(
        "rmsprop-epsilon-outside",
        "RMSprop adds its epsilon of 1e-7 outside the root; the program inside",
        "Weights move much further where gradients are small.",
        "Equations in papers and PyTorch's code have g / (√v + ε), Keras's has g / √(v + ε).",
        "take the step g / sqrt(v + 1e-7)",
        {"epsilon": (1e-7, "outside")},
        "https://github.com/tensorflow/tensorflow/issues/58412",
    ),
    one_slip(
        "rmsprop-epsilon-pytorch",
        "RMSprop adds an epsilon of 1e-8 outside the root; the program 1e-7 inside",
        "Weights move much further where gradients are small.",
        "torch.optim.RMSprop(…, alpha=0.9), or old Keras: another epsilon, in another place.",
        "a step of your own, g / (v + 1e-7).sqrt()",
        {"epsilon": (1e-8, "outside")},
        "https://github.com/pytorch/pytorch/issues/23796",
    ),
    one_slip(
        "rmsprop-epsilon",
        "RMSprop's epsilon is 1e-8; the program's is 1e-7",
        "Weights move further where gradients are small.",
        "1e-8, PyTorch's default or that of Adam, was given to Keras's RMSprop.",
        "epsilon=1e-7",
        {"epsilon": (1e-8, "inside")},
        "https://github.com/keras-team/keras/issues/7895",
    ),
    *(
        optimizer(
            name,
            kind,
            "RMSprop of Keras",
            f"{usual} is what many examples have; this program has RMSprop.",
            "optimizer='rmsprop'",
        )
        for name, kind, usual in (
            ("adam", "Adam", "Adam"),
            ("adam-pytorch", "Adam of PyTorch", "Adam"),
            ("plain-sgd", "SGD", "SGD"),
        )
    ),
)
