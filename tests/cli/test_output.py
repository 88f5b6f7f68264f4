"""Tables as a command prints them."""

from reproduce.cli.output import print_table


def test_title_that_is_wider_than_its_table_is_not_broken(capsys):
    """It stands on a line of its own, above."""
    print_table("What a network does on a day: medians", [{"n": "1"}])
    title, *table = capsys.readouterr().out.splitlines()
    assert title == "What a network does on a day: medians"
    assert table == ["┏━━━┓", "┃ n ┃", "┡━━━┩", "│ 1 │", "└───┘"]


def test_table_without_rows_is_its_title(capsys):
    """Nothing else is printed, no empty line either."""
    print_table("Nothing was found", [])
    assert capsys.readouterr().out == "Nothing was found\n"
