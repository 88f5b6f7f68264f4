"""The site that `make site` builds: every link leads on, nothing comes from the network, lessons show their outputs."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

for name in ("sphinx", "myst_nb", "furo", "jupytext"):
    pytest.importorskip(name, reason=f"{name} is missing: pip install '.[docs]'")

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "docs" / "site"
FETCHED = {"script": "src", "img": "src", "source": "src", "iframe": "src", "link": "href"}  # a page asks for at once


class Page(HTMLParser):
    """What a page links to, what it fetches, and the anchors that it has."""

    def __init__(self, path):
        super().__init__()
        self.links, self.fetched, self.anchors = [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag in FETCHED and given.get(FETCHED[tag]):
            self.fetched.append(given[FETCHED[tag]])
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])


@pytest.fixture(scope="module")
def modules():
    """The modules that put the site together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SOURCE)
        import assemble
        import listings
        import outputs

        yield {"assemble": assemble, "listings": listings, "outputs": outputs}


@pytest.fixture(scope="module")
def site(modules, tmp_path_factory):
    """The folder of a site whose lessons have not run; a warning would have failed it."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("site")
    modules["assemble"].assemble(source, has_outputs=False)
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", SOURCE, source, built]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return built


@pytest.fixture(scope="module")
def pages(site):
    """Every page by its path."""
    return {path: Page(path) for path in site.rglob("*.html")}


def test_every_document_has_its_page(site):
    """At the place that it has in the repository; the README is the first page."""
    wanted = [path.relative_to(ROOT).with_suffix(".html") for path in (ROOT / "docs").glob("*.md")]
    wanted += [path.relative_to(ROOT).with_suffix(".html") for path in (ROOT / "lessons").glob("[0-9]*.py")]
    wanted += [Path(f"original_code/{path.name}.html") for path in (ROOT / "original_code").glob("[!_]*.py")]
    assert [path for path in (*wanted, Path("index.html")) if not (site / path).is_file()] == []


def test_every_link_leads_on(site, pages):
    """To a page or a file of the site, and to an anchor that is there."""
    broken = []
    for path, page in pages.items():
        for target in page.links + page.fetched:
            if re.match(r"https?://|data:|#$", target):
                continue
            file, _, anchor = target.partition("#")
            there = (path.parent / unquote(file.partition("?")[0])).resolve() if file else path
            has_anchor = not anchor or there.suffix != ".html" or unquote(anchor) in pages[there].anchors
            if not (there.is_file() and has_anchor):
                broken.append((path.relative_to(site).as_posix(), target))
    assert broken == []


def test_nothing_is_fetched_from_the_network(site, pages):
    """No script, style, picture or font; nor does a style fetch any. So the site opens from disk."""
    fetched = {target for page in pages.values() for target in page.fetched}
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    fetched |= {target for style in styles for target in re.findall(r"url\(\s*['\"]?([^'\")]*)", style)}
    assert styles
    assert [target for target in fetched if re.match(r"(https?:)?//", target)] == []
    assert not any("@import" in style for style in styles)
    assert [path for path in pages if "mathjax" in path.read_text(encoding="utf-8").lower()] == []


def test_search_finds_documents_and_fetches_none_of_them(site):
    """From disk no script may read a page. Source files are left out, because they would crowd out the documents."""
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert '"Your own port":[[' in index
    assert '"original_code/bitcoin_lstm.py":[[' not in index
    assert "SHOW_SEARCH_SUMMARY: false" in (site / "_static" / "documentation_options.js").read_text(encoding="utf-8")


def test_source_file_is_shown_whole(site):
    """On the page that a link to it leads to."""
    page = (site / "original_code" / "bitcoin_lstm.py.html").read_text(encoding="utf-8")
    shown = re.sub(r"<[^>]+>", "", page[page.index("<pre>") : page.index("</pre>")])
    plain = shown.replace("&quot;", '"').replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">")
    program = (ROOT / "original_code" / "bitcoin_lstm.py").read_text(encoding="utf-8")
    assert plain.replace("&amp;", "&").strip() == program.strip()


def test_help_of_every_command_is_shown(site):
    """As the command prints it."""
    page = (site / "help.html").read_text(encoding="utf-8")
    assert "Usage: reproduce compare [OPTIONS] [PORT]..." in page
    assert {"--time-limit", "--wiring", "--answers"} <= set(re.findall(r"--[a-z-]+", page))


def test_library_has_a_page_for_every_layer(site):
    """Of the package, whether it is on the README's map or not."""
    layers = {path.parent.name for path in (ROOT / "reproduce").glob("*/__init__.py")}
    assert {path.stem for path in (site / "library").glob("*.html")} == layers


def test_library_lists_public_names_alone(modules, tmp_path):
    """With their parameters and the first lines of their docstrings, in which no mark is taken for Markdown's."""
    folder = tmp_path / "reproduce" / "inputs"
    folder.mkdir(parents=True)
    (folder / "prices.py").write_text(
        '"""Prices, [scaled].\n\nMore."""\n\n\n'
        'def read(path, *, gaps: str = "keep"):\n    """Read *one* `a_b`."""\n\n\n'
        'def _hidden():\n    """No."""\n\n\nclass Table:\n    """Rows."""\n'
    )
    assert modules["listings"].layer_page(tmp_path, "inputs", "a file") == (
        "# reproduce.inputs\n\nA file.\n\n## reproduce.inputs.prices\n\n"
        "Prices, \\[scaled\\]. [Source](../reproduce/inputs/prices.py)\n\n"
        "- `read(path, *, gaps)`: Read \\*one\\* `a_b`.\n- `class Table`: Rows.\n"
    )


def test_lesson_shows_what_it_prints_and_draws(modules):
    """Each cell its own; the picture has words for those who cannot see it."""
    from nbformat.v4 import new_code_cell, new_notebook

    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.xlabel('day')\nplt.title('loss')\nplt.show()"
    notebook = new_notebook(cells=[new_code_cell("x = 2\nprint(x)"), new_code_cell(draw), new_code_cell("y = x")])
    modules["outputs"].run(notebook, "lesson.py")
    printed, drawn, silent = notebook.cells
    assert [one.text for one in printed.outputs] == ["2\n"]
    assert [list(one.data) for one in drawn.outputs] == [["image/png"]]
    assert drawn.metadata["mystnb"]["image"]["alt"] == "Plot: loss; day"
    assert silent.outputs == []


def test_lesson_that_fails_fails_the_site(modules):
    """With its own error."""
    from nbformat.v4 import new_code_cell, new_notebook

    with pytest.raises(ZeroDivisionError):
        modules["outputs"].run(new_notebook(cells=[new_code_cell("1 / 0")]), "lesson.py")
