"""What the gates of trained networks do, and whether their predictions are more than a line. The rules: claims.toml."""

from __future__ import annotations

DEVIATION = 0.05  # of f over days, the least of a gate that decides
CORRELATION = 0.3  # of f with the price move, the least of a gate that decides
REACHED = 0.05  # of the readings of f, the least at either end
HIDDEN = 0.5  # of the readings of o, the least below 0.1
LINE = 0.99  # R² from which predictions are a line
