"""The slips of a training: gradients, clipping, Adam, batches. `network_slips.py` has those of the network."""

from __future__ import annotations

from reproduce.networks.ports.slips import Number, Slip

TRAINING = (
    Slip(
        "gradient-of-last-day",
        "gradients flow through the last day only; the program's flow through all of them",
        "Predictions and loss are right, W_hy and b_y too; the gates' gradients are wrong.",
        "detach() or stop_gradient stands inside the loop over days, or backpropagation through time is cut.",
        "leave h and c attached inside a window",
        ({"backward_days": "last"},),
    ),
    Slip(
        "gradients-scaled",
        "all gradients are 0.5 times those of the loss; the program's are the loss's",
        "Every gradient is wrong by the same factor. With Adam the training looks nearly the same.",
        "The derivative by hand belongs to another loss: a 2, a 1/2 or a division by the batch is missing or too many.",
        "take the derivative of the loss that you report: 2 * error / n of a mean of n squares",
        ({"gradient_factor": 0.5},),
        number=Number(
            "gradient_factor",
            "gradients",
            0.001,
            1000,
            "all gradients are {0} times those of the loss; the program's are the loss's",
        ),
    ),
    Slip(
        "gradients-added-up",
        "each batch's gradients are added to those of all batches before; the program takes its own alone",
        "The first step is right, later ones are not.",
        "optimizer.zero_grad() is missing in PyTorch, or a sum of gradients is made once, outside the loop.",
        "optimizer.zero_grad() before each backward()",
        ({"is_added_up": True},),
    ),
    Slip(
        "clipping-global",
        "gradients are clipped to a global norm of 4; the program computes that and trains on the others",
        "Steps after a large gradient are different; the first step is not, because Adam is scale-free.",
        "The article's text says that gradients are clipped (D3); clip_grad_norm_, global_clipnorm, "
        "tf.clip_by_global_norm.",
        "take the step with gradients that are not clipped; the program clips some too, but never uses them",
        ({"clipping": "global"},),
        number=Number(
            "margin", "six steps", 0.01, 100, "gradients are clipped to a global norm of {}; the program does not clip"
        ),
    ),
    Slip(
        "clipping-each",
        "each gradient is clipped to a norm of 4 by itself; the program does not clip",
        "Steps after a large gradient are different; the first step is not, because Adam is scale-free.",
        "clipnorm=4 in Keras, tf.clip_by_norm: a norm for each array, not for all of them together.",
        "do not clip",
        ({"clipping": "each"}, {"clipping": "each-packed"}),
        number=Number(
            "margin", "six steps", 0.01, 100, "each gradient is clipped to a norm of {}; the program does not clip"
        ),
    ),
    Slip(
        "clipping-value",
        "each number of a gradient is cut to -4 … 4; the program does not clip",
        "Steps after a large gradient are different.",
        "clipvalue=4, clip_grad_value_, tf.clip_by_value.",
        "do not clip",
        ({"clipping": "value"},),
        number=Number(
            "margin",
            "six steps",
            0.001,
            100,
            "each number of a gradient is cut to -{0} … {0}; the program does not clip",
        ),
    ),
    Slip(
        "adam-epsilon-keras",
        "Adam's epsilon is 1e-7; the program's is 1e-8",
        "Weights move a little less where gradients are small. Losses part slowly.",
        "1e-7 is Keras's default; TF1's and PyTorch's is 1e-8.",
        "Adam(epsilon=1e-8)",
        ({"epsilon": (1e-7, "before")},),
    ),
    Slip(
        "adam-epsilon",
        "Adam adds epsilon after the bias correction (PyTorch); the program adds it before (TF1)",
        "The first steps are larger where gradients are as small as 1e-7; elsewhere hardly anything shows.",
        "Kingma and Ba's algorithm 1 has it after, and so have PyTorch and optax; TF1 and Keras have the one that "
        "ends their section 2, whose epsilon means less at first.",
        "eps = 1e-8 / sqrt(1 - 0.999**t) at step t, or accept it",
        ({"epsilon": (1e-8, "after")},),
        "https://github.com/google-deepmind/optax/issues/571",
    ),
    Slip(
        "adam-epsilon-both",
        "Adam adds an epsilon of 1e-7 after the bias correction; the program adds 1e-8 before it",
        "The first steps differ where gradients are as small as 1e-6.",
        "PyTorch's or optax's Adam with Keras's default of epsilon.",
        "eps = 1e-8 / sqrt(1 - 0.999**t) at step t",
        ({"epsilon": (1e-7, "after")},),
    ),
    Slip(
        "adam-uncorrected",
        "Adam's means are not corrected for their start at 0; the program corrects them",
        "The first step is 3 times as large, and the next ones too large.",
        "Adam by hand without the division by 1 - beta**t.",
        "multiply the rate by sqrt(1 - 0.999**t) / (1 - 0.9**t)",
        ({"is_corrected": False},),
    ),
    Slip(
        "adam-counts-epochs",
        "Adam's t counts epochs; the program's counts steps",
        "The first step is right, later ones of an epoch are too large.",
        "Adam by hand, and t += 1 stands in the loop over epochs.",
        "count a step for every batch",
        ({"counted": "epoch"},),
    ),
    Slip(
        "optimizer-renewed",
        "each epoch begins with a new optimizer; the program's goes on with its means",
        "The first epoch is right; then the steps are too large for a while.",
        "The optimizer is made, or model.compile is called, inside the loop over epochs.",
        "make the optimizer once, before the loop",
        ({"is_renewed": True},),
    ),
    Slip(
        "adam-beta2",
        "Adam's beta2 is 0.99; the program's is 0.999",
        "The first step is right, later ones are not.",
        "RMSProp's 0.99 was carried over, or a digit was lost.",
        "beta2 = 0.999",
        ({"beta2": 0.99},),
        number=Number(
            "beta2", "six steps", 0.5, 1 - 1e-6, "Adam's beta2 is {0}; the program's is 0.999", is_near_1=True
        ),
    ),
    Slip(
        "adam-beta1",
        "Adam's beta1 is 0.5; the program's is 0.9",
        "The first step is right, later ones are not.",
        "A value of another program was carried over, such as the 0.5 of generative adversarial networks.",
        "beta1 = 0.9",
        ({"beta1": 0.5},),
        number=Number(
            "beta1", "six steps", 0.01, 1 - 1e-4, "Adam's beta1 is {0}; the program's is 0.9", is_near_1=True
        ),
    ),
    Slip(
        "learning-rate",
        "the learning rate is 0.01; the program's is 0.001",
        "Each step is ten times as large; losses jump.",
        "A default of another optimizer, or a digit was lost.",
        "learning rate 0.001",
        ({"learning_rate": 0.01},),
        number=Number("learning_rate", "one step", 1e-7, 10, "the learning rate is {0}; the program's is 0.001"),
    ),
    Slip(
        "weight-decay",
        "each step takes 1 % times the rate off every weight; the program has no weight decay",
        "Weights shrink a little; losses part slowly.",
        "AdamW of PyTorch, whose weight_decay is 0.01 by default, for Adam.",
        "Adam, or weight_decay=0",
        ({"decay": 0.01},),
    ),
    Slip(
        "sgd",
        "weights move by rate times gradient; the program takes Adam's steps",
        "Losses hardly fall.",
        "SGD is a library's or an example's default.",
        "Adam with a rate of 0.001",
        ({"optimizer": "SGD"},),
    ),
    Slip(
        "two-biases",
        "two biases a gate are trained and summed, so their sum moves twice; the program has one",
        "Predictions and gradients are right; after a step the gates' biases have moved twice as far.",
        "PyTorch's bias_ih and bias_hh each take a step.",
        "bias_hh.requires_grad = False, at zero",
        ({"bias_steps": 2.0},),
        "https://github.com/onnx/onnx/issues/1127",
    ),
    Slip(
        "remainder-kept",
        "the windows that fill no batch are trained on as a shorter one; the program drops them",
        "One more batch in each epoch where the number of windows is no multiple of the batch.",
        "Keras's fit and PyTorch's DataLoader keep the remainder by default (D6).",
        "drop_remainder=True, drop_last=True, or leave out the last windows",
        ({"remainder": "kept"},),
    ),
    Slip(
        "loss-running-mean",
        "a batch's loss is told as the mean over the epoch so far; the program tells its own",
        "Weights are right, and only the losses of later batches are not. Each epoch's last one is the epoch's mean.",
        "Keras's progress bar and the logs of on_train_batch_end show a running mean.",
        "take the loss of train_on_batch after reset_metrics(), or undo the mean: multiply each by the windows so far, "
        "subtract the product before it, divide by the batch's windows",
        ({"reported": "running mean"},),
    ),
    Slip(
        "shuffled",
        "the windows are taken in another order, such as a random one; the program takes them as they are given",
        "Steps on one batch are right. Losses of batches differ from run to run, their mean hardly.",
        "Keras's fit shuffles by default; shuffle=True in a DataLoader; or a loop over batches begins at the end.",
        "shuffle=False, and batches from the first window to the last",
        ({"order": "shuffled"},),
    ),
    Slip(
        "stateful",
        "h and c are carried from one batch to the next; the program starts each window from zeros",
        "The first batch is right, all later ones are not. Prediction by itself is right.",
        "stateful=True in Keras, or h and c are made once, outside the loop over batches.",
        "start every batch from zeros",
        ({"state": "carried"}, {"state": "within-epoch"}),
    ),
)
