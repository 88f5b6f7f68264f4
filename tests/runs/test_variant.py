"""Names of variants, on a variant of no article."""

from dataclasses import dataclass, field

import pytest

from reproduce.runs.variant import ALONE, parse_variant, variant_name


@dataclass(frozen=True)
class Cake:
    """A kind that stands alone, and a text, a count and a float that do not."""

    kind: str = field(default="plain", metadata={ALONE: ("plain", "upside-down")})
    baked_in: str = "round-tin"
    eggs: int = 3
    sugar: float = 0.5

    def __post_init__(self):
        assert isinstance(self.eggs, int), f"eggs is {self.eggs!r}, expected a number"


NAMED = [
    pytest.param(Cake(), "published", id="published"),
    pytest.param(Cake(kind="upside-down"), "upside-down", id="alone"),
    pytest.param(Cake(baked_in="tall-tin"), "baked-in-tall-tin", id="two-words"),
    pytest.param(Cake(eggs=12, sugar=1e-5), "eggs-12+sugar-1e-05", id="numbers"),
    pytest.param(Cake(kind="upside-down", sugar=1e30), "upside-down+sugar-1e30", id="no-plus-in-a-number"),
]


@pytest.mark.parametrize(("variant", "name"), NAMED)
def test_name_tells_the_departures_in_the_order_of_the_fields(variant, name):
    """And nothing of what is as published."""
    assert variant_name(variant) == name


@pytest.mark.parametrize(("variant", "name"), NAMED)
def test_parse_undoes_the_name(variant, name):
    """To an equal variant, its numbers of their types."""
    parsed = parse_variant(Cake, name)
    assert parsed == variant
    assert type(parsed.eggs) is int


@pytest.mark.parametrize("name", ["plain", "plain+eggs-3"])
def test_parse_takes_a_value_that_is_the_default(name):
    """Naming it departs from nothing."""
    assert parse_variant(Cake, name) == Cake()


@pytest.mark.parametrize(
    "text", ["", "cream", "eggs", "eggs3", "upside-down+plain", "eggs-1+eggs-2", "published+eggs-4"]
)
def test_parse_refuses_a_word_that_is_no_departure(text):
    """And says which there are."""
    told = r"one too many; write published, plain, upside-down, or FIELD-VALUE with FIELD one of kind, baked-in"
    with pytest.raises(ValueError, match=told):
        parse_variant(Cake, text)


@pytest.mark.parametrize("text", ["eggs-many", "eggs--3", "eggs-3.5"])
def test_parse_leaves_a_value_that_is_no_number_to_the_variant(text):
    """Nothing is guessed."""
    with pytest.raises(AssertionError, match=r"eggs is '.*', expected a number"):
        parse_variant(Cake, text)
