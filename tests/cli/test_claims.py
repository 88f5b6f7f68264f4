"""`reproduce list` and `reproduce claims`: what is on record, what the audit says today, and where they differ."""

import json

import pytest
import yaml
from scipy.stats import false_discovery_control

from reproduce.articles import ARTICLES, article_of
from reproduce.evidence.claims import NOT_REPRODUCED, ClaimsError, read_claims
from tests.cli.commands import assert_one_line, assert_refused, every_article, on_record, table_rows

pytestmark = pytest.mark.usefixtures("one_thread")
VERDICTS = ["reproduced", "partly reproduced", "not reproduced", "not testable"]


def chosen(article):
    """The assumptions of the published program."""
    return article.assumptions(article.Variant())


def test_list_counts_the_verdicts_on_record(invoke):
    """Of the article's claims alone: settings, reconstructions and questions of ours are counted apart."""
    code, stdout, stderr = invoke("list", "--json")
    assert (code, stderr) == (0, "")
    for row, article in zip(json.loads(stdout)["rows"], ARTICLES, strict=True):
        about = read_claims(article.package)
        of_article = [one.id for one in on_record(article) if one.group == "claims"]
        counts = {verdict: sum(about.verdicts[id_] == verdict for id_ in of_article) for verdict in VERDICTS}
        assert (row["id"], row["title"], row["authors"]) == (article.id, about.title, about.authors)
        assert row["claims"] == counts
        assert sum(counts.values()) > 0


@pytest.mark.usefixtures("verdicts")
@every_article
def test_claims_shows_a_row_for_each_and_the_assumptions(article, invoke):
    """Below a title that counts; assumptions word by word; exit code 0 where nothing has moved."""
    code, stdout, stderr = invoke("claims", article)
    assert (code, stderr) == (0, "")
    assert stdout.startswith(f"{article}: ")
    assert [row[0] for row in table_rows(stdout) if row[0]] == [claim.kind for claim in on_record(article_of(article))]
    assert stdout.endswith("".join(f"{line}\n" for line in chosen(article_of(article))))


@pytest.mark.usefixtures("verdicts")
@every_article
def test_claims_says_which_verdicts_stand_among_all(article, invoke):
    """In the last column, by the p-values on record; counted in a line below the table, and in JSON."""
    p_values = read_claims(article_of(article).package).p_values
    adjusted = false_discovery_control(list(p_values.values()), method="by")
    stand = {id_ for id_, p in zip(p_values, adjusted, strict=True) if p <= 0.05}
    _, stdout, _ = invoke("claims", article)
    cells = [row[-1] for row in table_rows(stdout)]  # in a narrow column the standing is on a line of its own
    assert len([cell for cell in cells if cell[:1].isdigit()]) == len(p_values)
    assert len([cell for cell in cells if "stands" in cell]) == len(stand)
    assert f"{len(p_values)} verdicts rest on chance: {len(stand)} stand" in stdout
    document = json.loads(invoke("claims", article, "--json")[1])
    assert {row["id"] for row in document["rows"] if row["fdr"] == "stands"} == stand
    assert {row["id"]: row["p"] for row in document["rows"] if row["p"] is not None} == p_values
    assert document["chance"][article].startswith(f"{len(p_values)} verdicts rest on chance")


@pytest.mark.usefixtures("verdicts")
def test_claims_of_all_is_one_document(invoke):
    """Rows of every article in order, with what is on record; assumptions by article."""
    code, stdout, stderr = invoke("claims", "--json")
    document = json.loads(stdout, parse_constant=pytest.fail)
    assert (code, stderr) == (0, "")
    assert [row["id"] for row in document["rows"]] == [claim.id for one in ARTICLES for claim in on_record(one)]
    assert [row["verdict"] for row in document["rows"]] == [row["recorded"] for row in document["rows"]]
    assert document["assumptions"] == {one.id: list(chosen(one)) for one in ARTICLES if chosen(one)}


def test_verdict_that_has_moved_ends_with_1_in_a_line(invoke, verdicts):
    """With both; other articles do not see it."""
    verdicts["macbeth/characters"] = NOT_REPRODUCED
    code, stdout, stderr = invoke("claims")
    assert code == 1
    assert_one_line(stderr, 'macbeth/characters: the verdict is "not reproduced", recorded: "reproduced"')
    assert "macbeth: " in stdout
    assert invoke("claims", "stacked-lstm")[::2] == (0, "")


def test_record_writes_the_verdicts_of_what_was_asked(invoke, verdicts, monkeypatch):
    """It ends with 0, and says what it changed; all at one time."""
    kept = []
    monkeypatch.setitem(invoke_globals(), "record_verdicts", lambda *given: kept.append(given))
    verdicts["macbeth/characters"] = NOT_REPRODUCED
    code, _, stderr = invoke("claims", "--record")
    assert (code, [package for package, *_ in kept]) == (0, [one.package for one in ARTICLES])
    assert len({time for *_, time in kept}) == 1
    assert_one_line(stderr, '"not reproduced", recorded before: "reproduced"')
    assert invoke("claims", "macbeth", "--record")[0] == 0
    assert [package for package, *_ in kept[3:]] == [article_of("macbeth").package]


def invoke_globals():
    """The names that `reproduce claims` knows."""
    from tests.cli.commands import COMMANDS

    return COMMANDS["claims"].callback.__globals__


@pytest.mark.usefixtures("verdicts")
def test_manifest_has_the_time_on_record(invoke, tmp_path):
    """A second time the same bytes."""
    path = tmp_path / "codecheck.yml"
    assert invoke("claims", "bitcoin-lstm", "--codecheck", path)[::2] == (0, "")
    first = path.read_bytes()
    recorded = read_claims(article_of("bitcoin-lstm").package).time
    assert yaml.safe_load(first)["check_time"] == recorded.isoformat()
    assert invoke("claims", "bitcoin-lstm", "--codecheck", path)[::2] == (0, "")
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("mine.md", "is there, and no manifest of ours"),
        ("folder", "Is a directory"),
        ("none/a.yml", "its folder does not exist"),
    ],
)
def test_manifest_replaces_nothing_but_a_manifest(path, told, invoke, tmp_path, monkeypatch):
    """It is refused before anything is judged or recorded."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "mine.md").write_text("mine", encoding="utf-8")
    monkeypatch.setattr("reproduce.articles.audit.audit", None)
    answer = invoke("claims", "bitcoin-lstm", "--record", "--codecheck", path)
    assert_refused(answer, 1, path, told, "give --codecheck another file")
    assert (tmp_path / "mine.md").read_text(encoding="utf-8") == "mine"


def test_broken_claims_are_refused_in_a_line_each(invoke, monkeypatch):
    """Exit code 1, the article; nothing is judged."""

    def read(package):
        raise ClaimsError(f"{package}, claim 1\nclaim 2")

    monkeypatch.setitem(invoke_globals(), "read_claims", read)
    code, stdout, stderr = invoke("claims", "macbeth")
    assert (code, stdout) == (1, "")
    expected = ["macbeth: reproduce.articles.macbeth, claim 1", "macbeth: claim 2"]
    assert stderr.splitlines() == [f"reproduce: {line}" for line in expected]
    monkeypatch.setattr("reproduce.cli.list.read_claims", read)
    assert_refused(invoke("list"), 1, "claim 1 claim 2")
