"""Skills that are shown: waypoints for what lies there, tasks and their truth, and data sets of one skill."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.data.inspect import inspect
from sim.data.plan import ShownPlan
from sim.data.show import show
from sim.parts.spawn import PartSpec
from sim.setting import load_setting
from sim.shown import as_seen, shown_waypoints
from sim.table import Table
from sim.task import draw_task, expert_rows, is_done
from sim.world import TruePart
from skills.card import SkillCard
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.errors import BadInput
from skills.regions import lies_in
from skills.yamlfile import read_yaml
from tests.agent.push import cell_with


@pytest.fixture
def own(cell: Cell, tmp_path: Path) -> Cell:
    return cell_with(tmp_path / "cards")


@pytest.fixture
def push(own: Cell) -> SkillCard:
    return catalogue_of(own)["push"]


def bracket(at: tuple[float, float], yaw: float) -> TruePart:
    return TruePart(PartSpec("bracket", "large", "red", "ok", at, yaw), at, yaw, 0.01)


@pytest.mark.parametrize(("region", "side"), [("left edge", 1.0), ("right edge", -1.0)])
def test_the_tool_goes_down_behind_the_part_and_up_where_it_touches_the_wall(own, push, region, side) -> None:
    part = as_seen(bracket((0.03, 0.02), math.pi / 2))  # 62 mm long towards the wall
    rows = shown_waypoints(own, push, part, region)
    x, y = own.tray.centre
    assert np.allclose(rows[:4, 0], x + 0.03)
    behind, last = 0.02 - side * (0.031 + 0.02), side * (0.15 - 0.062 - 0.011)
    assert np.allclose(rows[:4, 1] - y, [behind, behind, last, last])
    assert np.allclose(rows[:4, 2], [0.10, 0.0135, 0.0135, 0.10])
    assert not rows[:, 6].any(), "fingers that were closed open over no place"
    assert len(rows) == 5


def test_a_card_that_shows_nothing_is_refused(own, push) -> None:
    with pytest.raises(BadInput, match="demonstration of card push"):
        shown_waypoints(own, push.model_copy(update={"demonstration": ()}), as_seen(bracket((0, 0), 0)), "left edge")


def test_of_several_the_nearest_that_is_not_there_yet_is_meant_and_pushed(own, push, tmp_path) -> None:
    rng = np.random.default_rng(5)
    table = Table(own, push, load_setting("plain"), rng, tmp_path)
    try:
        near, far, there = bracket((-0.08, -0.02), 0.0), bracket((0.09, -0.05), 0.0), bracket((0.02, 0.133), 0.0)
        table.world.reset([part.spec for part in (far, near, there)])
        assert draw_task(table, push, among={0}) is None
        task = draw_task(table, push, among={1})
        while task.goal != "left edge":
            task = draw_task(table, push, among={1})
        assert task.phrase == "push the bracket against the left edge"
        assert not is_done(table, task)
        tried = table.expert.carry_out(expert_rows(table, task, 0.08))
        assert tried.cause is None, tried
        assert is_done(table, task)
        assert lies_in("left edge", own.tray.half)(as_seen(table.world.true_parts()[1]))
    finally:
        table.close()


@pytest.mark.heavy
@pytest.mark.parametrize("skill", ["push", "pick", "place"])
def test_a_set_is_the_same_however_it_was_made(own, tmp_path, skill) -> None:
    whole = ShownPlan(tmp_path / "a" / "set", "set", 3, 2, "calibrated", 1, skill)
    again = ShownPlan(tmp_path / "b" / "set", "set", 3, 2, "calibrated", 1, skill)
    told: list[tuple[int, int]] = []
    index = json.loads(show(whole, own, 1, lambda done, n, _: told.append((done, n))).read_text())
    assert told == [(0, 2), (1, 2), (2, 2)]
    show(again, own, 2)
    (again.folder / again.shards[1]).unlink()
    show(again, own, 1)
    assert json.loads((again.folder / "dataset.json").read_text()) == index
    assert (index["examples"], index["keyframes"], index["held_out_triples"]) == (2, 5, [])
    found = inspect(whole.folder, catalogue=catalogue_of(own)).found
    assert set(found.counts["phrase"]) <= set(catalogue_of(own)[skill].phrases())


def test_a_card_without_a_demonstration_records_nothing(own, tmp_path) -> None:
    card = tmp_path / "cards" / "push.yaml"
    content = read_yaml(card)
    card.write_text(yaml.safe_dump({name: value for name, value in content.items() if name != "demonstration"}))
    with pytest.raises(BadInput, match="demonstration of card push"):
        show(ShownPlan(tmp_path / "set", "set", 0, 1, skill="push"), own, 1)
    assert not (tmp_path / "set").exists()
