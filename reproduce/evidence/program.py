"""The published programs of original_code/, imported by file, and what their source says without being run."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from reproduce.errors import ReproduceError

# How functions that fix a random generator are called, in Python, NumPy, TensorFlow, Keras and PyTorch; and the
# keywords by which a seed is given to others.
SEEDING = ("seed", "set_seed", "set_random_seed", "manual_seed")
SEED_KEYWORDS = ("seed", "random_state")
SEEDED_BY_ARGUMENT = ("default_rng", "RandomState", "Random", "SeedSequence")


def program_path(name: str) -> Path:
    """Where the program of that name is, such as `macbeth`; it need not be there.

    In a wheel it lies inside the package, as reproduce/original_code/macbeth.py; in a checkout beside it, as
    ../original_code/macbeth.py.
    """
    package = Path(__file__).resolve().parents[1]
    inside = package / "original_code" / f"{name}.py"
    return inside if inside.is_file() else package.parent / "original_code" / f"{name}.py"


def load_program(name: str) -> ModuleType:
    """Import the program as a new module, its main part not run; its settings may be changed without harm to others.

    Raises:
        ReproduceError: it is not there.
    """
    path = _found(name)
    spec = importlib.util.spec_from_file_location(f"published_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def seeding_calls(name: str) -> list[str]:
    """The calls that fix a random generator, in the program's syntax tree: those of `main`, of every function of the
    file that it uses, directly or through others, and those at the top level.

    The part below `if __name__ == "__main__"` is left out: it reads options, which are ours and not the article's.

    Raises:
        ReproduceError: the program is not there.
    """
    return [
        ast.unparse(call) for part in _published(ast.parse(_found(name).read_text("utf-8"))) for call in _seeds(part)
    ]


def _found(name: str) -> Path:
    path = program_path(name)
    if not path.is_file():
        raise ReproduceError(f"{path}: not there; install reproduce again, or take a whole checkout of it")
    return path


def _published(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements at the top level, but for options and definitions, and the functions that `main` uses."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    yield from (node for node in tree.body if not (isinstance(node, ast.FunctionDef) or _reads_options(node)))
    used, waiting = set(), ["main"]
    while waiting:
        name = waiting.pop()
        if name in functions and name not in used:
            used.add(name)
            waiting += [node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)]
    yield from (node for name, node in functions.items() if name in used)


def _reads_options(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _seeds(part: ast.stmt) -> Iterator[ast.Call]:
    for call in (node for node in ast.walk(part) if isinstance(node, ast.Call)):
        called = ast.unparse(call.func).rpartition(".")[2]
        is_given = any(word.arg in SEED_KEYWORDS and ast.unparse(word.value) != "None" for word in call.keywords)
        if called in SEEDING or is_given or (called in SEEDED_BY_ARGUMENT and call.args):
            yield call
