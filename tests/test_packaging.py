"""What is shipped: a real wheel, installed and run away from the checkout; versions and pins that agree."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from reproduce.articles import ARTICLES
from tests.cli.commands import reproduce_each

ROOT = Path(__file__).resolve().parent.parent
A_STUDY_EACH = ("bitcoin-losses", "stacked-networks", "macbeth-epochs")
NOT_SOURCE = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info")
LEFT = {"build", "dist", "runs", "studies"}  # what building and running leave beside the package


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel built from a copy of the source without anything that running or building has left in it."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(
        ROOT,
        folder / "source",
        ignore=lambda place, names: NOT_SOURCE(place, names) | (LEFT if Path(place) == ROOT else set()),
    )
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), "source"]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def shipped(wheel):
    """The bytes of every file in the wheel by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    """A fresh environment with the wheel and what it asks for without an extra, linked from the one that tests."""
    folder = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    install = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet", "--no-deps"]
    subprocess.run([*install, "--no-index", wheel], check=True)
    for found in asked_for():
        for top in {path.parts[0] for path in found.files} - {"..", "__pycache__"}:
            (packages / top).symlink_to(found.locate_file(top))
    return packages


def asked_for():
    """The distributions that `pip install .` brings along."""
    wanted, found = [*map(Requirement, setup_cfg()["options"]["install_requires"].strip().splitlines())], {}
    for requirement in wanted:  # grows on the way
        name = normalised(requirement.name)
        if name not in found and applies(requirement, "{}.{}".format(*sys.version_info)):
            found[name] = distribution(name)
            wanted += map(Requirement, found[name].requires or ())
    return found.values()


@pytest.fixture
def run_installed(site, tmp_path):
    """A way to run a program of that environment, in a folder that knows nothing of the checkout."""

    def run(program, *arguments):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [site.parents[2] / "bin" / program, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


def setup_cfg():
    """setup.cfg as its sections."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def requirements():
    """Everything setup.cfg asks for, extras included; but for those of `bench`, which are not pinned: gigabytes."""
    sections = setup_cfg()
    extras = [text for name, text in sections["options.extras_require"].items() if name != "bench"]
    lists = [sections["options"]["install_requires"], *extras]
    return [Requirement(line) for text in lists for line in text.strip().splitlines()]


def pins():
    """The lines of constraints.txt; a package may have several, for different Pythons."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def normalised(name):
    """`Scikit_Learn` and `scikit-learn` are one package."""
    return re.sub(r"[-_.]+", "-", name).lower()


def applies(requirement, python):
    """Whether its marker, if any, holds on that Python; extras are always wanted."""
    versions = {"python_version": python, "python_full_version": f"{python}.9", "extra": ""}
    return requirement.marker is None or requirement.marker.evaluate(versions)


def test_wheel_holds_the_price_table_byte_for_byte(shipped):
    """Line ends included: its sha256 is checked at every start."""
    assert shipped["reproduce/data/btc_close.csv"] == (ROOT / "data" / "btc_close.csv").read_bytes()


def test_wheel_holds_every_module_of_the_package(shipped):
    """setup.cfg lists packages by hand; what it forgets is missing here."""
    on_disk = {path.relative_to(ROOT).as_posix() for path in (ROOT / "reproduce").rglob("*.py")}
    assert sorted(on_disk - set(shipped)) == []


def test_wheel_holds_every_data_file_of_the_package(shipped):
    """claims.toml of each article, say."""
    files = [path for path in (ROOT / "reproduce").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    data = {path.relative_to(ROOT).as_posix() for path in files if path.suffix != ".py"}
    assert "reproduce/articles/bitcoin_lstm/claims.toml" in data
    assert sorted(data - set(shipped)) == []


def test_wheel_holds_what_the_commands_read(shipped):
    """Claims, verdicts and tables of every article; the published programs and the notes on them; the lessons."""
    for article in ARTICLES:
        folder = f"reproduce/articles/{article.folder}"
        tables = {plan.table.file for plan in article.module("studies").STUDIES}
        assert {f"{folder}/{name}" for name in ("claims.toml", "verdicts.json", *tables)} <= set(shipped)
    programs = {f"reproduce/original_code/{path.name}" for path in (ROOT / "original_code").glob("[!_]*.py")}
    assert programs | {"reproduce/original_code/README.md"} <= set(shipped)
    lessons = {f"reproduce/lessons/texts/{path.name}" for path in (ROOT / "lessons").glob("*.py")}
    assert lessons == {name for name in shipped if name.startswith("reproduce/lessons/texts/")}


def test_wheel_holds_the_package_and_its_metadata_only(shipped):
    """No tests, no setup files."""
    tops = {name.partition("/")[0] for name in shipped}
    assert tops == {"reproduce", f"reproduce-{setup_cfg()['metadata']['version']}.dist-info"}


def test_wheel_holds_the_licence(shipped):
    """MIT asks that its text goes with every copy."""
    licence = (ROOT / "LICENSE").read_bytes()
    assert [name for name, content in shipped.items() if name.endswith("LICENSE") and content == licence]


def test_installed_program_works_away_from_the_checkout(run_installed, tmp_path):
    """Though it starts TensorFlow: exit code 0, nothing on stderr, nothing left in the folder it ran in."""
    shown = run_installed("reproduce", "claims", "macbeth")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout
    assert list(tmp_path.iterdir()) == []


TEMPLATES = [f"compare --article {article.id} --template numpy" for article in ARTICLES]
SHOWN = ["--help", "list", "lessons", "lessons 1", "study", *(f"study {name} --shipped" for name in A_STUDY_EACH)]


@pytest.fixture(scope="module")
def answered(site, tmp_path_factory):
    """What commands print, forks of one Python of that environment, and the folder they ran in.

    Each must end with 0 and say nothing on stderr. The last is `compare` of Bitcoin's template, in another folder.
    """
    here, there, said = (tmp_path_factory.mktemp(name) for name in ("here", "there", "said"))
    cases = {line: (here, line.split()) for line in (*TEMPLATES, *SHOWN)}
    begin = f"import shutil; shutil.copy({str(said / f'{TEMPLATES[0]}-1')!r}, 'port.py')"
    cases["compare port.py"] = (there, ["compare", "port.py"], begin)
    python = site.parents[2] / "bin" / "python"
    answers = reproduce_each(cases, said, variables={"PYTHONPATH": ""}, python=python)
    assert {line: answer for line, answer in answers.items() if answer[::2] != (0, "")} == {}
    return {line: stdout for line, (_, stdout, _) in answers.items()}, here


def test_installed_templates_are_printed_and_agree(answered):
    """Of each article, from the wheel alone; that of Bitcoin, which reads the price table, is compared with it too."""
    texts, _ = answered
    assert all("def predict(" in texts[line] for line in TEMPLATES)
    assert "Agrees on all" in texts["compare port.py"]


def test_installed_commands_read_what_is_in_the_wheel(answered):
    """Help, lists, lessons and a shipped table of each article. That every table is in the wheel is tested above."""
    texts, here = answered
    assert all(texts[line] for line in SHOWN)
    assert list(here.iterdir()) == []


def test_installed_package_is_not_the_checkout_and_loads_its_own_table(run_installed, site):
    """From inside the wheel, with the sha256 that its card states."""
    program = (
        "import reproduce; from reproduce.inputs.prices import *; "
        "print(reproduce.__file__, embedded_table_path(), load_prices().sha256)"
    )
    package, table, sha256 = run_installed("python", "-c", program).stdout.split()
    assert Path(package) == site / "reproduce" / "__init__.py"
    assert Path(table) == site / "reproduce" / "data" / "btc_close.csv"
    assert f"`{sha256}`" in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def test_versions_agree():
    """setup.cfg and CITATION.cff name one version."""
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^version: (.+)$", citation) == [setup_cfg()["metadata"]["version"]]


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
def test_every_requirement_is_pinned_to_a_version_it_allows(python):
    """constraints.txt has exactly one `==` for each on every Python that setup.cfg admits."""
    here = [pin for pin in pins() if applies(pin, python)]
    exact = {normalised(pin.name): re.fullmatch("==([^*]+)", str(pin.specifier))[1] for pin in here}
    assert len(exact) == len(here)
    wanted = [requirement for requirement in requirements() if applies(requirement, python)]
    assert [str(r) for r in wanted if not r.specifier.contains(exact.get(normalised(r.name), "0.dev0"))] == []
