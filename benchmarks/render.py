"""What a picture of the overhead camera costs, part by part, and what it would cost if TinyRenderer drew all of it.

In processor time of the one thread that works, so that a busy machine changes nothing; the median of PICTURES.

    python benchmarks/render.py [PICTURES]
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pybullet

from sim.cameras import FAR, NEAR, shoot
from sim.floor import lay_floors
from sim.gloss import polish
from sim.layout import draw_look, lay_out
from sim.robot import TwinArm
from sim.setting import load_setting
from sim.view import View, view_of
from sim.world import TABLE_AT, TABLE_HALF, TABLE_RGB, World
from skills.cell import Cell, load_cell

CELL = Path(__file__).resolve().parent.parent / "cells" / "default.yaml"


def main(pictures: int) -> dict[str, float]:
    cell = load_cell(CELL)
    nine, heap = _scene(cell, "default", 9), _scene(cell, "heaped", 16)
    camera = cell.cameras["overhead"]
    view = view_of(camera, None, nine.appearance.cameras["overhead"])
    stage = nine.stage()
    shot = shoot(nine.bullet, view, camera.size, stage.light)
    cost = {
        "a picture, 9 parts": lambda: nine.photograph("overhead"),
        "of it: TinyRenderer, all that stands": lambda: shoot(nine.bullet, view, camera.size, stage.light),
        "of it: floors, textures and shadows": lambda: lay_floors(
            shot.rgb, shot.depth, shot.segments, view, stage.floors, stage.light
        ),
        "of it: polished metal": lambda: polish(shot.rgb, shot.depth, shot.segments, stage.finishes, stage.light, view),
        "a picture, heap of 16": lambda: heap.photograph("overhead"),
    }
    table = {name: _milliseconds(action, pictures) for name, action in cost.items()}
    _lay_real_floors(nine)
    table["TinyRenderer alone, 9 parts, floors"] = _milliseconds(lambda: _draw(nine, view, shadow=0), pictures)
    table["TinyRenderer alone, floors and its shadows"] = _milliseconds(lambda: _draw(nine, view, shadow=1), pictures)
    TwinArm(nine.bullet, cell)
    table["the same with the arm in the world"] = _milliseconds(lambda: _draw(nine, view, shadow=1), pictures)
    return table


def _scene(cell: Cell, setting: str, count: int) -> World:
    rng = np.random.default_rng(0)
    world = World(cell, 0, load_setting(setting))
    looks = [draw_look(rng) for _ in range(count)]
    world.reset(lay_out(looks, rng, "heaped" if setting == "heaped" else "separated"))
    return world


def _lay_real_floors(world: World) -> None:
    """Table and tray as bodies, as TinyRenderer would need them."""
    tray = world.cell.tray
    for half, at, rgb in (
        ((*TABLE_HALF, 0.05), (*TABLE_AT, -0.05), TABLE_RGB),
        ((tray.half, tray.half, 0.0004), (*tray.centre, 0.0004), tray.colour),
    ):
        shape = world.bullet.createVisualShape(pybullet.GEOM_BOX, halfExtents=half, rgbaColor=[*rgb, 1])
        world.bullet.createMultiBody(0, -1, shape, at)


def _draw(world: World, view: View, shadow: int) -> Any:
    matrix = world.bullet.computeViewMatrix(view.eye.tolist(), (view.eye + view.forward).tolist(), view.up.tolist())
    projection = world.bullet.computeProjectionMatrixFOV(2 * np.degrees(np.arctan(view.tangent)), 1, NEAR, FAR)
    return world.bullet.getCameraImage(256, 256, matrix, projection, shadow=shadow, renderer=pybullet.ER_TINY_RENDERER)


def _milliseconds(action: Callable[[], object], count: int) -> float:
    took = []
    for _ in range(count):
        start = time.thread_time()
        action()
        took.append(time.thread_time() - start)
    return round(1000 * float(np.median(took)), 1)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40), indent=1))
