"""Pictures of the world for people. They draw from a generator of their own, so that taking one changes nothing."""

from typing import Final

import numpy as np

from sim.cameras import photograph
from sim.world import World
from skills.base import Image
from skills.cell import Camera

SIDE: Final = Camera(
    mount="world", size=384, position=(1.05, 0.3, 0.75), look_at=(0.2, -0.02, 0.12), up=(0.0, 0.0, 1.0), view=1.5
)
"""From the front, above the tray: arm, tray and bins, all nearer than the far plane."""


def overhead(world: World) -> Image:
    """What the overhead camera sees now."""
    return _take(world, world.cell.cameras["overhead"])


def side(world: World) -> Image:
    """The whole cell from the side."""
    return _take(world, SIDE)


def _take(world: World, camera: Camera) -> Image:
    polished: dict[int, tuple[float, ...]] = {body.id: body.rgb for body in world.bodies if body.polished}
    return photograph(world.bullet, camera, world.appearance, polished, np.random.default_rng(0))
