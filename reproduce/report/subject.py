"""What a page is about: a finished run of any article, or the first finished one of a study."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from reproduce.articles import article_of
from reproduce.articles.article import Article
from reproduce.errors import RunError
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory

TABLE = "study.csv"


@dataclass(frozen=True, eq=False)
class Subject:
    """One finished run, its article, and the folder of the study around it."""

    article: Article
    directory: Directory
    study: Path | None  # where the page was asked for a study


def find_subject(given: Path) -> Subject:
    """Find the run in a folder, or the first finished run of the first variant of the study there.

    Raises:
        RunError: it is neither, not finished, of an article that is not known, or damaged.
    """
    if (given / "config.json").is_file():
        return Subject(*_finished(given), study=None)
    if (given / TABLE).is_file():
        return Subject(*_finished(_first_run(given)), study=given)
    raise RunError(
        f"{given}: neither a run (no config.json) nor a study (no {TABLE}); "
        "name a folder that reproduce run or reproduce study has written"
    )


def _finished(path: Path) -> tuple[Article, Directory]:
    config_path = path / "config.json"
    try:
        values = json.loads(config_path.read_text(encoding="utf-8"))
        article = article_of(values["article"])
        config = RunConfig(**values | {"variant": article.Variant(**values["variant"])})
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise RunError(f"{config_path}: not a run's configuration ({error}); name the folder of another run") from error
    directory = Directory.at(path, config)
    directory.require_finished()
    return article, directory


def _first_run(study: Path) -> Path:
    path = study / TABLE
    try:
        table = pd.read_csv(path, usecols=["run", "status"], dtype=str)
        variants = table["run"].str.replace(r"-s\d+-[a-z]+$", "", regex=True)  # a run's name less seed and engine
        finished = table.loc[(variants == variants.iloc[0]) & (table["status"] == "finished"), "run"]
    except (OSError, ValueError, LookupError) as error:
        raise RunError(f"{path}: not a study's table ({error}); run the study again") from error
    if finished.empty:
        raise RunError(f"{path}: no run of the first variant is finished; run the study again, or name one run")
    return study / Path(finished.iloc[0]).name
