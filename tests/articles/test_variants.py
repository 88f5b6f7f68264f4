"""The variants of each article: that a name tells all of one, and what is refused.

That the defaults are the published programs' is in tests/original_code/test_settings.py.
"""

import doctest
import json
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.articles import ARTICLES
from reproduce.articles.macbeth.variant import Generation
from reproduce.articles.stacked_lstm.variant import NETWORKS
from reproduce.articles.stacked_lstm.variant import Variant as StackedVariant

KINDS = [article.Variant for article in ARTICLES]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=[article.id for article in ARTICLES])


def variants(kind):
    """Any variant of an article, drawn by what each field can have."""
    values = {}
    for field in fields(kind):
        if "choices" in field.metadata:
            values[field.name] = st.sampled_from(field.metadata["choices"])
        else:
            values[field.name] = st.integers(1, 1000) if type(field.default) is int else st.floats(1e-5, 0.99)
    return st.builds(kind, **values)


@every_kind
@given(data=st.data())
def test_variant_is_read_back_from_its_name_and_from_json(kind, data):
    """A run directory's name, and its config.json, tell which variant it holds."""
    variant = data.draw(variants(kind))
    assert kind.parse(variant.name) == variant
    assert kind(**json.loads(json.dumps(asdict(variant)))) == variant


def test_prices_that_never_were_are_trained_on_in_studies_alone():
    """A run's page and its forecast would tell of them by date."""
    told = StackedVariant(series="shuffled").refuses("keras")
    assert told.endswith("train it in a study: reproduce study stacked-advice --variants series-shuffled --seeds 0")


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, f.name) for kind in KINDS for f in fields(kind)], ids=lambda one: str(one)
)
def test_variant_refuses_a_value_the_field_cannot_have(kind, name):
    """The message names the field and the value; so every field has its limits."""
    for value in ("nonsense", None, True, -1):
        with pytest.raises(ValueError, match=f"^{name} is {value!r}, expected"):
            replace(kind(), **{name: value})


@every_kind
def test_examples_hold(kind):
    """Those of the docstrings."""
    module = next(article.module("variant") for article in ARTICLES if article.Variant is kind)
    found = doctest.testmod(module)
    assert (found.failed, found.attempted) == (0, 2)


def test_stacked_variant_is_named_by_its_network_alone():
    """`simple-rnn`, not `network-simple-rnn`; all networks' names differ."""
    assert [StackedVariant(network=network).name for network in NETWORKS] == ["published", "simple-rnn", "mlp", "gru"]


# How a Macbeth network writes


def test_generation_is_the_published_program_by_default():
    """Fifty greedy steps of the cut-off loop from a drawn window."""
    assert Generation() == Generation(loop="published", memory="window", temperature=0.0, length=50, start="", seed=0)
    assert type(Generation(loop="repaired", temperature=1).temperature) is float


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("loop", "mended", "one of published, repaired"),
        ("memory", "none", "one of window, carried"),
        ("temperature", -1, "a number of at least 0"),
        ("temperature", float("inf"), "a number of at least 0"),
        ("length", 0, "a whole number of at least 1"),
        ("seed", -1, "a whole number of at least 0"),
    ],
)
def test_generation_says_what_it_wants(field, value, wanted):
    """A repaired loop, so that nothing but the field is wrong."""
    with pytest.raises(ValueError, match=f"^{field} is {value!r}, expected {wanted}$"):
        replace(Generation(loop="repaired"), **{field: value})


@pytest.mark.parametrize("choice", [{"memory": "carried"}, {"temperature": 0.5}], ids=lambda choice: next(iter(choice)))
def test_published_loop_is_greedy_and_reads_windows(choice):
    """It feeds nothing back, so there is nothing that either choice could mean."""
    with pytest.raises(ValueError, match=r"^loop is 'published' with memory .* choose the loop 'repaired'$"):
        Generation(**choice)
    assert Generation(loop="repaired", **choice)
