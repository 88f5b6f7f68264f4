"""The pages that are made from the program itself: what every `--help` prints, and what the library has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from typer.testing import CliRunner

from reproduce.cli import app

WIDTH = "100"  # columns of the printed help


def help_page() -> str:
    """What every command prints with --help."""
    names = [info.name or info.callback.__name__ for info in app.registered_commands]
    parts = ["# What `--help` prints", "The same in words, with examples: [the commands](docs/commands.md)."]
    for words in ([], *([name] for name in names)):
        printed = CliRunner().invoke(app, [*words, "--help"], prog_name="reproduce", env={"COLUMNS": WIDTH}).stdout
        text = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
        parts += [f"## {' '.join(['reproduce', *words])}", f"```text\n{text}\n```"]
    return "\n\n".join(parts) + "\n"


def library_pages(root: Path) -> dict[str, str]:
    """A page for each layer of the package, and the one that lists them."""
    layers = _layers(root)
    lines = [f"- [`reproduce.{name}`](library/{name}.md) {words}".rstrip() for name, words in layers.items()]
    intro = "Imports go one way, from the last of these down to the first. Each name leads to its source."
    names = "\n".join(f"library/{name}" for name in layers)
    first = "\n\n".join(["# The library", intro, "\n".join(lines), f"```{{toctree}}\n:hidden:\n\n{names}\n```\n"])
    return {"library.md": first} | {
        f"library/{name}.md": layer_page(root, name, words) for name, words in layers.items()
    }


def _layers(root: Path) -> dict[str, str]:
    """What each layer holds, in the words of the README's map and its order; then those that are not on it."""
    on_map = re.findall(r"(?m)^  (\w+)/ +(.+)$", (root / "README.md").read_text(encoding="utf-8"))
    folders = sorted(path.parent.name for path in (root / "reproduce").glob("*/__init__.py"))
    return {name: words for name, words in on_map if name in folders} | {
        name: "" for name in folders if name not in dict(on_map)
    }


def layer_page(root: Path, layer: str, words: str) -> str:
    """Every module of a layer: what it holds, its public functions and classes."""
    parts = [f"# reproduce.{layer}", *([f"{words[0].upper()}{words[1:]}."] if words else [])]
    for path in sorted((root / "reproduce" / layer).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        about = ast.get_docstring(tree)
        if about is None:
            continue
        file = path.relative_to(root).as_posix()
        module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        parts += [f"## {module}", f"{_escaped(_first(about))} [Source](../{file})"]
        entries = [f"- `{_signature(node)}`: {_escaped(_first(ast.get_docstring(node)))}" for node in _public(tree)]
        parts += ["\n".join(entries)] * bool(entries)
    return "\n\n".join(parts) + "\n"


def _public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and ast.get_docstring(node)
        ):
            yield node


def _signature(node: ast.FunctionDef | ast.ClassDef) -> str:
    """`name(a, b, *, c)`, without types and defaults, which the source has."""
    if isinstance(node, ast.ClassDef):
        return f"class {node.name}"
    given = node.args
    names = [one.arg for one in (*given.posonlyargs, *given.args)]
    if given.vararg:
        names.append(f"*{given.vararg.arg}")
    elif given.kwonlyargs:
        names.append("*")
    names += [one.arg for one in given.kwonlyargs] + ([f"**{given.kwarg.arg}"] if given.kwarg else [])
    return f"{node.name}({', '.join(names)})"


def _first(docstring: str | None) -> str:
    """The first paragraph, on one line."""
    return " ".join((docstring or "").partition("\n\n")[0].split())


def _escaped(text: str) -> str:
    """Words that Markdown would take for marks, as they are; code between backticks stays code."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([\\*_\[\]<>|#])", r"\\\1", part) for part in parts)
