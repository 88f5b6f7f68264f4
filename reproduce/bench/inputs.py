"""How long a table of minutes takes to read, and how much memory: `python -m reproduce.bench.inputs [ROWS]`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from reproduce.bench.machine import peak_memory_bytes
from reproduce.inputs.prices import load_prices

ROWS = 5_000_000  # minutes in nine and a half years
_START = 1_325_376_000  # 2012-01-01, where the Kaggle table begins
_CHUNK = 250_000  # rows written at a time


def write_minutes(path: Path, rows: int) -> None:
    """Write a table in the layout of the Kaggle file "Bitcoin Historical Data"; every eighth minute has no price."""
    generator = np.random.default_rng(0)
    for first in range(0, rows, _CHUNK):
        row = np.arange(first, min(first + _CHUNK, rows))
        close = 7000 + np.round(1000 * generator.normal(size=row.size).clip(-5, 5), 2)
        close[row % 8 == 7] = np.nan
        names = ("Open", "High", "Low", "Close", "Volume_(BTC)", "Volume_(Currency)", "Weighted_Price")
        frame = pd.DataFrame({"Timestamp": _START + 60 * row} | dict.fromkeys(names, close))
        frame.to_csv(path, mode="a", header=first == 0, index=False, na_rep="NaN")


class Reading(NamedTuple):
    """What reading a table took, in a process that did nothing else."""

    days: int
    seconds: float
    peak_bytes: int  # of the whole process


def read(path: str) -> None:
    """Read a table in this process, and print the values of its `Reading`."""
    begin = time.perf_counter()
    days = len(load_prices(Path(path)).dates)
    print(days, time.perf_counter() - begin, peak_memory_bytes())


def measure(rows: int = ROWS) -> Reading:
    """Read a table of so many minutes in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "minutes.csv"
        write_minutes(path, rows)
        program = "import sys; from reproduce.bench.inputs import read; read(sys.argv[1])"
        output = subprocess.run([sys.executable, "-c", program, path], check=True, stdout=subprocess.PIPE, text=True)
    days, seconds, peak_bytes = output.stdout.split()
    return Reading(int(days), float(seconds), int(peak_bytes))


def main() -> None:
    """Print the days, the seconds and the peak."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    days, seconds, peak_bytes = measure(rows)
    print(f"{rows} minutes, {days} days: {seconds:.1f} s, peak {peak_bytes / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
