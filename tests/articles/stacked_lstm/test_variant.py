"""Variants of the stacked LSTM: what the published one is, what is refused, and their names."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.articles.stacked_lstm.variant import NETWORKS, Variant

COUNTS = {name: st.integers(1, 200) for name in ("window", "first", "second", "epochs", "batch", "test_days")}
VARIANTS = st.builds(Variant, network=st.sampled_from(NETWORKS), dropout=st.floats(0, 0.99), **COUNTS)


def test_variant_is_the_published_program_by_default():
    """As the guide says, layer by layer."""
    published = Variant(network="lstm", window=60, first=50, second=100, dropout=0.2, epochs=50, batch=64, test_days=60)
    assert Variant() == published


@given(VARIANTS)
def test_variant_is_read_back_from_its_name(variant):
    """A run directory's name tells which variant it holds."""
    assert Variant.parse(variant.name) == variant


def test_variant_is_named_by_its_network_alone():
    """`simple-rnn`, not `network-simple-rnn`; all networks' names differ."""
    assert [Variant(network=network).name for network in NETWORKS] == ["published", "simple-rnn", "mlp", "gru"]


@pytest.mark.parametrize("field", [f.name for f in fields(Variant)])
def test_variant_refuses_a_value_the_field_cannot_have(field):
    """The message names the field and the value."""
    with pytest.raises(ValueError, match=f"{field} is 'nonsense', expected"):
        replace(Variant(), **{field: "nonsense"})


@pytest.mark.parametrize(
    ("field", "value"),
    [("window", 0), ("batch", -7), ("epochs", 2.5), ("first", True), ("dropout", 1.0), ("dropout", -0.1)],
)
def test_variant_refuses_numbers_out_of_range(field, value):
    """No window of no days; a layer that drops everything says nothing."""
    with pytest.raises(ValueError, match=f"{field} is {value!r}, expected"):
        replace(Variant(), **{field: value})


def test_variant_without_dropout_has_one_name():
    """0 and 0.0 are the same share."""
    assert Variant(dropout=0).name == Variant(dropout=0.0).name == "dropout-0.0"
