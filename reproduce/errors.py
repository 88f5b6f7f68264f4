"""What a user can meet, which the command line turns into one line on stderr and a status; and what damage raises."""

import tokenize
import zipfile
import zlib

# What reading a damaged file raises; RuntimeError is for archives that ask for a password, or are of an unknown kind.
DAMAGE = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, tokenize.TokenError),
)


class ReproduceError(Exception):
    """Base of them all: the message says what is wrong, where, and what to do."""


class DataError(ReproduceError):
    """A price table or a file of losses cannot be used; the message names the file, the row and the field."""


class MismatchError(ReproduceError):
    """Two ways to compute the same thing differ by more than they may."""


class RunError(ReproduceError):
    """A run directory cannot be written, resumed or read."""


class PortError(ReproduceError):
    """A user's port cannot be loaded, asked or read; the message names the file, the line and the function."""
