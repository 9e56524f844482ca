"""Scenes that are built: the parts are those that were said, they lie as was said, and the same for the same seed."""

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.scene_words.fit import build
from agent.scene_words.grammar import read_scene
from agent.scene_words.lexicon import SceneLexicon
from agent.scene_words.make import Made, Order, make_scene
from agent.scene_words.members import Member, draw_members
from agent.scene_words.places import Box, area_of, lies_right
from agent.scene_words.writing import checked_name, name_of, scenario_text
from sim.grasps import graspable
from sim.layout import EDGE, WHOLE, gap, outline_of, overlapping
from sim.scenario import Scenario, load_scenario
from skills.catalogue import load_catalogue
from skills.cell import Cell, load_cell
from skills.errors import BadInput
from skills.scene import in_region
from skills.yamlfile import parse_model
from tests.conftest import ROOT

CELL = load_cell(ROOT / "cells" / "default.yaml")
LEXICON = SceneLexicon(CELL, load_catalogue())


SMALL = load_cell(ROOT / "cells" / "so101.yaml")


def made(words: str, seed: int = 0, cell: Cell = CELL) -> Made:
    scene = make_scene(Order(words, seed), cell, lambda _: None)
    scene.world.close()
    return scene


def members(words: str, seed: int = 0) -> list[Member]:
    return draw_members(read_scene(words, LEXICON).wish, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(20))
def test_shares_are_just_what_was_said(seed: int) -> None:
    drawn = [m.look for m in members("eight parts, two of them failed, three of them gears, 5 of them shiny", seed)]
    assert len(drawn) == 8
    assert sum(look.failed for look in drawn) == 2
    assert sum(look.kind == "gear" for look in drawn) == 3
    assert sum(look.colour in {"silver", "brass"} for look in drawn) == 5


def test_parts_are_ok_unless_it_is_said() -> None:
    assert not any(member.look.failed for member in members("20 parts"))
    assert sum(member.look.failed for member in members("five parts, two of them ok")) == 3
    assert 0 < sum(member.look.failed for member in members("20 random parts")) < 20


def test_open_numbers_are_drawn_and_never_too_many() -> None:
    counts = {len(members("some gears", seed)) for seed in range(30)}
    assert counts == {3, 4, 5}
    assert {len(members("1 to 20 gears and 1 to 20 nuts", seed)) for seed in range(60)} <= set(range(2, 21))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "three gears, two of them M8",
            "words: '3 gears, 2 of them M8' is not allowed; it must be shares of a group that can all be true of it.",
        ),
        (
            "four nuts, three of them red, two of them blue",
            "words: '4 nuts, 3 of them red, 2 of them blue' is not allowed; it must be shares of a group that can all "
            "be true of it.",
        ),
        (
            "six red nuts, two of them blue",
            "colour: 'red and blue' is not allowed; it must be one colour for each part.",
        ),
    ],
)
def test_shares_that_contradict_the_group_are_refused(words: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        members(words)
    assert str(refused.value) == message


def test_the_others_of_a_share_lie_elsewhere() -> None:
    drawn = members("four gears, two of them on the left")
    assert sorted((member.where, member.avoid) for member in drawn) == [((), (("left",),))] * 2 + [(("left",), ())] * 2
    assert lies_right(Member(drawn[0].look, (), (("left",),)), (0.0, -0.05))
    assert not lies_right(Member(drawn[0].look, (), (("left",),)), (0.0, 0.05))


def test_boxes_are_halves_of_the_tray() -> None:
    for where in ("left", "right", "front", "back"):
        box = Box.of([where])  # type: ignore[list-item]
        assert in_region(where, box.low) == in_region(where, box.high) or in_region(where, box.high)  # type: ignore[arg-type]
        assert not box.holds((0.0, 0.0))


SCENES = {
    "eight gears on the tray, two of them failed, dim light": ("separated", "dim", 8),
    "four large gears on the left and two M8 bolts at the back right": ("separated", "calibrated", 6),
    "five nuts touching in the middle, wild light": ("touching", "wild", 5),
    "a heap of nine random parts on the right": ("heaped", "calibrated", 9),
    "one bracket": ("separated", "calibrated", 1),
}


@pytest.mark.parametrize("words", SCENES)
def test_a_scene_is_a_scenario_that_loads_as_it_was_built(words: str, tmp_path) -> None:
    clutter, setting, count = SCENES[words]
    scene = made(words, seed=3)
    path = tmp_path / f"{scene.scenario.name}.yaml"
    path.write_text(scene.text, encoding="utf-8")
    loaded = load_scenario(path)
    assert loaded == scene.scenario
    assert (loaded.name, loaded.clutter, loaded.setting, loaded.seed) == (path.stem, clutter, setting, 3)
    layout = loaded.layout()
    assert [spec.at for spec in layout] == [part.at for part in loaded.parts]
    assert len(layout) == count
    assert all(float(np.abs(outline_of(spec)).max()) < EDGE for spec in layout)
    assert overlapping(layout) == (clutter == "heaped")
    gaps = [gap(one, other) for at, one in enumerate(layout) for other in layout[:at]]
    assert all(apart >= 0.01 for apart in gaps) or clutter != "separated"
    assert clutter != "touching" or min(gaps) < 0.0035


def test_parts_lie_in_the_halves_that_were_said() -> None:
    layout = made("three gears on the left and two nuts at the back right").scenario.layout()
    assert all(in_region("left", spec.at) for spec in layout[:3])
    assert all(in_region("right", spec.at) and in_region("back", spec.at) for spec in layout[3:])


def test_the_same_words_and_seed_give_the_same_file() -> None:
    words = "a heap of five random parts, harsh light"
    assert made(words, 5).text == made(words, 5).text
    assert made(words, 5).text != made(words, 6).text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            "20 M10 bolts",
            "parts: 20 is not allowed; it must be at most 8, as many as find room apart from each other; 'touching' or "
            "'heaped' would fit more.",
        ),
        (
            "9 large gears on the left",
            "parts: 9 is not allowed; it must be at most 6, as many as find room apart from each other where it was "
            "said (left); 'touching' or 'heaped' would fit more.",
        ),
        (
            "14 M10 bolts touching on the left",
            "parts: 14 is not allowed; it must be fewer, for no layout of so many was found touching where it was said "
            "(left); parts elsewhere or 'separated' or 'heaped' would fit.",
        ),
        ("a gear, heaped", "clutter: 'heaped' is not allowed; it must be said of two or more parts."),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(words: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        made(words)
    assert str(refused.value) == message


def test_the_advice_of_a_refusal_is_good() -> None:
    assert len(made("8 M10 bolts").scenario.parts) == 8
    assert len(made("6 large gears on the left").scenario.parts) == 6
    assert len(made("12 M10 bolts, heaped").scenario.parts) == 12


def test_a_tray_out_of_reach_is_told_with_the_part_and_the_rule() -> None:
    limits = CELL.limits.model_copy(update={"workspace_high": (0.45, 0.65, 0.7)})
    wish = read_scene("a large red gear at the back", LEXICON).wish
    with pytest.raises(BadInput) as refused:
        build(wish, CELL.model_copy(update={"limits": limits}), "x", 0)
    said = str(refused.value)
    assert said.startswith(
        "scene: '1 large red gear at the back' is not allowed; it must be one that the twin can build; "
        "the ok large red gear at (0.0"
    )
    assert "is out of the robot's reach (" in said
    assert said.endswith("); fewer parts or 'touching' or 'heaped' would fit.")


@pytest.mark.parametrize(
    ("name", "words", "within"),
    [
        ("so101", "three small gears on the left and two M8 nuts on the right", 0.045),
        ("so101", "a heap of four random parts", 0.045),
        ("ur5", "three large gears at the back, dim light", 0.095),
    ],
)
def test_a_scene_lies_on_the_tray_of_its_cell(name: str, words: str, within: float) -> None:
    cell = load_cell(ROOT / "cells" / f"{name}.yaml")
    scenario = made(words, cell=cell).scenario
    layout = scenario.layout(cell.tray)
    assert [spec.at for spec in layout] == [part.at for part in scenario.parts]
    assert max(abs(number) for spec in layout for number in spec.at) <= within
    assert all(float(np.abs(outline_of(spec)).max()) < cell.tray.half for spec in layout)


def test_what_is_left_open_is_drawn_of_the_parts_that_the_gripper_takes() -> None:
    wish = read_scene("20 random parts, 3 of them brackets", LEXICON).wish
    for seed in range(20):
        drawn = draw_members(wish, np.random.default_rng(seed), graspable(SMALL))
        assert {(member.look.kind, member.look.size) for member in drawn} <= set(graspable(SMALL))


@pytest.mark.parametrize("words", ["three large gears", "four gears, two of them small", "a nut and a large gear"])
def test_parts_too_wide_for_the_gripper_are_refused(words: str) -> None:
    with pytest.raises(BadInput) as refused:
        made(words, cell=SMALL)
    assert str(refused.value) == (
        "parts: 'large gear' is not allowed; it must be a part that this cell's gripper opens wide enough for: "
        "M6 bolt, M8 bolt, M10 bolt, M6 nut, M8 nut, small gear, small bracket, large bracket."
    )


def test_shares_that_contradict_each_other_are_told_so_with_a_small_gripper_too() -> None:
    with pytest.raises(BadInput, match="shares of a group that can all be true of it"):
        made("three gears, two of them M8", cell=SMALL)


def test_on_a_larger_tray_parts_lie_where_a_file_may_lay_them() -> None:
    tray = CELL.tray.model_copy(update={"half": 0.17})
    assert area_of(tray).within == 0.095
    assert area_of(CELL.tray) == WHOLE
    assert area_of(SMALL.tray).within == pytest.approx(0.045)


TRICKY = st.text(max_size=80) | st.sampled_from(
    [
        "x\nparts: []",
        "x\r\ny: 1",
        "a\u2028b: c",
        "a\u0085b",
        "{}",
        "&a *a",
        "!!python/object:os.system",
        "'\"\\",
        "\x00",
    ]
)
SCENE = made("one bracket").scenario


@settings(max_examples=200, deadline=None)
@given(words=TRICKY, instruction=TRICKY)
def test_no_words_change_what_a_file_says(words: str, instruction: str) -> None:
    scenario = SCENE.model_copy(update={"instruction": instruction})
    text = scenario_text(scenario, words)
    assert parse_model(yaml.safe_load(text), Scenario, "x") == scenario
    assert text.splitlines()[0].startswith("# smolcell scene ")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_a_name_made_of_words_is_a_name(words: str) -> None:
    assert checked_name(name_of(words)) == name_of(words)


@pytest.mark.parametrize("name", ["", "a/b", "../a", ".", "-a", "a b", "a\n", "ä", "a" * 81])
def test_a_name_that_is_no_files_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_name(name)
    assert str(refused.value) == (
        f"--name: {name!r} is not allowed; it must be 1 to 80 letters, digits, '.', '_' and '-', a letter or digit "
        "first; it becomes a file's name."
    )
