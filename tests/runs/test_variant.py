"""What every variant is: fields with limits, and a name both ways; on a toy of no article."""

import pytest

from tests.runs.toys import Tea

NAMED = [
    pytest.param(Tea(), "published", id="published"),
    pytest.param(Tea(kind="upside-down"), "upside-down", id="alone"),
    pytest.param(Tea(brewed_in="tall-pot"), "brewed-in-tall-pot", id="two-words"),
    pytest.param(Tea(epochs=12, sugar=1e-5), "epochs-12+sugar-1e-05", id="numbers"),
    pytest.param(Tea(kind="upside-down", sugar=0), "upside-down+sugar-0.0", id="a-whole-number-for-a-float"),
]


@pytest.mark.parametrize(("variant", "name"), NAMED)
def test_name_tells_what_differs_in_the_order_of_the_fields(variant, name):
    """And nothing of what is as published."""
    assert variant.name == name


@pytest.mark.parametrize(("variant", "name"), NAMED)
def test_parse_undoes_the_name(variant, name):
    """To an equal variant, its numbers of their types."""
    parsed = Tea.parse(name)
    assert parsed == variant
    assert (type(parsed.epochs), type(parsed.sugar)) == (int, float)


@pytest.mark.parametrize("name", ["published", "published+epochs-3", "black", "black+epochs-3"])
def test_parse_takes_a_value_that_is_the_default(name):
    """Naming it changes nothing."""
    assert Tea.parse(name) == Tea()


@pytest.mark.parametrize("text", ["", "cream", "epochs", "epochs3", "upside-down+black", "epochs-1+epochs-2"])
def test_parse_refuses_a_word_that_names_no_field_or_one_twice(text):
    """And says which there are."""
    told = r"unknown or repeated setting .*; choose from published, black, upside-down, or write FIELD-VALUE with FIELD"
    with pytest.raises(ValueError, match=told):
        Tea.parse(text)


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("kind", "green", "expected one of black, upside-down"),
        *(("epochs", value, "expected a whole number of at least 1") for value in (0, -1, 2.0, True, "3")),
        *(
            ("sugar", value, "expected a share of at least 0 and below 1")
            for value in (1, -0.1, float("nan"), "a", True)
        ),
    ],
)
def test_value_out_of_its_limits_is_refused(field, value, wanted):
    """The message names the field, the value and what was wanted."""
    with pytest.raises(ValueError, match=f"^{field} is {value!r}, {wanted}$"):
        Tea(**{field: value})


@pytest.mark.parametrize("text", ["epochs-many", "epochs--3", "epochs-3.5", "sugar-nan", "kind-green"])
def test_parse_leaves_a_value_that_cannot_be_to_the_field(text):
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=rf"{text.partition('-')[0]} is .*, expected"):
        Tea.parse(text)
