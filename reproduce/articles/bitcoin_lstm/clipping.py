"""Whether clipping prevents trainings that collapse. The rule: claims.toml."""

from __future__ import annotations

from dataclasses import replace

from reproduce.articles.bitcoin_lstm.memory import SEEDS, WIRINGS
from reproduce.articles.bitcoin_lstm.variant import Variant

TABLE = "clipping.csv"
EPOCHS = 40  # that are judged
COLLAPSED = 3.0  # times the lowest mean loss of an earlier epoch
RUNNING = 2  # epochs
MARGINS = (4.0, 1.0)  # the article's, and another
PLAIN_RNN = Variant(network="simple-rnn", recorded="steps")
UNCLIPPED = {"published": Variant(), "described": Variant(wiring="described"), "simple-rnn": PLAIN_RNN}
CLIPPED = {
    (network, margin): replace(variant, clipping="applied", clip_margin=margin, epochs=EPOCHS)
    for network, variant in UNCLIPPED.items()
    for margin in MARGINS
}
RECORDED = {wiring: Variant(wiring=wiring, recorded="steps", epochs=EPOCHS) for wiring in WIRINGS}
FEW = range(100, 105)  # of RECORDED, whose gradients no verdict rests on
RUNS = (
    *((variant, SEEDS) for variant in (*UNCLIPPED.values(), *CLIPPED.values())),
    *((variant, FEW) for variant in RECORDED.values()),
)
