"""Settings and reconstructions: what each published program does when it runs, beside claims.toml and our defaults."""

import pytest

from reproduce.articles.bitcoin_lstm.variant import Variant as BitcoinVariant
from reproduce.articles.macbeth.variant import Generation
from reproduce.articles.macbeth.variant import Variant as CharVariant
from reproduce.articles.stacked_lstm.variant import Variant as StackedVariant
from reproduce.evidence.claims import read_claims
from tests.networks.characters.samples import WORDS, needs_macbeth
from tests.original_code.museum import watch_bitcoin, watch_macbeth, watch_stacked

pytestmark = [
    pytest.mark.usefixtures("one_thread"),
    pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`"),  # as of 2017; Keras 3 wants an Input
]

ARTICLES = {"bitcoin-lstm": "bitcoin_lstm", "stacked-lstm": "stacked_lstm", "macbeth": "macbeth"}
CLAIMS = {
    claim.id: claim
    for package in ARTICLES.values()
    for claim in read_claims(f"reproduce.articles.{package}").claims
    if claim.group in ("settings", "reconstructions")
}
OF_THE_TEXT = [name for name in CLAIMS if name.startswith("macbeth/") and CLAIMS[name].group == "reconstructions"]
BITCOIN, STACKED, MACBETH = BitcoinVariant(), StackedVariant(), CharVariant()
DEFAULTS = {
    "bitcoin-lstm/batch-size": BITCOIN.batch,
    "bitcoin-lstm/window-size": BITCOIN.window,
    "bitcoin-lstm/hidden-layer": BITCOIN.hidden,
    "bitcoin-lstm/clip-margin": BITCOIN.clip_margin,
    "bitcoin-lstm/learning-rate": BITCOIN.learning_rate,
    "bitcoin-lstm/epochs": BITCOIN.epochs,
    "stacked-lstm/previous-days": STACKED.window,
    "stacked-lstm/test-inputs": STACKED.test_days + STACKED.window,
    "stacked-lstm/test-days": STACKED.test_days,
    "stacked-lstm/units": [STACKED.first, STACKED.second, 1],
    "stacked-lstm/dropout": [STACKED.dropout] * 2,
    "stacked-lstm/epochs": STACKED.epochs,
    "stacked-lstm/batch-size": STACKED.batch,
    "macbeth/window": MACBETH.window,
    "macbeth/hidden": [MACBETH.hidden] * 2,
    "macbeth/dropout": [MACBETH.dropout] * 2,
    "macbeth/batch-size": MACBETH.batch,
    "macbeth/generated": Generation().length,
    "macbeth/epochs": MACBETH.epochs,  # a claim, as the text says another number; the program's is our default
}


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """What the three programs did, by the ids of the claims; of Macbeth's on a short text."""
    folder = tmp_path_factory.mktemp("museum")
    (folder / "own.txt").write_text(WORDS, encoding="utf-8")
    done = {
        "bitcoin-lstm": watch_bitcoin(folder),
        "stacked-lstm": watch_stacked(folder),
        "macbeth": watch_macbeth("--text", folder / "own.txt"),
    }
    return {f"{article}/{name}": value for article, values in done.items() for name, value in values.items()}


@pytest.fixture(scope="module")
def watched_play():
    """What Macbeth's did on the whole play."""
    return {f"macbeth/{name}": value for name, value in watch_macbeth().items()}


@pytest.mark.parametrize("name", [name for name in CLAIMS if name not in OF_THE_TEXT])
def test_program_has_the_setting(name, watched):
    """The value expected in claims.toml is what the program was seen to have, by the rule that ours is held to."""
    assert CLAIMS[name].judge({CLAIMS[name].output: watched[name]}).verdict == "reproduced", watched[name]


@needs_macbeth
@pytest.mark.parametrize("name", OF_THE_TEXT)
def test_program_counts_as_reconstructed(name, watched_play):
    """The article prints no such count; the program comes to it with the play as installed."""
    assert watched_play[name] == CLAIMS[name].expected


@pytest.mark.parametrize("name", DEFAULTS)
def test_default_of_the_variant_is_the_program_s(name, watched):
    """The published variant trains what the program trains."""
    assert DEFAULTS[name] == watched[name]
