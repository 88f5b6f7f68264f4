"""What the published program sets and does when it writes, and that another program would be seen."""

import pytest

from reproduce.articles.macbeth.program import program_outputs
from reproduce.evidence import program
from reproduce.evidence.program import program_path

PUBLISHED = {"seeds_set": 0, "loop_predicts": 50, "loop_appends": 0, "loop_last_window": 1}
SHRINKS = "        pattern = pattern[1:]\n"


def test_published_program_sets_no_seed_and_appends_nothing():
    """M2 to M4: fifty characters are predicted, none is appended, and the last window is one character."""
    assert program_outputs() == PUBLISHED


@pytest.mark.parametrize(
    ("old", "new", "outputs"),
    [
        pytest.param(
            *(SHRINKS, "        pattern = pattern[1:] + [index]\n", {"loop_appends": 50, "loop_last_window": 50}),
            id="appends-all",
        ),
        pytest.param(
            *(SHRINKS, "        pattern.append(index)\n" + SHRINKS, {"loop_appends": 50, "loop_last_window": 50}),
            id="appends-in-place",
        ),
        pytest.param(SHRINKS, "", {"loop_last_window": 50}, id="window-stays"),
        pytest.param(
            SHRINKS, "        pattern = pattern + [index]\n", {"loop_appends": 50, "loop_last_window": 99}, id="grows"
        ),
        pytest.param("steps = 50", "steps = 20", {"loop_predicts": 20, "loop_last_window": 31}, id="fewer-steps"),
        pytest.param("    start = np", "    np.random.seed(7)\n    start = np", {"seeds_set": 1}, id="fixes-a-seed"),
    ],
)
def test_changed_program_is_seen_for_what_it_does(old, new, outputs, tmp_path, monkeypatch):
    """With a statement of its source exchanged."""
    source = program_path("macbeth").read_text(encoding="utf-8")
    assert source.count(old) == 1
    changed = tmp_path / "macbeth.py"
    changed.write_text(source.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(program, "program_path", lambda _: changed)
    assert program_outputs() == PUBLISHED | outputs
