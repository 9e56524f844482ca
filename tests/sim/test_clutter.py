"""Clutter: touching parts touch, heaps come to rest, things keep clear; scenes depend on their own seed alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.layout import EDGE, TOUCHING, WORKING, draw_look, gap, lay_out, outline_of, overlapping, place_parts
from sim.parts.spawn import PartSpec
from sim.setting import load_setting
from sim.things import CLEAR, RIM, draw_things, thing_outline
from sim.world import World


def looks(rng, count):
    return [draw_look(rng) for _ in range(count)]


def shifted(spec, away):
    return PartSpec(spec.kind, spec.size, spec.colour, spec.condition, tuple(np.add(spec.at, away)), spec.yaw)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(2, 12))
def test_touching_parts_lie_against_another_and_never_in_it(seed, count):
    rng = np.random.default_rng(seed)
    layout = lay_out(looks(rng, count), rng, "touching")
    assert len(layout) >= 2
    assert not overlapping(layout)
    for spec in layout:
        assert max(map(abs, spec.at)) <= WORKING
        assert np.abs(outline_of(spec)).max() <= EDGE
        others = [other for other in layout if other is not spec]
        assert TOUCHING[0] - 1e-5 <= min(gap(spec, other) for other in others) <= TOUCHING[1] + 1e-5


def test_overlap_is_seen_where_no_corner_lies_in_the_other_part():
    lying, standing = (PartSpec("bracket", "large", "red", "ok", (0.0, 0.0), yaw) for yaw in (0.0, np.pi / 2))
    assert overlapping([lying, standing])
    assert not overlapping([lying, shifted(standing, (0.05, 0.0))])


def test_room_behind_a_bolt_s_head_is_room():
    bolt = PartSpec("bolt", "M10", "red", "ok", (0.0, 0.0), 0.0)
    nut = PartSpec("nut", "M6", "red", "ok", (0.0, 0.022), 0.0)
    assert not overlapping([bolt, nut])
    assert overlapping([bolt, shifted(nut, (0.0, -0.003))])
    assert overlapping([bolt, shifted(nut, (-0.035, 0.0))])


def test_touching_and_separated_parts_stay_where_they_were_laid(cell):
    world = World(cell, 0, load_setting("plain"))
    for clutter in ("separated", "touching"):
        rng = np.random.default_rng(5)
        layout = lay_out(looks(rng, 10), rng, clutter)
        world.reset(layout)
        for spec, part in zip(layout, world.true_parts(), strict=True):
            assert np.linalg.norm(np.subtract(spec.at, part.at)) < 0.004
    world.close()


def test_heap_comes_to_rest_on_the_tray_one_part_on_another(cell):
    world = World(cell, 0, load_setting("plain"))
    for number in range(4):
        rng = np.random.default_rng([2, number])
        world.reset(lay_out(looks(rng, 14), rng, "heaped"))
        before = world.true_parts()
        assert len(before) + len(world.outside) == 14
        assert max(part.height for part in before) > 0.025
        world.advance(150)
        moved = [np.linalg.norm(np.subtract(a.at, b.at)) for a, b in zip(before, world.true_parts(), strict=True)]
        assert max(moved) < 0.004
        assert {world.where(body) for body in world.bodies} == {"tray"}
    world.close()


def test_what_comes_to_rest_outside_the_tray_is_told_and_taken_away(cell):
    world = World(cell, 0, load_setting("plain"))
    beside = [
        PartSpec("nut", "M8", "red", "ok", (0.19, 0.0), 0.0),
        PartSpec("nut", "M6", "blue", "ok", (0.192, 0.0), 0),
    ]
    inside = PartSpec("gear", "large", "green", "ok", (0.0, 0.0), 0.0)
    world.reset([inside, *beside])
    assert [body.spec for body in world.bodies] == [inside]
    assert world.outside == tuple(beside)
    assert world.bullet.getNumBodies() == World(cell, 0, load_setting("plain")).bullet.getNumBodies() + 1
    world.close()


@pytest.mark.parametrize("clutter", ["separated", "touching", "heaped"])
def test_scene_is_the_same_whatever_the_world_has_seen_before(cell, clutter):
    fresh, old = (World(cell, seed, load_setting("wild")) for seed in (0, 9))

    def scene(world, number):
        rng = np.random.default_rng([3, number])
        world.rng = rng
        world.reset(lay_out(looks(rng, 10), rng, clutter))
        return world.photograph("overhead").tobytes(), world.true_parts(), world.places

    for number in (7, 8):
        scene(old, number)
    for number in (0, 1):
        assert scene(fresh, number) == scene(old, number)
    fresh.close()
    old.close()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_things_lie_in_the_tray_clear_of_parts_and_at_the_rim_where_asked(seed):
    rng = np.random.default_rng(seed)
    outlines = [outline_of(spec) for spec in place_parts(looks(rng, 8), rng, strict=False)]
    for name in ("default", "wild"):
        ranges = load_setting(name).things.model_copy(update={"share": 1.0})
        for thing in draw_things(rng, ranges, outlines):
            mine = thing_outline(thing)
            assert np.abs(mine).max() <= EDGE
            assert ranges.zone == "anywhere" or max(map(abs, thing.at)) >= RIM
            assert all(np.linalg.norm(mine[:, None] - other[None], axis=-1).min() >= CLEAR for other in outlines)


def test_things_lie_inside_of_a_smaller_tray():
    for name in ("default", "wild"):
        ranges, rng = load_setting(name).things.model_copy(update={"share": 1.0}), np.random.default_rng(2)
        things = [thing for _ in range(100) for thing in draw_things(rng, ranges, [], 0.1)]
        assert len(things) > 50
        assert max(np.abs(thing_outline(thing)).max() for thing in things) <= EDGE - 0.05
        assert ranges.zone == "anywhere" or min(max(map(abs, thing.at)) for thing in things) >= RIM - 0.05


def test_share_of_scenes_with_things_is_the_setting_s():
    ranges, rng = load_setting("default").things, np.random.default_rng(0)
    drawn = [len(draw_things(rng, ranges, [])) for _ in range(2000)]
    assert np.mean([count > 0 for count in drawn]) == pytest.approx(ranges.share, abs=0.03)
    assert set(drawn) == {0, 1, 2}


def test_things_come_and_go_with_their_scene(cell):
    setting = load_setting("wild")
    always = setting.model_copy(update={"things": setting.things.model_copy(update={"share": 1.0, "count": (3, 3)})})
    world = World(cell, 0, always)
    counts = set()
    for number in range(6):
        world.rng = np.random.default_rng(number)
        world.reset([])
        pieces = {"pen": 2, "screwdriver": 2, "card": 2}
        counts.add(world.bullet.getNumBodies() - sum(pieces.get(t.kind, 1) for t in world.appearance.things))
    assert len(counts) == 1
    world.close()


def test_part_that_is_added_keeps_clear_of_things():
    ranges, rng = (
        load_setting("wild").things.model_copy(update={"share": 1.0, "count": (6, 6)}),
        np.random.default_rng(1),
    )
    for _ in range(20):
        things = [thing_outline(thing) for thing in draw_things(rng, ranges, [])]
        for spec in place_parts(looks(rng, 3), rng, clear_of=things, strict=False):
            mine = outline_of(spec)
            assert all(np.linalg.norm(mine[:, None] - other[None], axis=-1).min() >= CLEAR for other in things)
