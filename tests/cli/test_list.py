"""`reproduce list`: the three articles and the verdicts on record."""

import json
import re
from pathlib import Path

import pytest

from reproduce.cli.articles import Article
from tests.cli.test_cli import reproduce, table_rows

VERDICTS = ["reproduced", "partly reproduced", "not reproduced", "not testable"]
RECORDED = {
    "bitcoin-lstm": ["reproduced", "partly reproduced", "partly reproduced", "not testable"],
    "stacked-lstm": ["not reproduced", "not reproduced", "not reproduced"],
    "macbeth": ["reproduced", ""],
}


def claims_text(article, verdicts):
    """A claims.toml with these verdicts, and one more statement that is ours."""
    head = f'[article]\ntitle = "On {article}"\nauthors = ["A. One", "B. Two"]\nreference = "Tales, May 2018"\n'
    check = '[check]\ncodecheckers = ["A. Reader"]\ntime = 2030-01-02T00:00:00+00:00\n'
    same = 'place = "there"\ntext = "so"\nkind = "exact"\noutput = "x"\nrule = "ours < 1"\nevidence = "a.csv"\n'
    ids = [f"{article}/c{number}" for number in range(len(verdicts))]
    claims = [*zip(ids, verdicts, strict=True), ("ours/extra", "reproduced")]
    return head + check + "".join(f'[[claim]]\nid = "{id_}"\n{same}verdict = "{verdict}"\n' for id_, verdict in claims)


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    """Claims with known verdicts in the place of each article's."""
    for article, verdicts in RECORDED.items():
        name = f"reproduce.articles.{article.replace('-', '_')}.toml"
        (tmp_path / name).write_text(claims_text(article, verdicts), encoding="utf-8")
    monkeypatch.setattr("reproduce.cli.list.claims_path", lambda package: tmp_path / f"{package}.toml")
    return tmp_path


@pytest.mark.usefixtures("recorded")
def test_list_counts_the_recorded_verdicts_of_each_article(invoke):
    """Id, title, authors, reference, claims, then the four verdicts in their order; ours do not count."""
    code, stdout, stderr = invoke("list")
    assert (code, stderr) == (0, "")
    known = ["A. One, B. Two", "Tales, May 2018"]
    assert table_rows(stdout) == [
        ["bitcoin-lstm", "On bitcoin-lstm", *known, "4", "1", "2", "0", "1"],
        ["stacked-lstm", "On stacked-lstm", *known, "3", "0", "0", "3", "0"],
        ["macbeth", "On macbeth", *known, "2", "1", "0", "0", "0"],
    ]


@pytest.mark.usefixtures("recorded")
def test_list_as_json_has_names_and_numbers(invoke):
    """For programs; alone on stdout."""
    code, stdout, stderr = invoke("list", "--json")
    assert (code, stderr) == (0, "")
    assert json.loads(stdout)["rows"][0] == {
        "id": "bitcoin-lstm",
        "title": "On bitcoin-lstm",
        "authors": ["A. One", "B. Two"],
        "reference": "Tales, May 2018",
        "claims": 4,
        "verdicts": dict(zip(VERDICTS, [1, 2, 0, 1], strict=True)),
    }


def test_list_refuses_broken_claims_in_one_line(invoke, recorded):
    """Exit code 1; nothing on stdout."""
    path = recorded / "reproduce.articles.macbeth.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"exact"', '"exakt"', 1), encoding="utf-8")
    code, stdout, stderr = invoke("list")
    assert (code, stdout) == (1, "")
    assert re.fullmatch(r"reproduce: [^\n]*macbeth/c0[^\n]*'exakt'[^\n]*\n", stderr)


def test_list_counts_what_the_package_records():
    """Every claim of the shipped files has a verdict; counted here by their lines. It takes no TensorFlow."""
    shown = reproduce("list", "--json", flags=("-X", "importtime"))
    assert shown.returncode == 0
    assert re.search(r"\| +(tensorflow|keras)\b", shown.stderr) is None
    for row in json.loads(shown.stdout)["rows"]:
        folder = Path(__file__).parents[2] / "reproduce" / "articles" / Article(row["id"]).name
        text = (folder / "claims.toml").read_text(encoding="utf-8")
        claims = [claim for claim in text.split("[[claim]]") if f'\nid = "{row["id"]}/' in claim]
        counts = {verdict: sum(f'\nverdict = "{verdict}"' in claim for claim in claims) for verdict in VERDICTS}
        assert row["verdicts"] == counts
        assert row["claims"] == sum(counts.values()) > 0
