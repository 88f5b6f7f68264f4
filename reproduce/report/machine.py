"""What ran, on what, and the commands to run it again: of any article's run."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from reproduce.articles.article import Article
from reproduce.articles.sources import is_own
from reproduce.runs.directory import Directory

RECORDS = (".json", ".csv", ".npz", ".txt")  # files whose checksums tell whether two runs are the same


@dataclass(frozen=True)
class Fact:
    """One line of the account: a name, and one value or several."""

    name: str
    values: list[str]
    is_code: bool = False


def facts_of(article: Article, directory: Directory, environment: dict[str, Any]) -> list[Fact]:
    """Settings, seed, machine, packages, checksums and commands, as far as the run's environment.json tells."""
    return [fact for fact in _facts(article, directory, environment) if any(fact.values)]


def _facts(article: Article, directory: Directory, environment: dict[str, Any]) -> Iterator[Fact]:
    config, words = directory.config, _words(environment)
    variant, seconds = asdict(config.variant), environment.get("seconds")
    yield Fact("Run again", [_rerun_command(article, directory, environment)], is_code=True)
    yield Fact("Last run as", [shlex.join(["reproduce", *words]) if words else ""], is_code=True)
    yield Fact("Directory", [str(directory.path)], is_code=True)
    yield Fact("Seed", [str(config.seed)])
    yield Fact("Engine", [config.engine])
    yield Fact("Variant", [", ".join(f"{name} {value}" for name, value in variant.items())])
    yield Fact("Duration", [f"{seconds:,.0f} s"] if isinstance(seconds, int | float) else [])
    yield Fact("Processor", [_text(environment.get("processor")), _cores(environment)])
    yield Fact("Devices", [str(device) for device in _list(environment.get("devices"))])
    yield Fact("System", [_text(environment.get("platform"))])
    yield Fact("Python", [_text(environment.get("python"))])
    yield Fact("Packages", [", ".join(_pairs(environment.get("packages")))])
    yield Fact("Flags", _pairs(environment.get("flags")), is_code=True)
    yield Fact("Commit", [_text(environment.get("git_commit"))], is_code=True)
    yield Fact("Input", ["the article's own" if is_own(directory, article.source) else _input_name(directory)])
    yield Fact("Sha256", [f"input {config.data_sha256}", *_checksums(directory)], is_code=True)


def _rerun_command(article: Article, directory: Directory, environment: dict[str, Any]) -> str:
    """A command line that makes the run anew; a file of one's own is named as it was the first time, if known.

    Empty for what a study alone trains: its command is the one that the run was made by.
    """
    config, threads = directory.config, environment.get("threads")
    if config.variant.refuses(config.engine):
        return ""
    words = ["reproduce", "run", article.id, "--variant", config.variant.name, "--seed", str(config.seed)]
    words += ["--engine", config.engine]
    if config.engine in article.inter_op and isinstance(threads, dict) and "inter_op" in threads:
        words += ["--inter-op-threads", str(threads["inter_op"])]
    if config.engine in article.intra_op:
        words += ["--intra-op-threads", str(config.threads)]
    if config.gaps is not None:
        words += ["--gaps", config.gaps]
    if not is_own(directory, article.source):
        words += [article.source.option, _given(article.source.option, environment) or _input_name(directory)]
    return shlex.join(words)


def _given(option: str, environment: dict[str, Any]) -> str:
    """The file that the run's command gave that option, of a resumed run its last; empty where it is not known."""
    words = _words(environment)
    for word, after in zip(words, [*words, ""][1:], strict=True):
        name, equals, value = word.partition("=")
        if name == option:
            return value if equals else after
    return ""


def _input_name(directory: Directory) -> str:
    return str(directory.read_json("input.json")["name"])


def _words(environment: dict[str, Any]) -> list[str]:
    """The words of the command; the first, the path of a file of ours, left out."""
    return [str(word) for word in _list(environment.get("argv"))[1:]]


def _checksums(directory: Directory) -> list[str]:
    paths = sorted(path for path in directory.path.iterdir() if path.suffix in RECORDS)
    return [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths]


def _cores(environment: dict[str, Any]) -> str:
    cores, threads = environment.get("cores"), _pairs(environment.get("threads"))
    return f"{cores} cores; threads: {', '.join(threads)}" if cores and threads else ""


def _pairs(value: Any) -> list[str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return [f"{name} {version}" for name, version in pairs if version is not None]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return "" if value is None else str(value)
