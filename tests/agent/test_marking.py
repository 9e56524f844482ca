"""Marks lie on the parts that they are for: held against what the twin's camera really shows."""

from dataclasses import replace

import numpy as np

from agent.doors.marking import COLOURS, SIDE, circle, marked
from sim.parts.spawn import PartSpec
from sim.portrait import overhead
from sim.world import World
from skills.approval import Move
from tests.agent.kinematic_tray import CELL, part, step

AT = (0.07, -0.05)
NEAR, FAR = part("nut", "M8", "red", "ok", (-0.08, 0.06)), part("nut", "M8", "red", "ok", AT)


def test_a_ring_lies_round_its_part() -> None:
    spec = PartSpec(kind="nut", size="M10", colour="red", condition="ok", at=AT, yaw=0.0)
    world = World(CELL, 0)
    try:
        world.reset([replace(spec, at=(-0.1, 0.1))])
        without = overhead(world)
        world.reset([spec])
        picture = overhead(world)
    finally:
        world.close()
    new = np.argwhere((picture[..., 0] > 120) & (picture[..., 1] < 80) & (without[..., 0] < 120))
    row, column = new.mean(axis=0) * SIDE / picture.shape[0]
    centre, radius = circle(part("nut", "M10", "red", "ok", AT), CELL)
    assert np.hypot(*(centre - (column, row))) < 6, "a part stands up from the floor, and so leans away"
    reach = np.abs(new * SIDE / picture.shape[0] - (row, column)).max()
    assert reach < radius < 2 * reach


def test_a_ring_is_broad_for_what_is_taken_and_thin_for_what_may_be_taken_instead() -> None:
    blank = np.zeros((256, 256, 3), np.uint8)
    moves = [
        Move(step=step("left bin", 1, kind="nut"), seen=2, targets=(NEAR, FAR)),
        Move(step=step("left bin", kind="nut"), seen=1, targets=(FAR,)),
        Move(step=step("left bin", kind="nut")),
    ]
    drawn = [marked(blank, CELL, chosen) for chosen in (moves[:1], moves[1:])]

    def inked(picture: np.ndarray, at: tuple[float, float]) -> int:
        (column, row), radius = circle(part("nut", "M8", "red", "ok", at), CELL)
        reach = round(radius) + 3
        x, y = round(column), round(row)
        return int((picture[y - reach : y + reach, x - reach : x + reach, 1] > COLOURS[0][1] / 2).sum())

    assert inked(drawn[0], NEAR.at) > 1.5 * inked(drawn[0], FAR.at) > 0
    assert inked(drawn[1], FAR.at) > 1.5 * inked(drawn[0], FAR.at)
    assert not inked(drawn[1], NEAR.at)
