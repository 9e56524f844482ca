"""Figures: matching what was seen with labels, shares and their intervals."""

import numpy as np
import pytest

from policy.evaluation.perception import Sighting, compare, turn_between
from policy.evaluation.statistics import Tally
from skills.scene import PerceivedPart
from skills.words import COLOURS, KINDS, SIZES


def label(kind: str, size: str, colour: str, failed: int, at: tuple[float, float], yaw: float = 0.0) -> list[float]:
    return [*at, yaw, KINDS.index(kind), SIZES.index(size), COLOURS.index(colour), failed]  # type: ignore[arg-type]


def part(kind: str, size: str, colour: str, condition: str, at: tuple[float, float], yaw: float = 0.0) -> PerceivedPart:
    told = {"kind": kind, "size": size, "colour": colour, "condition": condition}
    return PerceivedPart.model_validate({**told, "at": at, "yaw": yaw, "confidence": 0.9})


LABELS = np.array(
    [
        label("bolt", "M8", "red", 0, (0.0, 0.0), 1.5),
        label("gear", "large", "brass", 1, (0.06, 0.0)),
        [-1] * 7,
    ],
    np.float32,
)


def test_all_right() -> None:
    seen = [part("gear", "large", "brass", "failed", (0.063, 0.004)), part("bolt", "M8", "red", "ok", (0, 0), -1.5)]
    sighting = compare(seen, LABELS)
    assert (sighting.parts, sighting.found, sighting.right, sighting.false) == (2, 2, 2, 0)
    assert sighting.perfect
    assert sighting.spacing == pytest.approx(0.06)
    assert sighting.errors == pytest.approx((0.0, 0.005), abs=1e-6)
    assert sighting.turns == pytest.approx((np.pi - 3.0,), abs=1e-6)


def test_one_missed_one_misnamed_one_that_is_none() -> None:
    seen = [part("bolt", "M10", "red", "ok", (0, 0.001), 1.5), part("nut", "M6", "red", "ok", (-0.1, 0))]
    sighting = compare(seen, LABELS)
    assert (sighting.parts, sighting.found, sighting.right, sighting.false) == (2, 1, 0, 1)
    assert not sighting.perfect


def test_one_perceived_part_answers_for_one_label_only() -> None:
    twice = np.array([LABELS[0], LABELS[0] + np.float32([0.005, 0, 0, 0, 0, 0, 0])])
    assert compare([part("bolt", "M8", "red", "ok", (0.0, 0.0))], twice).found == 1


def test_nothing_to_see() -> None:
    assert compare([], np.full((3, 7), -1, np.float32)) == Sighting(float("inf"), 0, 0, 0, 0, (), ())


def test_axes_have_no_direction() -> None:
    assert turn_between(0.1, 0.1 + np.pi) == pytest.approx(0)
    assert turn_between(-np.pi / 2, np.pi / 2 - 0.2) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("hits", "trials", "text"),
    [(297, 300, "297/300 (97.1–99.7%)"), (0, 10, "0/10 (0.0–27.8%)"), (0, 0, "0/0 (0.0–100.0%)")],
)
def test_intervals_are_wilsons(hits: int, trials: int, text: str) -> None:
    assert Tally(hits=hits, trials=trials).describe() == text
