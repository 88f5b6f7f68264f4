"""`reproduce claims` of all articles: their tables, their record, their assumptions. Each has two claims here."""

import json
import sys
from types import SimpleNamespace

import pytest
from reproduce.cli.articles import Article

from reproduce.evidence.claims import load_claims, read_claims
from tests.cli.test_cli import assert_one_line, table_rows
from tests.cli.test_list import claims_text

pytestmark = pytest.mark.usefixtures("one_thread")
ASSUMPTIONS = ("A1 the file is ours", "A2 the [split] is ours")


@pytest.fixture
def audited(monkeypatch, tmp_path):
    """Three articles: ours of every claim is 0, which its rule takes; on record are the same verdicts."""
    figures = dict.fromkeys([article.value for article in Article], 0)  # by article; a claim of ours on request

    def audit(package, article):
        known = {claim: claim.id.partition("/")[0] for claim in load_claims(package)}
        return [claim.judge({"x": figures[article.value]}) for claim, of in known.items() if of in figures]

    modules = {}
    for article in Article:
        package = article.package
        text = claims_text(article.value, ["reproduced", "reproduced"])
        (tmp_path / f"{package}.toml").write_text(text, encoding="utf-8")
        modules[f"{package}.audit"] = SimpleNamespace(
            audit=lambda package=package, article=article: audit(package, article)
        )
        modules[package] = SimpleNamespace()
    modules["reproduce.articles.stacked_lstm"].ASSUMPTIONS = ASSUMPTIONS
    monkeypatch.setattr("reproduce.evidence.claims.claims_path", lambda package: tmp_path / f"{package}.toml")
    monkeypatch.setattr(sys.modules["reproduce.cli.claims"], "import_module", modules.__getitem__)
    return tmp_path, figures


def states(folder):
    """Every file's bytes by its name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.usefixtures("audited")
def test_claims_shows_a_table_for_every_article(invoke):
    """Each below its title, which counts; exit code 0 where nothing has moved."""
    code, stdout, stderr = invoke("claims")
    assert (code, stderr) == (0, "")
    titles = [f"{article.value}: 2 claims, 2 reproduced" for article in Article]
    assert [line.strip() for line in stdout.splitlines() if " claims, " in line] == titles
    assert len(table_rows(stdout)) == 6


@pytest.mark.usefixtures("audited")
def test_claims_of_one_article_leaves_the_others_out(invoke):
    """Whether or not their claims have verdicts."""
    code, stdout, stderr = invoke("claims", "macbeth")
    assert (code, stderr) == (0, "")
    assert "macbeth: 2 claims" in stdout
    assert len(table_rows(stdout)) == 2


@pytest.mark.parametrize("words", [[], ["stacked-lstm"]], ids=["all", "one"])
@pytest.mark.usefixtures("audited")
def test_claims_prints_assumptions_below_their_article_s_verdicts(words, invoke):
    """Word by word, brackets too."""
    _, stdout, _ = invoke("claims", *words)
    behind = stdout[stdout.index("stacked-lstm: 2 claims") :].partition("macbeth: ")[0]
    assert behind.endswith("\n".join(ASSUMPTIONS) + "\n")
    assert stdout.count("A1 ") == 1


@pytest.mark.usefixtures("audited")
def test_claims_without_assumptions_prints_none(invoke):
    """The other articles' are not theirs."""
    assert "A1 " not in invoke("claims", "bitcoin-lstm")[1]


@pytest.mark.usefixtures("audited")
def test_claims_json_has_one_list_of_rows_and_the_assumptions(invoke):
    """Rows of every article in order; assumptions by article, where it has some."""
    code, stdout, stderr = invoke("claims", "--json")
    document = json.loads(stdout)
    assert (code, stderr) == (0, "")
    assert [row["id"] for row in document["rows"]] == [f"{a.value}/c{number}" for a in Article for number in (0, 1)]
    assert document["assumptions"] == {"stacked-lstm": list(ASSUMPTIONS)}


def test_title_counts_claims_of_ours_apart(invoke, audited):
    """As `reproduce list` does; they have a row nevertheless."""
    audited[1]["ours"] = 0
    code, stdout, _ = invoke("claims", "macbeth")
    assert code == 0
    assert "macbeth: 2 claims, 2 reproduced; and 1 of ours" in stdout
    assert len(table_rows(stdout)) == 3


def test_claims_ends_with_1_where_one_verdict_of_any_article_has_moved(invoke, audited):
    """Also of the last one; a line a claim."""
    audited[1]["macbeth"] = 1
    code, stdout, stderr = invoke("claims")
    assert code == 1
    assert stderr.splitlines() == [
        f'reproduce: macbeth/c{number}: the verdict is "not reproduced", recorded: "reproduced"' for number in (0, 1)
    ]
    assert "macbeth: 2 claims, 2 not reproduced" in stdout


def test_claims_of_another_article_does_not_see_that_one_has_moved(invoke, audited):
    """The exit code is that of what was asked."""
    audited[1]["macbeth"] = 1
    assert invoke("claims", "stacked-lstm")[::2] == (0, "")


def test_record_of_one_article_leaves_the_others_alone(invoke, audited):
    """Their files keep their bytes."""
    folder, figures = audited
    figures |= {"macbeth": 1, "stacked-lstm": 1}
    before = states(folder)
    assert invoke("claims", "stacked-lstm", "--record")[0] == 0
    changed = [name for name, content in states(folder).items() if content != before[name]]
    assert changed == ["reproduce.articles.stacked_lstm.toml"]


def test_record_of_all_makes_every_verdict_stand(invoke, audited):
    """At one time; after it nothing has moved."""
    folder, figures = audited
    figures |= {"macbeth": 1, "stacked-lstm": 1}
    assert invoke("claims", "--record")[0] == 0
    assert invoke("claims")[::2] == (0, "")
    times = {read_claims(path).time for path in folder.iterdir()}
    assert len(times) == 1
    assert times.pop().year != 2030


@pytest.mark.usefixtures("audited")
def test_manifest_of_no_article_in_particular_is_a_misuse(invoke, tmp_path):
    """Exit code 2, what to write instead; no file."""
    code, stdout, stderr = invoke("claims", "--codecheck", tmp_path / "codecheck.yml")
    assert (code, stdout) == (2, "")
    assert_one_line(stderr, "--codecheck", "name it: reproduce claims ARTICLE")
    assert not (tmp_path / "codecheck.yml").exists()


def test_unknown_article_is_a_misuse(invoke):
    """Exit code 2 with the ids that are known."""
    code, stdout, stderr = invoke("claims", "hamlet")
    assert (code, stdout) == (2, "")
    assert_one_line(stderr, "'hamlet'", "'bitcoin-lstm', 'stacked-lstm', 'macbeth'")


def test_broken_claims_of_any_article_are_refused_before_one_is_judged(invoke, audited):
    """Exit code 1; the article, the claim and the field; no table."""
    path = audited[0] / "reproduce.articles.macbeth.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"exact"', '"exakt"', 1), encoding="utf-8")
    code, stdout, stderr = invoke("claims")
    assert (code, stdout) == (1, "")
    assert_one_line(stderr, "macbeth: ", "claim 1 (macbeth/c0), kind: 'exakt'")
