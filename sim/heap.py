"""Heaps: parts are dropped on one another and come to rest as they will."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from sim.parts.spawn import Body, PartSpec, draw_paint, spawn
from skills.place import Container

DROP: Final = 0.07
"""Height of a part's origin above the tray when it is let go [m]: above a heap of three layers."""
APART: Final = 25
"""Physics steps between two drops: the part before has left the drop height."""
STILL: Final = 0.004
"""A part that moves slower [m/s, and 1/40 rad/s for each mm/s] is at rest."""
LOOK_EVERY: Final = 30
LONGEST: Final = 1500
"""Physics steps after which what still rolls is held fast: 5 s."""


def drop(
    world: Any, tray: Container, parts: Sequence[PartSpec], rng: np.random.Generator
) -> tuple[list[Body], tuple[PartSpec, ...]]:
    """Drop the parts one after another, tumbling, and wait until they lie still.

    Returns: those that lie on the tray, and those that fell beside it, which are taken away.
    """
    bodies = []
    for spec in parts:
        x, y = np.add(tray.centre, spec.at)
        body = spawn(world, spec, (float(x), float(y), DROP), draw_paint(spec.colour, rng))
        tilt = rng.normal(0, 0.5, 2)
        turn = world.getQuaternionFromEuler([float(tilt[0]), float(tilt[1]), spec.yaw])
        world.resetBasePositionAndOrientation(body.id, (float(x), float(y), DROP), turn)
        world.changeDynamics(body.id, -1, linearDamping=0.2, angularDamping=0.4)
        bodies.append(body)
        _advance(world, APART)
    settle(world, bodies)
    lying = [body for body in bodies if _is_on(tray, world, body)]
    for body in bodies:
        if body not in lying:
            world.removeBody(body.id)
    return lying, tuple(body.spec for body in bodies if body not in lying)


def settle(world: Any, bodies: Sequence[Body]) -> None:
    """Let the world go on until the bodies are at rest; what rolls on and on is held fast."""
    for _ in range(LONGEST // LOOK_EVERY):
        _advance(world, LOOK_EVERY)
        if all(_speed(world, body) < STILL for body in bodies):
            break
    for body in bodies:
        world.resetBaseVelocity(body.id, (0, 0, 0), (0, 0, 0))


def _speed(world: Any, body: Body) -> float:
    linear, angular = world.getBaseVelocity(body.id)
    return max(float(np.linalg.norm(linear)), float(np.linalg.norm(angular)) / 40)


def _is_on(tray: Container, world: Any, body: Body) -> bool:
    (x, y, z), _ = world.getBasePositionAndOrientation(body.id)
    away = max(abs(x - tray.centre[0]), abs(y - tray.centre[1]))
    return bool(0 < z < 0.15 and away < tray.half - 0.005)


def _advance(world: Any, steps: int) -> None:
    for _ in range(steps):
        world.stepSimulation()
