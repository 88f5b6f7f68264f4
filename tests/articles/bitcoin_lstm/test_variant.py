"""Variants: what the published one is, what is refused, and their names."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reproduce.articles.bitcoin_lstm.variant import Variant

VARIANTS = st.builds(
    Variant,
    wiring=st.sampled_from(["published", "described"]),
    clipping=st.sampled_from(["unused", "applied"]),
    row_order=st.sampled_from(["newest-first", "oldest-first"]),
    scaler_rows=st.sampled_from(["all", "training"]),
    split_of=st.sampled_from(["rows", "windows"]),
    remainder=st.sampled_from(["dropped", "kept"]),
    newest_row=st.sampled_from(["kept", "dropped"]),
    window=st.integers(1, 60),
    batch=st.integers(1, 64),
    hidden=st.integers(1, 1024),
    clip_margin=st.floats(0.01, 100),
    learning_rate=st.floats(1e-5, 1),
    epochs=st.integers(1, 1000),
)


def test_variant_is_the_published_program_by_default():
    """The hyperparameters of the article's list, and what its program did elsewhere."""
    assert Variant() == Variant(
        wiring="published",
        clipping="unused",
        row_order="newest-first",
        scaler_rows="all",
        split_of="rows",
        remainder="dropped",
        newest_row="kept",
        window=7,
        batch=7,
        hidden=256,
        clip_margin=4.0,
        learning_rate=0.001,
        epochs=200,
    )


@given(VARIANTS)
def test_variant_is_read_back_from_its_name(variant):
    """A run directory's name tells which variant it holds."""
    assert Variant.parse(variant.name) == variant


@pytest.mark.parametrize("field", [f.name for f in fields(Variant)])
def test_variant_refuses_a_value_the_field_cannot_have(field):
    """The message names the field and the value."""
    with pytest.raises(ValueError, match=f"{field} is 'nonsense', expected"):
        replace(Variant(), **{field: "nonsense"})


@pytest.mark.parametrize(
    ("field", "value"),
    [("window", 0), ("batch", -7), ("epochs", 2.5), ("learning_rate", 0.0), ("clip_margin", float("inf"))],
)
def test_variant_refuses_numbers_out_of_range(field, value):
    """No window of no days, no endless margin."""
    with pytest.raises(ValueError, match=f"{field} is {value!r}, expected"):
        replace(Variant(), **{field: value})


@pytest.mark.parametrize(
    "text", ["", "lstm", "described+", "window", "window-", "window-x", "described+hidden-0", "wiring-"]
)
def test_variant_refuses_a_name_that_is_none(text):
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"is no departure|expected"):
        Variant.parse(text)
