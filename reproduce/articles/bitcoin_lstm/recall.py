"""Whether a network learns to recall the first of a row of random numbers. The rule: claims.toml."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from reproduce.articles.article import of_seeds
from reproduce.articles.bitcoin_lstm.clipping import PLAIN_RNN
from reproduce.articles.bitcoin_lstm.counts import Counted, fewer_and_more
from reproduce.articles.bitcoin_lstm.memory import DRAWN, NETWORKS
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.articles.endings import ending_of
from reproduce.articles.tables import StudyTable
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study

SEEDS, FEW = range(100, 110), range(100, 102)
LENGTHS = (7, 20, 60)  # of a row of numbers
SHORT, LONG = LENGTHS[0], LENGTHS[-1]
BUDGET, TEN_TIMES = 8, 80  # epochs
LEARNT = 0.1  # of the test targets' variance, below which the squared error is
LSTM = "described"


def recaller(network: str, draw: str, numbers: int, epochs: int = BUDGET) -> Variant:
    """The variant of one of `memory.NETWORKS`, its weights drawn so, that is to recall the first of so many numbers."""
    kind = {"network": network} if network in (PLAIN_RNN, "gru") else {"wiring": network}
    recipe = {"hidden": 32, "batch": 16, "clipping": "applied", "clip_margin": 1}
    return Variant(task="recall", draw=draw, window=numbers, epochs=epochs, **recipe, **kind)


RUNS = (
    *of_seeds([recaller(network, draw, T) for draw in DRAWN for T in LENGTHS for network in NETWORKS], SEEDS),
    *of_seeds([recaller(network, draw, LONG, TEN_TIMES) for draw in DRAWN for network in NETWORKS], FEW),
)


@dataclass(frozen=True)
class RecallRow:  # its fields are the columns of recall.csv
    """One run; nan where its training diverged."""

    network: str  # of `memory.NETWORKS`
    draw: str  # of its first weights
    numbers: int  # of a row, the first of which is to be recalled
    epochs: int
    seed: int
    loss: float  # mean training loss of the last epoch
    left: float  # mean squared error on the test rows over the variance of their targets; 1 where nothing is learnt
    seconds: float  # of training


TABLE = StudyTable(__package__, "recall.csv", RecallRow)


def recall_rows(study: Study) -> list[RecallRow]:
    """A row a run, a variant after the other; RunError where one is not finished."""
    return [_row(directory) for directories in study.of_variants().values() for directory in directories]


def _row(directory: Directory) -> RecallRow:
    variant, (loss, error) = directory.config.variant, ending_of(directory, "test_mse")
    return RecallRow(
        network=variant.wiring if variant.network == "lstm" else variant.network,
        draw=variant.draw,
        numbers=variant.window,
        epochs=variant.epochs,
        seed=directory.config.seed,
        loss=loss,
        left=error / directory.read_metrics()["test_variance"],
        seconds=directory.read_environment()["seconds"],
    )


def learnt_of(rows: Sequence[RecallRow]) -> Mapping[tuple[str, str, int, int], dict[int, bool]]:
    """Whether each seed has learnt its task, by network, draw, numbers and epochs; one that diverged has not."""
    found: dict[tuple[str, str, int, int], dict[int, bool]] = {}
    for row in rows:
        found.setdefault((row.network, row.draw, row.numbers, row.epochs), {})[row.seed] = row.left < LEARNT
    return found


def is_whole(rows: Sequence[RecallRow]) -> bool:
    """Whether every run is there that a count asks for."""
    wanted = {(network, draw, T, BUDGET) for network in (PLAIN_RNN, LSTM) for draw in DRAWN for T in (SHORT, LONG)}
    found = learnt_of(rows)
    return all(set(found.get(one, ())) >= set(SEEDS) for one in wanted)


def recall_counts(rows: Sequence[RecallRow]) -> dict[str, Counted]:
    """Of how many seeds each statement holds, by draw; of the budget that all networks have."""
    learnt = learnt_of(rows)

    def counted(question: str, opposite: str, holds: Callable[[str, int], bool]) -> Counted:
        arms = {name: sum(holds(draw, seed) for seed in SEEDS) for draw, name in DRAWN.items()}
        return Counted(question, opposite, arms, len(SEEDS))

    def has(network: str, numbers: int) -> Callable[[str, int], bool]:
        return lambda draw, seed: learnt[network, draw, numbers, BUDGET][seed]

    rnn_short, rnn_long, lstm_short, lstm_long = (has(n, T) for n in (PLAIN_RNN, LSTM) for T in (SHORT, LONG))

    def as_told(draw: str, seed: int) -> bool:
        the_rnn = rnn_short(draw, seed) and not rnn_long(draw, seed)
        return the_rnn and lstm_short(draw, seed) and lstm_long(draw, seed)

    return {
        "recall_as_told": counted(
            f"Does a plain RNN recall over {SHORT} numbers and not over {LONG}, and an LSTM over both?",
            "in hardly a seed do all four hold.",
            as_told,
        ),
        "recall_lstm_alone": counted(
            f"Does an LSTM recall over {LONG} numbers where a plain RNN of its seed does not?",
            "in hardly a seed.",
            lambda draw, seed: lstm_long(draw, seed) and not rnn_long(draw, seed),
        ),
    }


def recall_outputs(rows: Sequence[RecallRow]) -> dict[str, int]:
    """The counts of the draw that has fewer and of the one that has more, by the names in claims.toml."""
    return fewer_and_more(recall_counts(rows), "draw")


def at_ten_times(rows: Sequence[RecallRow]) -> Mapping[tuple[str, str], int]:
    """Of how many seeds of FEW a network has learnt the long task with ten times the budget, by network and draw."""
    learnt = learnt_of(rows)
    return {
        (network, draw): sum(learnt[network, draw, LONG, TEN_TIMES].values()) for network in NETWORKS for draw in DRAWN
    }
