"""A race: who is timed, how, and who is not; contenders that cheat, fail, die or miss something."""

from types import SimpleNamespace

import pytest

from reproduce.bench.contender import Contender
from reproduce.bench.process import Chunk, ContenderError
from reproduce.bench.results import best_of_each
from reproduce.bench.rounds import check_losses, entered, race, replace_dead, started
from tests.bench.contenders import steady, timed, train_dying, train_raising

PROBLEM = SimpleNamespace(steps=10)


def race_of(*contenders):
    """One round, each in a process of its own; results by contender's name."""
    problems = dict.fromkeys(contenders, PROBLEM)
    results = entered(contenders)
    with started(contenders) as processes:
        race(results, problems, processes, 1, on_progress=lambda _: None)
    return {result.contender.name: result for result in results}


class Timed:
    """A process that is none: each answer is the epochs asked for, in so many seconds."""

    def __init__(self, *seconds):
        self.seconds, self.asked = list(seconds), []

    def ask_to_build(self, _build, _problem):
        self.asked.append(1)

    def ask_to_go_on(self, times):
        self.asked.append(times)

    def answer(self):
        return Chunk([0.5] * self.asked[-1], self.seconds.pop(0), peak_bytes=10 - len(self.seconds))


def test_rounds_take_half_a_second_and_are_timed_by_the_step():
    """After building comes a round that tells how many epochs fill half a second, and is not timed."""
    quick, slow = Timed(9, 0.1, 0.4, 0.6), Timed(9, 2, 3, 1)
    processes, seen = {steady("Keras fit"): quick, steady("JAX scan"): slow}, []
    results = entered(processes)
    race(results, dict.fromkeys(processes, PROBLEM), processes, 2, on_progress=seen.append)
    assert [process.asked for process in (quick, slow)] == [[1, 1, 5, 5], [1, 1, 1, 1]]
    assert [r.microseconds for r in results] == [pytest.approx([8_000, 12_000]), pytest.approx([300_000, 100_000])]
    assert [(len(r.outcomes), r.peak_bytes) for r in results] == [(12, 10), (4, 10)]
    assert len(seen) == 5


def test_framework_goes_on_with_the_faster_number_of_threads():
    """After two timed rounds; the slower one keeps its two."""
    one, two = Timed(9, 0.5, 0.4, 0.4), Timed(9, 0.5, 0.3, 0.3, 0.2, 0.1)
    other = Timed(9, *[0.5] * 5)
    processes = {steady("Keras fit"): one, steady("Keras fit", 2): two, steady("JAX scan"): other}
    results = entered(processes)
    race(results, dict.fromkeys(processes, PROBLEM), processes, 4, on_progress=lambda _: None)
    assert [len(result.microseconds) for result in results] == [2, 4, 4]
    assert [result.is_slower for result in results] == [True, False, False]


def test_slower_number_of_threads_stays_the_slower_one():
    """Though its two rounds look fast beside later ones, in which the machine was busy."""
    one, two = Timed(9, 0.5, 0.4, 0.4), Timed(9, 0.5, 0.3, 0.3, 0.9, 0.9, 0.9)
    processes = {steady("Keras fit"): one, steady("Keras fit", 2): two}
    results = entered(processes)
    race(results, dict.fromkeys(processes, PROBLEM), processes, 5, on_progress=lambda _: None)
    assert results[0].median < results[1].median
    assert best_of_each(results) == {"Keras fit": results[1]}


def test_race_that_is_interrupted_leaves_what_it_has_measured():
    """Ctrl-C in the second timed round."""

    def interrupt(what):
        if what == "round 1":
            raise KeyboardInterrupt

    processes = {steady("Keras fit"): Timed(9, *[0.5] * 5)}
    results = entered(processes)
    with pytest.raises(KeyboardInterrupt):
        race(results, dict.fromkeys(processes, PROBLEM), processes, 3, on_progress=interrupt)
    assert results[0].microseconds == [pytest.approx(50_000)]


def test_contender_is_held_to_its_own_reference_within_its_own_tolerance():
    """The published graph to the session engine's loss; PyTorch, which drops other units, within a twentieth."""
    results = [
        timed("Keras fit", [1.0]),
        timed("session engine", [1.0], loss=0.9, reference="session engine"),
        timed("published graph", [1.0], loss=0.9, reference="session engine"),
        timed("PyTorch", [1.0], loss=0.52, tolerance=0.05),
        timed("JAX scan", [1.0], loss=0.53, tolerance=0.05),
    ]
    check_losses(results)
    assert [result.is_in for result in results] == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("loss", "is_same"),
    [
        pytest.param(0.5004, True, id="rounding"),
        pytest.param(0.501, False, id="above"),
        pytest.param(0.499, False, id="below"),
        pytest.param(float("nan"), False, id="nan"),
    ],
)
def test_losses_agree_within_a_thousandth(loss, is_same):
    """Of Keras's, though the compiled engine's is nearer."""
    results = [timed(name, [1.0]) for name in ("compiled engine", "Keras fit")]
    results.append(timed("JAX scan", [1.0], loss=loss))
    check_losses(results)
    assert [result.is_in for result in results] == [True, True, is_same]


def test_nobody_is_held_to_a_reference_that_was_not_entered():
    """As the published graph where the session engine takes no part."""
    results = [timed("published graph", [1.0], loss=0.9, reference="session engine"), timed("Keras fit", [1.0])]
    check_losses(results)
    assert [result.is_in for result in results] == [True, True]


def test_losses_are_not_checked_against_a_contender_that_failed():
    """Nothing is timed that was not checked."""
    results = [timed("Keras fit", [], failure="its process died (SIGKILL)"), timed("JAX scan", [])]
    results[0].outcomes.clear()
    check_losses(results)
    assert results[1].failure == "not checked: Keras fit has no loss to compare with"


def test_losses_are_checked_against_a_reference_on_other_threads_where_the_first_failed():
    """Its loss is the same on any number of threads."""
    results = [timed("Keras fit", [], failure="its process died (SIGKILL)"), timed("Keras fit", [], threads=2)]
    results += [timed("JAX scan", []), timed("PyTorch", [], loss=0.6)]
    results[0].outcomes.clear()
    check_losses(results)
    assert [result.is_in for result in results] == [False, True, True, False]


def test_process_that_died_is_replaced():
    """By one that works; the others are kept."""
    dying, other = Contender("dying", 1, train_dying), steady("Keras fit")
    with started([dying, other]) as processes:
        before = dict(processes)
        processes[dying].ask_to_build(dying.build, PROBLEM)
        processes[dying].answer()
        processes[dying].ask_to_go_on(1)
        with pytest.raises(ContenderError, match="its process died"):
            processes[dying].answer()
        replace_dead(processes)
        assert [processes[one] is before[one] for one in (dying, other)] == [False, True]
        processes[dying].ask_to_build(other.build, PROBLEM)
        assert processes[dying].answer().outcomes == [0.5]


def test_contender_that_fails_or_dies_says_so_in_one_line():
    """At once, or in a later round; the others are timed."""
    failing = [Contender(f.__name__, 1, f) for f in (train_raising, train_dying)]
    results = race_of(steady("Keras fit"), *failing)
    assert {name: (result.failure, len(result.microseconds)) for name, result in results.items()} == {
        "Keras fit": (None, 1),
        "train_raising": ("RuntimeError: out of luck", 0),
        "train_dying": ("its process died (SIGKILL)", 0),
    }


def test_contender_that_misses_something_is_listed_with_the_way_to_get_it(tmp_path):
    """A package, or a file that is in a checkout only; that is no failure."""
    missing = [steady("a", package="no_such_package"), steady("b", file=tmp_path / "program.py")]
    results = race_of(steady("Keras fit"), *missing)
    assert results["a"].missing == "no_such_package is not installed; pip install '.[bench]' in the repository"
    assert results["b"].missing == "program.py is not installed with the package; run the bench in a checkout"
    assert [results[name].failure for name in "ab"] == [None, None]
