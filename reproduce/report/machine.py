"""What ran, on what, and the commands to run it again."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.inputs.prices import EMBEDDED_SHA256
from reproduce.report.subject import Subject

FILES = ("config.json", "environment.json", "losses.csv", "predictions.csv", "metrics.json", "checkpoint.npz")


@dataclass(frozen=True)
class Fact:
    """One line of the account: a name, and one value or several."""

    name: str
    values: list[str]
    is_code: bool = False


def facts_of(subject: Subject) -> list[Fact]:
    """Settings, seed, machine, packages, checksums and commands, as far as the run's files tell."""
    return [fact for fact in _facts(subject) if any(fact.values)]


def _facts(subject: Subject) -> Iterator[Fact]:
    config, environment = subject.config, subject.environment
    yield Fact("Run again", [rerun_command(subject)], is_code=True)
    yield Fact("Begun as", [_begun_as(environment)], is_code=True)
    yield Fact("Directory", [str(subject.path)], is_code=True)
    yield Fact("Seed", [str(config.seed)])
    yield Fact("Engine", [config.engine])
    yield Fact("Variant", [", ".join(f"{f.name} {getattr(config.variant, f.name)}" for f in fields(Variant))])
    yield Fact("Duration", [f"{seconds:.0f} s"] if (seconds := _number(environment.get("seconds"))) else [])
    yield Fact("Processor", [_text(environment.get("processor")), _cores(environment)])
    yield Fact("System", [_text(environment.get("platform"))])
    yield Fact("Python", [_text(environment.get("python"))])
    yield Fact("Packages", [", ".join(_pairs(environment.get("packages")))])
    yield Fact("Flags", _pairs(environment.get("flags")), is_code=True)
    yield Fact("Commit", [_text(environment.get("git_commit"))], is_code=True)
    known = "the article's table" if config.data_sha256 == EMBEDDED_SHA256 else "a table of its own"
    yield Fact("Price table", [known])
    yield Fact("Sha256", [f"price table {config.data_sha256}", *_checksums(subject)], is_code=True)


def rerun_command(subject: Subject) -> str:
    """A command line that makes the run anew; a table of one's own is named as it was the first time, if known."""
    config = subject.config
    words = ["reproduce", "run", "--variant", config.variant.name, "--seed", str(config.seed)]
    words += ["--engine", config.engine]
    if config.engine == "session":
        words += ["--threads", str(_threads(subject.environment))]
    if not subject.has_article_s_data:
        words += ["--data", _data_path(subject.environment)]
    return shlex.join(words)


def _begun_as(environment: dict[str, Any]) -> str:
    argv = [str(word) for word in _list(environment.get("argv"))]
    return shlex.join(["reproduce", *argv[1:]]) if argv else ""  # its first word is the path of a file of ours


def _threads(environment: dict[str, Any]) -> int:
    threads = environment.get("threads")
    return threads.get("inter_op", 1) if isinstance(threads, dict) else 1


def _data_path(environment: dict[str, Any]) -> str:
    argv = [str(word) for word in _list(environment.get("argv"))]
    for word, after in zip(argv, [*argv[1:], ""], strict=True):
        if word == "--data":
            return after
        if word.startswith("--data="):
            return word.removeprefix("--data=")
    return "TABLE.csv"


def _checksums(subject: Subject) -> list[str]:
    paths = [subject.path / name for name in FILES]
    return [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths if path.is_file()]


def _cores(environment: dict[str, Any]) -> str:
    cores, threads = environment.get("cores"), _threads(environment)
    return f"{cores} cores, {threads} operation{'s' * (threads != 1)} at once" if cores else ""


def _pairs(value: Any) -> list[str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return [f"{name} {version}" for name, version in pairs if version is not None]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> float | None:
    return value if isinstance(value, (int, float)) else None
