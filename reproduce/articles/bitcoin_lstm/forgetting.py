"""Whether forgetting is required: networks trained with f at 1 on every day beside those whose f learns."""

from __future__ import annotations

from reproduce.articles.bitcoin_lstm.variant import Variant

LEARNED = Variant(wiring="described")
OPEN = Variant(wiring="described", forget_gate="open")
