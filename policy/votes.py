"""From the dense detector's grid to parts, by votes.

A threshold on objectness would depend on where a part lies on the grid. Instead every cell votes for the
place that it predicts, with its objectness as weight; a part is a cluster with enough votes, and its place
and attributes are the means over its voters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from policy.detection import (
    AXIS,
    COLOUR,
    FAILED,
    KIND,
    OBJECTNESS,
    POSITION,
    POSITION_UNIT,
    SIZE,
    vote_radius,
)
from skills.scene import PerceivedPart
from skills.words import COLOURS, ELONGATED, KINDS, SIZES, SIZES_OF

GATHER: Final = 0.014
"""Votes nearer than this [m] belong together. Centres of parts that touch are 20 mm apart and more; the votes for a
long bolt scatter. Of 8 to 22 mm this finds the most parts in held-out scenes with parts apart, touching and heaped."""
DOUBT: Final = 0.2
"""From this share of a lone part's votes on, something lies there, even where they are too few for a part. In 300
held-out scenes with nothing but parts, apart from each other, there is no such place that is no part."""
SILENT: Final = 0.05
"""Objectness below this is no vote."""
LEADER: Final = 0.2
"""A cluster begins at a cell of at least this objectness."""

Floats = NDArray[np.floating]
Name = TypeVar("Name", bound=str)


@dataclass(frozen=True)
class Voters:
    """The cells that speak for one part: their indices and weights; `place` is the mean of their votes [m]."""

    cells: NDArray[np.intp]
    weights: Floats
    place: Floats


@dataclass(frozen=True)
class Sight:
    """What one picture shows: the parts, and x, y [m] of what lies there and can't be made out; each nearest to the
    robot first.
    """

    parts: tuple[PerceivedPart, ...]
    unclear: tuple[tuple[float, float], ...]


def decode(said: Floats, side: int, view: float, threshold: float) -> Sight:
    """What the detector's output (looks × side², 21) shows.

    `threshold`: votes that make a part, as a share of those that a part on its own gets.
    """
    looks = len(said) / side**2
    lone = looks * 2 * np.pi * vote_radius(side, view) ** 2 / (view / side) ** 2
    parts, unclear = [], []
    for voters in gather(said):
        votes = float(voters.weights.sum() / lone)
        if votes > threshold:
            parts.append(_describe(said[voters.cells], voters, votes))
        elif votes > DOUBT:
            unclear.append((float(voters.place[0]), float(voters.place[1])))
    return Sight(tuple(sorted(parts, key=lambda part: part.at)), tuple(sorted(unclear)))


def gather(said: Floats) -> list[Voters]:
    """Clusters of votes, the surest first; every cell votes once."""
    objectness = _sigmoid(said[:, OBJECTNESS])
    weights = np.where(objectness > SILENT, objectness, 0.0)
    places = said[:, POSITION] * POSITION_UNIT
    clusters: list[Voters] = []
    while weights.max() > LEADER:
        leader = int(weights.argmax())
        cells = _around(places[leader], places, weights, leader)
        for _ in range(2):
            centre = np.average(places[cells], axis=0, weights=weights[cells])
            cells = _around(centre, places, weights, leader)
        clusters.append(Voters(cells, weights[cells], np.average(places[cells], axis=0, weights=weights[cells])))
        weights[cells] = 0.0
    return clusters


def _around(centre: Floats, places: Floats, weights: Floats, leader: int) -> NDArray[np.intp]:
    near = np.hypot(*(places - centre).T) < GATHER
    near[leader] = True
    return np.flatnonzero(near & (weights > 0))


def _describe(said: Floats, voters: Voters, votes: float) -> PerceivedPart:
    """The part of which `said` (n, 21) are the voters' words; confidence is that of the least sure attribute."""

    def mean(values: Floats) -> Floats:
        return np.asarray(np.average(values, axis=0, weights=voters.weights))

    kind, sure_kind = _choose(mean(_log_softmax(said[:, KIND])), KINDS, KINDS)
    size, sure_size = _choose(mean(_log_softmax(said[:, SIZE])), SIZES, SIZES_OF[kind])
    colour, sure_colour = _choose(mean(_log_softmax(said[:, COLOUR])), COLOURS, COLOURS)
    failed = float(_sigmoid(mean(said[:, FAILED])))
    cosine, sine = mean(said[:, AXIS])
    return PerceivedPart(
        kind=kind,
        size=size,
        colour=colour,
        condition="failed" if failed > 0.5 else "ok",
        at=(float(voters.place[0]), float(voters.place[1])),
        yaw=float(np.arctan2(sine, cosine) / 2) if kind in ELONGATED else 0.0,
        confidence=min(1.0, votes) * min(sure_kind, sure_size, sure_colour, max(failed, 1 - failed)),
    )


def _choose(scores: Floats, names: Sequence[Name], allowed: Sequence[Name]) -> tuple[Name, float]:
    """The best of the allowed names, and its probability among them."""
    kept = np.array([scores[names.index(name)] for name in allowed])
    chances = np.exp(_log_softmax(kept))
    best = int(chances.argmax())
    return allowed[best], float(chances[best])


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


def _log_softmax(values: Floats) -> Floats:
    shifted = values - values.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))
