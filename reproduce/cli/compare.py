"""`reproduce compare`: the graph against its Keras equivalent."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from typing import Annotated

import typer

from reproduce.articles.article import Shown
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.cli.output import JsonOption, note, show
from reproduce.networks.engine import MAX_SEED
from reproduce.runs.process import limit_threads


class GraphEngineName(str, Enum):
    """The choices of `--engine`."""

    session = "session"
    compiled = "compiled"


def compare(
    engine: Annotated[GraphEngineName, typer.Option(help="What executes the graph.")] = GraphEngineName.session,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of the loss trajectory.")] = 3,
    steps: Annotated[int, typer.Option(min=1, max=145, help="Adam steps before the weights are compared.")] = 20,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Of the random weights both start from.")] = 0,
    json_to: JsonOption = None,
) -> None:
    """Hold the graph against Keras: forward, gradients, weights after Adam steps, losses; exit 1 past a tolerance.

    Both wirings, float64 and float32, on the price table in the package.

    Example: reproduce compare --epochs 1 --json differences.json
    """
    from reproduce.articles.bitcoin_lstm.windows import prepare
    from reproduce.inputs.prices import load_prices

    inputs, targets = prepare(load_prices(), Variant()).train
    limit_threads(1)
    from reproduce.networks.lstm.create import compare_all

    differences = list(
        compare_all(engine.value, Variant(), inputs, targets, epochs=epochs, seed=seed, adam_steps=steps)
    )
    rows = [asdict(difference) | {"within": difference.is_within} for difference in differences]
    texts = [
        {
            "dtype": difference.dtype,
            "wiring": difference.wiring,
            "quantity": difference.quantity,
            "largest absolute": f"{difference.largest_absolute:.1e}",
            "largest relative": f"{difference.largest_relative:.1e}",
            "tolerance": f"{difference.tolerance:.0e}",
            "agreement": "within" if difference.is_within else "PAST IT",
        }
        for difference in differences
    ]
    show([Shown(f"Graph, engine {engine.value}, against Keras", rows, texts)], json_to)
    past = [difference for difference in differences if not difference.is_within]
    if past:
        note(f"reproduce: {len(past)} of {len(differences)} differences are past their tolerance")
        raise typer.Exit(1)
