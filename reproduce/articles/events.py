"""A finished run's event files, where TensorBoard is pointed at: a folder a run."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from reproduce.articles.article import Article
from reproduce.errors import RunError
from reproduce.runs.directory import Directory

EVENTS = "events.out.tfevents.*"  # as TensorFlow names its files, and TensorBoard finds them


def check_folder(folder: Path) -> None:
    """Make the folder that TensorBoard is pointed at, where it is not there yet.

    Raises:
        RunError: nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(13, os.strerror(13))
    except OSError as error:
        raise RunError(f"{folder}: {error.strerror}; name another folder with --tensorboard") from error


def write_events(article: Article, directory: Directory, folder: Path) -> Path:
    """Write the events of a finished run into a folder of its name there, in place of earlier ones; return it.

    Other files in it stay: the folder may be the one of the run itself.

    Raises:
        RunError: a file of the run is damaged, or the folder cannot be written.
    """
    target = folder / directory.config.name
    try:
        target.mkdir(exist_ok=True)
        with TemporaryDirectory(prefix=".events", dir=target) as beside:
            article.module("inside").write_events(directory, Path(beside))
            written = {path.name: path for path in Path(beside).glob(EVENTS)}
            for earlier in target.glob(EVENTS):
                earlier.unlink()
            for name, path in written.items():
                path.replace(target / name)
    except OSError as error:
        raise RunError(f"{target}: {error.strerror}; name another folder with --tensorboard") from error
    return target
