"""README and docs/: their values come from tables, commands are commands, examples run, links lead on."""

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest
import typer

from reproduce.articles import ARTICLES
from reproduce.cli import app
from reproduce.inputs.prices import GAPS, load_prices
from reproduce.lessons.catalogue import read_lessons
from reproduce.report.docs import PARTS, filled_in

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", *DOCS, ROOT / "CHANGELOG.md", ROOT / "data" / "README.md"]
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
README = TEXTS["README.md"].splitlines()
COMMANDS = typer.main.get_command(app)
TOY = "docs/adding_an_article.md"  # whose article is none of the package's; a test of its own follows the page
LESSONS = [block.text for lesson in read_lessons() for block in lesson.blocks if not block.is_code]
QUOTED = sorted(
    {line for page in set(TEXTS) - {TOY} for line in re.findall(r"(?m)^ *(?:\.venv/bin/)?(reproduce .*)$", TEXTS[page])}
    | {words for text in LESSONS for words in re.findall("`(reproduce [^`]+)`", text)}
)
CHEAP = [line for line in QUOTED if re.match("reproduce (list|study$)|.*--shipped", line)]
BANNED = ("departure", "told apart", "one more draw", "rung", "hangs on", "hang on", "comes along", "program set none")
OF_PORTS = ("docs/compare.md", "docs/teaching.md")  # compare prints a rung a line, so its pages have that word

every_page = pytest.mark.parametrize("page", TEXTS)


def blocks(page, language):
    """The code of one language on a page, a text each."""
    return re.findall(rf"```{language}\n(.*?)```", TEXTS[page], re.DOTALL)


def prose(text):
    """A page without code, commands and the targets of links."""
    return re.sub(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|<!--.*?-->", " ", text, flags=re.DOTALL)


def anchors(page):
    """What `#…` may name: every heading as GitHub writes it."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PARTS)
def test_generated_parts_are_current(page):
    """Word by word as `make docs` writes them from tables and verdicts."""
    assert filled_in(page, ROOT) == TEXTS[page]


def test_readme_is_short_and_opens_with_the_two_commands():
    """With the picture above them and the end of their output below, on the first screen or two."""
    assert len(README) <= 180
    assert README.index("make reproduce") + 1 == README.index("make test")
    places = [
        next(n for n, line in enumerate(README) if word in line) for word in ("loss.png", "make test", "/run -->")
    ]
    assert places == sorted(places)
    assert places[-1] < 40


@pytest.mark.parametrize("line", QUOTED)
def test_quoted_command_is_accepted(line):
    """Its verb, options and values are known; nothing is run."""
    context = COMMANDS.make_context("reproduce", ["list"])
    name, command, arguments = COMMANDS.resolve_command(context, shlex.split(line)[1:])
    command.make_context(name, arguments)


@pytest.mark.parametrize("line", CHEAP)
def test_cheap_command_runs(line, tmp_path, monkeypatch, invoke):
    """As it is written."""
    monkeypatch.chdir(tmp_path)
    assert invoke(*shlex.split(line)[1:])[0] == 0


@pytest.mark.parametrize("lesson", read_lessons(), ids=lambda one: one.title)
def test_teachers_page_has_every_lesson(lesson):
    """By number and title, beside what its exercise checks."""
    assert f"\n| {lesson.number} {lesson.title} | " in TEXTS["docs/teaching.md"]


@pytest.mark.parametrize("verb", COMMANDS.commands)
def test_commands_page_has_every_option(verb):
    """In its list, and no option that there is not; and an example."""
    section = re.search(rf"(?ms)^## {verb}\n(.*?)(?=^## |\Z)", TEXTS["docs/commands.md"])[1]
    listed = re.findall(r"--[a-z][a-z-]*", "".join(re.findall(r"(?m)^- .*$", section)))
    options = {name for one in COMMANDS.commands[verb].params for name in one.opts if name.startswith("--")}
    assert set(listed) == options - {"--help"}
    assert re.search(rf"(?m)^reproduce {verb}\b", section)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_article_s_page_has_every_setting(article):
    """The first column undoes a field of the variant, the second is what was published, and no field is left out."""
    section = TEXTS[f"docs/{article.id}.md"].partition("## Variants")[2]
    moved = set()
    for changed, published in re.findall(r"(?m)^\| (`[^|]+) \| (`[^|]+) \|", section):
        assert article.Variant.parse(published.strip("`")) == article.Variant()
        for name in re.findall("`(.*?)`", changed):
            variant = article.Variant.parse(name)
            moved |= {f.name for f in fields(variant) if getattr(variant, f.name) != f.default}
    assert moved == {f.name for f in fields(article.Variant)}


@pytest.mark.parametrize("table", blocks("docs/data.md", "csv"))
def test_shown_price_table_is_accepted(table, tmp_path):
    """Every layout that the page shows has two days with a price."""
    path = tmp_path / "prices.csv"
    path.write_text(table, encoding="utf-8")
    assert load_prices(path).dates.astype(str).tolist() in (["2018-05-26", "2018-05-25"], ["2018-05-25", "2018-05-24"])


def test_data_page_has_every_word_of_gaps():
    """In the table of what each does."""
    assert set(re.findall(r"\| `--gaps (\w+)` \|", TEXTS["docs/data.md"])) == set(GAPS)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("page", ["README.md", "docs/engines.md"])
def test_python_example_runs(page, tmp_path, monkeypatch):
    """As it is written."""
    monkeypatch.chdir(tmp_path)
    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), {})


@every_page
def test_links_lead_on(page):
    """To a file, and to a heading on it; a file that is no page and no picture is text, which the site shows."""
    for target in re.findall(r"\]\(([^)]+)\)", TEXTS[page]):
        if not target.startswith("https://"):
            path, _, anchor = target.partition("#")
            there = (ROOT / page).parent / path if path else ROOT / page
            assert there.exists(), target
            assert not anchor or anchor in anchors(there), target
            assert there.is_dir() or there.suffix == ".png" or there.read_text(encoding="utf-8"), target


@every_page
def test_words_are_plain(page):
    """None of those for which there is a common one."""
    banned = [word for word in BANNED if (word, page) not in {("rung", one) for one in OF_PORTS}]
    assert [word for word in banned if re.search(rf"\b{word}", prose(TEXTS[page]), re.IGNORECASE)] == []
