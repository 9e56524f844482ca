"""Nothing that may be held is let go over no place, however the fingers came to hold it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safety.grip import RESOLUTION, Grip
from skills.cell import Cell
from skills.chunk import GripperCommand

DOWN = (np.pi, 0.0)
NOWHERE = (0.25, 0.15)
"""A point over no place [m]."""


def taken(bench: Any, closing: float, part: float) -> bool:
    """A part of this width is gripped by fingers told to come to `closing`, and lifted."""
    bench.driver.part_width = part
    low = [0.5, 0.0, 0.0125, *DOWN, 0.0]
    rows = [[*low, 0.08], [*low, closing], [0.5, 0.0, 0.16, *DOWN, 0.0, closing]]
    bench.bind()
    return bool(bench.waypoints(rows).decision == "allow")


def opened(bench: Any, width: float) -> Any:
    bench.bind()
    return bench.waypoints([[*NOWHERE, 0.3, *DOWN, 0.0, width]])


def widths(bench: Any) -> list[float]:
    return [command.width for command in bench.driver.commands if isinstance(command, GripperCommand)]


def test_a_part_that_is_gripped_by_half_closing_is_not_let_go_over_no_place(bench: Any) -> None:
    assert taken(bench, closing=0.012, part=0.020)
    ruling = opened(bench, 0.08)

    assert [finding.rule for finding in ruling.findings] == ["release"]
    assert widths(bench) == [0.012]


def test_nor_within_one_chunk(bench: Any) -> None:
    bench.driver.part_width = 0.020
    low = [0.5, 0.0, 0.0125, *DOWN, 0.0]
    away = [*NOWHERE, 0.3, *DOWN, 0.0]
    ruling = bench.waypoints([[*low, 0.08], [*low, 0.012], [*away, 0.012], [*away, 0.08]])

    assert [finding.rule for finding in ruling.findings] == ["release"]
    assert bench.driver.commands == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(closing=st.floats(0.0, 0.078), part=st.floats(0.005, 0.0779), width=st.floats(0.0, 0.08))
def test_whatever_the_fingers_close_to(bench: Any, closing: float, part: float, width: float) -> None:
    bench.driver.joints, bench.driver.width = bench.arm.home, 0.08
    bench.gate._grip = None
    if not taken(bench, closing, part) or closing >= 0.078:
        return
    before = widths(bench)
    opened(bench, width)
    told = widths(bench)[len(before) :]

    assert all(new <= before[-1] + RESOLUTION for new in told)


def test_what_is_held_up_while_opening_is_held(bench: Any) -> None:
    """No path could foresee it: the fingers were to open freely, and did not."""
    bench.driver.width = 0.0
    bench.driver.part_width = 0.04
    above = [0.5, 0.0, 0.3, *DOWN, 0.0]
    away = [*NOWHERE, 0.3, *DOWN, 0.0]
    ruling = bench.waypoints([[*above, 0.02], [*away, 0.02], [*away, 0.08]])

    assert [finding.rule for finding in ruling.findings] == ["release_now"]
    assert ruling.findings[0].text == ("the gripper was to open on a part at x = 0.250, y = 0.150 m, over no place")
    assert (widths(bench), ruling.latched) == ([0.02], False)


@pytest.mark.parametrize(
    ("before", "command", "measured", "holding"),
    [
        (Grip(0.08, 0.08, holding=False), 0.0, 0.02, True),
        (Grip(0.08, 0.08, holding=False), 0.0, 0.0, False),
        (Grip(0.08, 0.08, holding=False), 0.0, 0.08, False),
        (Grip(0.08, 0.08, holding=False), 0.019, 0.02, True),
        (Grip(0.0, 0.02, holding=True), 0.012, 0.02, True),
        (Grip(0.0, 0.02, holding=True), 0.05, 0.05, False),
        (Grip(0.0, 0.0, holding=False), 0.05, 0.05, False),
        (Grip(0.0, 0.0, holding=False), 0.02, 0.04, True),
    ],
)
def test_what_a_command_makes_of_a_grip(
    cell: Cell, before: Grip, command: float, measured: float, holding: bool
) -> None:
    assert before.told(command, measured, cell.robot.gripper) == Grip(command, measured, holding=holding)


@given(held=st.floats(0.005, 0.08), told=st.floats(0.0, 0.08), command=st.floats(0.0, 0.08))
def test_a_path_is_never_judged_without_a_part_that_may_be_there(
    cell: Cell, held: float, told: float, command: float
) -> None:
    """What is assumed before a command covers what is found after it, where the fingers do as they are told."""
    for before in (Grip(held, held, holding=False), Grip(min(told, held), held, holding=True)):
        part = held if before.holding else 0.0
        after = before.told(command, max(command, part), cell.robot.gripper)
        assert before.assumed(command).holding or not after.holding
