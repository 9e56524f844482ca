"""A contact sheet: many scenes of one setting in one picture, for a person to look at."""

from typing import Final

import numpy as np

from sim.layout import Area, draw_look, lay_out
from sim.randomize import draw_clutter, draw_count
from sim.setting import Setting
from sim.world import World
from skills.base import Image
from skills.cell import Cell

COLUMNS: Final = 4
ROWS: Final = 3
MARGIN: Final = 4


def sheet(cell: Cell, setting: Setting, seed: int, camera: str = "overhead") -> Image:
    """ROWS × COLUMNS scenes side by side, RGB. Scene `i` depends on `seed` and `i` alone."""
    world = World(cell, seed, setting)
    try:
        pictures = [
            _scene(world, setting, np.random.default_rng([seed, number]), camera) for number in range(ROWS * COLUMNS)
        ]
    finally:
        world.close()
    size = cell.cameras[camera].size + MARGIN
    canvas = np.full((ROWS * size + MARGIN, COLUMNS * size + MARGIN, 3), 255, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = (MARGIN + size * at for at in divmod(number, COLUMNS))
        canvas[top : top + len(picture), left : left + len(picture)] = picture
    return canvas


def _scene(world: World, setting: Setting, rng: np.random.Generator, camera: str) -> Image:
    world.rng = rng
    looks = [draw_look(rng) for _ in range(draw_count(rng, setting))]
    world.reset(lay_out(looks, rng, draw_clutter(rng, setting), area=Area.of(world.cell.tray)))
    return world.photograph(camera)
