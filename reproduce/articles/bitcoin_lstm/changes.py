"""How much of its memory a trained network changes on a day. The rule: claims.toml."""

from __future__ import annotations

from reproduce.articles.bitcoin_lstm.clipping import UNCLIPPED
from reproduce.articles.bitcoin_lstm.memory import SEEDS

TABLE = "changes.csv"
LITTLE = 0.1
WHOLE = 0.5
RUNS = tuple((variant, SEEDS) for variant in UNCLIPPED.values())
