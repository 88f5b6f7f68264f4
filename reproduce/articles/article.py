"""The one shape that all articles have: a published tutorial, and what of it is its own.

An article is a folder beside this file. Its modules have the same names and hold these functions, which the rest of the
package calls; each is imported when it is first asked for, because some of them start TensorFlow:

    variant    Variant, one frozen configuration
    training   check(data, variant)         refuse data that are too short for the variant
               begin(directory, data)       the `Training` of one run
               predictor(directory)         of an article on prices: what a finished run predicts from scaled windows
               prove(config, data)          the compiled engine against another, on this machine, before it trains
    windows    prepare(table, variant)      of an article on prices: its windows, which a forecast goes on from
    studies    STUDIES, a tuple of `StudyPlan`
    outputs    run_outputs(directory)       our values that claims are judged by, of one finished run
               audit_outputs()              the same of the tables in the package
               own_result(directory)        what a run says of a user's own data
    exports    exported(directory)          a finished run's network for other programs
    pictures   draw(directory)              a run's pictures, into its directory
    findings   findings()                   what was found, for README and page; first what is least expected
    page       account(directory, study)    what a page says of a run beyond what every page says
    inside     write_events(directory, to)  where `has_events`: what TensorBoard shows of a finished run, into a folder

and beside them lie claims.toml, verdicts.json and the shipped tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from reproduce.articles.sources import Source
from reproduce.articles.tables import StudyTable
from reproduce.errors import RunError
from reproduce.runs.variant import Variant

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reproduce.runs.config import RunConfig
    from reproduce.runs.study import Study

Runs = tuple[tuple[Variant, range], ...]  # each variant with its seeds


@dataclass(frozen=True)
class Article:
    """A published tutorial."""

    id: str
    label: str  # as a title calls it
    folder: str  # the package beside this file
    Variant: type[Variant]
    source: Source  # what it reads, and with which option a user gives another
    engines: tuple[str, ...]  # the default first
    beside: tuple[str, ...] = ()  # engines on which the same run is trained too, to hold both against each other
    inter_op: tuple[str, ...] = ()  # engines that may do several operations at once
    intra_op: tuple[str, ...] = ()  # engines whose threads may share a training step
    has_events: bool = False  # whether TensorBoard has something to show: the network is a graph with names
    assumptions: Callable[[Any], tuple[str, ...]] = lambda _: ()  # what it leaves open and a variant had to choose

    def on_engine(self, config: RunConfig, engine: str) -> RunConfig:
        """The same run on that engine, of one thread where no number of them moves its bits."""
        return replace(config, engine=engine, threads=config.threads if engine in self.intra_op else 1)

    @property
    def package(self) -> str:
        """The package of its modules, claims.toml and tables."""
        return f"{__package__}.{self.folder}"

    def module(self, name: str) -> ModuleType:
        """One of its modules, by the names above.

        Raises:
            RunError: the article has none, as one that is being added.
        """
        full_name = f"{self.package}.{name}"
        try:
            return import_module(full_name)
        except ModuleNotFoundError as error:
            if error.name != full_name:
                raise
            raise RunError(
                f"{self.id} has no {name}.py, which this needs; docs/adding_an_article.md and articles/article.py say "
                "what to write into it"
            ) from None


@dataclass(frozen=True)
class Shown:
    """A table that a study ends in: for programs, and the same as people read it."""

    title: str
    rows: Sequence[dict[str, Any]]
    texts: Sequence[dict[str, str]]


@dataclass(frozen=True)
class StudyPlan:
    """A question that takes many runs: which, the row each makes, and how the answer is shown."""

    name: str
    question: str
    table: StudyTable
    runs: Runs  # what the shipped table was made from
    rows: Callable[[Study], list[Any]]  # the table of a study whose runs are finished; RunError where one is not
    show: Callable[[Sequence[Any]], list[Shown]]
    draw: Callable[[Sequence[Any]], dict[str, Figure]]  # its pictures, by name
    following: Callable[[Study], tuple[RunConfig, ...]] = lambda _: ()  # runs that finished ones call for, trained next
    is_of_article: bool = False  # what follows from its runs is about the article's own data, and no others
    engine: str = ""  # that trains its runs; the article's first where it names none


def of_seeds(variants: Iterable[Variant], seeds: range) -> Runs:
    """Every variant with the same seeds."""
    return tuple((variant, seeds) for variant in variants)


@dataclass(frozen=True)
class Finding:
    """One sentence that stands alone, the values it follows from, the picture that shows it, and what it rests on."""

    headline: str
    because: str  # one sentence, with the values that say most
    more: str  # what else is to be said; may be empty
    picture: str  # its name in docs/
    alt: str
    claims: tuple[str, ...]  # the ids of those it is about; their rules and verdicts stand beside it
    study: str  # the name of the one whose table it is made from

    @property
    def text(self) -> str:
        """All that follows the headline."""
        return f"{self.because} {self.more}".rstrip()
