"""Parts: whole meshes of the right size, holes that go through, marks wherever inspection may have left them."""

import numpy as np
import pytest

from sim.parts.catalogue import ACROSS_FLATS, ALL_SHAPES, HOLES, SCALE, SHANK, THREAD, shape_of
from sim.parts.marks import STEPS, draw_where, mark_of
from sim.parts.spawn import WHITE, PartSpec, mesh_visual
from sim.world import World
from skills.words import SHANK as SHANK_DIAMETER

WHERES = [(along, across) for along in range(0, STEPS[0], 3) for across in (0, 3, STEPS[1] - 1)]


@pytest.fixture(scope="module")
def world(cell):
    world = World(cell, seed=5)
    yield world
    world.close()


@pytest.mark.parametrize(("kind", "size"), ALL_SHAPES)
def test_meshes_are_closed_and_their_normals_look_outward(kind, size):
    mesh = shape_of(kind, size).body
    corners = 1000 * mesh.vertices.reshape(-1, 3, 3)
    area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert np.abs(area.sum(axis=0)).max() < 1e-6 * np.abs(area).sum()
    assert (area * mesh.normals[::3]).sum(axis=1).min() >= 0
    assert np.einsum("ij,ij->i", corners[:, 0], area).sum() / 6 > 0


def test_volumes_are_those_of_the_dimensions():
    def volume(kind, size):
        corners = 1000 * shape_of(kind, size).body.vertices.reshape(-1, 3, 3)
        return float(np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6)

    flats, bore = SCALE * ACROSS_FLATS["M8"], SCALE * THREAD["M8"] * 0.46
    assert volume("nut", "M8") == pytest.approx((flats**2 * np.sqrt(3) / 2 - np.pi * bore**2) * 13.0, rel=0.01)
    radius, places = HOLES["large"]
    drilled = 9.0 * (len(places) + 1) * np.pi * radius**2
    assert volume("bracket", "large") == pytest.approx(
        9.0 * 30.0 * (62.0 - 9.0) + 9.0 * 30.0 * 26.0 - drilled, rel=0.01
    )


def test_fixtures_are_made_for_these_shanks():
    assert {size: SCALE * THREAD[size] / 1000 for size in SHANK} == pytest.approx(SHANK_DIAMETER)


@pytest.mark.parametrize(("kind", "size"), ALL_SHAPES)
def test_a_mark_lies_on_its_part_wherever_it_is(kind, size):
    body = shape_of(kind, size).body.vertices
    for where in WHERES:
        mark = mark_of(kind, size, where).vertices
        assert np.all(mark.min(axis=0) > body.min(axis=0) - 0.0006), where
        assert np.all(mark.max(axis=0) < body.max(axis=0) + 0.0006), where


@pytest.mark.parametrize(("kind", "size"), ALL_SHAPES)
def test_no_two_marks_are_alike(kind, size):
    middles = {tuple(np.round(mark_of(kind, size, (along, 0)).vertices.mean(axis=0), 6)) for along in range(STEPS[0])}
    assert len(middles) == STEPS[0]


@pytest.mark.parametrize("size", ["small", "large"])
def test_paint_leaves_drilled_holes_open(size):
    radius, places = HOLES[size]
    for where in WHERES:
        corners = 1000 * mark_of("bracket", size, where).vertices.reshape(-1, 3, 3)
        middles = corners.mean(axis=1)[:, :2]
        for x in places:
            assert np.linalg.norm(middles - (x, 0.0), axis=1).min() > 0.7 * radius


def test_marks_are_drawn_everywhere():
    rng = np.random.default_rng(0)
    drawn = np.array([draw_where(rng) for _ in range(2000)])
    assert set(drawn[:, 0]) == set(range(STEPS[0]))
    assert set(drawn[:, 1]) == set(range(STEPS[1]))


@pytest.mark.parametrize(("kind", "size"), ALL_SHAPES)
def test_a_failed_part_shows_its_mark_from_above(world, kind, size):
    for _ in range(4):
        world.reset([PartSpec(kind, size, "green", "failed", (0.02, 0.03), 0.7)])
        image = world.photograph("overhead").astype(int)
        magenta = (image[..., 0] - image[..., 1] > 60) & (image[..., 2] - image[..., 1] > 40)
        assert magenta.sum() >= 12


def test_a_world_makes_each_shape_once(world):
    """PyBullet gives no shape back, so that a worker that makes them anew grows with every scene."""
    body = shape_of("gear", "large").body
    assert mesh_visual(world.bullet, body, WHITE) == mesh_visual(world.bullet, body, WHITE)
    assert mark_of("gear", "large", (3, 1)) is mark_of("gear", "large", (3, 5))
