"""The published programs: where they are, how they are loaded, and which calls of theirs fix a random generator."""

from pathlib import Path

import pytest

from reproduce.errors import ReproduceError
from reproduce.evidence import program
from reproduce.evidence.program import load_program, program_path, seeding_calls

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A way to write a program into an installed package's folder for them."""
    folder = tmp_path / "reproduce" / "original_code"
    folder.mkdir(parents=True)
    monkeypatch.setattr(program, "__file__", str(tmp_path / "reproduce" / "evidence" / "program.py"))

    def write(source):
        (folder / "tale.py").write_text(source, encoding="utf-8")
        return "tale"

    return write


def test_programs_of_a_checkout_lie_beside_the_package():
    """All three."""
    for name in ("bitcoin_lstm", "stacked_lstm", "macbeth"):
        assert program_path(name) == ROOT / "original_code" / f"{name}.py"
        assert program_path(name).is_file()


def test_programs_of_a_wheel_lie_inside_it(installed):
    """Where there is such a file, it is taken."""
    assert load_program(installed("written = 3")).written == 3


def test_program_is_loaded_anew_each_time(installed):
    """So that a setting changed in one module is not changed in another."""
    name = installed("steps = 3")
    load_program(name).steps += 1
    assert load_program(name).steps == 3


@pytest.mark.parametrize("ask", [load_program, seeding_calls])
def test_program_that_is_not_there_is_refused(ask, installed):
    """By the place where it was looked for last."""
    installed("")
    with pytest.raises(ReproduceError, match=r"original_code.other\.py: not there; install reproduce again"):
        ask("other")


@pytest.mark.parametrize(
    ("source", "calls"),
    [
        pytest.param("def main():\n    np.random.seed(0)", ["np.random.seed(0)"], id="numpy"),
        pytest.param("def main():\n    tf.set_random_seed(s)", ["tf.set_random_seed(s)"], id="tensorflow-1"),
        pytest.param("def main():\n    set_seed(7)", ["set_seed(7)"], id="imported-by-name"),
        pytest.param("def main():\n    d = Dropout(0.2, seed=1)", ["Dropout(0.2, seed=1)"], id="keyword"),
        pytest.param("def main():\n    split(x, random_state=0)", ["split(x, random_state=0)"], id="scikit-learn"),
        pytest.param("def main():\n    r = np.random.default_rng(4)", ["np.random.default_rng(4)"], id="generator"),
        pytest.param("def main():\n    r = np.random.default_rng()", [], id="generator-without-a-seed"),
        pytest.param("def main():\n    d = Dropout(0.2, seed=None)", [], id="keyword-without-a-seed"),
        pytest.param("def main():\n    seed = randint(9)\n    start(seed)", [], id="another-thing-called-seed"),
        pytest.param("np.random.seed(0)\ndef main():\n    pass", ["np.random.seed(0)"], id="top-level"),
        pytest.param("if debug:\n    np.random.seed(0)\ndef main():\n    pass", ["np.random.seed(0)"], id="condition"),
        pytest.param(
            "def main():\n    a()\ndef a():\n    list(map(b, x))\ndef b(y):\n    seed(y)",
            ["seed(y)"],
            id="through-others",
        ),
        pytest.param("def main():\n    main()\ndef unused():\n    seed(0)", [], id="not-used-by-main"),
        pytest.param(
            'def main():\n    pass\nif __name__ == "__main__":\n    seed(0)\n    main()', [], id="option-of-ours"
        ),
    ],
)
def test_seeding_calls_are_those_of_the_published_part(source, calls, installed):
    """Of main and what it uses, and of the top level; options below the main guard are ours."""
    assert seeding_calls(installed(source)) == calls


def test_seeding_calls_of_the_museum():
    """Macbeth's program has none, as published; our option reaches into the two others, where it is named as ours."""
    assert seeding_calls("macbeth") == []
    assert seeding_calls("stacked_lstm") == ["keras.utils.set_random_seed(seed)"]
    assert seeding_calls("bitcoin_lstm") == ["tf.truncated_normal(shape, stddev=0.05, seed=op_seed)"]
