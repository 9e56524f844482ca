"""Pictures of the world for people. They draw from a generator of their own, so that taking one changes nothing."""

from typing import Final

import numpy as np

from sim.cameras import photograph
from sim.view import view_of
from sim.world import World
from skills.base import Image
from skills.cell import Camera

SIDE: Final = Camera(
    mount="world", size=384, position=(1.05, 0.3, 0.75), look_at=(0.2, -0.02, 0.12), up=(0.0, 0.0, 1.0), view=1.5
)
"""From the front, above the tray: arm, tray and bins, all nearer than the far plane …"""
TRAY_AT: Final = 0.5
"""… where the tray's centre is so far from the robot [m]."""


def overhead(world: World) -> Image:
    """What the overhead camera sees now."""
    return _take(world, world.cell.cameras["overhead"])


def side(world: World) -> Image:
    """The whole cell from the side; nearer to a smaller one."""
    scale = world.cell.tray.centre[0] / TRAY_AT
    position, look_at = (tuple(scale * number for number in point) for point in (SIDE.position, SIDE.look_at))
    return _take(world, SIDE.model_copy(update={"position": position, "look_at": look_at, "view": scale * SIDE.view}))


def _take(world: World, camera: Camera) -> Image:
    return photograph(world.bullet, view_of(camera), camera.size, world.stage(), np.random.default_rng(0))
