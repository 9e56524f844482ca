"""Scenarios: the files are whole, wrong ones are refused by name, the judge sees what is there."""

import pytest

from sim.judge import judge
from sim.layout import gap, overlapping
from sim.parts.spawn import PartSpec
from sim.scenario import Expectation, RandomParts, RandomSet, Scenario, load_scenario, random_scenario
from sim.world import World
from skills.cell import Cell
from skills.errors import BadInput, UnknownName


def scenario_files(root):
    return sorted((root / "sim" / "scenarios").rglob("*.yaml"))


def test_core_suite_is_large_enough_and_covers_its_tags(root):
    core = [s for s in map(load_scenario, scenario_files(root)) if "core" in s.tags]
    assert len(core) >= 24
    for tag in ("removal", "sorting", "quantity", "exclusion", "superlative", "nothing", "surprise"):
        assert sum(tag in s.tags for s in core) >= 2, tag


def test_every_file_is_named_like_its_scenario_and_lays_out(root, cell):
    for path in scenario_files(root):
        scenario = load_scenario(path)
        assert scenario.name == path.stem
        if not isinstance(scenario.parts, RandomSet):
            assert len(scenario.layout()) == len(scenario.parts)
        assert all(moved.to in (*cell.destinations, "table", "air") for moved in scenario.expect.moved), path.name


def test_random_scenario_is_the_same_for_the_same_seed():
    assert random_scenario(5).layout() == random_scenario(5).layout()
    assert random_scenario(5).layout() != random_scenario(6).layout()


def test_random_parts_have_the_asked_number_of_failed_ones():
    wanted = RandomParts(count=(5, 5), kinds=("gear",), failed=2)
    layout = Scenario(name="x", parts=RandomSet(random=wanted)).layout()
    assert [spec.condition for spec in layout] == ["failed", "failed", "ok", "ok", "ok"]
    assert {spec.kind for spec in layout} == {"gear"}


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("name: x\nparts: []\ncolour: red\n", UnknownName, "'colour' is not known"),
        ("name: x\nparts: [{kind: geer, size: small, colour: red}]\n", UnknownName, "Nearest: 'gear'"),
        ("name: x\nparts: [{kind: gear, size: M8, colour: red}]\n", BadInput, "size of a gear: 'M8'"),
        ("name: x\nparts: [{kind: gear, size: small, colour: red, at: [0.3, 0]}]\n", BadInput, "within ±0.095 m"),
        ("name: x\nparts: [{kind: gear, size: small, colour: red, at: [.nan, 0]}]\n", BadInput, r"at.0: nan"),
        ("name: x\nseed: -1\nparts: []\n", BadInput, "seed: -1"),
        ("- 1\n", BadInput, "a mapping"),
        ("name: [\n", BadInput, "YAML"),
    ],
)
def test_wrong_scenario_is_refused_with_field_and_value(tmp_path, content, error, message):
    path = tmp_path / "x.yaml"
    path.write_text(content)
    with pytest.raises(error, match=message.replace("(", "\\(")) as caught:
        load_scenario(path)
    assert caught.value.exit_code == 2


def test_overlapping_parts_are_refused(tmp_path):
    path = tmp_path / "x.yaml"
    gear = "{kind: gear, size: large, colour: red, at: [0.0, 0.0]}"
    path.write_text(f"name: x\nparts: [{gear}, {gear}]\n")
    with pytest.raises(BadInput, match=r"parts\.1\.at: \(0\.0, 0\.0\) is not allowed; it must be clear of part 0"):
        load_scenario(path)


@pytest.mark.parametrize(
    ("clutter", "apart", "lies"),
    [
        ("", 0.030, False),
        ("separated", 0.030, False),
        ("touching", 0.030, False),
        ("touching", 0.0475, True),
        ("separated", 0.0475, False),
        ("separated", 0.0515, True),
        ("heaped", 0.030, True),
    ],
)
def test_clutter_says_how_near_given_parts_may_lie(tmp_path, clutter, apart, lies):
    path = tmp_path / "x.yaml"
    gears = ", ".join(f"{{kind: gear, size: large, colour: red, at: [0.0, {at}]}}" for at in (0.0, apart))
    path.write_text(f"name: x\n{f'clutter: {clutter}' if clutter else ''}\nparts: [{gears}]\n")
    if lies:
        assert [spec.at for spec in load_scenario(path).layout()] == [(0.0, 0.0), (0.0, apart)]
    else:
        with pytest.raises(BadInput, match="clear of part 0"):
            load_scenario(path)


@pytest.mark.parametrize("clutter", ["touching", "heaped"])
def test_clutter_lays_parts_out_whatever_the_setting_says(clutter):
    gears = [{"kind": "gear", "size": "large", "colour": "red"}] * 4
    layout = Scenario.model_validate({"name": "x", "setting": "dim", "clutter": clutter, "parts": gears}).layout()
    assert overlapping(layout) == (clutter == "heaped")
    assert min(gap(one, other) for at, one in enumerate(layout) for other in layout[:at]) < 0.0035


def test_judge_counts_what_lies_where(cell):
    world = World(cell, seed=0)
    world.reset(
        [PartSpec("gear", "large", "red", "failed", (0, 0), 0), PartSpec("nut", "M8", "red", "ok", (0.1, 0), 0)]
    )
    world.bullet.resetBasePositionAndOrientation(world.bodies[0].id, (0.15, 0.5, 0.01), (0, 0, 0, 1))
    wanted = {"part": {"condition": "failed"}, "to": "rejection bin", "count": 1}
    right = Expectation.model_validate({"outcome": "done", "moved": [wanted], "untouched": [{"condition": "ok"}]})
    judged = judge(world, right)
    assert judged.faults == ()
    assert judged.moved == {"failed large red gear → rejection bin": 1}
    assert judged.left == ("ok M8 red nut",)
    world.bullet.resetBasePositionAndOrientation(world.bodies[1].id, (0.0, -0.3, 0.01), (0, 0, 0, 1))
    assert judge(world, right).wrong_moved == ("ok M8 red nut → table",)
    fallen = {"part": {"condition": "ok"}, "to": "table", "count": 1}
    assert judge(world, Expectation.model_validate({"outcome": "incomplete", "moved": [wanted, fallen]})).faults == ()
    world.close()


def test_places_hold_as_much_as_the_scenario_says(cell: Cell) -> None:
    scenario = Scenario.model_validate({"name": "x", "parts": [], "capacity": {"left bin": 2, "conveyor belt": 3}})
    assert scenario.fitted(cell).capacities == {"left bin": 2, "conveyor belt": 3}
    assert scenario.fitted(cell).places["tray"] == cell.places["tray"]
    assert scenario.model_copy(update={"capacity": {}}).fitted(cell) is cell


@pytest.mark.parametrize(
    ("capacity", "error", "message"),
    [
        ({"left bim": 2}, UnknownName, "capacity: 'left bim' is not known"),
        ({"left bin": 0}, ValueError, "greater than or equal to 1"),
        ({"tray": 5}, BadInput, "capacity: 5 is not allowed"),
        ({"left fixture": 1}, ValueError, "Extra inputs"),
    ],
)
def test_a_capacity_that_makes_no_sense(
    cell: Cell, capacity: dict[str, int], error: type[Exception], message: str
) -> None:
    scenario = Scenario.model_validate({"name": "x", "parts": [], "capacity": capacity})
    with pytest.raises(error, match=message):
        scenario.fitted(cell)
