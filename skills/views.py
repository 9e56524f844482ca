"""Does a camera still see what it saw in training? Its picture is laid over the reference picture, line by line.

A hard lamp's shadows are lines, too, and seem to move the picture; therefore it has moved only where the lines have
also left their places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from skills.base import FloatArray, Image
from skills.contract import CameraContract, Contract
from skills.fault import Fault
from skills.lines import ALIKE, BANDS, LARGEST, REACH, Floats, Met, Stretch, grey_of, lines_of, meet
from skills.observation import Observation
from skills.reference import Reference

FOUND: Final = 0.4
"""Share of the reference's stretches that must be found, wherever they are."""
STAYED: Final = 0.5
"""Share of the stretches down or across the picture that must be near their places."""
FEWEST: Final = 6
"""Stretches with lines that a reference must have before anything is said."""
MOVED: Final = 0.02
"""A picture has moved from this share of its side on at its rim: 7 mm of the default cell's 340."""


@dataclass(frozen=True)
class Shift:
    """How a picture lies over the reference: rightwards and downwards [shares of its side], turned [rad], growth.

    `found`: share of the reference's stretches that the picture shows; below FOUND the rest means nothing. `stayed`:
    share of those down and of those across the picture that lie in their places, whichever is less.
    """

    found: float
    stayed: float
    right: float = 0.0
    down: float = 0.0
    turn: float = 0.0
    growth: float = 0.0

    @property
    def has_moved(self) -> bool:
        """Whether the middle of a side lies elsewhere, and the lines have left their places."""
        at_rim = np.hypot(np.hypot(self.right, self.down), np.hypot(self.turn, self.growth) * 0.45)
        return bool(self.stayed < STAYED and at_rim > MOVED)


def check_views(contract: Contract, references: Mapping[str, Reference], observation: Observation) -> Fault | None:
    """Every camera sees what it saw in training; one without a reference, or a picture, is not looked at."""
    for name, trained in contract.cameras.items():
        if name in references and name in observation.images:
            fault = check_view(name, trained, references[name], observation.images[name])
            if fault is not None:
                return fault
    return None


def check_view(name: str, trained: CameraContract, reference: Reference, picture: Image) -> Fault | None:
    """`picture` of the camera `name` lies where its reference does."""
    if len(reference.stretches) < FEWEST or picture.shape[0] != picture.shape[1] or len(picture) < reference.side:
        return None  # nothing to compare, or the check of the pictures tells
    ours = lines_of(grey_of(picture, reference.side))
    if way := reference.better_way(ours):
        return Fault(
            check="view",
            text=f"the picture of {name!r} fits its reference {trained.reference} only when it is {way}",
            remedy="turn the camera, or its picture in the driver, until it lies as the reference does",
        )
    shift = laid_over(reference, ours)
    if shift.found < FOUND:
        return Fault(
            check="view",
            text=f"the picture of {name!r} shows {shift.found:.0%} of the lines of its reference {trained.reference}",
            remedy="check for swapped cables, for a turned camera and for what stands before it, or train again",
        )
    return _moved(name, trained, shift) if reference.side == LARGEST and shift.has_moved else None


def laid_over(reference: Reference, ours: Floats) -> Shift:
    """How the picture with these lines lies over its reference, which has FEWEST stretches at least."""
    theirs, stretches, side = reference.lines, reference.stretches, reference.side
    met = [meet(ours, theirs, stretch, round(REACH * side)) for stretch in stretches]
    alike = [(stretch, one.moved) for stretch, one in zip(stretches, met, strict=True) if one.fit > ALIKE]
    found, stayed = len(alike) / len(stretches), _stayed(stretches, met)
    if found < FOUND:
        return Shift(found, stayed)
    equations = np.array([_equation(theirs, stretch, side) for stretch, _ in alike])
    right, down, turn, growth = _fit(equations, np.array([moved for _, moved in alike]))
    return Shift(found, stayed, right / side, down / side, turn, growth)


def _moved(name: str, trained: CameraContract, shift: Shift) -> Fault:
    right, down = (1000 * trained.view * part for part in (shift.right, shift.down))
    return Fault(
        check="view",
        text=f"the picture of {name!r} lies {abs(right):.0f} mm {'right' if right > 0 else 'left'} and {abs(down):.0f} "
        f"mm {'down' if down > 0 else 'up'} of its reference {trained.reference}, turned by "
        f"{np.degrees(shift.turn):.1f}° and {1 + shift.growth:.2f} times as large",
        remedy=f"bring the camera back to {trained.position} looking at {trained.look_at}, or train again",
    )


def _stayed(stretches: Sequence[Stretch], met: list[Met]) -> float:
    shares = []
    for axis in range(2):
        fits = [one.in_place > ALIKE for stretch, one in zip(stretches, met, strict=True) if stretch.axis == axis]
        shares += [sum(fits) / len(fits)] if fits else []
    return min(shares)


def _equation(lines: Floats, stretch: Stretch, side: int) -> tuple[float, float, float, float]:
    """What right, down, turn and growth do to a stretch, from where it lies off the picture's middle [pixels]."""
    across = 1 + stretch.part.start + int(lines[stretch.axis, stretch.band, stretch.part].argmax()) - side / 2
    along = (stretch.band + 0.5) * (side // BANDS) - side / 2
    return (1.0, 0.0, -along, across) if stretch.axis == 0 else (0.0, 1.0, along, across)


def _fit(equations: FloatArray, moved: FloatArray) -> tuple[float, ...]:
    """Least absolute deviations: a line that was taken for its neighbour pulls at nothing."""
    weights = np.ones(len(moved))
    for _ in range(4):
        answer = np.linalg.lstsq(equations * weights[:, None], moved * weights, rcond=None)[0]
        weights = 1 / np.maximum(np.abs(equations @ answer - moved), 0.5)
    return tuple(answer.tolist())
