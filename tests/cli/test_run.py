"""`reproduce run` of every article: a tiny network from end to end, its options, Ctrl-C, and a user's mistakes."""

import json
import re
from dataclasses import replace

import pytest

from reproduce.articles import article_of
from reproduce.cli.output import Interrupted
from reproduce.cli.progress import training_progress
from reproduce.evidence.claims import VERDICTS
from reproduce.inputs.prices import load_prices
from reproduce.runs.config import RunConfig
from reproduce.runs.training import Progress
from tests.cli.commands import (
    TINY,
    VERSE,
    assert_one_line,
    assert_refused,
    days_and_prices,
    every_article,
    states,
    table_rows,
)

pytestmark = pytest.mark.usefixtures("one_thread")


def assumptions_of(article):
    """Those of the tiny run, word by word."""
    known = article_of(article)
    return known.assumptions(known.Variant.parse(TINY[article].variant))


@every_article
def test_run_leaves_its_directory_and_its_claims(article, tiny_runs):
    """The claims it can judge on stdout, with assumptions word by word; where everything is on stderr, in the end."""
    ended = tiny_runs[article]
    assert ended.status == 0
    assert ended.stderr.splitlines()[-1] == f"everything is in {ended.path}"
    assert not re.search(r"Traceback|Warning|TensorFlow|oneDNN", ended.stderr)
    assert {"config.json", "environment.json", "losses.csv", "metrics.json"} < {
        one.name for one in ended.path.iterdir()
    }
    assert list((ended.path / "pictures").glob("*.svg"))
    assert {row[-1] for row in table_rows(ended.stdout)} & set(VERDICTS)
    assert ended.stdout.endswith("".join(f"{line}\n" for line in assumptions_of(article)))


@every_article
def test_own_data_come_first(article, tiny_runs):
    """The result on them stands above the claims; what only the article's data can show is not testable."""
    title, *_ = tiny_runs[article].stdout.splitlines()
    assert "your" in title.lower()
    assert "not testable" in tiny_runs[article].stdout


@every_article
def test_finished_run_repeats_its_claims_as_json(article, tiny_runs, invoke, monkeypatch):
    """The same command trains nothing and writes no result anew; JSON is alone on stdout, without NaN."""
    ended = tiny_runs[article]
    kept = [ended.path / name for name in ("config.json", "metrics.json", "losses.csv", "checkpoint.npz")]
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in kept]
    monkeypatch.setattr(article_of(article).module("training"), "begin", None)
    code, stdout, stderr = invoke(*ended.words, "--json")
    document = json.loads(stdout, parse_constant=pytest.fail)
    assert (code, stderr) == (0, f"everything is in {ended.path}\n")
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in kept] == before
    assert {row["verdict"] for row in document["rows"]} <= set(VERDICTS)
    assert document["rows"][0]["id"].startswith(f"{article}/")
    assert document["result"]
    assert document.get("assumptions", []) == list(assumptions_of(article))


@every_article
def test_options_decide_the_configuration(article, asked, invoke, tiny, tmp_path):
    """Variant, epochs that the variant does not name, seed, engine, input, folder, force. Ctrl-C says how to go on."""
    one, known = TINY[article], article_of(article)
    chosen = ["--variant", one.variant.replace("+epochs-1", ""), "--epochs", "9"]
    code, stdout, stderr = invoke(*tiny(article, *chosen, "--seed", "8", "--force"))
    ((id_, config, source, root, force, _),) = asked
    assert_refused((code, stdout, stderr), 130, "interrupted; without --force the same command goes on")
    variant = replace(known.Variant.parse(one.variant), epochs=9)
    assert config == RunConfig(variant, 8, one.engine, source.sha256, article)
    assert (id_, root, force) == (article, tmp_path / "runs", True)
    assert source.sha256 == known.source.load(tmp_path / f"{article}.input", "refuse").sha256


@pytest.mark.parametrize("words", [[], ["bitcoin-lstm"]], ids=["no-article", "the-first"])
def test_bitcoin_is_the_article_where_none_is_named(words, asked, invoke):
    """As published, compiled, seed 0, on the table in the package."""
    assert invoke("run", *words, "--inter-op-threads", "1")[0] == 130
    ((article, config, *_),) = asked
    expected = article_of("bitcoin-lstm").Variant(), 0, "compiled", load_prices().sha256
    assert (article, (config.variant, config.seed, config.engine, config.data_sha256)) == ("bitcoin-lstm", expected)


@pytest.mark.parametrize(("gaps", "days"), [("keep", 19), ("previous", 20)])
def test_gaps_decide_what_a_missing_day_is(gaps, days, asked, invoke, tiny, tmp_path):
    """It stands in the configuration; without it the table is refused with both ways out."""
    words, path = tiny("bitcoin-lstm"), tmp_path / "bitcoin-lstm.input"
    lines = days_and_prices(20).splitlines(keepends=True)
    path.write_text("".join(lines[:5] + lines[6:]), encoding="utf-8")
    assert_refused(invoke(*words), 1, "--gaps keep", "--gaps previous")
    code, _, stderr = invoke(*words, "--gaps", gaps)
    assert (code, asked[0][1].gaps, len(asked[0][2].dates)) == (130, gaps, days)
    assert stderr.startswith("reproduce: 1 day without a price in 1 gap")


@every_article
def test_short_input_is_refused_in_one_line(article, invoke, tiny, tmp_path):
    """Exit code 1, the file and the remedy; no run directory is begun."""
    words = tiny(article)
    (tmp_path / f"{article}.input").write_text(TINY[article].short, encoding="utf-8")
    assert_refused(invoke(*words, "--variant", "published"), 1, f"{article}.input", "use a longer t")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("article", "words", "remedy"),
    [
        ("bitcoin-lstm", ("--variant", "network-gru", "--engine", "keras"), "reproduce study bitcoin-clipping"),
        ("stacked-lstm", ("--variant", "gru", "--engine", "compiled"), "--engine keras"),
        ("macbeth", ("--variant", "network-simple-rnn", "--engine", "compiled"), "--engine keras"),
    ],
)
def test_variant_that_the_engine_does_not_train_is_refused(article, words, remedy, invoke, tiny, tmp_path):
    """Exit code 1, with what to do; no run directory is begun, and none emptied."""
    assert_refused(invoke(*tiny(article), *words, "--force"), 1, words[-1], remedy)
    assert not (tmp_path / "runs").exists()


@every_article
def test_run_of_other_data_is_refused_in_one_line(article, invoke, tiny, tmp_path, tiny_runs):
    """Exit code 1, the directory, the ways out; what stands there stays."""
    words, path = tiny(article), tmp_path / "runs" / tiny_runs[article].path.name
    path.mkdir(parents=True)
    (path / "config.json").write_bytes((tiny_runs[article].path / "config.json").read_bytes())
    other = {"--data": days_and_prices(21), "--text": VERSE + "Enter."}[TINY[article].option]
    (tmp_path / f"{article}.input").write_text(other, encoding="utf-8")
    before = states(path)
    assert_refused(invoke(*words), 1, str(path), "another input", "--out", "remove")
    assert states(path) == before


def progress_shown(capfd, *reached):
    """What stands on stderr of a training of three epochs that has come so far, and so far."""
    config = RunConfig(article_of("stacked-lstm").Variant(), 0, "keras", "", "stacked-lstm")
    with training_progress("Tea", 3) as on_progress:
        for progress in reached:
            on_progress(config, progress)
    return " ".join(capfd.readouterr().err.split())


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        pytest.param([Progress()], ["epoch 1/3", "loss …"], id="before-the-first-epoch"),
        pytest.param([Progress(), Progress([2.25])], ["epoch 2/3", "loss 2.25000"], id="after-an-epoch"),
        pytest.param([Progress(), Progress([2, 1.5, 1.25])], ["epoch 3/3", "loss 1.25000", "0:00:00"], id="at-the-end"),
        pytest.param([Progress([2.0])], ["keras goes on in epoch 2", "epoch 2/3"], id="resumed"),
    ],
)
def test_bar_shows_epoch_and_loss(reached, expected, capfd):
    """On stderr; a run that is taken up says so."""
    shown = progress_shown(capfd, *reached)
    assert [part for part in expected if part not in shown] == []
    assert ("goes on" in shown) == (reached[0].epoch > 0)


def test_nothing_is_shown_of_a_run_that_does_not_train(capfd):
    """A finished one, or one that is refused: no empty line above what it says."""
    assert progress_shown(capfd) == ""


@pytest.mark.parametrize(
    ("is_forced", "how"),
    [
        (False, "the same command goes on from the last checkpoint"),
        (True, "without --force the same command goes on, and with it begins again"),
    ],
)
def test_ctrl_c_says_which_epoch_it_was(is_forced, how):
    """And how to go on: --force would throw away what there is."""
    config = RunConfig(article_of("stacked-lstm").Variant(), 0, "keras", "", "stacked-lstm")

    def train():
        with training_progress("Tea", 3, is_forced=is_forced) as on_progress:
            on_progress(config, Progress([2.0]))
            raise KeyboardInterrupt

    expected = f"^interrupted in epoch 2 of 3 of keras; {how}$"
    with pytest.raises(Interrupted, match=expected):
        train()


def test_training_that_diverges_says_so_in_one_line(invoke, tiny):
    """Exit code 1 with the epoch; the run is kept, and its values that are no numbers are null in JSON."""
    variant = "window-1+batch-1+hidden-2+epochs-3+learning-rate-1e30"
    words = tiny("bitcoin-lstm", "--variant", variant, "--engine", "keras", "--json")
    code, stdout, stderr = invoke(*words)
    document = json.loads(stdout, parse_constant=pytest.fail)
    assert (code, document["result"] is not None) == (1, True)
    assert_one_line(stderr.splitlines(keepends=True)[-1], "the training diverged in epoch ")


def test_tensorboard_shows_a_run_without_moving_it(invoke, tiny, tiny_runs, tmp_path):
    """The event file is there, the run has the same bits as one without it, and how to look at it is said."""
    words = tiny("bitcoin-lstm", "--engine", "keras", "--tensorboard", str(tmp_path / "board"))
    code, _, stderr = invoke(*words)
    assert code == 0
    assert f"for TensorBoard: tensorboard --logdir {tmp_path / 'board'}\n" in stderr
    (run,), (plain,) = (
        folder.glob("bitcoin-lstm-*-keras") for folder in (tmp_path / "runs", tiny_runs["bitcoin-lstm"].path.parent)
    )
    assert len(list((tmp_path / "board" / run.name).glob("events.out.tfevents.*"))) == 1
    for name in ("losses.csv", "predictions.csv", "metrics.json"):
        assert (run / name).read_bytes() == (plain / name).read_bytes()


def test_tensorboard_folder_that_cannot_be_is_refused_before_the_training(invoke, tiny, tmp_path):
    """In one line; no run is begun."""
    (tmp_path / "taken").write_text("mine")
    words = tiny("bitcoin-lstm", "--tensorboard", str(tmp_path / "taken"))
    assert_refused(invoke(*words), 1, str(tmp_path / "taken"), "name another folder with --tensorboard")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("article", ["stacked-lstm", "macbeth"])
def test_article_without_a_graph_of_names_refuses_tensorboard(article, invoke, tiny, tmp_path):
    """Exit code 2 and why; nothing is made."""
    answer = invoke(*tiny(article, "--tensorboard", str(tmp_path / "board")))
    assert_refused(answer, 2, "--tensorboard", f"{article} has no graph with names to show; leave it out")
    assert not (tmp_path / "board").exists()
