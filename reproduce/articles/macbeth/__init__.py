"""The Macbeth article (P. Srivastava, Analytics Vidhya, 2017): what it says and what is particular to it."""

from reproduce.articles.article import Article
from reproduce.articles.macbeth.variant import Variant
from reproduce.articles.sources import TEXTS

ARTICLE = Article(
    id="macbeth",
    label="Macbeth article",
    folder="macbeth",
    Variant=Variant,
    source=TEXTS,
    engines=("compiled", "keras"),
    intra_op=("compiled", "keras"),
)
