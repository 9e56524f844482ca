"""Parts from above: which one a point is on, how far two are apart."""

import numpy as np
import pytest

from sim.lying import Lying
from sim.outlines import gap_around, nearest_part
from sim.parts.spawn import PartSpec


def block(x: float, half: float = 0.02, z: float = 0.01) -> Lying:
    """A square of that half width around (x, 0)."""
    corners = np.array([(a * half + x, b * half, z) for a in (-1, 1) for b in (-1, 1)])
    return Lying(PartSpec("nut", "M6", "red", "ok", (x, 0.0), 0.0), corners, np.array([x, 0.0, z]), np.eye(3))


def test_a_point_on_a_large_part_is_not_on_a_small_one_whose_middle_is_nearer() -> None:
    large, small = block(0.0, half=0.04), block(0.052, half=0.005)
    assert nearest_part([small, large], np.array([0.038, 0.0, 0.01])) == 1
    assert nearest_part([small, large], np.array([0.046, 0.0, 0.01])) == 0


def test_of_parts_over_each_other_the_nearest_middle_counts() -> None:
    under, over = block(0.0, z=0.01), block(0.001, z=0.03)
    assert nearest_part([under, over], np.array([0.0, 0.0, 0.028])) == 1


def test_gaps_are_between_outlines() -> None:
    parts = [block(0.0), block(0.05), block(0.2)]
    assert gap_around(parts, 0) == pytest.approx(0.01, abs=1e-6)
    assert gap_around(parts, 2) == pytest.approx(0.11, abs=1e-6)
    assert gap_around(parts[:1], 0) == float("inf")
    assert gap_around([block(0.0), block(0.01)], 0) == 0.0
