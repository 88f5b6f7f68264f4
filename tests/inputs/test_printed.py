"""Losses as people have them: tables, lists, notebooks, logs of Keras and of other loops; and what is refused."""

import json

import pytest

from reproduce.errors import DataError
from reproduce.inputs.printed import read_losses

KERAS_3 = """Epoch 1/3
\x1b[1m  1/145\x1b[0m \x1b[37m━━━━━\x1b[0m \x1b[1m2:01\x1b[0m 843ms/step - loss: 0.9000\r\
\x1b[1m145/145\x1b[0m \x1b[32m━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m1s\x1b[0m 2ms/step - loss: 0.3000 - val_loss: 0.7000
Epoch 2/3
\x1b[1m145/145\x1b[0m \x1b[32m━━━━━\x1b[0m \x1b[1m0s\x1b[0m 2ms/step - loss: 0.2000 - val_loss: 0.6000
Epoch 2: val_loss improved from 0.7 to 0.6, saving model to best.keras
Epoch 3/3
\x1b[1m145/145\x1b[0m \x1b[32m━━━━━\x1b[0m \x1b[1m0s\x1b[0m 2ms/step - loss: 1.2500e-01 - val_loss: 0.5
"""
KERAS_2 = """Epoch 1/3
  1/145 [.....] - ETA: 3:01 - loss: 0.9000\b\b\b\b\b\b\b\b 72/145 [=====>....] - loss: 0.5\b\b\b\b\
145/145 [=====] - 2s 3ms/step - loss: 0.3000 - val_loss: 0.7000
Epoch 2/3
145/145 [=====] - 0s 3ms/step - mae: 0.9 - val_loss: 0.6000 - loss: 0.2000
Epoch 3/3
145/145 [=====] - 0s 3ms/step - loss: 0.1250
"""
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "source": ["loss: 7"]},
            {
                "cell_type": "code",
                "source": ["epochs = 200"],
                "outputs": [{"name": "stdout", "text": ["(1018, 7, 1)\n"]}],
            },
            {
                "cell_type": "code",
                "outputs": [{"text": ["Epoch 0/200 0.3\n", "Epoch 1/200 0.2\n", "Epoch 2/200 0.125\n"]}],
            },
        ]
    }
)
SHOWN = json.dumps({"cells": [{"outputs": [{"data": {"text/plain": ["[0.3, 0.2,\n", " 0.125]"]}}]}]})  # nothing printed
FORMS = {  # each has the losses 0.3, 0.2 and 0.125, and tells where it begins to count
    "table": ("epoch,loss\n0,0.3\n1,0.2\n2,0.125\n", 0),
    "semicolons": ("\ufeffEpoch;Loss\r\n0;0.3\r\n1;0.2\r\n2;0.125\r\n", 0),
    "tabs": ("0\t.3\n1\t0.2\n2\t1.25e-1\n", 0),
    "spaces": ("0 0.3\n1 0.2\n\n2 0.125", 0),
    "further-columns": ("val_loss,loss,epoch,lr\n9,0.3,0,1\n9,0.2,1,1\n9,0.125,2,1\n", 0),
    "data-frame": (",loss,val_loss\n0,0.3,9\n1,0.2,9\n2,0.125,9\n", 0),
    "tensorboard": ("Wall time,Step,Value\n17.1,0,0.3\n17.2,1,0.2\n17.3,2,0.125\n", 0),
    "training-loss": ("epoch,train_loss,val_loss\n2.0,0.125,9\n0.0,0.3,9\n1.0,0.2,9\n", 0),
    "one-column": ("loss\n0.3\n0.2\n0.125\n", 0),
    "bare-column": ("0.3\n0.2\n0.125\n", 0),
    "list": ("[0.3, 0.2,\n0.125]\n", 0),
    "numpy-list": ("[np.float32(0.3), np.float64(0.2), 0.125]", 0),
    "history": ('{"loss": [0.3, 0.2, 0.125], "val_loss": [1, 2, 3]}', 0),
    "python-history": ("{'val_loss': [1, 2, 3], 'loss': [0.3, 0.2, 0.125]}", 0),
    "objects": ('[{"epoch": 0, "loss": 0.3}, {"epoch": 1, "loss": 0.2}, {"epoch": 2, "loss": 0.125}]', 0),
    "keras-3": (KERAS_3, 1),
    "keras-3-copied": (KERAS_3.replace("\x1b", ""), 1),
    "keras-2": (KERAS_2, 1),
    "keras-quiet": (
        "Epoch 1/3\n - 1s - loss: 0.3\nEpoch 2/3\n145/145 - 0s - loss: 0.2\nEpoch 3/3\n - 0s - loss: 0.125",
        1,
    ),
    "article": ("training inputs (1018, 7, 1)\nEpoch 0/200 0.3\nEpoch 1/200 0.2\nEpoch 2/200 0.125\n", 0),
    "current-loss": (
        "Epoch 0/200  Current loss: 0.3\nEpoch 1/200  Current loss: 0.2\nEpoch 2/200  Current loss: 0.125",
        0,
    ),
    "pytorch": (
        "Epoch [1/3], Val Loss: 9, Loss: 0.3\nEpoch [2/3], Loss: 0.2\nEpoch [3/3], Train Loss: 0.125, Val Loss: 9",
        1,
    ),
    "loop": ("epoch: 0 | val_loss=9 | train_loss=0.3\nepoch: 1 | loss=0.2\nepoch: 2 | loss=0.125", 0),
    "keras-evaluated": (KERAS_3 + "36/36 ━━━━━ 0s 2ms/step - loss: 0.9\ntest loss: 0.5\n", 1),
    "keras-quiet-evaluated": (
        "Epoch 1/3\n145/145 - 1s - loss: 0.3\nEpoch 2/3\n145/145 - 0s - loss: 0.2\n"
        "Epoch 3/3\n145/145 - 0s - loss: 0.125\n"
        "36/36 - 0s - loss: 0.9\n",
        1,
    ),
    "keras-bar-by-lines": (KERAS_2.replace("\b\b\b\b", "\n"), 1),
    "pytorch-tutorial": (
        "Epoch 0/2\n----\ntrain Loss: 0.3 Acc: 1\nval Loss: 9 Acc: 1\n\nEpoch 1/2\n----\ntrain Loss: 0.2\nval Loss: 9\n"
        "Epoch 2/2\n----\nval Loss: 9\ntrain Loss: 0.125\n",
        0,
    ),
    "lightning": (
        "Epoch 0: val/loss=9 train/loss=0.3\nEpoch 1 | Val MSE loss: 9 | Train loss 0.2\n"
        "epoch 2 val_mse_loss=9 loss=0.125\n",
        0,
    ),
    "abbreviated": ("Epoch 0 Val. loss: 9 Train loss: 0.3\nEpoch 1 loss: 0.2\nEpoch 2 loss: 0.125", 0),
    "column-of-two-words": ("epoch,mse_val_loss,mse_loss\n0,9,0.3\n1,9,0.2\n2,9,0.125\n", 0),
    "capitals": ('[{"Epoch": 0, "Loss": 0.3}, {"Epoch": 1, "Loss": 0.2}, {"Epoch": 2, "Loss": 0.125}]', 0),
    "steps": ('{"step": [0, 1, 2], "loss": [0.3, 0.2, 0.125]}', 0),
    "data-frame-with-epochs": (",epoch,loss\n7,0,0.3\n8,1,0.2\n9,2,0.125\n", 0),
    "lightning-table": ("epoch,step,train_loss\n0,144,0.3\n1,289,0.2\n2,434,0.125\n", 0),
    "lightning-table-of-steps": (
        "epoch,step,train_loss_step,train_loss_epoch\n0,144,0.9,\n0,144,,0.3\n1,289,,0.2\n2,434,,0.125\n",
        0,
    ),
    "data-frame-as-json": ('{"loss":{"0":0.3,"1":0.2,"2":0.125},"val_loss":{"0":9,"1":9,"2":9}}', 0),
    "records": ('[{"loss": 0.3, "val_loss": 9}, {"loss": 0.2}, {"loss": 0.125}]', 0),
    "value-of-a-cell": (SHOWN, 0),
    "columns-of-a-data-frame": ('{"loss": [0.2, 0.3, 0.125], "epoch": [1.0, 0.0, 2.0]}', 0),
    "batches-before-the-epoch": (
        "Epoch 1/3\nbatch 100 loss: 0.9\ntrain loss: 0.3\nEpoch 2/3\n1/Unknown - loss: 0.9\n2/Unknown - loss: 0.2\n"
        "Epoch 3/3\nloss: 0.9\nloss: 0.125\n",
        1,
    ),
    "notebook": (NOTEBOOK, 0),
}


@pytest.fixture
def written(tmp_path):
    """A way to write a file of losses."""

    def file(content, encoding="utf-8"):
        path = tmp_path / "losses.txt"
        path.write_bytes(content.encode(encoding))
        return path

    return file


@pytest.mark.parametrize(("content", "first_epoch"), FORMS.values(), ids=list(FORMS))
def test_losses_are_read_by_epoch(written, content, first_epoch):
    """Three losses of the training, whatever else stands beside them; where counting begins is read off the form."""
    printed = read_losses(written(content))
    assert printed.first_epoch == first_epoch
    counted = printed.counted_from(None)
    assert (counted.epochs.tolist(), counted.losses.tolist()) == ([0, 1, 2], [0.3, 0.2, 0.125])


def test_epoch_cut_short_is_not_taken_for_the_evaluation_below_it(written):
    """Whose bar has other steps."""
    log = "Epoch 1/9\n145/145 - 1s - loss: 0.3\nEpoch 2/9\n 73/145 [==>..] - loss: 0.2\n36/36 - 0s - loss: 0.9\n"
    printed = read_losses(written(log))
    assert (printed.epochs.tolist(), printed.losses.tolist()) == ([1], [0.3])
    assert printed.remarks == ("epoch 2 was cut short in the log, and is left out",)


def test_losses_that_rise_as_whole_numbers_are_losses(written):
    """Not epochs."""
    assert read_losses(written("loss\n1\n2\n3\n")).losses.tolist() == [1, 2, 3]


def test_lines_of_the_validation_are_left_out_and_counted(written):
    """Lightning's table has a line of each epoch's validation, without a loss of the training."""
    printed = read_losses(written("epoch,step,train_loss,val_loss\n0,144,,9\n0,144,0.3,\n1,289,,9\n1,289,0.2,\n"))
    assert (printed.epochs.tolist(), printed.losses.tolist()) == ([0, 1], [0.3, 0.2])
    assert printed.remarks == ("lines without a loss are left out: 2",)


def test_entries_of_the_validation_are_left_out_and_counted(written):
    """As a trainer's history has them, and its summary at the end."""
    entries = [{"epoch": 0, "loss": 0.3}, {"epoch": 0, "eval_loss": 9}, {"epoch": 1, "loss": 0.2}, {"epoch": 1, "t": 5}]
    printed = read_losses(written(json.dumps(entries)))
    assert (printed.epochs.tolist(), printed.losses.tolist()) == ([0, 1], [0.3, 0.2])
    assert printed.remarks == ("entries without a loss are left out: 2",)


def test_rows_of_a_data_frame_as_json_are_its_epochs(written):
    """Its index, unless it has a column of epochs."""
    assert read_losses(written('{"loss": {"0": 0.3, "30": 0.2}}')).epochs.tolist() == [0, 30]
    both = '{"epoch": {"0": 30, "1": 60}, "loss": {"0": 0.3, "1": 0.2}}'
    assert read_losses(written(both)).epochs.tolist() == [30, 60]


def test_text_of_powershell_is_read(written):
    """Its `>` writes UTF-16."""
    assert read_losses(written("epoch,loss\n0,0.3\n", encoding="utf-16")).losses.tolist() == [0.3]


def test_epochs_need_not_begin_at_the_first(written):
    """Keras counts from 1, so its epoch 31 is the article's epoch 30; the order of the lines does not matter."""
    printed = read_losses(written("Epoch 61/200\n - loss: 0.015\nEpoch 31/200\n - loss: 0.07\n")).counted_from(None)
    assert (printed.epochs.tolist(), printed.losses.tolist()) == ([30, 60], [0.07, 0.015])


@pytest.mark.parametrize(("first_epoch", "epochs"), [(0, [30, 60]), (1, [29, 59])])
def test_user_says_where_counting_begins_if_the_file_does_not(written, first_epoch, epochs):
    """Nothing is guessed: without it the file is refused, and the message has the option."""
    printed = read_losses(written("epoch,loss\n30,0.07\n60,0.015\n"))
    with pytest.raises(
        DataError, match=r"losses.txt: its first line is of epoch 30.*--first-epoch 0 or --first-epoch 1$"
    ):
        printed.counted_from(None)
    assert printed.counted_from(first_epoch).epochs.tolist() == epochs


def test_file_that_counts_from_0_is_not_counted_from_1(written):
    """The epoch before the first is none."""
    with pytest.raises(DataError, match="has an epoch 0, expected epochs from 1 on"):
        read_losses(written("0,0.3\n1,0.2\n")).counted_from(1)


def test_epoch_that_was_cut_short_is_left_out_and_named(written):
    """Its bar stands at 73 of 145: the loss is not the epoch's."""
    printed = read_losses(written(KERAS_2 + "Epoch 4/9\n 73/145 [=====>....] - loss: 0.09\n\nKeyboardInterrupt\n"))
    assert printed.epochs.tolist() == [1, 2, 3]
    assert printed.remarks == ("epoch 4 was cut short in the log, and is left out",)


REFUSED = {
    "empty": ("\n \n", "is empty, expected losses by epoch"),
    "prose": ("The loss fell nicely.\n", 'line 1: is "The loss fell nicely.", expected losses by epoch'),
    "prices": ("date,close\n2018-05-26,7000\n", 'line 1: is "date,close", expected losses by epoch'),
    "number": ("epoch,loss\n0,0.3\n1,low\n", 'line 3: loss is "low", expected a number; mend or remove the line'),
    "nan": (
        "epoch,loss\n0,0.3\n1,nan\n",
        "line 3: the loss of epoch 1 is nan, expected a number above 0; remove the line",
    ),
    "log-nan": ("Epoch 0/9 0.3\nEpoch 1/9 nan\n", "line 2: the loss of epoch 1 is nan"),
    "zero": ("epoch,loss\n0,0.0000\n", "line 2: the loss of epoch 0 is 0, .*print it with more digits"),
    "below-zero": ("[0.3, -0.2]", "entry 2: the loss of epoch 1 is -0.2, .*; end the losses before it"),
    "infinite": ("[0.3, 1e999]", "entry 2: the loss of epoch 1 is inf"),
    "column-nan": ("loss\n0.3\nnan\n0.1\n", "line 3: the loss of epoch 1 is nan, .*; end the losses before it"),
    "list-nan": ("[0.3, nan]", "entry 2: the loss of epoch 1 is nan, .*; end the losses before it"),
    "json-null": ("[0.3, null]", "entry 2: the loss of epoch 1 is nan, .*; end the losses before it"),
    "history-inf": ("{'loss': [0.3, inf]}", "entry 2: the loss of epoch 1 is inf, .*; end the losses before it"),
    "epochs-by-another-name": (
        "Epoche;Loss\n0;0.3\n30;0.2\n",
        'line 1: no column is named epoch, and "Epoche" looks like one; name it so',
    ),
    "line-without-a-loss-nor-epoch": (
        "loss,val_loss\n0.3,9\n,9\n0.2,9\n",
        "line 3: has no loss, and no column tells the others' epochs; add one named epoch",
    ),
    "entries-with-another-loss": ('[{"epoch": 0, "train_loss": 0.3}]', 'no entry of its list has a "loss"; name it so'),
    "number-among-objects": ('[{"epoch": 0, "loss": 0.3}, 0.2]', 'entry 2 .* "null", expected a whole number epoch'),
    "keras-cut-in-its-first-epoch": (
        "Epoch 1/200\n 12/145 [=>....] - ETA: 3s - loss: 0.5000\n",
        "no epoch of this log reached its end; paste more of it",
    ),
    "row-of-losses": ("0.3, 0.2, 0.1\n", "line 1: has 3 numbers and no names; .* or write one loss a line"),
    "no-line-has-a-loss": ("epoch,loss\n0,\n1,\n", 'has no loss below "loss"; name the column of the losses loss'),
    "entry-twice": ('[{"epoch": 1, "loss": 0.3}, {"epoch": 1, "loss": 0.2}]', "entry 2: epoch 1 stands in entry 1 too"),
    "too-few-epochs": ('{"epoch": [0], "loss": [0.3, 0.2]}', 'has 1 in "epoch" and 2 in "loss"; mend one of the lists'),
    "huge-loss": (f"[1{'0' * 400}]", "cannot be read .*, expected losses by epoch"),
    "huge-epoch": (f"{'1' * 400} 0.3\n", "cannot be read .*, expected losses by epoch"),
    "huge-keras-epoch": (f"Epoch {'1' * 5000}/200 0.07\n", "cannot be read .*, expected losses by epoch"),
    "huge-field": (f"a,{'b' * 200_000}\n", "cannot be read .*, expected losses by epoch"),
    "key-of-no-text": ("[{(1, 2): 3}]", "entry 1 of its list has .*, expected a loss"),
    "notebook-without-output": (
        '{"cells": [{"cell_type": "code", "source": ["fit()"], "outputs": []}]}',
        "is a notebook whose cells have printed nothing; run them, save it, and give it again",
    ),
    "notebook-of-blank-lines": (
        '{"cells": [{"cell_type": "code", "outputs": [{"text": ["\\n", " \\n"]}]}]}',
        "is a notebook whose cells have printed nothing",
    ),
    "twice": ("epoch,loss\n0,0.3\n1,0.2\n0,0.31\n", "line 4: epoch 0 stands in line 2 too; keep one loss an epoch"),
    "two-trainings": (KERAS_2 + KERAS_2, r"line 8: epoch 1 stands in line 2 too"),
    "epoch": ("epoch,loss\n0.5,0.3\n", 'line 2: epoch is "0.5", expected a whole number'),
    "ragged": ("epoch,loss\n0,0.3\n1,0,2\n", "line 3: has 3 fields, expected 2 as line 1"),
    "decimal-comma": ("epoch;loss\n0;0,3\n", 'line 2: loss is "0,3", expected a number; write a point for the comma'),
    "bare-decimal-comma": ("0;0,3\n1;0,2\n", "line 1: has a number with a comma, expected a point"),
    "decimal-comma-in-a-log": (
        "start\nEpoch 0, Loss: 1,3076\nEpoch 30, Loss: 1,0694\n",
        "line 2: a loss has a comma in it",
    ),
    "decimal-comma-of-keras": ("Epoch 1/2\n145/145 - 1s - loss: 0,3076\n", "line 2: .*; write a point for the comma"),
    "no-header": ("0,0.3,0.4\n", "line 1: has 3 numbers and no names; put a line above that names every column"),
    "two-losses": ("epoch,loss,loss\n0,0.3,0.4\n", "line 1: columns are .*expected one named loss"),
    "validation-only": ("epoch,val_loss\n0,0.3\n", "line 1: columns are .*expected one named loss"),
    "object": ('{"accuracy": [0.3]}', 'is an object without a list "loss"'),
    "list-of-texts": ('["a", "b"]', "entry 1 of its list has .*expected a loss"),
    "half-an-epoch": (
        '{"epoch": [0, 1.5], "loss": [0.3, 0.2]}',
        'entry 2 of its list has "1.5", expected a whole number',
    ),
    "zero-at-first": ("[0.0, 0.3]", "entry 1: the loss of epoch 0 is 0, expected a number above 0; print it with more"),
    "nan-at-first": (
        "loss\nnan\n0.3\n",
        "line 2: .*; a training that diverged at once has nothing to tell; name another",
    ),
    "zero-byte": ("epoch,loss\n0,0.3\n\0", "line 3: has a zero byte"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=list(REFUSED))
def test_file_that_cannot_be_used_is_refused_in_one_line(written, content, message):
    """With its name, the line, and what to do."""
    with pytest.raises(DataError, match=rf"losses.txt.*{message}") as refused:
        read_losses(written(content))
    assert "\n" not in str(refused.value)


def test_bytes_that_are_no_text_are_refused_by_line(written):
    """Latin 1, of an old editor."""
    with pytest.raises(DataError, match="line 2: has a byte that is no UTF-8 text"):
        read_losses(written("epoch,loss\n0,0.3 \xe9\n", encoding="latin-1"))


def test_file_that_is_not_there_is_refused(tmp_path):
    """The remedy is the option it was named with."""
    with pytest.raises(DataError, match=r"none.csv: cannot be read .*name another file with --losses"):
        read_losses(tmp_path / "none.csv")
