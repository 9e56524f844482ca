"""Settings: every file loads, wrong ones are refused by name, every range is respected and does something."""

import math
from typing import get_origin

import numpy as np
import pytest

from sim.layout import overlapping
from sim.parts.spawn import PartSpec
from sim.randomize import draw_appearance, draw_clutter, draw_count
from sim.scenario import RandomParts, RandomSet, Scenario, load_scenario
from sim.setting import DEFAULT, FOLDER, Ranges, Setting, load_setting, read_setting, setting_names
from sim.world import World
from skills.errors import BadInput, UnknownName

RANGES = [
    (section, field)
    for section, kind in Setting.model_fields.items()
    if isinstance(kind.annotation, type) and issubclass(kind.annotation, Ranges)
    for field in kind.annotation.ALLOWED
]
READ = {
    ("light", "x"): lambda a: a.light.direction[0],
    ("light", "y"): lambda a: a.light.direction[1],
    ("light", "z"): lambda a: a.light.direction[2],
    ("light", "warmth"): lambda a: (a.light.colour[0] - 1) / 0.06,
    ("light", "tint"): lambda a: (a.light.colour[1] - 1) / 0.06,
    ("light", "strength"): lambda a: a.light.strength,
    ("light", "ambient"): lambda a: a.light.ambient,
    ("light", "shadow"): lambda a: a.light.shadow,
    ("light", "room"): lambda a: a.light.room,
    ("light", "box_strength"): lambda a: a.light.boxes[2][3],
    ("camera", "position_mm"): lambda a: 1000 * a.cameras["overhead"].shift[1],
    ("camera", "turn_deg"): lambda a: math.degrees(a.cameras["overhead"].turn[2]),
    ("camera", "view_percent"): lambda a: 100 * (a.cameras["overhead"].view - 1),
    ("sensor", "noise"): lambda a: a.sensor.noise,
    ("sensor", "blur_px"): lambda a: a.sensor.blur,
    ("sensor", "exposure"): lambda a: a.sensor.exposure,
    ("surfaces", "gain"): lambda a: a.tray.gain,
    ("surfaces", "tint"): lambda a: a.table.tint[0],
    ("surfaces", "texture_contrast"): lambda a: a.tray.texture.contrast,
    ("surfaces", "texture_scale_mm"): lambda a: 1000 * a.table.texture.scale,
    ("materials", "gloss"): lambda a: a.gloss,
    ("materials", "sheen"): lambda a: a.sheen,
    ("things", "count"): lambda a: len(a.things),
    ("places", "shift_mm"): lambda a: 1000 * a.shifts["left bin"][0],
}
PARTS = [
    PartSpec("bolt", "M10", "silver", "ok", (0.05, 0.04), 0.3),
    PartSpec("nut", "M10", "brass", "failed", (-0.05, 0.03), 0.1),
    PartSpec("gear", "large", "red", "ok", (0.0, -0.05), 0.0),
]


def changed(setting, section, **values):
    return setting.model_copy(update={section: getattr(setting, section).model_copy(update=values)})


def appearances(setting, count=60):
    rng = np.random.default_rng(4)
    return [draw_appearance(rng, setting, ("overhead", "wrist"), ("left bin",)) for _ in range(count)]


def test_the_default_comes_first():
    assert setting_names() == (
        DEFAULT,
        "calibrated",
        "crowded",
        "dim",
        "harsh",
        "heaped",
        "plain",
        "shifted-light",
        "touching",
        "training",
        "wild",
    )


@pytest.mark.parametrize("name", setting_names())
def test_named_setting_loads_and_draws_within_its_ranges(name):
    setting = load_setting(name)
    assert setting.name == name
    for section, field in READ.keys() - {("things", "count")}:
        low, high = getattr(getattr(setting, section), field)
        for appearance in appearances(setting):
            assert low - 1e-9 <= READ[section, field](appearance) <= high + 1e-9, (section, field)
    rng = np.random.default_rng(0)
    assert {draw_count(rng, setting) for _ in range(400)} == set(
        range(setting.parts.count[0], setting.parts.count[1] + 1)
    )


def test_every_range_is_read_by_these_tests():
    assert set(RANGES) == set(READ) | {("parts", "count")}
    sections = [kind.annotation for kind in Setting.model_fields.values() if isinstance(kind.annotation, type)]
    for section in (s for s in sections if issubclass(s, Ranges)):
        pairs = {name for name, f in section.model_fields.items() if get_origin(f.annotation) is tuple}
        assert set(section.ALLOWED) == pairs - {"patterns", "kinds"}


@pytest.mark.parametrize(("section", "field"), sorted(READ.keys() - {("things", "count")}))
def test_extremes_are_what_is_drawn(section, field):
    for value in Setting.model_fields[section].annotation.ALLOWED[field]:
        setting = changed(load_setting("wild"), section, **{field: (value, value)})
        assert {round(READ[section, field](a), 6) for a in appearances(setting, 5)} == {value}


@pytest.mark.parametrize(("section", "field"), sorted(READ.keys() - {("things", "count"), ("places", "shift_mm")}))
def test_extremes_change_the_picture(cell, section, field):
    world = World(cell, 0, load_setting("plain"))
    base = changed(world.setting, "surfaces", texture_contrast=(0.3, 0.3)) if field == "texture_scale_mm" else None
    pictures = []
    for value in Setting.model_fields[section].annotation.ALLOWED[field]:
        world.setting = changed(base or load_setting("plain"), section, **{field: (value, value)})
        world.rng = np.random.default_rng(1)
        world.reset(PARTS)
        pictures.append(world.photograph("overhead").astype(int))
    world.close()
    assert int((np.abs(pictures[0] - pictures[1]).max(axis=2) > 8).sum()) > 100


def test_bins_stand_where_the_scene_says_and_parts_in_them_are_found_there(cell):
    setting = changed(load_setting("plain"), "places", shift_mm=(30.0, 30.0))
    world = World(cell, 0, setting)
    for name in ("left bin", "rejection bin"):
        meant = np.array(cell.places[name].centre)
        assert world.places[name].centre == pytest.approx(meant + 0.03)
        body = world.add(PartSpec("nut", "M8", "red", "ok", (0.0, 0.0), 0.0))
        for at, where in ((meant + 0.03 + 0.085, name), (meant + 0.03 - 0.105, "table")):
            world.bullet.resetBasePositionAndOrientation(body.id, (*at, 0.01), (0, 0, 0, 1))
            assert world.where(body) == where
    assert world.places["tray"] == cell.places["tray"]
    world.close()


def test_clutter_is_drawn_by_its_shares():
    rng = np.random.default_rng(0)
    drawn = [draw_clutter(rng, load_setting("wild")) for _ in range(2000)]
    assert {kind: round(drawn.count(kind) / 2000, 1) for kind in set(drawn)} == {
        "separated": 0.5,
        "touching": 0.3,
        "heaped": 0.2,
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("light: {strenght: [1, 1]}", "light.strenght: 'strenght' is not known; allowed is one of 'x', 'y', 'z', "
         "'warmth', 'tint', 'strength', 'ambient', 'shadow', 'room', 'box_strength'. "
         "Nearest: 'strength', 'box_strength', 'tint'."),
        ("lights: {}", "lights: 'lights' is not known; allowed is one of 'name', 'light', 'camera', 'sensor', "
         "'surfaces', 'materials', 'things', 'parts', 'places'. Nearest: 'light'."),
        ("sensor: {noise: [0, 90]}", "sensor.noise: [0, 90] is not allowed; "
         "it must be [from, to] with 0 ≤ from ≤ to ≤ 25."),
        ("sensor: {exposure: [1.2, 0.8]}", "sensor.exposure: [1.2, 0.8] is not allowed; "
         "it must be [from, to] with 0.3 ≤ from ≤ to ≤ 2."),
        ("light: {x: [.nan, 1]}", "light.x: [nan, 1] is not allowed; it must be [from, to] with -4 ≤ from ≤ to ≤ 4."),
        ("parts: {count: [0, 3]}",
         "parts.count: [0, 3] is not allowed; it must be [from, to] with 1 ≤ from ≤ to ≤ 20."),
        ("parts: {clutter: {heaped: 1}}", "parts.clutter: {'separated': 1.0, 'touching': 0.0, 'heaped': 1} "
         "is not allowed; it must be three shares that add up to 1."),
        ("surfaces: {patterns: [brused]}", "surfaces.patterns.0: 'brused' is not known; allowed is one of 'grain', "
         "'brushed', 'speckle', 'grid', 'scratches'. Nearest: 'brushed'."),
        ("name: odd", "name: 'odd' is not allowed; it must be left out; a setting is named like its file."),
        ("things: {share: 2}", "things.share: 2 is not allowed; it must be less than or equal to 1."),
    ],
)  # fmt: skip
def test_wrong_setting_is_refused_with_field_value_and_what_is_allowed(tmp_path, content, message):
    path = tmp_path / "odd.yaml"
    path.write_text(content)
    with pytest.raises(BadInput) as caught:
        read_setting(path)
    assert str(caught.value) == f"{path}: {message}"


def test_list_is_no_setting(tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_text("- 1\n")
    with pytest.raises(BadInput, match="a mapping with the fields of a Setting"):
        read_setting(path)


def test_unknown_name_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(UnknownName, match=r"'dimm' is not known.*Nearest: 'dim'"):
        load_setting("dimm")
    path = tmp_path / "x.yaml"
    path.write_text("name: x\nsetting: hevaped\nparts: []\n")
    with pytest.raises(UnknownName, match="Nearest: 'heaped'"):
        load_scenario(path)


def test_default_names_every_range_and_says_its_meaning():
    lines = (FOLDER / "default.yaml").read_text().splitlines()
    for section, field in RANGES:
        assert any(line.strip().startswith(f"{field}:") for line in lines), (section, field)


@pytest.mark.parametrize("setting", ["default", "touching", "heaped"])
def test_scenario_lays_its_parts_as_its_setting_says(setting):
    parts = RandomSet(random=RandomParts(count=(6, 6)))
    scenario = Scenario(name="x", seed=7, setting=setting, parts=parts)
    layout = scenario.layout()
    assert layout == scenario.layout()
    assert overlapping(layout) == (setting == "heaped")
    assert len(layout) == 6 or setting != "heaped"
