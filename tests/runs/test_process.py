"""TensorFlow's start leaves the environment as it was."""

import os

import pytest

from reproduce.runs.process import limit_threads


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("given", ["", "0"])
def test_choice_of_keras_is_left_as_it_was(given, monkeypatch):
    """A variable that is set but empty too."""
    monkeypatch.setenv("TF_USE_LEGACY_KERAS", given)
    limit_threads(1)
    assert os.environ["TF_USE_LEGACY_KERAS"] == given
