"""Put the pages of the site together in a folder, from which Sphinx builds it: `python assemble.py FOLDER`.

The folder has the shape of the repository, so that links between pages are right as they stand. The README is its first
page. A link to any other file leads to a page that shows the file.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path, PurePosixPath

import jupytext
import outputs
from listings import help_page, library_pages

from reproduce.runs.process import limit_threads

ROOT = Path(__file__).resolve().parents[2]
FIRST = "README.md"
OWN = {  # pages under the title of their part; of docs/ those that are named nowhere come last
    "Your own port": ["docs/compare.md", "docs/slips.md"],
    "The articles": [
        "docs/findings.md",
        "docs/bitcoin-lstm.md",
        "docs/stacked-lstm.md",
        "docs/macbeth.md",
        "original_code/README.md",
    ],
    "Reference": ["docs/commands.md", "help.md", "library.md", "docs/data.md", "data/README.md", "CHANGELOG.md"],
}
LANGUAGES = {".py": "python", ".toml": "toml", ".yml": "yaml", ".cff": "yaml", ".txt": "text"}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


class Site:
    """What lies in the folder so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shown: set[str] = set()  # files of the repository that have a page
        self.lessons = sorted(f"lessons/{path.name}" for path in (ROOT / "lessons").glob("[0-9]*.py"))
        named = {page for pages in OWN.values() for page in pages}
        docs = sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
        self.others = [page for page in docs if page not in (*named, "docs/teaching.md")]

    def page_of(self, file: str) -> str:
        """The page on which a file of the repository is, by its path below the top."""
        if file == FIRST:
            return "index.md"
        if file.endswith(".md"):
            return file
        if file in self.lessons:
            return str(PurePosixPath(file).with_suffix(".ipynb"))
        self.show(file)
        return f"{file}.md"

    def linked(self, text: str, page: str) -> str:
        """A page's text with its links as the site has them; pictures are put in place."""

        def link(found: re.Match[str]) -> str:
            picture, words, target, anchor = found.groups(default="")
            file = os.path.normpath(PurePosixPath(page).parent / target)
            if not (ROOT / file).is_file():
                return found[0]  # one of the pages that are written here; Sphinx refuses a link that leads nowhere
            if picture or file.endswith(".png"):
                self.copy(file)
                there = file
            else:
                there = self.page_of(file)
            start = PurePosixPath("index.md" if page == FIRST else page).parent
            return f"{picture}[{words}]({os.path.relpath(there, start)}{anchor})"

        return LINK.sub(link, text)

    def write(self, page: str, text: str) -> None:
        path = self.folder / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def copy(self, file: str) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, path)

    def show(self, file: str) -> None:
        """A page of its own for a file that is no page."""
        if file not in self.shown:
            self.shown.add(file)
            text = (ROOT / file).read_text(encoding="utf-8").rstrip("\n")
            language = LANGUAGES.get(Path(file).suffix, "text")
            self.write(
                f"{file}.md",
                f"---\norphan: true\nnosearch: true\n---\n\n# {file}\n\n``````{language}\n{text}\n``````\n",
            )

    def lesson(self, file: str, has_outputs: bool) -> None:
        """A lesson as a notebook with what it prints and draws, and a link to the file that it explains."""
        notebook = jupytext.read(ROOT / file, fmt="py:percent")
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                text = re.sub(r"Source: `([^`]+)`", r"Source: [`\1`](../\1)", cell.source)
                cell.source = self.linked(text, file)
        if has_outputs:
            outputs.run(notebook, file)
        path = self.folder / self.page_of(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        jupytext.write(notebook, path, fmt="ipynb")


def toctree(title: str, pages: list[str], start: str = "index.md") -> str:
    """The list of a part's pages, which the theme shows at the side."""
    names = [os.path.relpath(page, PurePosixPath(start).parent).removesuffix(".md") for page in pages]
    caption = f":caption: {title}\n" if title else ""
    return "\n".join([f"\n```{{toctree}}\n:hidden:\n{caption}", *names, "```\n"])


def assemble(folder: Path, *, has_outputs: bool = True) -> None:
    """Write every page below `folder`, which is empty or not there.

    Args:
        has_outputs: run the lessons, which takes half a minute.
    """
    site = Site(folder)
    for lesson in site.lessons:
        site.lesson(lesson, has_outputs)
    parts = {"Learn": ["docs/teaching.md", *map(site.page_of, site.lessons)]} | OWN
    parts["Reference"] = [*parts["Reference"], *site.others]
    lists = "".join(toctree(title, pages) for title, pages in parts.items())
    written = {"help.md": help_page(), **library_pages(ROOT)}
    programs = sorted(f"original_code/{path.name}" for path in (ROOT / "original_code").glob("[!_]*.py"))
    for page in [FIRST, *(page for pages in parts.values() for page in pages if page.endswith(".md"))]:
        if page not in written:
            text = site.linked((ROOT / page).read_text(encoding="utf-8"), page)
            if page == FIRST:
                text += lists
            if page == "original_code/README.md":
                text += toctree("", [site.page_of(program) for program in programs], page)
            site.write("index.md" if page == FIRST else page, text)
    for page, text in written.items():
        site.write(page, site.linked(text, page))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # a graph without a GPU is no news
    limit_threads(1)
    assemble(Path(sys.argv[1]))
