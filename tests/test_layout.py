"""The rules of the house that a machine can check, read off the source of every module without importing any."""

import ast
import functools
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "reproduce").rglob("*.py"))
}
ORIGINALS = sorted((ROOT / "original_code").glob("*.py"))

# Lowest first; a module's layer is the folder it lies in.
LAYERS = ("inputs", "networks", "runs", "evidence", "articles", "bench", "report", "lessons", "cli")
GROUND, ROOF = ("reproduce", "reproduce.errors"), "reproduce.__main__"
STARTS_TENSORFLOW = ("networks", "bench", "runs")  # of `runs`, the module that sets its threads


@functools.cache
def syntax(path):
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path):
    """Every module named by an import anywhere in `path`, in functions too; `from a import b` may mean a.b."""
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively, where nobody can follow"
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from [name for name in submodules if name in MODULES] or [node.module]


@functools.cache
def imports_of_ours(module):
    """The modules of the package that `module` imports."""
    return [name for name in imports(MODULES[module]) if name in MODULES]


def layer_of(module):
    """How high the module's folder stands; the ground is lowest, and the command's entry highest."""
    if module in GROUND:
        return -1
    return len(LAYERS) if module == ROOF else LAYERS.index(module.split(".")[1])


def circles():
    """Groups of modules that import each other, directly or through others (Tarjan's strongly connected components)."""
    index, low, stack, found = {}, {}, [], []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in imports_of_ours(module):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            members = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            found.append(sorted(members))

    for module in MODULES:
        if module not in index:
            visit(module)
    return [members for members in found if len(members) > 1]


ARTICLES = sorted(path.name for path in (ROOT / "reproduce" / "articles").iterdir() if (path / "claims.toml").exists())


def article_of(module):
    """`macbeth` of reproduce.articles.macbeth.pictures; None outside the articles, and for what they share."""
    part = module.split(".")[2:3]
    return part[0] if module.startswith("reproduce.articles.") and part[0] in ARTICLES else None


def public_functions(path):
    """The functions of a module that other modules may call, commands included."""
    functions = [node for node in syntax(path).body if isinstance(node, ast.FunctionDef)]
    return [function for function in functions if not function.name.startswith("_")]


def hints_missing_in(function):
    """The parameters without a type, and `return`."""
    everything = function.args
    parameters = [
        *everything.posonlyargs,
        *everything.args,
        *everything.kwonlyargs,
        everything.vararg,
        everything.kwarg,
    ]
    missing = [parameter.arg for parameter in parameters if parameter is not None and parameter.annotation is None]
    return missing + ["return"] * (function.returns is None)


def test_rules_read_the_whole_package():
    """An empty list of modules, or an empty list of imports, would make every rule here hold."""
    assert {"reproduce.__main__", "reproduce.networks.lstm.cell", "reproduce.articles.macbeth.training"} <= set(MODULES)
    assert "reproduce.networks.lstm.cell" in imports_of_ours("reproduce.networks.lstm.graph")
    assert "reproduce.networks.lstm.session" in imports_of_ours("reproduce.networks.lstm.create")  # inside a function
    assert ORIGINALS


def test_nothing_lies_flat():
    """Beside the folders that are the layers stand only the ground and the command's entry."""
    flat = {name for name in MODULES if name.count(".") < 2 and MODULES[name].name != "__init__.py"}
    assert flat == {"reproduce.errors", "reproduce.__main__"}
    assert {path.name for path in (ROOT / "reproduce").iterdir() if (path / "__init__.py").exists()} == set(LAYERS)


def offenders(problems_of, modules=MODULES):
    """The modules that break a rule, each with what breaks it there."""
    return {module: found for module in modules if (found := problems_of(module))}


def test_modules_import_no_higher_layer():
    """cli → lessons → report → bench → articles → evidence → runs → networks → inputs, never back."""
    assert offenders(lambda m: [name for name in imports_of_ours(m) if layer_of(name) > layer_of(m)]) == {}


def test_no_modules_import_each_other():
    """A circle cannot be read from any side, be it within one folder."""
    assert circles() == []


def test_articles_import_no_other_article():
    """What two of them need lies below both."""
    of_articles = [name for name in MODULES if article_of(name)]
    assert len(of_articles) > 50
    assert (
        offenders(
            lambda m: [name for name in imports_of_ours(m) if article_of(name) not in (None, article_of(m))],
            of_articles,
        )
        == {}
    )


@pytest.mark.parametrize("path", ORIGINALS, ids=lambda path: path.name)
def test_published_program_imports_nothing_of_the_package(path):
    """original_code/ is a museum that stands on its own."""
    assert [name for name in imports(path) if name.partition(".")[0] == "reproduce"] == []


def test_tensorflow_is_imported_where_networks_are_only():
    """And Keras; elsewhere not even inside a function."""
    others = [module for module in MODULES if module.split(".")[1:2] not in ([name] for name in STARTS_TENSORFLOW)]
    heavy = ("tensorflow", "keras")
    assert offenders(lambda m: [n for n in imports(MODULES[m]) if n.partition(".")[0] in heavy], others) == {}


def test_modules_have_at_most_250_lines():
    """A module does one thing."""
    lines = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in MODULES.items()}
    assert {module: count for module, count in lines.items() if count > 250} == {}


def test_modules_are_named_after_their_subject():
    """Helpers live with their caller."""
    vague = ("utils", "util", "helpers", "helper", "common", "misc")
    assert [module for module in MODULES if module.rpartition(".")[2].strip("_") in vague] == []


def test_modules_say_what_they_hold():
    """Every module that is not empty opens with a docstring."""
    filled = [module for module, path in MODULES.items() if path.stat().st_size]
    assert [module for module in filled if not ast.get_docstring(syntax(MODULES[module]))] == []


def test_public_functions_have_docstrings():
    """The first thing a reader asks."""
    assert offenders(lambda m: [f.name for f in public_functions(MODULES[m]) if not ast.get_docstring(f)]) == {}


def test_public_functions_have_type_hints():
    """Of every parameter and of what comes back."""
    assert offenders(lambda m: [(f.name, *h) for f in public_functions(MODULES[m]) if (h := hints_missing_in(f))]) == {}


def private_names(module):
    """What it imports of other modules' private names."""
    nodes = [node for node in ast.walk(syntax(MODULES[module])) if isinstance(node, ast.ImportFrom)]
    return [a.name for node in nodes for a in node.names if a.name.startswith("_") and not a.name.startswith("__")]


def test_private_names_stay_in_their_module():
    """`from reproduce.runs.directory import _name` couples two modules where nobody looks."""
    assert offenders(private_names) == {}
