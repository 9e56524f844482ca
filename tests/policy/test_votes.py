"""Decoding by votes: a grid that is written from known parts gives just these parts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from policy import detection
from policy.votes import DOUBT, GATHER, Sight, decode
from skills.scene import PerceivedPart
from skills.words import COLOURS, CONDITIONS, KINDS, SIZES, SIZES_OF

SIDE, VIEW = 24, 0.34
SURE = 8.0


def grid_of(parts: list[PerceivedPart]) -> np.ndarray:
    """What a perfect detector says: objectness by distance to the nearest part, and that part's attributes."""
    cells = detection.cell_centres(SIDE, VIEW)
    said = np.zeros((len(cells), detection.COLUMNS))
    squared = np.array([((cells - part.at) ** 2).sum(1) for part in parts])
    chance = np.exp(-squared.min(0) / (2 * detection.vote_radius(SIDE, VIEW) ** 2)).clip(1e-6, 1 - 1e-6)
    said[:, detection.OBJECTNESS] = np.log(chance / (1 - chance))
    for cell, owner in zip(said, squared.argmin(0), strict=True):
        part = parts[owner]
        cell[detection.KIND.start + KINDS.index(part.kind)] = SURE
        cell[detection.SIZE.start + SIZES.index(part.size)] = SURE
        cell[detection.COLOUR.start + COLOURS.index(part.colour)] = SURE
        cell[detection.FAILED] = SURE if part.condition == "failed" else -SURE
        cell[detection.AXIS] = np.cos(2 * part.yaw), np.sin(2 * part.yaw)
        cell[detection.POSITION] = np.array(part.at) / detection.POSITION_UNIT
    return said


@st.composite
def layouts(draw: st.DrawFn) -> list[PerceivedPart]:
    """Up to 8 parts on a jittered lattice of 62 mm, nowhere nearer than 46 mm."""
    lattice = [(x, y) for x in (-0.093, -0.031, 0.031, 0.093) for y in (-0.093, -0.031, 0.031, 0.093)]
    spots = draw(st.lists(st.sampled_from(lattice), min_size=1, max_size=8, unique=True))
    jitter = st.floats(-0.008, 0.008)
    parts = []
    for x, y in spots:
        kind = draw(st.sampled_from(KINDS))
        parts.append(
            PerceivedPart(
                kind=kind,
                size=draw(st.sampled_from(SIZES_OF[kind])),
                colour=draw(st.sampled_from(COLOURS)),
                condition=draw(st.sampled_from(CONDITIONS)),
                at=(x + draw(jitter), y + draw(jitter)),
                yaw=draw(st.floats(-1.5, 1.5)) if kind in ("bolt", "bracket") else 0.0,
                confidence=1.0,
            )
        )
    return parts


def rounded(part: PerceivedPart) -> tuple[float, float]:
    """The place to a micrometre: means of votes differ from it by rounding."""
    return round(part.at[0], 6), round(part.at[1], 6)


@settings(max_examples=60, deadline=None)
@given(layouts())
def test_every_part_is_found_once_and_as_it_is(parts: list[PerceivedPart]) -> None:
    sight = decode(grid_of(parts), SIDE, VIEW, threshold=0.3)
    assert sight.unclear == ()
    found = sorted(sight.parts, key=rounded)
    parts = sorted(parts, key=rounded)
    assert [part.describe() for part in found] == [part.describe() for part in parts]
    for seen, true in zip(found, parts, strict=True):
        assert np.allclose(seen.at, true.at, atol=1e-6)
        assert abs(np.sin(seen.yaw - true.yaw)) < 1e-6
        assert seen.confidence > 0.6


def test_an_empty_tray_has_no_parts() -> None:
    said = np.zeros((SIDE**2, detection.COLUMNS))
    said[:, detection.OBJECTNESS] = -10
    assert decode(said, SIDE, VIEW, threshold=0.3) == Sight((), ())


def nut(at: tuple[float, float]) -> PerceivedPart:
    return PerceivedPart(kind="nut", size="M6", colour="brass", condition="ok", at=at, yaw=0.0, confidence=1.0)


def test_nuts_that_touch_are_told_apart() -> None:
    row = [nut((0.0, 0.0235 * place)) for place in (-1, 0, 1)]
    sight = decode(grid_of(row), SIDE, VIEW, threshold=0.3)
    assert len(sight.parts) == 3
    for seen, true in zip(sight.parts, row, strict=True):
        assert np.allclose(seen.at, true.at, atol=1e-6)


def test_what_has_too_few_votes_for_a_part_is_told_and_not_named() -> None:
    x, y = detection.cell_centres(SIDE, VIEW)[250].tolist()
    said = grid_of([nut((x, y))])
    chance = 1 / (1 + np.exp(-said[:, detection.OBJECTNESS]))
    faint = np.clip(0.3 * chance, 1e-9, None)
    said[:, detection.OBJECTNESS] = np.log(faint / (1 - faint))
    sight = decode(said, SIDE, VIEW, threshold=0.3)
    assert sight.parts == ()
    assert np.allclose(sight.unclear, [(x, y)], atol=1e-6)
    assert len(decode(said, SIDE, VIEW, threshold=DOUBT).parts) == 1


def test_a_size_that_the_kind_has_not_is_never_named() -> None:
    part = PerceivedPart(
        kind="gear", size="large", colour="red", condition="ok", at=(0.0, 0.0), yaw=0.0, confidence=1.0
    )
    said = grid_of([part])
    said[:, detection.SIZE] = [SURE, SURE, SURE, 0.0, 1.0]
    (seen,) = decode(said, SIDE, VIEW, threshold=0.3).parts
    assert seen.size == "large"


def test_a_leader_at_the_edge_of_its_cluster_still_gathers_all_of_it() -> None:
    said = np.zeros((SIDE**2, detection.COLUMNS))
    said[:, detection.OBJECTNESS] = -10
    for cell, (x, objectness) in enumerate(((-0.010, 3.0), (0.0, 2.0), (0.001, 2.0), (0.010, 2.0))):
        said[cell, detection.OBJECTNESS] = objectness
        said[cell, detection.POSITION] = x / detection.POSITION_UNIT, 0.0
    assert GATHER < 0.020
    assert len(decode(said, SIDE, VIEW, threshold=0.1).parts) == 1
