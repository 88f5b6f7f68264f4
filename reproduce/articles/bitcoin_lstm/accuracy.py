"""Whether loss and split tell how accurate the network is. The rules: claims.toml."""

from __future__ import annotations

EPOCHS = range(20, 201, 20)
TOGETHER = 0.5  # rank correlation of loss and test error, the least of two that fall together
WITHIN = 2.0  # times the other test error, or a part of it
