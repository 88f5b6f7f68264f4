"""`reproduce run` for any article: prove, train, draw, judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from reproduce.articles.article import Article
from reproduce.articles.sources import is_own
from reproduce.evidence.claims import Judgement, judge_by_run
from reproduce.runs.config import RunConfig
from reproduce.runs.directory import Directory
from reproduce.runs.lock import locked
from reproduce.runs.training import Progress, run

PROOF = "proof.json"  # in the directory of a compiled run: its first losses beside another engine's


def run_article(
    article: Article,
    config: RunConfig,
    data: Any,
    root: Path,
    *,
    force: bool,
    on_progress: Callable[[RunConfig, Progress], None],
) -> tuple[Directory, list[Judgement]]:
    """Train the run and those beside it, draw their pictures, and judge the claims that a run can judge.

    Call `reproduce.runs.process.limit_threads` before.

    Args:
        data: what the article's source has loaded.
        on_progress: called with a run's configuration and progress, before its first step and after every few; not
            always from this thread.

    Raises:
        ReproduceError: the data are too short for the variant, the compiled engine does not train as it must on this
            machine, or a run directory is in use or holds another run.
    """
    training = article.module("training")
    training.check(data, config.variant)
    configs = [article.on_engine(config, engine) for engine in dict.fromkeys((config.engine, *article.beside))]
    with ExitStack() as held:  # all or none: what is being written is no reason to throw the others away
        for one in configs:
            held.enter_context(locked(Directory(root, one).path))
    for one in configs:  # refused now, not after the first training
        with Directory(root, one).opened(force=force):
            pass
    directory, draw = Directory(root, config), article.module("pictures").draw

    def train_first(train: Callable[[RunConfig], None]) -> None:
        if config.engine == "compiled" and not (directory.path / PROOF).exists():
            directory.write_json(PROOF, training.prove(config, data))
        train(config)
        draw(directory)  # while the others go on

    run_one = partial(run, root, begin=lambda there: training.begin(there, data), anew=force)
    _train_beside_each_other(run_one, configs, on_progress, train_first)
    for one in configs:  # the first once more: what of it shows the others too
        draw(Directory(root, one))
    return directory, judge_run(article, directory)


class _Stopped(Exception):
    """A run beside another one that has failed or was interrupted; its checkpoint stands."""


def _train_beside_each_other(
    run_one: Callable[..., Directory],
    configs: Sequence[RunConfig],
    on_progress: Callable[[RunConfig, Progress], None],
    train_first: Callable[[Callable[[RunConfig], None]], None],
) -> None:
    """Train the first run in this thread and each other in one of its own, a core each; no bit hangs on the others.

    `train_first` is given what trains a run, and calls it with the first; the others go on before and after that.

    Both engines leave Python for most of their time. Whatever ends one early, Ctrl-C too, ends the others.
    """
    is_over, failures = Event(), []

    def train(config: RunConfig) -> None:
        def go_on(progress: Progress) -> None:
            if is_over.is_set():
                raise _Stopped
            on_progress(config, progress)

        try:
            run_one(config, on_progress=go_on)
        except _Stopped:
            raise
        except BaseException as error:
            failures.append(error)
            is_over.set()
            raise

    with ThreadPoolExecutor(len(configs)) as pool:
        trained = [pool.submit(train, one) for one in configs[1:]]
        try:
            train_first(train)
            for one in trained:
                one.result()
        except _Stopped:
            raise failures[0] from None  # of the run that failed first
        except BaseException:
            is_over.set()
            raise


def judge_run(article: Article, directory: Directory) -> list[Judgement]:
    """Judge the claims that a finished run can judge."""
    return judge_by_run(
        article.package,
        article.module("outputs").run_outputs(directory),
        has_own_data=is_own(directory, article.source),
        is_published=directory.config.variant == article.Variant(),
    )
