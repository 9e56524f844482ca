"""Where the parts of a scene lie: in the halves of the tray that the words name, as near to each other as they say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from agent.scene_words.members import Member
from agent.scene_words.wish import Where
from sim.layout import GAP, WHOLE, WORKING, Area, Look, distance, lay_out, outline_of, overlapping
from sim.parts.mesh import Points
from sim.parts.spawn import PartSpec
from sim.setting import Clutter
from skills.place import Container
from skills.words import EXTENT

MIDDLE: Final = 0.045 / WORKING
"""The middle of the tray reaches so far from its centre, as a share of where parts lie."""
INSIDE: Final = 0.008
"""What is said to lie in a half of the tray lies at least so far inside of it [m]."""
GAPS: Final = (GAP, 0.018, 0.012)
"""Least distances between separated parts, the roomiest first [m]; fingers find room in the least of them as well."""
SPOTS: Final = 80
"""Spots that are tried for one part."""
STARTS: Final = 6
"""How often a layout is begun anew for each gap."""
DIGITS: Final = 4


@dataclass(frozen=True)
class Box:
    """Where the middle of a part may lie [m from the tray's centre]."""

    low: tuple[float, float]
    high: tuple[float, float]

    @classmethod
    def of(cls, where: Iterable[Where], within: float = WORKING) -> "Box":
        """`within` is how far from the tray's centre parts lie [m]."""
        low, high, near = [-within, -within], [within, within], MIDDLE * within
        for name in where:
            match name:
                case "left":
                    low[1] = max(low[1], INSIDE)
                case "right":
                    high[1] = min(high[1], -INSIDE)
                case "back":
                    low[0] = max(low[0], INSIDE)
                case "front":
                    high[0] = min(high[0], -INSIDE)
                case "middle":
                    low, high = [max(one, -near) for one in low], [min(one, near) for one in high]
        return cls((low[0], low[1]), (high[0], high[1]))

    def holds(self, at: tuple[float, float], slack: float = 0.0) -> bool:
        return all(low - slack <= one <= high + slack for low, one, high in zip(self.low, at, self.high, strict=True))


def area_of(tray: Container) -> Area:
    """Where the parts of a scene lie on that tray; no farther out than a scenario file may lay them."""
    area = Area.of(tray)
    return replace(area, within=min(area.within, WORKING))


def lies_right(member: Member, at: tuple[float, float], slack: float = 0.0, area: Area = WHOLE) -> bool:
    """Whether a part that lies there lies where it was said to, with so much `slack` [m]."""
    avoided = any(Box.of(where, area.within).holds(at, -slack) for where in member.avoid)
    return Box.of(member.where, area.within).holds(at, slack) and not avoided


def separated(members: Sequence[Member], rng: np.random.Generator, area: Area = WHOLE) -> list[PartSpec] | int:
    """A layout in which fingers find room between the parts, as roomy as it can be; else how many parts find room
    in at least half of the tries.
    """
    counts: list[int] = []
    for gap in GAPS:
        for _ in range(STARTS):
            placed = _spread(members, gap, area, rng, whole=gap != GAPS[-1])
            found = [spec for spec in placed if spec is not None]
            if len(found) == len(members):
                return found
            counts.append(len(found) if gap == GAPS[-1] else 0)
    return sorted(counts)[-(STARTS // 2)]


def clustered(
    members: Sequence[Member], clutter: Clutter, rng: np.random.Generator, area: Area = WHOLE
) -> list[PartSpec] | None:
    """One layout of parts against or over each other, one cluster for each part of the tray that was named; None where
    it does not fit there.
    """
    placed: dict[int, PartSpec] = {}
    for key in dict.fromkeys((member.where, member.avoid) for member in members):
        indices = [index for index, member in enumerate(members) if (member.where, member.avoid) == key]
        cluster = lay_out([members[index].look for index in indices], rng, clutter, area=area)
        if len(cluster) < len(indices):
            return None
        box = Box.of(key[0], area.within)
        placed |= dict(zip(indices, _into(box, cluster, squeeze=clutter == "heaped"), strict=True))
    specs = [placed[index] for index in range(len(members))]
    inside = all(_lies_well(member, spec, area) for member, spec in zip(members, specs, strict=True))
    return specs if inside and overlapping(specs) == (clutter == "heaped") else None


def _spread(
    members: Sequence[Member], gap: float, area: Area, rng: np.random.Generator, *, whole: bool
) -> list[PartSpec | None]:
    """One try, the largest parts first; where it must be `whole` it ends with the first that finds no room."""
    placed: list[PartSpec | None] = [None] * len(members)
    taken: list[tuple[PartSpec, Points]] = []
    order = sorted(range(len(members)), key=lambda index: -EXTENT[members[index].look.kind, members[index].look.size])
    for index in order:
        found = _free_spot(members[index], taken, gap, area, rng)
        if found is not None:
            placed[index] = found[0]
            taken.append(found)
        elif whole:
            break
    return placed


def _free_spot(
    member: Member, taken: Sequence[tuple[PartSpec, Points]], gap: float, area: Area, rng: np.random.Generator
) -> tuple[PartSpec, Points] | None:
    """The part where there is room for it, and its outline."""
    box = Box.of(member.where, area.within)
    for _ in range(SPOTS):
        x, y = rng.uniform(box.low, box.high)
        spec = _rounded(_spec(member.look, (float(x), float(y)), float(rng.uniform(-np.pi / 2, np.pi / 2))))
        near = [shape for other, shape in taken if _is_near(spec, other, gap)]
        if not _lies_well(member, spec, area):
            continue
        mine = outline_of(spec)
        if all(distance(mine, shape) >= gap for shape in near):
            return spec, mine
    return None


def _is_near(spec: PartSpec, other: PartSpec, gap: float) -> bool:
    """Whether the parts might come nearer than `gap`."""
    reach = EXTENT[spec.kind, spec.size] + EXTENT[other.kind, other.size] + gap
    return float(np.hypot(spec.at[0] - other.at[0], spec.at[1] - other.at[1])) < reach


def _lies_well(member: Member, spec: PartSpec, area: Area) -> bool:
    inside = max(map(abs, spec.at)) <= area.within and float(np.abs(outline_of(spec)).max()) < area.edge
    return inside and lies_right(member, spec.at, area=area)


def _into(box: Box, cluster: Sequence[PartSpec], *, squeeze: bool) -> list[PartSpec]:
    """The cluster moved into the box, no farther than it must; a heap is squeezed where it is too wide."""
    at = np.array([spec.at for spec in cluster])
    low, high = np.array(box.low), np.array(box.high)
    if squeeze:
        middle, span = (at.min(0) + at.max(0)) / 2, np.ptp(at, axis=0)
        at = middle + (at - middle) * np.minimum(1.0, (high - low) / np.maximum(span, 1e-9))
    shift = np.clip(0.0, low - at.min(0), np.maximum(high - at.max(0), low - at.min(0)))
    moved = at + shift
    return [_rounded(replace(spec, at=(float(x), float(y)))) for spec, (x, y) in zip(cluster, moved, strict=True)]


def _rounded(spec: PartSpec) -> PartSpec:
    """As it is written: to 0.1 mm and 0.1°."""
    x, y = (round(value, DIGITS) for value in spec.at)
    return replace(spec, at=(x, y), yaw=float(np.deg2rad(round(float(np.rad2deg(spec.yaw)), 1))))


def _spec(look: Look, at: tuple[float, float], yaw: float) -> PartSpec:
    return PartSpec(look.kind, look.size, look.colour, "failed" if look.failed else "ok", at, yaw)
