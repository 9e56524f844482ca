"""How much of each part the overhead camera sees: what others hide can neither be labelled nor asked for."""

from typing import Final

import numpy as np

from sim.cameras import shoot
from sim.lying import lying_parts
from sim.view import View, view_of
from sim.world import World
from skills.base import FloatArray

SIZE: Final = 128
"""Pixels of the side of the picture that is counted in."""
SEEN: Final = 0.4
"""Of a part in a heap so much has to be seen from above for it to be labelled or asked for."""
LEVEL: Final = 0.003
"""Parts that overlap none of the others are seen whole; only heaps, some of whose parts lie higher, are looked at."""


def seen_bodies(world: World) -> list[int]:
    """Numbers of the bodies of which enough shows to be labelled or asked for, in the order of the world's."""
    return [number for number, share in enumerate(visible_shares(world)) if share >= SEEN]


def visible_shares(world: World) -> list[float]:
    """For each body the share of its pixels that no other part hides, 0 to 1."""
    if not _is_heap(world):
        return [1.0] * len(world.bodies)
    camera = world.cell.cameras["overhead"]
    view = view_of(camera, None, world.appearance.cameras["overhead"])
    segments = shoot(world.bullet, view, SIZE, world.appearance.light).segments
    owners = np.where(segments >= 0, segments & 0xFFFFFF, -1)  # the link is in the upper bits
    return [
        float(np.mean(owners[tuple(_pixels(part.points, view).T)] == body.id))
        for body, part in zip(world.bodies, lying_parts(world), strict=True)
    ]


def _is_heap(world: World) -> bool:
    """Whether any part rests on something else than the tray's floor."""
    return any(part.height > part.spec.shape.height / 2 + LEVEL for part in world.true_parts())


def _pixels(points: FloatArray, view: View) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """(M, 2) rows and columns that the points (N, 3) [m] fall into, each once."""
    away = points - view.eye
    depth = away @ view.forward
    across = away @ view.right / (depth * view.tangent)
    up = away @ view.up / (depth * view.tangent)
    cells = np.floor(np.stack([1 - up, 1 + across], axis=1) * SIZE / 2).astype(np.int64)
    return np.unique(np.clip(cells, 0, SIZE - 1), axis=0)
