"""A run of any article found in a folder, or the one that a study's folder is shown by."""

from __future__ import annotations

import json
from pathlib import Path

from reproduce.articles import article_of
from reproduce.articles.article import Article
from reproduce.errors import RunError
from reproduce.runs.config import read_config
from reproduce.runs.directory import Directory
from reproduce.runs.study import RUNS, first_finished


def open_run(path: Path) -> tuple[Article, Directory]:
    """The finished run in that folder.

    Raises:
        RunError: it is no run, not finished, or its configuration is damaged or not that of its folder's name.
    """
    config_path = path / "config.json"
    if not config_path.is_file():
        raise RunError(f"{path}: not a run (no config.json); name a folder that reproduce run has written")
    try:
        text = config_path.read_text(encoding="utf-8")
        article = article_of(json.loads(text)["article"])
        config = read_config(text, article.Variant)
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise RunError(f"{config_path}: not a run's configuration ({error}); make the run anew") from error
    folder = path.resolve()
    if folder.name != config.name:
        raise RunError(f"{path}: holds the run {config.name}; give the folder that name again")
    directory = Directory(folder.parent, config)
    directory.require_finished()
    return article, directory


def open_run_or_study(path: Path) -> tuple[Article, Directory, Path | None]:
    """The run, or of a study the first finished run of its first variant, and then the study's folder too.

    Raises:
        RunError: as `open_run`; or the folder is neither.
    """
    if (path / RUNS).is_file() and not (path / "config.json").exists():
        return *open_run(first_finished(path)), path
    if not (path / "config.json").is_file():
        raise RunError(
            f"{path}: neither a run (no config.json) nor a study (no {RUNS}); name a folder into which "
            "reproduce run or reproduce study has trained"
        )
    return *open_run(path), None
