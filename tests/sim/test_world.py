"""The twin: parts lie where they were put, pictures are reproducible, the arm at home hides nothing."""

import gc
import os
from pathlib import Path

import numpy as np
import pytest

from sim.layout import GAP, Look, distance, draw_look, outline, place_parts
from sim.parts.catalogue import ALL_SHAPES, shape_of
from sim.parts.spawn import PartSpec
from sim.robot import TwinArm
from sim.world import World
from skills.words import EXTENT


@pytest.fixture
def world(cell):
    world = World(cell, seed=3)
    yield world
    world.close()


def test_every_part_is_as_long_as_the_vocabulary_says():
    for kind, size in ALL_SHAPES:
        span = np.ptp(shape_of(kind, size).body.vertices[:, :2], axis=0)
        assert max(span) == pytest.approx(EXTENT[kind, size], abs=0.001), (kind, size)


@pytest.mark.parametrize(("kind", "size"), ALL_SHAPES)
def test_part_comes_to_rest_where_it_was_laid(world, kind, size):
    world.reset([PartSpec(kind, size, "blue", "failed", (0.03, -0.04), 0.5)])
    (part,) = world.true_parts()
    assert part.at == pytest.approx((0.03, -0.04), abs=0.004)
    assert part.yaw == pytest.approx(0.5, abs=0.05)
    assert world.where(world.bodies[0]) == "tray"


def test_layouts_keep_room_for_a_finger_between_parts():
    rng = np.random.default_rng(11)
    for _ in range(50):
        specs = place_parts([draw_look(rng) for _ in range(9)], rng, strict=False)
        outlines = [outline(s.kind, s.size, s.at, s.yaw) for s in specs]
        gaps = [distance(a, b) for i, a in enumerate(outlines) for b in outlines[:i]]
        assert min(gaps, default=1.0) >= GAP


def test_same_seed_same_picture(cell):
    def picture():
        world = World(cell, seed=8)
        rng = np.random.default_rng(8)
        world.reset(place_parts([draw_look(rng) for _ in range(6)], rng, strict=False))
        image = world.photograph("overhead")
        world.close()
        return image

    assert np.array_equal(picture(), picture())


def test_operator_sees_plus_x_at_the_top_and_plus_y_at_the_left(world):
    world.reset([PartSpec("gear", "large", "black", "ok", (0.1, 0.05), 0.0)])
    dark = world.photograph("overhead").astype(int).sum(axis=2) < 120
    rows, columns = np.nonzero(dark)
    pitch = world.cell.cameras["overhead"].view / 256
    assert (128 - rows.mean()) * pitch == pytest.approx(0.1, abs=0.006)
    assert (128 - columns.mean()) * pitch == pytest.approx(0.05, abs=0.006)


def test_failed_mark_is_magenta_in_the_picture_even_on_polished_metal(world):
    def magenta(condition):
        world.reset([PartSpec("bracket", "large", "silver", condition, (0.0, 0.0), 0.0)])
        image = world.photograph("overhead").astype(int)
        return int(((image[..., 0] - image[..., 1] > 80) & (image[..., 2] - image[..., 1] > 60)).sum())

    assert magenta("failed") > 30
    assert magenta("ok") == 0


def test_arm_at_home_is_out_of_the_overhead_view(cell, world):
    world.reset([PartSpec("nut", "M8", "red", "ok", (-0.1, 0.0), 0.0)])

    def picture():
        world.rng = np.random.default_rng(0)
        return world.photograph("overhead").astype(int)

    empty = picture()
    TwinArm(world.bullet, cell)
    assert int((np.abs(picture() - empty).max(axis=2) > 20).sum()) <= 20


def test_a_world_that_is_closed_leaves_no_memory_behind(cell):
    """PyBullet keeps every list of corners that it is given: made anew for each world they were 0.5 MB and more."""
    parts = place_parts([Look("gear", "large", "red", True)] * 6, np.random.default_rng(1), strict=False)

    def once():
        world = World(cell, 0)
        world.reset(parts)
        world.close()

    for _ in range(4):
        once()
    gc.collect()
    before = _resident()
    for _ in range(20):
        once()
    gc.collect()
    assert _resident() - before < 4e6


def _resident():
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
