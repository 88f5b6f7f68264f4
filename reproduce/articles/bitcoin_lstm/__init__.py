"""The Bitcoin article (B. Mwangi, Heartbeat, May 2018): what it reports and what is particular to it."""

from reproduce.articles.article import Article
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.sources import PRICES

ARTICLE = Article(
    id="bitcoin-lstm",
    label="Bitcoin article",
    folder="bitcoin_lstm",
    Variant=Variant,
    source=PRICES,
    engines=("compiled", "session", "keras"),
    beside=("keras",),
    inter_op=("session", "keras"),
    intra_op=("compiled",),
    has_events=True,
)

# The mean training loss its program printed, by epoch.
REPORTED_LOSSES = {
    0: 0.3076134920120239,
    30: 0.06945808231830597,
    60: 0.014814065769314766,
    90: 0.00812275055795908,
    120: 0.008665612898766994,
    150: 0.006726672872900963,
    180: 0.008009745739400387,
}
