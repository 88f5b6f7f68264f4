"""`reproduce forecast`: the next prices by a trained network, beside persistence."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reproduce.cli.output import JsonOption, note, show
from reproduce.errors import RunError
from reproduce.runs.process import limit_threads


def forecast(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The directory of a finished run on prices.")],
    days: Annotated[int, typer.Option(min=1, help="How many; each prediction is fed back for the next.")] = 1,
    json_to: JsonOption = None,
) -> None:
    """Forecast the next days' prices: each with a 95 % interval, and the last known price beside it.

    The interval is measured: the run's own errors on its test set, where it feeds back as many days.

    Example: reproduce forecast runs/bitcoin-lstm-row-order-oldest-first-s0-compiled --days 7
    """
    from reproduce.articles.predicting import forecast as forecast_days
    from reproduce.articles.predicting import show_days
    from reproduce.articles.reading import open_run
    from reproduce.articles.sources import PRICES

    article, directory = open_run(run)
    if article.source is not PRICES:
        raise RunError(f"{run}: a run of {article.id}, which forecasts no price; name a run of a Bitcoin article")
    limit_threads(1)
    rows, remarks = forecast_days(article, directory, days)
    show([show_days(rows)], json_to, run=directory.config.name, remarks=remarks)
    for remark in remarks:
        note(f"reproduce: {remark}")
