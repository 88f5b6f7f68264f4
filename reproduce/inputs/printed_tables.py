"""Losses in tables and lists: `epoch,loss` with comma, semicolon, tab or space, and JSON or Python lists."""

from __future__ import annotations

import ast
import csv
import json
import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from reproduce.errors import DataError
from reproduce.inputs.printed_logs import NUMBER, Found, is_of_training
from reproduce.inputs.source import quote

_EPOCH_NAMES = ("epoch", "epochs", "step", "")  # the first that there is; the last: a data frame's index
_LOSS_NAMES = ("loss", "value")
_NUMBER = re.compile(NUMBER, re.IGNORECASE)
_NUMPY = re.compile(r"np\.float(?:32|64)\(([^()]*)\)")
_NOT_FINITE = {"nan": "None", "inf": "1e999"}  # as Python prints them, and as its literals can say them


def notebook_output(text: str) -> str | None:
    """What the cells of a Jupyter notebook printed, in their order; None if the text is no notebook.

    If they printed nothing, what they showed as their value, such as a list of losses.
    """
    if '"cells"' not in text:
        return None
    try:
        cells = json.loads(text)["cells"]
        outputs = [out for cell in cells for out in cell.get("outputs", ())]
        printed = [out["text"] for out in outputs if "text" in out]
        shown = [out["data"]["text/plain"] for out in outputs if "text/plain" in out.get("data", ())]
        return "\n".join("".join(lines) for lines in printed or shown)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def read_list(text: str, name: str) -> Found | None:
    """`[0.31, 0.22]`, `{"loss": [0.31, 0.22]}` as a Keras history, or `[{"epoch": 0, "loss": 0.31}]`; None if neither.

    Where entries have an epoch, those without a loss, such as those of a validation, are left out.

    Raises:
        DataError: it is a list or an object, but of something else.
    """
    if text.lstrip()[:1] not in ("[", "{"):
        return None
    value = _parsed(_NUMPY.sub(r"\1", text))
    if value is None:
        return None
    entries = [_lowered(one) for one in (_by_entry(value, name) if isinstance(value, dict) else value)]
    has_epochs = any(isinstance(one, dict) and "epoch" in one for one in entries)
    losses, missing = [], 0
    for place, one in enumerate(entries, start=1):
        if isinstance(one, dict) and "epoch" in one and "loss" not in one:
            missing += 1
            continue
        epoch, loss = (one.get("epoch"), one.get("loss", one)) if isinstance(one, dict) else (None, one)
        epoch = epoch if has_epochs else place - 1
        losses.append((*_checked(epoch, loss, f"{name}: entry {place} of its list"), place))
    if missing and not losses:
        raise DataError(f'{name}: no entry of its list has a "loss"; name it so')
    remarks = (f"entries without a loss are left out: {missing}",) if missing else ()
    first = None if has_epochs else 0
    return Found("a list", losses, first, None, remarks, "entry", is_counted=not has_epochs) if losses else None


def _checked(epoch: Any, loss: Any, where: str) -> tuple[int, float]:
    """Both as numbers, a loss of None as nan, or DataError."""
    is_loss = _is_number(loss) or loss is None
    if is_loss and _is_number(epoch) and epoch >= 0 and epoch == int(epoch):
        return int(epoch), math.nan if loss is None else float(loss)
    wrong, wanted = (epoch, "a whole number epoch") if is_loss else (loss, "a loss")
    raise DataError(
        f"{where} has {quote(json.dumps(wrong, default=str))}, expected {wanted}; "
        "write numbers, or objects with a whole number epoch and a number loss"
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _lowered(entry: Any) -> Any:
    """An object with its names in lower case, and a `step` as its epoch where it has none; anything else as it is."""
    if not isinstance(entry, dict):
        return entry
    lowered = {str(key).lower(): value for key, value in entry.items()}
    return {"epoch": lowered["step"], **lowered} if "step" in lowered else lowered


def _by_entry(columns: dict[Any, Any], name: str) -> list[Any]:
    """The losses of an object of columns, each with its epoch where there is a column of these.

    A column is a list, or as pandas writes it: `{"0": 0.31, "30": 0.22}`, whose keys are epochs.
    """
    columns = _lowered(columns)
    epochs, losses = columns.get("epoch"), columns.get("loss")
    if isinstance(losses, dict) and all(str(key).isdigit() for key in losses):
        indices, losses = [int(key) for key in losses], list(losses.values())
        epochs = list(epochs.values()) if isinstance(epochs, dict) else indices
    if not isinstance(losses, list):
        raise DataError(f'{name}: is an object without a list "loss"; name it so')
    if not isinstance(epochs, list):
        return losses
    if len(epochs) != len(losses):
        raise DataError(f'{name}: has {len(epochs)} in "epoch" and {len(losses)} in "loss"; mend one of the lists')
    return [{"epoch": epoch, "loss": loss} for epoch, loss in zip(epochs, losses, strict=True)]


def _parsed(text: str) -> Any:
    """A list or an object of JSON or of Python, None where it is neither."""
    literal = re.sub(r"\b(nan|inf)\b", lambda word: _NOT_FINITE[word[0]], text)
    for parse, written in ((json.loads, text), (ast.literal_eval, literal)):
        try:
            value = parse(written.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, (list, dict)):
            return value
    return None


def read_table(text: str, name: str) -> Found | None:
    """A table with a header, among any further columns, or without; None if its first line is no row of one.

    Lines without a loss, such as those that a logger writes for the validation, are left out.

    Raises:
        DataError: which columns are meant does not show, a cell is no number, or no line has a loss.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    separator = _separator(lines[0][1])
    rows = [(number, _cells(line, separator)) for number, line in lines]
    _, first = rows[0]
    has_header = not any(_NUMBER.fullmatch(cell) for cell in first)
    if has_header:
        columns = _named_columns(first, f"{name}, line {rows[0][0]}") if len(rows) > 1 else None
    else:
        columns = _bare_columns(first, f"{name}, line {rows[0][0]}")
    if columns is None:
        return None
    epoch_column, loss_column = columns
    is_counted = epoch_column is None
    losses, missing = [], 0
    for place, (number, cells) in enumerate(rows[has_header:]):
        where = f"{name}, line {number}"
        if len(cells) != len(first):
            raise DataError(f"{where}: has {len(cells)} fields, expected {len(first)} as line {rows[0][0]}; mend it")
        if not cells[loss_column]:
            if is_counted:
                raise DataError(f"{where}: has no loss, and no column tells the others' epochs; add one named epoch")
            missing += 1
            continue
        epoch = place if epoch_column is None else _whole(cells[epoch_column], where)
        losses.append((epoch, _number(cells[loss_column], where), number))
    if not losses:
        raise DataError(f"{name}: has no loss below {quote(first[loss_column])}; name the column of the losses loss")
    rising = _whole_and_rising([cells for _, cells in rows[has_header:]])
    if is_counted and rising not in (None, loss_column):
        where = f"{name}, line {rows[0][0]}"
        raise DataError(f"{where}: no column is named epoch, and {quote(first[rising])} looks like one; name it so")
    remarks = (f"lines without a loss are left out: {missing}",) if missing else ()
    return Found("a table", losses, 0 if is_counted else None, remarks=remarks, is_counted=is_counted)


def _whole_and_rising(rows: Sequence[Sequence[str]]) -> int | None:
    """The first column whose cells are whole numbers that rise from line to line, of two lines or more."""
    for place, column in enumerate(zip(*rows, strict=True)):
        if len(column) > 1 and all(re.fullmatch(r"\d+", cell) for cell in column):
            numbers = [int(cell) for cell in column]
            if all(before < after for before, after in pairwise(numbers)):
                return place
    return None


def _separator(line: str) -> str | None:
    """None for spaces."""
    return next((mark for mark in ("\t", ";", ",") if mark in line), None)


def _cells(line: str, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]


def _named_columns(header: Sequence[str], where: str) -> tuple[int | None, int] | None:
    """Of epoch, if there is one, and loss; None where no word is of either."""
    names = [cell.lower() for cell in header]
    places = [[place for place, name in enumerate(names) if name == wanted] for wanted in _EPOCH_NAMES]
    epochs = next(filter(None, places), [])
    losses = [place for place, name in enumerate(names) if name in _LOSS_NAMES] or [
        place
        for place, name in enumerate(names)
        if "loss" in name and is_of_training(name) and not re.match("val|test|dev|eval", name)
    ]
    losses = [place for place in losses if names[place].endswith("_epoch")] or losses  # of Lightning, beside _step
    if not epochs and not losses:
        return None
    if len(losses) != 1 or len(epochs) > 1:
        raise DataError(
            f"{where}: columns are {quote(','.join(header))}, expected one named loss and at most one named epoch; "
            "rename them"
        )
    return (epochs[0] if epochs else None), losses[0]


def _bare_columns(first: Sequence[str], where: str) -> tuple[int | None, int] | None:
    """One column of losses, or epoch and loss; None where the line is no row of numbers."""
    if not all(_NUMBER.fullmatch(cell) for cell in first):
        if any(re.fullmatch(r"\d+,\d+", cell) for cell in first):
            raise DataError(f"{where}: has a number with a comma, expected a point, such as 0.0695; replace the commas")
        return None
    if len(first) > 2:
        raise DataError(
            f"{where}: has {len(first)} numbers and no names; put a line above that names every column, among them "
            "loss, or write one loss a line"
        )
    return (0, 1) if len(first) == 2 else (None, 0)


def _whole(cell: str, where: str) -> int:
    if not re.fullmatch(r"\d+(\.0*)?", cell):
        raise DataError(f"{where}: epoch is {quote(cell)}, expected a whole number; mend or remove the line")
    return int(float(cell))


def _number(cell: str, where: str) -> float:
    if not _NUMBER.fullmatch(cell):
        remedy = "write a point for the comma" if "," in cell else "mend or remove the line"
        raise DataError(f"{where}: loss is {quote(cell)}, expected a number; {remedy}")
    return float(cell)
