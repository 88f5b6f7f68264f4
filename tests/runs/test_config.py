"""What determines a run: its name, config.json both ways, and what is refused."""

import json
from dataclasses import replace

import pytest

from reproduce.networks.engine import MAX_SEED
from reproduce.runs.config import read_config
from tests.runs.toys import TEA, Tea


def test_config_names_its_directory_by_article_variant_seed_and_engine():
    """runs/<article>-<variant>-s<seed>-<engine>/."""
    assert TEA.name == "tea-sugar-0.25-s4-kettle"
    assert replace(TEA, variant=Tea()).name == "tea-published-s4-kettle"


@pytest.mark.parametrize("config", [TEA, replace(TEA, threads=2, gaps="keep", seed=MAX_SEED)], ids=["least", "all"])
def test_config_reads_back_equal_from_json(config):
    """Floats to the last bit; what is None is left out."""
    text = json.dumps(config.as_json())
    assert read_config(text, Tea) == config
    assert ("gaps" in json.loads(text)) == (config.gaps is not None)


def test_config_without_a_field_takes_its_default():
    """A run of before the field was there; of a variant as well."""
    values = TEA.as_json() | {"variant": {"sugar": 0.25}}
    assert read_config(json.dumps(values), Tea) == TEA


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1])
def test_seed_that_weights_cannot_be_drawn_from_is_refused(seed):
    """Before anything is written."""
    with pytest.raises(ValueError, match=f"seed is {seed}, expected 0 to {MAX_SEED}"):
        replace(TEA, seed=seed)
