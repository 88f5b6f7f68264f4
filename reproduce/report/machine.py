"""What ran, on what, and the commands to run it again: of any article's run."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from reproduce.runs.directory import Directory

INPUT_OPTIONS = ("--data", "--text")  # of `reproduce run`: a file of one's own
RECORDS = (".json", ".csv", ".npz", ".txt")  # whose checksums tell whether two runs are the same


@dataclass(frozen=True)
class Fact:
    """One line of the account: a name, and one value or several."""

    name: str
    values: list[str]
    is_code: bool = False


def facts_of(directory: Directory, *, has_published_input: bool) -> list[Fact]:
    """Settings, seed, machine, packages, checksums and commands, as far as the run's files tell.

    Raises:
        RunError: environment.json is damaged.
    """
    return [fact for fact in _facts(directory, has_published_input) if any(fact.values)]


def _facts(directory: Directory, has_published_input: bool) -> Iterator[Fact]:
    config, environment = directory.config, dict(directory.read_environment())
    variant = asdict(config.variant)
    yield Fact("Run again", [_rerun_command(config, environment, has_published_input)], is_code=True)
    yield Fact("Begun as", [shlex.join(["reproduce", *_argv(environment)]) if _argv(environment) else ""], is_code=True)
    yield Fact("Directory", [str(directory.path)], is_code=True)
    yield Fact("Seed", [str(config.seed)])
    yield Fact("Engine", [config.engine])
    yield Fact("Variant", [", ".join(f"{name} {value}" for name, value in variant.items())])
    yield Fact(
        "Duration", [f"{seconds:,.0f} s"] if isinstance(seconds := environment.get("seconds"), int | float) else []
    )
    yield Fact("Processor", [_text(environment.get("processor")), _cores(environment)])
    yield Fact("System", [_text(environment.get("platform"))])
    yield Fact("Python", [_text(environment.get("python"))])
    yield Fact("Packages", [", ".join(_pairs(environment.get("packages")))])
    yield Fact("Flags", _pairs(environment.get("flags")), is_code=True)
    yield Fact("Commit", [_text(environment.get("git_commit"))], is_code=True)
    yield Fact("Input", ["the article's own" if has_published_input else "a file of the user's"])
    yield Fact("Sha256", [f"input {config.data_sha256}", *_checksums(directory)], is_code=True)


def _rerun_command(config: Any, environment: dict[str, Any], has_published_input: bool) -> str:
    """A command line that makes the run anew; a file of one's own is named as it was the first time, if known."""
    words = ["reproduce", "run", config.article, "--variant", config.variant.name, "--seed", str(config.seed)]
    words += ["--engine", config.engine]
    if config.threads is not None:
        words += ["--threads", str(config.threads)]
    if not has_published_input:
        words += _input_words(_argv(environment)) or ["--data", "FILE"]
    return shlex.join(words)


def _argv(environment: dict[str, Any]) -> list[str]:
    """The words of the command; the first of them, the path of a file of ours, left out."""
    argv = environment.get("argv")
    return [str(word) for word in argv[1:]] if isinstance(argv, list) else []


def _input_words(argv: list[str]) -> list[str]:
    for word, after in zip(argv, [*argv[1:], ""], strict=True):
        option, equals, value = word.partition("=")
        if option in INPUT_OPTIONS:
            return [option, value if equals else after]
    return []


def _checksums(directory: Directory) -> list[str]:
    paths = sorted(path for path in directory.path.iterdir() if path.suffix in RECORDS)
    return [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in paths]


def _cores(environment: dict[str, Any]) -> str:
    cores, threads = environment.get("cores"), environment.get("threads")
    at_once, within = (threads.get(name, 1) if isinstance(threads, dict) else 1 for name in ("inter_op", "intra_op"))
    return f"{cores} cores; {at_once} by {within} threads (operations at once by inside one)" if cores else ""


def _pairs(value: Any) -> list[str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return [f"{name} {version}" for name, version in pairs if version is not None]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
