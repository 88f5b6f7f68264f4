"""What can be chosen about Macbeth's training and writing, and what is refused."""

import doctest
import json
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.articles.macbeth import variant as module
from reproduce.articles.macbeth.variant import Generation, MacbethVariant

VARIANTS = st.builds(
    MacbethVariant,
    window=st.integers(1, 100),
    batch=st.integers(1, 64),
    hidden=st.integers(1, 1024),
    dropout=st.floats(0, 1, exclude_max=True),
    epochs=st.integers(1, 1000),
    held_out=st.sampled_from(["none", "last-tenth"]),
    learning_rate=st.floats(1e-5, 1),
)


def test_examples_hold():
    """Those of the docstrings."""
    assert doctest.testmod(module) == doctest.TestResults(failed=0, attempted=2)


def test_variant_is_the_published_program_by_default():
    """The article's figures, and Adam's default rate."""
    assert MacbethVariant() == MacbethVariant(
        window=50, batch=30, hidden=300, dropout=0.2, epochs=1, held_out="none", learning_rate=0.001
    )


def test_generation_is_the_published_program_by_default():
    """Fifty greedy steps of the cut-off loop from a drawn window."""
    assert Generation() == Generation(loop="published", memory="window", temperature=0.0, length=50, start="", seed=0)


@given(VARIANTS)
def test_variant_is_read_back_from_its_name(variant):
    """A run directory's name tells which variant it holds."""
    assert MacbethVariant.parse(variant.name) == variant


@given(VARIANTS)
def test_variant_is_read_back_from_json(variant):
    """As config.json keeps it."""
    assert MacbethVariant(**json.loads(json.dumps(asdict(variant)))) == variant


def test_number_s_type_does_not_matter():
    """0 and 0.0 are one variant; so are 1 and 1.0 as a temperature."""
    assert MacbethVariant(dropout=0).name == MacbethVariant(dropout=0.0).name == "dropout-0.0"
    assert type(Generation(loop="repaired", temperature=1).temperature) is float


@pytest.mark.parametrize("field", [f.name for f in fields(MacbethVariant)])
@pytest.mark.parametrize("value", ["nonsense", None, True], ids=repr)
def test_variant_refuses_a_value_the_field_cannot_have(field, value):
    """The message names the field and the value."""
    with pytest.raises(ValueError, match=f"^{field} is {value!r}, expected"):
        replace(MacbethVariant(), **{field: value})


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("window", 0, "a whole number of at least 1"),
        ("batch", 2.0, "a whole number of at least 1"),
        ("dropout", -0.1, "a number of at least 0 and below 1"),
        ("dropout", 1, "a number of at least 0 and below 1"),
        ("dropout", float("nan"), "a number of at least 0 and below 1"),
        ("learning_rate", 0, "a number above 0"),
        ("learning_rate", float("inf"), "a number above 0"),
        ("held_out", "tenth", "one of none, last-tenth"),
    ],
)
def test_variant_says_what_it_wants(field, value, wanted):
    """At the borders, too."""
    with pytest.raises(ValueError, match=f"^{field} is {value!r}, expected {wanted}$"):
        replace(MacbethVariant(), **{field: value})


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("loop", "mended", "one of published, repaired"),
        ("memory", "none", "one of window, carried"),
        ("temperature", -1, "a number of at least 0"),
        ("temperature", float("inf"), "a number of at least 0"),
        ("length", 0, "a whole number of at least 1"),
        ("seed", -1, "a whole number of at least 0"),
        ("start", None, "a text"),
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


def test_whole_learning_rate_is_a_float():
    """1 and 1.0 are one variant, with one name, and one text in config.json."""
    assert MacbethVariant(learning_rate=1).name == MacbethVariant(learning_rate=1.0).name == "learning-rate-1.0"
