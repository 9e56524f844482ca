"""Measuring the expert: its report, scenes by split, what can't be asked for."""

import numpy as np
import pytest

from agent.evaluation.actors import ExpertActor
from agent.evaluation.closed_loop import Job, evaluate
from agent.evaluation.table import SPLITS, Table
from sim.setting import setting_names
from skills.catalogue import catalogue_of
from skills.errors import UnknownName


def job(cell, **changed):
    return Job(**{"cell": cell, "actor": ExpertActor(), "skill": "pick", "split": "new-scenes", "seed": 1} | changed)


def test_the_expert_is_measured_like_a_policy(cell):
    told = []
    report = evaluate(job(cell), 1, 1, told.append)
    (trial,) = report.trials
    assert (trial.phrase, trial.cause, trial.words["vias"]) == ("pick", "success", "0")
    assert told == [trial]
    content = report.as_json()
    assert (content["n"], content["successes"], content["split"]) == (1, 1, "new-scenes")
    assert content["causes"] == {"success": 1}


@pytest.mark.heavy
@pytest.mark.parametrize("skill", ["place", "put_back", "insert"])
def test_the_expert_brings_parts_away(cell, skill):
    assert evaluate(job(cell, skill=skill), 2, 1).successes == 2


@pytest.mark.parametrize("split", [name for name, split in SPLITS.items() if not split.only_picks])
def test_a_table_of_each_split(cell, split, tmp_path):
    table = Table(cell, catalogue_of(cell)["insert"], split, np.random.default_rng(2), "call", tmp_path)
    assert any(body.spec.kind == "bolt" for body in table.world.bodies)
    assert table.world.setting.name == SPLITS[split].setting
    table.close()


def test_every_split_is_drawn_with_a_setting_that_is_there():
    assert {split.setting for split in SPLITS.values()} <= set(setting_names())


def test_what_lies_on_a_spot_is_taken_away(cell, tmp_path):
    table = Table(cell, catalogue_of(cell)["put_back"], "heaped", np.random.default_rng(2), "call", tmp_path)
    table.clear_spot("middle", keep=0)
    away = [np.hypot(*table.world.true_part(body).at) for body in table.world.bodies[1:]]
    assert min(away) >= 0.07
    table.close()


def test_names_that_are_not_there(cell):
    with pytest.raises(UnknownName, match="skill: 'picks'"):
        evaluate(job(cell, skill="picks"), 1, 1)
    with pytest.raises(UnknownName, match="split: 'heap'"):
        evaluate(job(cell, split="heap"), 1, 1)
