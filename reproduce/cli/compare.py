"""`reproduce compare`: a port or printed losses against the published program, or our graph against Keras."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from reproduce.articles.article import Shown
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.cli.choices import GAPS_HELP, Gaps
from reproduce.cli.output import Interrupted, JsonOption, note, show
from reproduce.networks.engine import MAX_SEED
from reproduce.networks.ports.contract import ANY_HIDDEN, LARGEST_HIDDEN
from reproduce.networks.ports.script import PortInterrupted
from reproduce.networks.ports.templates import OF_TWO_LAYERS, TEMPLATES
from reproduce.runs.limits import LONGEST
from reproduce.runs.process import limit_threads

if TYPE_CHECKING:
    from reproduce.cli.against import Against

BITCOIN = "bitcoin-lstm"
OF_OWN_TABLE = ("gaps", "out", "yes")
OF_LOSSES = ("first_epoch", "what", "data")
OF_ENGINES = ("engine", "epochs", "steps", "seed")

of_ports = partial(typer.Option, rich_help_panel="Your own port")
of_losses = partial(typer.Option, rich_help_panel="Losses that an old notebook printed")
of_engines = partial(typer.Option, rich_help_panel="Our network and Keras")


def compare(
    context: typer.Context,
    port: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PORT", help="Your own program, or a class's: Python files. They are run, with all your rights."
        ),
    ] = None,
    article: Annotated[
        Literal["bitcoin-lstm", "stacked-lstm", "macbeth"], of_ports(help="Compare with this article's program.")
    ] = BITCOIN,
    wiring: Annotated[
        Literal["published", "described"],
        of_ports(
            help="For bitcoin-lstm: compare with the published program, or with the LSTM that its text describes."
        ),
    ] = "published",
    template: Annotated[Literal[TEMPLATES] | None, of_ports(help="Print a port that agrees, to begin with.")] = None,
    questions: Annotated[
        Path | None, of_ports(metavar="FILE", help="For a port on another machine: write what it is asked (.npz).")
    ] = None,
    hidden: Annotated[
        int, of_ports(min=1, max=LARGEST_HIDDEN, help="With --questions: hidden units of the network.")
    ] = ANY_HIDDEN,
    answers: Annotated[
        Path | None, of_ports(metavar="FILE", help="For a port on another machine: read what it answered (.npz).")
    ] = None,
    time_limit: Annotated[
        int,
        of_ports(
            metavar="SECONDS",
            min=1,
            max=LONGEST,
            show_default=False,
            help="End a port that takes longer, and go on with the others. With it a single port is a row of a table "
            "too.  [default: 60 for several ports]",
        ),
    ] = 60,
    losses: Annotated[
        Path | None,
        of_losses(
            metavar="FILE", help="A table, list, pasted log or notebook: which variants can have made its losses?"
        ),
    ] = None,
    first_epoch: Annotated[
        int | None, of_losses(min=0, max=1, help="What the file calls the first epoch, 0 or 1.")
    ] = None,
    what: Annotated[
        Literal["mean", "last"],
        of_losses(help="mean: each loss is the mean of an epoch's batches; last: it is its last batch's."),
    ] = "mean",
    data: Annotated[
        Path | None,
        of_losses(help="The price table they are of, if not the article's. Many runs are trained on it first."),
    ] = None,
    gaps: Annotated[Gaps, of_losses(help=GAPS_HELP)] = "refuse",
    out: Annotated[Path, of_losses(help="With --data: the folder of these runs.")] = Path("bitcoin-curves"),
    yes: Annotated[bool, of_losses("--yes", help="With --data: train them without being asked.")] = False,
    engine: Annotated[Literal["session", "compiled"], of_engines(help="What runs our network.")] = "session",
    epochs: Annotated[int, of_engines(min=1, help="Epochs whose losses are compared.")] = 3,
    steps: Annotated[int, of_engines(min=1, max=145, help="Adam steps before weights are compared.")] = 20,
    seed: Annotated[int, of_engines(min=0, max=MAX_SEED, help="Random seed of the weights that both start from.")] = 0,
    json_to: JsonOption = None,
) -> None:
    """Compare your port of a network with the published program and name the slip; or our network with Keras.

    With PORT: rung by rung, from its functions to two epochs of training. Exit 1 where it differs or fails. A port
    defines some of windows, cell, predict, loss_and_gradients and train; --template shows how. The file is run as you
    would run it, so look at what others sent you first. Many are marked, a row each. Each has a process of its own, and
    one that crashes or never ends does not stop the others.

    With --losses: losses of the Bitcoin program are compared with those of many variants. Exit 1 where they reject the
    published program.

    With neither: outputs, gradients, weights after Adam steps and losses of both wirings, in float64 and float32, on
    the price table in the package. Exit 1 where a difference is too large.

    Example: reproduce compare --epochs 1 --json differences.json
    """
    task = _task(context)
    if task == "engines":
        _compare_engines(engine, epochs, steps, seed, json_to)
    elif task == "losses":
        from reproduce.cli.losses import compare_losses
        from reproduce.cli.own_curves import OwnTable

        own = OwnTable(data, gaps, out, yes) if data else None
        if not compare_losses(losses, first_epoch, what, own, json_to):
            raise typer.Exit(1)
    else:
        from reproduce.cli.against import Against
        from reproduce.cli.marking import mark_ports
        from reproduce.cli.ports import give_questions

        against = Against(article, wiring)
        if task == "template":
            typer.echo(against.template(template), nl=False)
        elif task == "questions":
            count = give_questions(questions, hidden, against)
            note(f"reproduce: {questions}: {count} questions; docs/compare.md shows how to answer them")
        elif task == "ports":
            mark_ports(port, against, time_limit, json_to)
        else:
            _compare_port(port[0] if port else None, answers, against, json_to)


def _task(context: typer.Context) -> str:
    """What is asked for: port, ports (many, or one with a time limit), template, questions, answers, losses or engines.

    Raises:
        typer.BadParameter: two of these, or an option that belongs to another.
    """
    given = {name for name in context.params if context.get_parameter_source(name).name != "DEFAULT"}
    tasks = [name for name in ("port", "template", "questions", "answers", "losses") if name in given]
    if len(tasks) > 1:
        raise typer.BadParameter(f"{_option(tasks[1])} and {_option(tasks[0])}: give one of them")
    task = tasks[0] if tasks else "engines"
    if task == "port" and ("time_limit" in given or len(context.params["port"]) > 1):
        task = "ports"
    allowed = {
        "port": ("article", "wiring", "json_to"),
        "ports": ("port", "article", "wiring", "time_limit", "json_to"),
        "answers": ("article", "wiring", "json_to"),
        "template": ("article", "wiring"),
        "questions": ("article", "hidden"),
        "losses": (*OF_LOSSES, *(OF_OWN_TABLE if "data" in given else ()), "json_to"),
        "engines": (*OF_ENGINES, "json_to"),
    }[task]
    others = [name for name in context.params if name in given and name not in (*allowed, task)]
    if others:
        with_what = "without PORT" if task == "engines" else f"with {_option(task)}"
        if others[0] in (*OF_LOSSES, *OF_OWN_TABLE):
            with_what = "without --losses" if others[0] in OF_LOSSES else "without --losses and --data"
        if others[0] == "hidden":
            with_what = "without --questions"
        raise typer.BadParameter(f"changes nothing {with_what}", param_hint=_option(others[0]))
    article, template = context.params["article"], context.params["template"]
    if "wiring" in given and article != BITCOIN:
        raise typer.BadParameter(f"changes nothing with --article {article}", param_hint="--wiring")
    if template and article != BITCOIN and template not in OF_TWO_LAYERS:
        choices = ", ".join(OF_TWO_LAYERS)
        raise typer.BadParameter(f"{article} has {choices}, not {template}", param_hint="--template")
    return task


def _option(name: str) -> str:
    return {"port": "PORT", "ports": "PORT", "json_to": "--json"}.get(name, f"--{name.replace('_', '-')}")


def _compare_port(port: Path | None, answers: Path | None, against: Against, json_to: str | None) -> None:
    from reproduce.cli.port_text import as_text, give_held
    from reproduce.cli.ports import ask_port, hold, read_answers
    from reproduce.cli.progress import search_progress

    try:
        asked = ask_port(port, against) if port else read_answers(answers, against)
    except PortInterrupted as stopped:
        raise Interrupted(str(stopped)) from None
    if asked.printed:
        lines = f"{len(asked.printed)} lines" if len(asked.printed) > 1 else "a line"
        note(f"reproduce: {port} printed {lines}, left out here; the first: {asked.printed[0]}")
    with search_progress() as on_tried:
        held = hold(asked, against, on_tried)
    if json_to is None:
        typer.echo(as_text(held))
    else:
        give_held(held, json_to)
    if not held.agrees:
        raise typer.Exit(1)


def _compare_engines(engine: str, epochs: int, steps: int, seed: int, json_to: str | None) -> None:
    from reproduce.articles.bitcoin_lstm.windows import prepare
    from reproduce.inputs.prices import load_prices

    inputs, targets = prepare(load_prices(), Variant()).train
    limit_threads(1)
    from reproduce.networks.lstm.create import compare_all

    differences = list(compare_all(engine, Variant(), inputs, targets, epochs=epochs, seed=seed, adam_steps=steps))
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
    show([Shown(f"Graph, engine {engine}, against Keras", rows, texts)], json_to)
    past = [difference for difference in differences if not difference.is_within]
    if past:
        note(f"reproduce: {len(past)} of {len(differences)} differences are past their tolerance")
        raise typer.Exit(1)
