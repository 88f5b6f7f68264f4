"""How far a gradient reaches back: R(k) of a plain RNN, a GRU and both wirings of the LSTM. The rules: claims.toml."""

from __future__ import annotations

SEEDS = range(100, 120)
DAYS = 60  # of the window
FADED = 0.01  # of R(59)
