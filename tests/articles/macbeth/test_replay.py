"""Replays of a training from a state on: of a tiny network, where the onset of a collapse is given."""

from dataclasses import replace

import numpy as np
import pytest

from reproduce.articles.macbeth import replay, replays, training
from reproduce.articles.macbeth.epochs import MilestoneRow, milestone_rows
from reproduce.articles.macbeth.record import read_record, state_name
from reproduce.articles.macbeth.replays import ReplayRow, collapse_outputs, following, replay_rows
from reproduce.articles.macbeth.samples import parts
from reproduce.articles.macbeth.variant import REPLAYS
from reproduce.errors import RunError
from reproduce.evidence.claims import read_claims
from reproduce.networks.characters import altered as module
from reproduce.networks.engine import epoch_order
from reproduce.runs.directory import Directory
from reproduce.runs.study import Study
from reproduce.runs.tables import parse_rows, rows_text
from tests.articles.macbeth.samples import StandIn
from tests.articles.macbeth.test_training import ORIGINAL, TEXT, TINY, run, stopped
from tests.articles.samples import config_of
from tests.cli.commands import states

pytestmark = pytest.mark.usefixtures("one_thread")
STEPS = 26  # an epoch
ONSET = 2 * STEPS + 5  # 5 steps older than it is the end of the second epoch
CLAIMS = {claim.id: claim for claim in read_claims("reproduce.articles.macbeth").claims}


@pytest.fixture
def collapsed(monkeypatch):
    """The run as one that has collapsed."""
    monkeypatch.setattr(replay, "onset", lambda _: ONSET)
    monkeypatch.setattr(replay, "CLEAN", 5)


def state_of(directory, epoch):
    """The engine's after so many epochs."""
    return directory.read_arrays(state_name(epoch))


def test_first_epochs_of_a_recorded_run_are_those_of_a_shorter_one(recorded, finished):
    """Of the network itself: the milestones after one epoch and two, of a run of four and of one of two."""
    rows, of_four = (milestone_rows(Study(one.path.parent, (one.config,))) for one in (finished("macbeth"), recorded))
    cut = [
        replace(row, variant=rows[0].variant, seconds=rows[0].seconds) for row in of_four if row.epoch <= rows[-1].epoch
    ]
    assert rows_text(MilestoneRow, cut) == rows_text(MilestoneRow, rows)


@pytest.mark.usefixtures("collapsed")
def test_replay_as_before_has_the_run_s_own_bits(recorded):
    """Every step's values and every state, from the newest state that is old enough; its losses go on from before."""
    again = run(recorded.path.parent, replace(ORIGINAL, replay="as-before"))
    np.testing.assert_array_equal(read_record(again), read_record(recorded)[2:])
    for epoch in (3, 4):
        ours, theirs = state_of(again, epoch), state_of(recorded, epoch)
        assert all(ours[name].tobytes() == theirs[name].tobytes() for name in theirs)
    np.testing.assert_array_equal(again.read_losses(), recorded.read_losses())


@pytest.mark.usefixtures("collapsed")
def test_reshuffled_replay_takes_samples_in_an_order_of_its_own(tmp_path, monkeypatch, stand_in):  # noqa: ARG001
    """By a stand-in whose every value depends on what each step before it read, from the state after two epochs."""
    original = run(tmp_path, ORIGINAL)
    monkeypatch.setattr(training, "replay_engine", lambda *_: StandIn("", TINY, 9, 5))
    record = read_record(run(tmp_path, replace(ORIGINAL, replay="reshuffled-3"))).reshape(-1, 7)
    (samples, _), engine, expected = parts(TEXT, ORIGINAL), StandIn("", TINY, 9, 5), []
    engine.restore(state_of(original, 2))
    for epoch in (2, 3):
        order = epoch_order(3000, epoch, len(samples))
        for start in range(0, len(order), 4):
            chosen = order[np.newaxis, start : start + 4]
            expected.append(engine.train_steps(samples.inputs[chosen], samples.targets[chosen]))
    np.testing.assert_array_equal(record, np.concatenate(expected))


@pytest.mark.parametrize(
    ("name", "seed", "rate", "altered"),
    [
        ("as-before", 7, 0.01, {}),
        ("reshuffled-5", 5007, 0.01, {}),
        ("clipped", 7, 0.01, {"clip_norm": 1.0}),
        ("clipped-2", 2007, 0.01, {"clip_norm": 1.0}),
        ("epsilon", 7, 0.01, {"epsilon": 1e-4}),
        ("rate", 7, 1e-4, {}),
    ],
)
def test_engine_of_a_replay_is_altered_in_one_thing(name, seed, rate, altered, monkeypatch):
    """The seed of its masks, the rate, clipping or ε: what the rules say."""
    made = []
    monkeypatch.setattr(module, "AlteredEngine", lambda *given, **options: made.append((given, options)))
    config = config_of("macbeth", variant=replace(ORIGINAL, replay=name), seed=7)
    replay.replay_engine(config, 9)
    (((network, *given), options),) = made
    assert (given, options) == ([9, seed, 1], altered)
    assert replace(network, learning_rate=0.01) == config.variant
    assert network.learning_rate == rate


@pytest.mark.parametrize(
    ("onset", "engine", "told"),
    [
        pytest.param(None, "compiled", "this training did not collapse, so there is nothing to replay$", id="never"),
        pytest.param(STEPS + 4, "compiled", r"it collapses at step 31, expected 5 steps after its first", id="early"),
        pytest.param(ONSET, "keras", "the engine keras has no replays, only compiled; leave --engine out$", id="keras"),
    ],
)
def test_replay_is_refused_where_there_is_none(onset, engine, told, tmp_path, monkeypatch, stand_in):  # noqa: ARG001
    """The run that it would replay stands beside it."""
    monkeypatch.setattr(replay, "onset", lambda _: onset)
    monkeypatch.setattr(replay, "CLEAN", 5)
    run(tmp_path, ORIGINAL, engine=engine)
    with pytest.raises(RunError, match=told):
        run(tmp_path, replace(ORIGINAL, replay="as-before"), engine=engine)


def test_replay_of_a_run_that_is_not_finished_names_it(tmp_path):
    """And the way on, which the replay's own command is not."""
    told = r"-s0-compiled: the run to replay is not finished .*; train it first, with --variant \S+-steps --seed 0$"
    with pytest.raises(RunError, match=told):
        run(tmp_path, replace(ORIGINAL, replay="epsilon"))


@pytest.mark.usefixtures("collapsed", "stand_in")
def test_run_may_be_replayed_before_it_has_ended(tmp_path, monkeypatch):
    """Once it has collapsed; what it does later moves no onset, and the replay is the same."""
    stopped(tmp_path / "early", 25, ORIGINAL)  # in its fourth epoch
    run(tmp_path / "late", ORIGINAL)
    monkeypatch.setattr(training, "replay_engine", lambda *_: StandIn("", TINY, 9, 5))
    early, late = (run(tmp_path / name, replace(ORIGINAL, replay="clipped")) for name in ("early", "late"))
    np.testing.assert_array_equal(read_record(early), read_record(late))
    np.testing.assert_array_equal(early.read_losses(), late.read_losses())
    assert not Directory(tmp_path / "early", config_of("macbeth", variant=ORIGINAL)).is_finished


@pytest.mark.usefixtures("stand_in")
def test_each_collapsed_training_is_followed_by_all_its_replays(tmp_path, monkeypatch):
    """Fourteen runs of their own; none of a training that never collapsed, or of one that has not ended."""
    monkeypatch.setattr(replays, "onset", lambda record: {4: ONSET, 3: None}[len(record)])
    run(tmp_path, ORIGINAL)
    run(tmp_path, replace(ORIGINAL, epochs=3))
    configs = [config_of("macbeth", variant=replace(ORIGINAL, epochs=epochs)) for epochs in (4, 3, 5)]
    found = following(Study(tmp_path, tuple(configs)))
    assert [config.variant for config in found] == [replace(ORIGINAL, replay=one) for one in REPLAYS[1:]]
    assert len({config.name for config in found}) == len(found) == 14
    assert {config.seed for config in found} == {0}


def test_table_counts_steps_from_the_start_of_the_training(tmp_path, monkeypatch, stand_in):  # noqa: ARG001
    """An onset of a replay too, which is held against the epoch before it began; nan where there is none."""
    monkeypatch.setattr(replay, "onset", lambda _: ONSET)
    monkeypatch.setattr(replay, "CLEAN", 5)
    monkeypatch.setattr(replays, "onset", lambda record: {4: ONSET, 3: STEPS + 7}[len(record)])
    monkeypatch.setattr(replays, "explosion", lambda record, step: float(len(record) + step / 1000))
    monkeypatch.setattr(training, "replay_engine", lambda *_: StandIn("", TINY, 9, 5))
    configs = [run(tmp_path, ORIGINAL, seed=seed).config for seed in (0, 1)]
    configs.append(run(tmp_path, replace(ORIGINAL, replay="clipped-2")).config)
    rows = replay_rows(Study(tmp_path, tuple(configs)))
    assert [(row.seed, row.replay, row.begins, row.onset, row.explosion) for row in rows] == [
        (0, "none", 0, ONSET, 4 + ONSET / 1000),
        (0, "clipped-2", 2, 2 * STEPS + 7, 3 + (STEPS + 7) / 1000),  # beside the training that it replays
        (1, "none", 0, ONSET, 4 + ONSET / 1000),
    ]


# The whole path, from a collapse to the verdicts


class Collapsing(StandIn):
    """Loses 1 nat a step, and from its 310th step on 4, unless it is clipped; its gradient is large just before."""

    def __init__(self, *given, is_clipped=False):
        super().__init__(*given)
        self._step, self._is_clipped = 0, is_clipped

    def train_steps(self, inputs, _targets):
        record = np.ones((len(inputs), 7), dtype=np.float32)
        steps = self._step + np.arange(len(inputs))
        if not self._is_clipped:
            record[steps >= 310, 0], record[steps == 309, 1] = 4, 50
        self._step += len(inputs)
        return record

    def state(self):
        return {"step": np.array(self._step)}

    def restore(self, state):
        self._step = int(state["step"])


@pytest.mark.usefixtures("stand_in")
def test_one_command_replays_a_collapse_as_far_as_its_verdicts(tmp_path, invoke, monkeypatch):
    """Trainings first, then the replays of those that collapsed; the same command again trains nothing."""
    monkeypatch.setattr(training, "create_char_engine", Collapsing)
    engine = lambda config, _: Collapsing("", TINY, 9, 0, is_clipped="clip" in config.variant.replay)  # noqa: E731
    monkeypatch.setattr(training, "replay_engine", engine)
    monkeypatch.setattr(replay, "CLEAN", 50)
    monkeypatch.setattr(replays, "HUNDRED_SEEDS", range(1))
    (tmp_path / "text").write_text(TEXT.characters, encoding="utf-8")
    variant = replace(ORIGINAL, batch=1)  # 102 steps an epoch, so that the onset lies in the third
    command = ["study", "macbeth-replays", "--variants", variant.name, "--seeds", "0", "--workers", "1"]
    command += ["--text", tmp_path / "text", "--out", tmp_path / "out"]
    assert invoke(*command)[0] == 0
    rows = parse_rows(ReplayRow, (tmp_path / "out" / "replays.csv").read_text(encoding="utf-8"))
    assert [row.replay for row in rows] == list(REPLAYS)
    collapsed = [row for row in rows if "clip" not in row.replay]
    assert [row.onset for row in collapsed] == [326] * len(collapsed)  # 17 steps of 4 nats lift the mean of 100 by 0.51
    assert np.isnan([row.onset for row in rows if "clip" in row.replay]).all()
    assert {row.begins for row in collapsed[1:]} == {2}
    assert [row.explosion for row in collapsed] == pytest.approx([np.sqrt(2502 / 3)] * len(collapsed))
    found = collapse_outputs(rows)
    assert found == {"hundred_collapses": 1, "exploding_collapses": 1, "prevented_collapses": 1}
    before = states(tmp_path / "out")
    assert invoke(*command)[0] == 0
    assert {path.name for path, state in states(tmp_path / "out").items() if before[path] != state} <= {
        *("study.csv", "replays.csv", "replays.png", "replays.svg", "machine.json"),
    }


# The rules


def rows_of(explosion=12.0, clipped=False, reshuffled=4, clipped_others=1, seed=100):
    """One collapse and its replays, of which these have an onset."""
    onsets = {f"reshuffled-{k}": k <= reshuffled for k in range(1, 6)}
    onsets |= {f"clipped-{k}": k <= clipped_others for k in range(1, 6)} | {"none": True, "clipped": clipped}
    return [ReplayRow(seed, one, 0, 9.0 if onsets.get(one, True) else float("nan"), explosion, 1.0) for one in REPLAYS]


@pytest.mark.parametrize(
    ("rows", "explodes", "prevents"),
    [
        pytest.param(rows_of(), "reproduced", "reproduced", id="both"),
        pytest.param(rows_of(explosion=9.0), "not reproduced", "reproduced", id="no-explosion"),
        pytest.param(rows_of(clipped=True), "not reproduced", "reproduced", id="clipped-collapses-too"),
        pytest.param(rows_of(reshuffled=3), "reproduced", "reproduced", id="three-orders"),
        pytest.param(rows_of(reshuffled=2), "reproduced", "not testable", id="nothing-to-prevent"),
        pytest.param(rows_of(clipped_others=2), "reproduced", "not reproduced", id="two-clipped-collapse"),
        pytest.param(rows_of()[:-1], "not testable", "not testable", id="a-replay-is-missing"),
        pytest.param(rows_of() + rows_of(explosion=1.0, seed=101), "not reproduced", "reproduced", id="one-of-two"),
    ],
)
def test_collapses_are_judged_by_their_replays(rows, explodes, prevents):
    """Every collapse must have the cause, and be prevented; the other seed has none, where no row says otherwise."""
    calm = ReplayRow(101, "none", 0, float("nan"), float("nan"), 1.0)
    found = collapse_outputs([calm, *rows])
    verdicts = [
        CLAIMS[f"ours/{name}"].judge(found).verdict for name in ("collapse-explodes", "clipping-prevents-collapse")
    ]
    assert verdicts == [explodes, prevents]
    assert {type(value) for value in found.values()} <= {int, type(None)}  # which JSON knows
    assert CLAIMS["ours/hundred-collapses"].judge(found).verdict == "not reproduced"


def test_training_that_does_not_collapse_needs_no_replay():
    """Two seeds."""
    rows = [ReplayRow(seed, "none", 0, float("nan"), float("nan"), 1.0) for seed in (100, 101)]
    assert collapse_outputs(rows)["hundred_collapses"] == 0
    verdicts = [claim.judge(collapse_outputs(rows)).verdict for name, claim in CLAIMS.items() if "collapse" in name]
    assert verdicts == ["reproduced", "not testable", "not testable"]  # there is no collapse to explain
    assert collapse_outputs(rows[:1]) == {}  # before the second has ended
