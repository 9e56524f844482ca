"""Pictures: floors as TinyRenderer would draw them, shadows on the lamp's far side, colours that can be told."""

import numpy as np
import pybullet
import pytest

from sim.cameras import shoot
from sim.floor import lay_floors
from sim.parts.spawn import PartSpec
from sim.setting import load_setting
from sim.sheet import COLUMNS, MARGIN, ROWS, sheet
from sim.view import view_of
from sim.world import World


@pytest.fixture
def world(cell):
    world = World(cell, 0, load_setting("plain"))
    yield world
    world.close()


def with_light(world, **values):
    light = world.setting.light.model_copy(update={name: (value, value) for name, value in values.items()})
    world.setting = world.setting.model_copy(update={"light": light})


@pytest.mark.parametrize(("x", "y", "z", "ambient"), [(0.4, 0.5, 1.5, 0.6), (-1.0, 0.8, 1.0, 0.3), (0, 0, 1, 0.7)])
def test_painted_floor_is_tinyrenderer_s(world, cell, x, y, z, ambient):
    with_light(world, x=x, y=y, z=z, ambient=ambient, shadow=0.0)
    world.reset([])
    view, stage = view_of(cell.cameras["overhead"]), world.stage()
    painted = shoot(world.bullet, view, 128, stage.light)
    floor = painted.segments < 0
    lay_floors(painted.rgb, painted.depth, painted.segments, view, stage.floors, stage.light)
    for half, at, rgb in (((0.8, 0.9, 0.05), (0.3, 0, -0.05), (0.55, 0.55, 0.55)),
                          ((0.15, 0.15, 0.0004), (0.5, 0, 0.0004), cell.tray.colour)):  # fmt: skip
        shape = world.bullet.createVisualShape(pybullet.GEOM_BOX, halfExtents=half, rgbaColor=[*rgb, 1])
        world.bullet.createMultiBody(0, -1, shape, at)
    drawn = shoot(world.bullet, view, 128, stage.light)
    assert np.mean(floor) > 0.8
    assert np.percentile(np.abs(painted.rgb - drawn.rgb)[floor], 95) < 4


@pytest.mark.parametrize(("x", "y"), [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
def test_shadow_falls_away_from_the_lamp(world, x, y):
    with_light(world, x=x, y=y, z=1.0, shadow=0.0)
    world.reset([PartSpec("gear", "large", "red", "ok", (0.0, 0.0), 0.0)])
    lit = world.photograph("overhead").astype(int).sum(axis=2)[60:196, 60:196]
    with_light(world, shadow=1.0)
    world.reset([PartSpec("gear", "large", "red", "ok", (0.0, 0.0), 0.0)])
    rows, columns = np.nonzero(lit - world.photograph("overhead").astype(int).sum(axis=2)[60:196, 60:196] > 30)
    assert len(rows) > 40
    assert np.sign(np.round((rows.mean() - 68) / 6)) == np.sign(x)
    assert np.sign(np.round((columns.mean() - 68) / 6)) == np.sign(y)


@pytest.mark.parametrize("name", ["default", "plain", "dim", "harsh", "shifted-light", "wild"])
def test_colours_can_be_told_in_every_light(cell, name):
    """The median colour of a part is nearest in hue and greyness to its own kind's: silver is grey, brass yellow."""
    world = World(cell, 1, load_setting(name))
    for number in range(3):
        world.rng = np.random.default_rng(number)
        colours = ("silver", "brass", "red", "blue", "green")
        world.reset([PartSpec("bracket", "large", c, "ok", (0.08 * (i - 2) / 1.6, 0.0), np.pi / 2)
                     for i, c in enumerate(colours)])  # fmt: skip
        view = view_of(cell.cameras["overhead"], None, world.appearance.cameras["overhead"])
        segments = shoot(world.bullet, view, 256, world.appearance.light).segments
        picture = world.photograph("overhead").astype(float)
        seen = {b.spec.colour: np.median(picture[segments == b.id], axis=0) for b in world.bodies}
        red, brass, silver = seen["red"], seen["brass"], seen["silver"]
        assert red[1] / red[0] < 0.45 < brass[1] / brass[0] < 1.0, name
        assert brass[2] / brass[0] < 0.75 < silver[2] / silver[0], name
        assert np.argmax(seen["blue"]) == 2, name
        assert np.argmax(seen["green"]) == 1, name
    world.close()


def test_jitter_moves_the_camera_and_not_the_world(cell, world):
    world.reset([])
    camera = cell.cameras["overhead"]
    still = view_of(camera, None, world.appearance.cameras["overhead"])
    assert np.allclose(still.eye, camera.position)
    assert np.allclose(still.forward, (0, 0, -1))
    assert np.allclose(still.right, (0, -1, 0))
    assert np.allclose(still.up, (1, 0, 0))
    assert still.tangent == pytest.approx(0.17 / 0.8)


def test_sheet_is_the_same_for_the_same_seed_and_has_all_its_scenes(cell):
    setting = load_setting("default")
    one = sheet(cell, setting, 4)
    side = cell.cameras["overhead"].size + MARGIN
    assert one.shape == (ROWS * side + MARGIN, COLUMNS * side + MARGIN, 3)
    assert np.array_equal(one, sheet(cell, setting, 4))
    scenes = {
        one[MARGIN + side * r :, MARGIN + side * c :][:side, :side].tobytes() for r in range(ROWS) for c in range(4)
    }
    assert len(scenes) == ROWS * COLUMNS
