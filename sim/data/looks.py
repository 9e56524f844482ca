"""What the parts of a scene look like: evenly drawn, and such that words are needed to tell them apart."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from sim.data.splits import is_held_out
from sim.layout import Look
from sim.parts.spawn import PartSpec
from skills.words import COLOURS, KINDS, SIZES_OF, Colour, Kind

Name = TypeVar("Name")

RELATED = 0.5
"""Share of further parts that have their kind or colour from an earlier one."""


def draw_looks(count: int, rng: np.random.Generator) -> list[Look]:
    """`count` parts; of three or more the first has one of its kind and one of its colour beside it."""
    looks = [_any(rng)]
    if count >= 3:
        first = looks[0]
        looks.append(_like_kind(first, _other(COLOURS, first.colour, rng), rng))
        looks.append(_painted(_of_kind(_other(KINDS, first.kind, rng), rng), first.colour))
    while len(looks) < count:
        looks.append(_related(looks[rng.integers(len(looks))], rng) if rng.random() < RELATED else _any(rng))
    return looks


def repainted(parts: Sequence[PartSpec], rng: np.random.Generator) -> list[PartSpec]:
    """The same layout without a held-out kind × colour × quarter."""
    return [_repainted(part, rng) if is_held_out(part.kind, part.colour, part.at) else part for part in parts]


def _repainted(part: PartSpec, rng: np.random.Generator) -> PartSpec:
    allowed = [colour for colour in COLOURS if not is_held_out(part.kind, colour, part.at)]
    return PartSpec(part.kind, part.size, allowed[rng.integers(len(allowed))], part.condition, part.at, part.yaw)


def _any(rng: np.random.Generator) -> Look:
    return _of_kind(KINDS[rng.integers(len(KINDS))], rng)


def _of_kind(kind: Kind, rng: np.random.Generator) -> Look:
    sizes = SIZES_OF[kind]
    colour = COLOURS[rng.integers(len(COLOURS))]
    return Look(kind, sizes[rng.integers(len(sizes))], colour, bool(rng.random() < 0.5))


def _like_kind(look: Look, colour: Colour, rng: np.random.Generator) -> Look:
    """Of the same kind, and every other time of the same size."""
    size = look.size if rng.random() < 0.5 else _of_kind(look.kind, rng).size
    return Look(look.kind, size, colour, bool(rng.random() < 0.5))


def _painted(look: Look, colour: Colour) -> Look:
    return Look(look.kind, look.size, colour, look.failed)


def _related(look: Look, rng: np.random.Generator) -> Look:
    """Shares kind and size, or these and the colour, or the colour alone."""
    fresh, share = _any(rng), rng.random()
    if share < 0.7:
        return Look(look.kind, look.size, fresh.colour if share < 0.4 else look.colour, fresh.failed)
    return _painted(fresh, look.colour)


def _other(names: Sequence[Name], but: Name, rng: np.random.Generator) -> Name:
    rest = [name for name in names if name != but]
    return rest[rng.integers(len(rest))]


def in_company(kinds_and_colours: Iterable[tuple[Kind, Colour]]) -> list[int]:
    """Indices of the parts that have another of their kind in another colour, and of their colour of another kind."""
    parts = list(kinds_and_colours)
    return [
        index
        for index, (kind, colour) in enumerate(parts)
        if any(k == kind and c != colour for k, c in parts) and any(c == colour and k != kind for k, c in parts)
    ]
