"""`reproduce report`: one page on a run or a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reproduce.cli.output import JsonOption, note, plain_table, show
from reproduce.errors import RunError
from reproduce.inputs.source import printable
from reproduce.runs.files import write_text
from reproduce.runs.process import limit_threads


def report(
    run_or_study: Annotated[
        Path, typer.Argument(metavar="RUN|STUDY", help="The directory of a run, or the folder of a study.")
    ],
    out: Annotated[
        Path | None, typer.Option(help="The page's file.  [default: report.html in the given folder]")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is not a report of ours.")] = False,
    json_to: JsonOption = None,
) -> None:
    """Write one page that needs no network: verdicts, findings, pictures, what the run shows, and what ran.

    Of a study it shows the first finished seed of the first variant. Nothing is trained but tiny networks.

    Example: reproduce report runs/bitcoin-lstm-published-s0-compiled --out report.html
    """
    try:
        from reproduce.report.render import check_place, render
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "plotly":
            raise
        raise RunError(f"a report needs {error.name}: pip install '.[report]' in the repository") from error
    from reproduce.articles.reading import open_run_or_study

    if out is not None and out.suffix not in (".html", ".htm"):
        raise typer.BadParameter(f"is {printable(str(out))}, expected a name that ends in .html", param_hint="--out")
    article, directory, study = open_run_or_study(run_or_study)  # refused now, before TensorFlow starts
    path = run_or_study / "report.html" if out is None else out
    check_place(path, force=force)
    limit_threads(1)
    from reproduce.articles.audit import audit
    from reproduce.report.page import page_of

    page = page_of(article, directory, study, audit(article))
    write_text(path, render(page))
    rows = [{"verdict": verdict, "claims": count} for verdict, count in page.tally.claims.items()]
    show([plain_table(f"{article.label}: {page.tally.sentence()}", rows)], json_to)
    note(f"the page is {path}")
