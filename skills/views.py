"""Does a camera still see what it saw in training? Its picture is laid over the reference picture.

Only what stands still is compared: lines along the picture's rows and columns, such as the tray's walls. Parts lie
on a smaller share of a band than half, so the median over the band leaves them out; only how sharp a line is counts,
and where it is, not whether it is bright or dark, so that light makes little difference. A hard lamp's shadows are
lines, too, and seem to move the picture; therefore it has moved only where the lines have also left their places.

A quarter turn over a square tray leaves every line where it was and is not noticed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skills.base import FloatArray, Image
from skills.contract import CameraContract, Contract
from skills.fault import Fault
from skills.observation import Observation

LARGEST: Final = 128
"""Side of the pictures that are compared [pixels]; with a smaller reference a move is not told, only another view."""
BANDS: Final = 6
REACH: Final = 0.1
"""How far a line is searched for from where the reference has it, as a share of the picture."""
ALIKE: Final = 0.5
"""Correlation from which on a stretch of lines is the reference's."""
FOUND: Final = 0.4
"""Share of the reference's stretches that must be found, wherever they are."""
STAYED: Final = 0.5
"""Share of the stretches down or across the picture that must be NEAR pixels from their places."""
NEAR: Final = 2
FEWEST: Final = 6
"""Stretches with lines that a reference must have before anything is said."""
MOVED: Final = 0.02
"""A picture has moved from this share of its side on at its rim: 7 mm of the default cell's 340."""

Floats = NDArray[np.float32]


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


@dataclass(frozen=True)
class _Stretch:
    """A line of the reference: `axis` 0 runs down and 1 across the picture; `part` is the half that it is in."""

    axis: int
    band: int
    part: slice


@dataclass(frozen=True)
class _Met:
    """Where a stretch is found: `moved` [pixels], how well it fits there, and how well in its place."""

    moved: float
    fit: float
    in_place: float


def check_views(contract: Contract, references: Mapping[str, Image], observation: Observation) -> Fault | None:
    """Every camera sees what it saw in training; one without a reference, or a picture, is not looked at."""
    for name, trained in contract.cameras.items():
        if name in references and name in observation.images:
            fault = check_view(name, trained, references[name], observation.images[name])
            if fault is not None:
                return fault
    return None


def check_view(name: str, trained: CameraContract, reference: Image, picture: Image) -> Fault | None:
    """`picture` of the camera `name` lies where its reference does."""
    if picture.shape[0] != picture.shape[1] or len(picture) < min(len(reference), LARGEST):
        return None  # the check of the pictures tells
    shift = laid_over(reference, picture)
    if shift is None:
        return None
    if shift.found < FOUND:
        return Fault(
            check="view",
            text=f"the picture of {name!r} shows {shift.found:.0%} of the lines of its reference {trained.reference}",
            remedy="check for swapped cables, for a turned camera and for what stands before it, or train again",
        )
    if len(reference) < LARGEST or not shift.has_moved:
        return None
    right, down = (1000 * trained.view * part for part in (shift.right, shift.down))
    return Fault(
        check="view",
        text=f"the picture of {name!r} lies {abs(right):.0f} mm {'right' if right > 0 else 'left'} and {abs(down):.0f} "
        f"mm {'down' if down > 0 else 'up'} of its reference {trained.reference}, turned by "
        f"{np.degrees(shift.turn):.1f}° and {1 + shift.growth:.2f} times as large",
        remedy=f"bring the camera back to {trained.position} looking at {trained.look_at}, or train again",
    )


def laid_over(reference: Image, picture: Image) -> Shift | None:
    """How `picture`, not smaller than the reference, lies over it; None where it has too few lines to say."""
    side = min(len(reference), LARGEST)
    ours, theirs = _lines(_grey(picture, side)), _lines(_grey(reference, side))
    stretches = _stretches(theirs)
    if len(stretches) < FEWEST:
        return None
    reach = round(REACH * side)
    padded = np.pad(ours, ((0, 0), (0, 0), (reach, reach)), mode="edge")
    met = [_meet(padded, theirs, stretch, reach) for stretch in stretches]
    alike = [(stretch, one.moved) for stretch, one in zip(stretches, met, strict=True) if one.fit > ALIKE]
    found, stayed = len(alike) / len(stretches), _stayed(stretches, met)
    if found < FOUND:
        return Shift(found, stayed)
    equations = np.array([_equation(theirs, stretch, side) for stretch, _ in alike])
    right, down, turn, growth = _fit(equations, np.array([moved for _, moved in alike]))
    return Shift(found, stayed, right / side, down / side, turn, growth)


def _grey(image: Image, side: int) -> Floats:
    """(side, side) the green channel, shrunk by averaging areas."""
    green, height = image[..., 1].astype(np.float32), len(image)
    edges = np.arange(side) * height // side
    sums = np.add.reduceat(np.add.reduceat(green, edges, axis=0), edges, axis=1)
    counts = np.diff(np.append(edges, height))
    return np.asarray(sums / np.outer(counts, counts), np.float32)


def _lines(grey: Floats) -> Floats:
    """(2, BANDS, side - 2) how sharp the lines down and across the picture are in each band of it."""
    deep = len(grey) // BANDS
    return np.stack(
        [
            np.median(np.abs(view[:, 2:] - view[:, :-2])[: deep * BANDS].reshape(BANDS, deep, -1), axis=1)
            for view in (grey, grey.T)
        ]
    )


def _stretches(lines: Floats) -> list[_Stretch]:
    """Wherever the reference has a line."""
    half = lines.shape[2] // 2
    parts = (slice(0, half), slice(half, 2 * half))
    every = [_Stretch(axis, band, part) for axis in range(2) for band in range(BANDS) for part in parts]
    return [one for one in every if _has_line(lines[one.axis, one.band, one.part])]


def _has_line(sharp: Floats) -> bool:
    return bool(sharp.max() > 4 * np.median(sharp) + 2)


def _meet(padded: Floats, theirs: Floats, stretch: _Stretch, reach: int) -> _Met:
    """Look for a stretch `reach` pixels around its place."""
    wanted = theirs[stretch.axis, stretch.band, stretch.part]
    wanted = wanted - wanted.mean()
    windows = np.lib.stride_tricks.sliding_window_view(padded[stretch.axis, stretch.band], len(wanted))
    windows = windows[stretch.part.start : stretch.part.start + 2 * reach + 1]
    windows = windows - windows.mean(axis=1, keepdims=True)
    fit = windows @ wanted / (np.linalg.norm(wanted) * np.linalg.norm(windows, axis=1) + 1e-6)
    best = int(fit.argmax())
    in_place = fit[reach - NEAR : reach + NEAR + 1].max()
    return _Met(best - reach + _between(fit, best), float(fit[best]), float(in_place))


def _between(fit: Floats, best: int) -> float:
    """Where the peak lies between the pixels around `best`, by a parabola."""
    if not 0 < best < len(fit) - 1:
        return 0.0
    before, at, after = fit[best - 1 : best + 2].tolist()
    bend = before - 2 * at + after
    return 0.5 * (before - after) / bend if bend else 0.0


def _stayed(stretches: list[_Stretch], met: list[_Met]) -> float:
    shares = []
    for axis in range(2):
        fits = [one.in_place > ALIKE for stretch, one in zip(stretches, met, strict=True) if stretch.axis == axis]
        shares += [sum(fits) / len(fits)] if fits else []
    return min(shares)


def _equation(lines: Floats, stretch: _Stretch, side: int) -> tuple[float, float, float, float]:
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
