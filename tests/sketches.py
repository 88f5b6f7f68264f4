"""Pictures that nobody looks at: to draw the pictures of a small run takes longer than to train it."""

from matplotlib.figure import Figure

SAVEFIG = Figure.savefig  # matplotlib's own


def sketch(set_):
    """Let figures be made and saved, but not drawn: a file says no more than that it is there. `set_` is a setattr."""
    set_(Figure, "savefig", lambda _, file, **__: file.write(b"not drawn"))
