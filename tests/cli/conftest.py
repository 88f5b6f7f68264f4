"""What the tests of single commands share with those of the whole command line."""

from tests.cli.test_cli import invoke  # noqa: F401 (a fixture)
