"""What training needs of the twin: paints, data and trials."""

import json
from pathlib import Path

import pytest

from agent.training.from_twin import TRIAL_SEED, make_data, paints, trial_of
from policy.training.augmentation import CAMERA, TRAY
from policy.training.colour_words import alike, colour_warning
from policy.training.config import Evaluation, Recipe
from policy.training.presets import preset
from skills.cell import Cell
from skills.errors import BadInput, UnknownName


def test_of_the_twin_s_paints_brass_and_red_are_the_nearest() -> None:
    assert {pair: round(gap, 3) for pair, gap in alike(paints(), CAMERA).items()} == {("brass", "red"): 0.071}
    assert colour_warning(paints(), TRAY) is None


def test_trials_are_of_a_split_that_exists(cell: Cell) -> None:
    config = preset("tiny").model_copy(update={"evaluation": Evaluation(every=1, split="new-scene")})
    with pytest.raises(UnknownName) as raised:
        trial_of(config, cell, 1)
    assert raised.value.field == "evaluation.split"
    assert trial_of(preset("perceiver"), cell, 1) is None


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_drafts_are_tried_on_every_skill(cell: Cell, root: Path) -> None:
    config = preset("place").model_copy(update={"evaluation": Evaluation(every=1, scenes=3)})
    trial = trial_of(config, cell, 1)
    assert trial is not None
    successes, trials = trial(root / "policy" / "weights" / "place")
    assert trials == 3
    assert successes >= 2
    assert TRIAL_SEED > 10_000, "no report draws its scenes from it"


def test_data_are_made_once_and_of_one_recipe(cell: Cell, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    recipe = Recipe(scenes=2, seed=5)
    folder = make_data(recipe, tmp_path / "data", cell, 1, lambda *done: told.append(done))
    index = json.loads((folder / "dataset.json").read_text())
    assert (folder, index["seed"], index["splits"]["train"]) == (tmp_path / "data", 5, [0, 2])
    told.clear()
    make_data(recipe, tmp_path / "data", cell, 1, lambda *done: told.append(done))
    assert told == [(2, 2)]
    with pytest.raises(BadInput):
        make_data(recipe.model_copy(update={"seed": 6}), tmp_path / "data", cell, 1, lambda *done: None)
