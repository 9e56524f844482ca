"""The judge: ground truth after a run is over, held against what the scenario expects."""

from collections import Counter

from sim.scenario import Expectation
from sim.world import World
from skills.base import Value
from skills.scene import PartQuery, PerceivedPart, select
from skills.words import TRAY


class Judged(Value):
    """Ground truth after a run.

    Attributes:
        moved: "failed large brass gear → rejection bin" -> how many.
        wrong_moved: parts that left the tray though the scenario says untouched, and parts that lie in no
            place at all.
        left: parts still on the tray.
        faults: what the scenario expects and what is; empty when all of it holds.
    """

    moved: dict[str, int]
    wrong_moved: tuple[str, ...]
    left: tuple[str, ...]
    faults: tuple[str, ...] = ()


def truth(world: World) -> list[tuple[PerceivedPart, str]]:
    """Every part as a perfect perceiver would name it, and the place that it lies in."""
    found = []
    for body in world.bodies:
        part = world.true_part(body)
        spec = part.spec
        named = PerceivedPart(
            kind=spec.kind,
            size=spec.size,
            colour=spec.colour,
            condition=spec.condition,
            at=spec.at,
            yaw=part.yaw,
            confidence=1.0,
        )
        found.append((named, world.where(body)))
    return found


def judge(world: World, expect: Expectation | None) -> Judged:
    """What really lies where, and every way in which it differs from `expect`."""
    parts = truth(world)
    moved = Counter(f"{part.describe()} → {place}" for part, place in parts if place != TRAY)
    meant = {moved.to for moved in expect.moved} if expect else set()
    lost = [f"{part.describe()} → {place}" for part, place in parts if place in {"table", "air"} - meant]
    wrong = _touched(parts, expect.untouched if expect else ())
    return Judged(
        moved=dict(sorted(moved.items())),
        wrong_moved=tuple(lost + wrong),
        left=tuple(part.describe() for part, place in parts if place == TRAY),
        faults=tuple(lost + wrong + (_missing(parts, expect) if expect else [])),
    )


def _touched(parts: list[tuple[PerceivedPart, str]], untouched: tuple[PartQuery, ...]) -> list[str]:
    everything = [part for part, _ in parts]
    return [
        f"{part.describe()} → {place}"
        for query in untouched
        for part, place in parts
        if place not in (TRAY, "table", "air") and part in select(query, everything)
    ]


def _missing(parts: list[tuple[PerceivedPart, str]], expect: Expectation) -> list[str]:
    everything = [part for part, _ in parts]
    faults = []
    for wanted in expect.moved:
        meant = select(wanted.part, everything)
        there = sum(place == wanted.to and part in meant for part, place in parts)
        if there != wanted.count:
            faults.append(f"{there} × {wanted.part.describe()} in the {wanted.to}, {wanted.count} expected")
    allowed = {wanted.to for wanted in expect.moved}
    stray = [f"{part.describe()} → {place}" for part, place in parts if place != TRAY and place not in allowed]
    extra = sum(place in allowed for _, place in parts) - sum(wanted.count for wanted in expect.moved)
    if extra > 0:
        faults.append(f"{extra} parts more than expected in {', '.join(sorted(allowed))}")
    return faults + stray
