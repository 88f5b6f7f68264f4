"""What the published program does when it writes, seen on the program itself (original_code/macbeth.py)."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace

import numpy as np

from reproduce.evidence.program import load_program, seeding_calls


def program_outputs() -> dict[str, int]:
    """Seeds that the program sets, and what its loop as printed predicts, appends and reads.

    The loop is asked for one character more than the program writes, so that a window shows what became of the last.
    """
    program = load_program("macbeth")
    written, windows = watch_loop(program)
    program.steps += 1
    predicted, longer = watch_loop(program)
    appended = [index in window for index, window in zip(predicted, longer[1:], strict=False)]
    return {
        "seeds_set": len(seeding_calls("macbeth")),  # M2
        "loop_predicts": len(written),
        "loop_appends": sum(appended),  # M3
        "loop_last_window": len(windows[-1]),  # M4
    }


def watch_loop(program: ModuleType) -> tuple[list[int], list[list[int]]]:
    """Run its loop from the window 0, 1, 2, … on a model that always predicts a character not seen before.

    Returns:
        The characters predicted, and the windows that the model read, by number.
    """
    characters = [chr(number) for number in range(program.window + program.steps)]
    model = _NewCharacters(program.window, len(characters))
    with redirect_stdout(io.StringIO()):  # the loop prints what it writes
        written = program.generate(model, list(range(program.window)), characters)
    return [ord(character) for character in written], model.windows


@dataclass(frozen=True)
class Handed:
    """What the program's main part hands to the model, and draws."""

    inputs: np.ndarray  # (n, window, 1)
    targets: np.ndarray  # (n, characters)
    starts: int  # windows from which it draws the one to begin with, the first of them


def watch_main(program: ModuleType, text: str) -> Handed:
    """Run its main part on a text, with stand-ins for the model, the loop and the draw."""
    handed = {}

    def fit(inputs: np.ndarray, targets: np.ndarray, **_settings: object) -> None:
        handed.update(inputs=inputs, targets=targets)

    def draw(below: int) -> int:
        handed["starts"] = below
        return 0

    program.build_model = lambda _: SimpleNamespace(fit=fit)
    program.generate = lambda *_: ""
    program.np = SimpleNamespace(**{**vars(np), "random": SimpleNamespace(randint=draw)})
    program.main(program.epochs, SimpleNamespace(read_text=lambda **_: text), out=None)
    return Handed(**handed)


class _NewCharacters:
    """Stands in for the network: keeps each window that it reads, and predicts the first character not yet in use."""

    def __init__(self, window: int, characters: int) -> None:
        self.windows: list[list[int]] = []
        self._window, self._characters = window, characters

    def predict(self, x: np.ndarray, **_settings: object) -> np.ndarray:
        """Take a window as the program shapes it, (1, length, 1), a character's number over that of all of them."""
        predicted = self._window + len(self.windows)
        self.windows.append(np.rint(x[0, :, 0] * self._characters).astype(int).tolist())
        return np.eye(self._characters)[[predicted]]
