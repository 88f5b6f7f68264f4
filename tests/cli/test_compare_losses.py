"""`reproduce compare --losses`: what it reads, says and returns; and the small study of another price table."""

import json
from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import typer

from reproduce.articles import studies
from reproduce.articles.bitcoin_lstm import REPORTED_LOSSES, curves
from reproduce.articles.bitcoin_lstm.variant import Variant
from reproduce.cli import own_curves
from reproduce.runs.directory import Directory
from tests.cli.commands import ROOT, assert_refused, days_and_prices, table_rows

ARTICLE = "".join(f"Epoch {epoch}/200 {loss}\n" for epoch, loss in REPORTED_LOSSES.items())


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """A way to write losses.txt where the command runs."""
    monkeypatch.chdir(tmp_path)

    def file(content):
        (tmp_path / "losses.txt").write_text(content, encoding="utf-8")
        return "losses.txt"

    return file


def curve(variant, seed, what="mean"):
    """A shipped curve, (31,)."""
    return curves.curves_of(curves.TABLE.shipped(), what)[variant][seed]


def keras_log(losses):
    """As `fit` prints them, counted from 1."""
    return "".join(f"Epoch {e}/31\n145/145 - 1s - loss: {loss:.9g}\n" for e, loss in enumerate(losses, start=1))


def test_article_s_losses_keep_the_published_program(printed, invoke):
    """Exit 0; four variants at all seven epochs decide, twelve stand beside at the two they have."""
    code, stdout, stderr = invoke("compare", "--losses", printed(ARTICLE))
    assert (code, stderr) == (0, "")
    told = " ".join(stdout.split())
    assert "7 losses, epochs 0, 30, … 180 counted from 0, each taken as the mean over an epoch's batches" in told
    assert "Kept: published, clipping-applied." in stdout
    assert "Left out: epochs 60, 90, … 180, which this table does not have." in stdout
    assert "It was chosen after the article's losses had been seen" in told
    verdicts = {row[0]: row[3] for row in table_rows(stdout)[:4]}
    assert verdicts == {
        "published": "kept",
        "clipping-applied": "kept",
        "described": "rejected",
        "described+clipping-applied": "rejected",
    }


def test_page_shows_what_the_command_prints(invoke, monkeypatch):
    """Of the article's losses, as `make docs` writes it."""
    monkeypatch.chdir(ROOT)
    _, stdout, _ = invoke("compare", "--losses", "examples/losses/article.txt")
    assert stdout == (ROOT / "docs" / "losses.txt").read_text(encoding="utf-8")
    assert f"```text\n{stdout.rstrip()}\n```" in (ROOT / "docs" / "losses.md").read_text(encoding="utf-8")
    assert (ROOT / "examples" / "losses" / "article.txt").read_text(encoding="utf-8") == ARTICLE


def test_losses_of_another_program_exit_with_1(printed, invoke):
    """A curve of the oldest-first variant in a log of Keras: published is rejected, the true one is kept."""
    code, stdout, _ = invoke("compare", "--losses", printed(keras_log(curve("row-order-oldest-first", 5))), "--json")
    assert code == 1
    told = json.loads(stdout)
    assert (told["form"], told["published_is_kept"]) == ("a log of Keras", False)
    (held,) = told["held"]
    assert held["epochs"] == list(range(31))
    kept = {one["variant"]: one["kept"] for one in held["suspects"]}
    assert (kept["published"], kept["row-order-oldest-first"]) == (False, True)
    assert set(held["kept"]) == {name for name, is_kept in kept.items() if is_kept}
    assert set(held["suspects"][0]["others_kept"]) == set(kept) - {held["suspects"][0]["variant"]}


def test_last_batches_are_asked_for(printed, invoke):
    """--what last: the same losses are held against other curves, and the output says which."""
    file = printed(keras_log(curve("published", 3, what="last")))
    _, stdout, _ = invoke("compare", "--losses", file, "--what", "last")
    assert "as the loss of an epoch's last batch (--what mean: the mean over its batches)" in " ".join(stdout.split())
    documents = [json.loads(invoke("compare", "--losses", file, "--what", w, "--json")[1]) for w in ("last", "mean")]
    places = [{one["variant"]: one["contrast_p"] for one in one["held"][0]["suspects"]} for one in documents]
    assert places[0] != places[1]


def test_losses_of_no_variant_are_said_to_be_none(printed, invoke):
    """Far from all: exit 1, and what to check."""
    code, stdout, _ = invoke("compare", "--losses", printed("epoch,loss\n0,5000\n1,4000\n2,3000\n"))
    assert code == 1
    assert "None of these variants: the losses are" in stdout
    assert "Check --first-epoch, --what" in stdout


def test_losses_of_no_epoch_of_the_curves_are_refused(printed, invoke):
    """None of its epochs is in a table; the message says which are."""
    known = "give losses of some of the epochs 0 to 30, 60, 90, 120, 150, 180"
    for first, last in ((500, 510), (35, 50)):
        losses = printed(f"epoch,loss\n{first},0.1\n{last},0.1\n")
        answer = invoke("compare", "--losses", losses, "--first-epoch", "0")
        assert_refused(answer, 1, "losses.txt", f"epochs, {first}, {last} counted from 0", known)


def test_bad_file_is_one_line(printed, invoke):
    """With file, line and remedy."""
    answer = invoke("compare", "--losses", printed("epoch,loss\n0,0.3\n1,nan\n"))
    assert_refused(answer, 1, "losses.txt, line 3", "expected a number above 0", "remove the line")


def test_first_epoch_is_asked_for_where_the_file_does_not_tell(printed, invoke):
    """The line has the option; with it the same file is read, and 30 of 1 is 29 of 0."""
    file = printed("epoch,loss\n30,0.07\n31,0.08\n")
    assert_refused(invoke("compare", "--losses", file), 1, "--first-epoch 0 or --first-epoch 1")
    _, stdout, _ = invoke("compare", "--losses", file, "--first-epoch", "1", "--json")
    assert list(json.loads(stdout)["losses"]) == ["29", "30"]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--first-epoch", "1"], ["--first-epoch", "changes nothing without --losses"]),
        (["--losses", "a.csv", "--steps", "3"], ["--steps", "changes nothing with --losses"]),
        (["--losses", "a.csv", "--yes"], ["--yes", "changes nothing without --losses and --data"]),
        (["--losses", "a.csv", "--template", "numpy"], ["--losses and --template", "give one of them"]),
        (["--losses", "a.csv", "--what", "median"], ["--what", "median"]),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else None,
)
def test_options_that_do_not_belong_are_misuse(words, parts, invoke):
    """Exit 2, and nothing is read."""
    assert_refused(invoke("compare", *words), 2, *parts)


# Another price table


class Workers:
    """`train_all` without training: it counts the runs it is asked for, and finishes each with made-up losses."""

    def __init__(self):
        self.calls = []

    def __call__(self, root, configs, _train, _data, *, workers, on_run):
        directories = [Directory(root, config) for config in configs]
        missing = [one for one in directories if not one.is_finished]
        self.calls.append((len(missing), workers))
        for directory in missing:
            rng = np.random.default_rng([directory.config.seed, len(directory.config.name)])
            losses = np.exp(rng.normal(-1, 0.1, curves.EPOCHS))
            with directory.opened():
                directory.write_losses(losses.tolist())
                rows = "".join(f"{epoch},{loss}\n" for epoch, loss in enumerate(losses))
                directory.write_text("last_batches.csv", f"epoch,loss\n{rows}")
                directory.write_json("metrics.json", {})
            on_run(directory.config.name)


@pytest.fixture
def workers(monkeypatch):
    """A study of two variants, trained by `Workers`."""
    pairs = [(Variant(epochs=curves.EPOCHS), range(40)), (Variant(window=3, epochs=curves.EPOCHS), range(40))]
    article, plan = studies()[own_curves.STUDY]
    monkeypatch.setattr(own_curves, "studies", lambda: {own_curves.STUDY: (article, replace(plan, runs=pairs))})
    trained = Workers()
    monkeypatch.setattr(own_curves, "train_all", trained)
    monkeypatch.setattr(own_curves, "tabled", lambda _: nullcontext())  # made-up runs have no environment
    return trained


def test_study_of_another_table_says_its_cost_and_asks(printed, workers, invoke, tmp_path):
    """One run is timed, the others need a yes; where nobody can be asked it is misuse, and the timed run stands."""
    (tmp_path / "prices.csv").write_text(days_and_prices(80), encoding="utf-8")
    words = ["compare", "--losses", printed("epoch,loss\n0,0.37\n1,0.36\n"), "--data", "prices.csv"]
    code, stdout, stderr = invoke(*words)
    assert (code, stdout) == (2, "")
    assert "40 of 40 runs are to be trained into bitcoin-curves; the first is timed" in stderr
    assert "for the others on" in stderr
    assert stderr.splitlines()[-1].startswith("reproduce: Invalid value for --data: nobody is there to be asked")
    assert [runs for runs, _ in workers.calls] == [1]

    code, stdout, stderr = invoke(*words, "--yes")
    assert "39 of 40 runs are to be trained" in stderr
    assert code in (0, 1)
    assert "Epochs 0, 1 against 20 curves of 2 variants" in stdout
    assert [runs for runs, _ in workers.calls] == [1, 1, 38]

    code, again, stderr = invoke(*words)
    assert again == stdout
    assert "to be trained" not in stderr


@pytest.mark.parametrize(("answer", "code"), [(True, {0, 1}), (False, {2})])
def test_study_of_another_table_is_trained_when_the_user_agrees(
    answer, code, printed, workers, invoke, monkeypatch, tmp_path
):
    """At a terminal; a no leaves the timed run alone."""
    monkeypatch.setattr(own_curves.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "confirm", lambda *_, **__: answer)
    (tmp_path / "prices.csv").write_text(days_and_prices(80), encoding="utf-8")
    losses = printed("epoch,loss\n0,0.37\n1,0.36\n")
    assert invoke("compare", "--losses", losses, "--data", "prices.csv", "--out", "runs")[0] in code
    assert sum(runs for runs, _ in workers.calls) == (40 if answer else 1)


def test_table_that_is_too_short_is_refused_before_anything_is_trained(printed, workers, invoke, tmp_path):
    """The losses are read first, then the table."""
    (tmp_path / "prices.csv").write_text(days_and_prices(20), encoding="utf-8")
    answer = invoke("compare", "--losses", printed("0.3\n"), "--data", "prices.csv", "--yes")
    assert_refused(answer, 1, "prices.csv", "use a longer table")
    assert workers.calls == []


def test_losses_of_late_epochs_are_refused_before_anything_is_trained(printed, workers, invoke, tmp_path):
    """The curves have 31 epochs, whatever table they are of."""
    (tmp_path / "prices.csv").write_text(days_and_prices(80), encoding="utf-8")
    losses = printed("epoch,loss\n40,0.1\n50,0.1\n")
    answer = invoke("compare", "--losses", losses, "--first-epoch", "0", "--data", "prices.csv", "--yes")
    assert_refused(answer, 1, "losses.txt", "epochs, 40, 50 counted from 0", "some of the epochs 0 to 30")
    assert workers.calls == []
