"""A page in its parts: what it is made of, its text, and the elements of that text."""

from functools import cached_property
from html.parser import HTMLParser

from reproduce.articles import article_of
from reproduce.articles.sections import Pair, Table
from reproduce.report.page import page_of
from reproduce.report.render import render
from tests.report.samples import judgements_of

VOID = ("meta", "link", "img", "input", "br", "hr", "wbr")


class Elements(HTMLParser):
    """Every element of a page in order: tag, attributes, and all text inside."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes), []))
        if tag not in VOID:
            self.open.append(self.found[-1])

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        for _, _, texts in self.open:
            texts.append(data)

    def all(self, *tags):
        """(attributes, text) of the elements with one of these tags."""
        return [(attributes, "".join(texts)) for tag, attributes, texts in self.found if tag in tags]


class Told:
    """A run, its page, and the page's text and elements."""

    def __init__(self, directory, study=None, words="a claim"):
        article = article_of(directory.config.article)
        self.directory, self.judgements = directory, judgements_of(article.id, words)
        self.page = page_of(article, directory, study, self.judgements)

    @cached_property
    def html(self):
        return render(self.page)

    @cached_property
    def elements(self):
        return Elements(self.html)

    def blocks(self, kind):
        """The blocks of a kind, in order."""
        flat = [block for section in self.page.sections for block in section.blocks]
        pairs = [block for pair in flat if isinstance(pair, Pair) for block in (*pair.left, *pair.right)]
        return [block for block in [*flat, *pairs] if isinstance(block, kind)]

    def table(self, words):
        """The rows of the table whose caption has these words."""
        (found,) = [table for table in self.blocks(Table) if words in table.caption]
        return {
            title: [[getattr(cell, "value", cell) for cell in row] for row in rows]
            for title, rows in found.groups.items()
        }
