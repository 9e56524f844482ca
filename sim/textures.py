"""Textures of tray and table, made by code: brightness over a tile that repeats."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.setting import Pattern

TILE = 256
TEXEL = 0.0013
"""Size of a texel [m], about a pixel of the overhead camera; a tile is 0.33 m wide."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Texture:
    """`contrast` is the amplitude as a share of the surface's brightness, `scale` the features' size [m]."""

    pattern: Pattern
    contrast: float
    scale: float
    angle: float
    seed: int


@lru_cache(maxsize=8)
def tile(texture: Texture) -> Floats:
    """(TILE, TILE) brightness gains around 1."""
    rng = np.random.default_rng(texture.seed)
    cells = int(np.clip(TILE * TEXEL / texture.scale, 3, TILE // 2))
    pattern = PATTERNS[texture.pattern](rng, cells)
    return np.asarray(1 + texture.contrast * np.clip(pattern, -1, 1), np.float32)


def sample(texture: Texture, x: Floats, y: Floats) -> Floats:
    """Gains at the world points x, y [m], each (N,)."""
    cos, sin = np.float32(np.cos(texture.angle) / TEXEL), np.float32(np.sin(texture.angle) / TEXEL)
    column = (x * cos + y * sin).astype(np.int32) & (TILE - 1)
    row = (y * cos - x * sin).astype(np.int32) & (TILE - 1)
    return np.asarray(tile(texture)[row, column])


def _noise(rng: np.random.Generator, rows: int, columns: int) -> Floats:
    coarse = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (TILE, TILE), interpolation=cv2.INTER_LINEAR), np.float32)


def _grain(rng: np.random.Generator, cells: int) -> Floats:
    return _noise(rng, cells, cells) + 0.5 * _noise(rng, min(3 * cells, TILE), min(3 * cells, TILE))


def _brushed(rng: np.random.Generator, cells: int) -> Floats:
    return _noise(rng, TILE, max(cells // 3, 2))


def _speckle(rng: np.random.Generator, cells: int) -> Floats:
    noise = _noise(rng, min(2 * cells, TILE), min(2 * cells, TILE))
    return np.sign(noise) * (np.abs(noise) > 0.6)


def _grid(rng: np.random.Generator, cells: int) -> Floats:
    lines = np.zeros((TILE, TILE), np.float32)
    at = np.linspace(0, TILE, cells, endpoint=False).astype(int)
    lines[at], lines[:, at] = 1, 1
    return lines * np.float32(rng.choice((-1, 1)))


def _scratches(rng: np.random.Generator, cells: int) -> Floats:
    canvas = np.zeros((TILE, TILE), np.float32)
    for _ in range(2 * cells):
        (x, y), turn, length = rng.integers(0, TILE, 2), rng.uniform(0, 2 * np.pi), rng.uniform(10, 90)
        end = (int(x + length * np.cos(turn)), int(y + length * np.sin(turn)))
        cv2.line(canvas, (int(x), int(y)), end, float(rng.uniform(-1, 1)), 1)
    return canvas


PATTERNS: dict[Pattern, Callable[[np.random.Generator, int], Floats]] = {
    "grain": _grain,
    "brushed": _brushed,
    "speckle": _speckle,
    "grid": _grid,
    "scratches": _scratches,
}
