"""Sphinx's settings for the site. Its pages are put together by assemble.py; `make site` does both."""

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

project = "reproduce"
extensions = ["myst_nb"]
language = "en"
highlight_language = "text"
smartquotes = False  # `--help` stays two strokes
pygments_style = "default"
pygments_dark_style = "monokai"

# Headings have the anchors that a code host gives them, so that a link is right in both places.
myst_heading_anchors = 3
myst_enable_extensions = []  # no mathematics: equations are text, and MathJax would come from the network

nb_execution_mode = "off"  # assemble.py has run the lessons
nb_ipywidgets_js = {}  # scripts from the network

html_theme = "furo"
html_title = "reproduce"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_search_summary = False  # it would fetch the pages found, which a browser refuses from disk


def setup(app: Sphinx) -> None:
    """Give price tables, which have no colours, the name that the documents call them by."""
    app.add_lexer("csv", TextLexer)
