"""Ways that the gate allows: straight lines of the tool where nothing is in between, else round it.

The expert's rows are judged by the gate's own rules. Where they refuse a straight line, OMPL's RRT-Connect
looks for a way of the tool centre point, pointing down, in the cell's workspace; its corners become further
rows. A policy is taught with straight ways only: a chunk of it has a fixed number of rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pinocchio as pin
from ompl import base, geometric, util

from safety.cases import Passage
from safety.collision import Postures
from safety.grip import Grip, snapped
from safety.judge import Judge, ask
from safety.kinematics import Arm
from safety.route import waypoint_route
from safety.rules.table import Stage
from skills.base import FloatArray
from skills.call import Finding
from skills.cell import Cell

RESOLUTION: Final = 0.01
"""Distance between two checked points of a line [m]."""
STEP: Final = 0.15
"""Longest branch that the tree grows at a time [m]."""
MOST_CHECKS: Final = 6000
"""Points that a search may look at before it gives up."""
CURABLE: Final = ("reach", "joint_position", "workspace", "floor", "keep_out", "collision", "self_collision")
"""What another way to the same place may cure."""

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Way:
    """Rows that the gate allows.

    Attributes:
        rows: (N, 7) `tcp_waypoints`.
        vias: how many of them only lead round something; 0 for a straight way.
    """

    rows: FloatArray
    vias: int


@dataclass(frozen=True)
class NoWay:
    """The gate's objection to the rows, where no way round was found."""

    finding: Finding


class Ways:
    """Finds ways in one cell; not thread-safe."""

    def __init__(self, cell: Cell) -> None:
        self._cell, self._arm = cell, Arm(cell)
        self._collider = Judge(cell, self._arm).collider

    def clear(self, rows: FloatArray, grip: Grip, seed: int = 0) -> Way | NoWay:
        """`rows` from the home pose, with further ones where a straight line is refused; the same for the same seed."""
        found, mended = list(rows), 0
        while (finding := self.objection(np.array(found), grip)) is not None:
            row = finding.index[0] if finding.index else 0
            if finding.rule not in CURABLE or mended == len(rows):
                return NoWay(finding)
            vias = self._round(found, row, grip, seed)
            if not vias:
                return NoWay(finding)
            found[row:row] = vias
            mended += 1
        return Way(np.array(found), len(found) - len(rows))

    def objection(self, rows: FloatArray, grip: Grip) -> Finding | None:
        """What the gate's rules on the path have against `rows` from the home pose, if anything."""
        route = waypoint_route(self._arm, self._cell, rows, self._arm.home, grip)
        objections = ask(Stage.PATH, Passage.of(route, self._cell, self._arm, self._collider, self._arm.home))
        return min((entry.finding for entry in objections), key=lambda finding: finding.index, default=None)

    def _round(self, rows: list[FloatArray], row: int, grip: Grip, seed: int) -> list[FloatArray]:
        """Rows that lead from the one before `row` to it; none where no way was found."""
        home = self._arm.tcp(self._arm.home).translation
        start = rows[row - 1][:3] if row else home
        width = rows[row - 1][6] if row else grip.command
        state = _grip_before(rows[:row], grip, self._cell)
        turn = rows[row][3:6]
        corners = _search(_point(start), _point(rows[row][:3]), self._is_free(turn, state), self._cell, seed)
        return [np.array([*corner, *turn, width]) for corner in corners]

    def _is_free(self, turn: FloatArray, grip: Grip) -> Callable[[Point], bool]:
        """Whether the arm can stand with its tool at a point, turned so, without breaking a rule of the gate."""
        rotation = pin.rpy.rpyToMatrix(*turn)
        known = [(self._arm.tcp(self._arm.home).translation, self._arm.home)]

        def free(point: Point) -> bool:
            _, seed = min(known, key=lambda entry: float(np.linalg.norm(entry[0] - point)))
            joints = self._arm.reach(pin.SE3(rotation, np.array(point)), seed)
            if joints is None:
                return False
            known.append((np.array(point), joints))
            return not ask(Stage.PATH, self._standing(joints, grip))

        return free

    def _standing(self, joints: FloatArray, grip: Grip) -> Passage:
        path = Postures.alike(joints[None], grip.width, holding=grip.holding)
        return Passage(
            cell=self._cell,
            joints=path.joints,
            rows=np.zeros(1),
            holding=path.holding.astype(np.float64),
            trace=self._arm.trace(path.joints),
            measured=joints,
            target=joints,
            changes=(),
            unreached=None,
            hits=self._collider.hits(path),
        )


def _grip_before(rows: list[FloatArray], grip: Grip, cell: Cell) -> Grip:
    """The gripper's state after `rows`, as the gate assumes it: what is closed on is held."""
    for row in rows:
        command = snapped(float(row[6]), cell.robot.gripper)
        if grip.differs(command):
            closing = command == 0.0
            grip = Grip(command, grip.width if closing else command, holding=closing)
    return grip


def _search(start: Point, goal: Point, free: Callable[[Point], bool], cell: Cell, seed: int) -> list[Point]:
    """Corners of a free way from `start` to `goal`, without these two; none where none was found."""
    if not (free(start) and free(goal)):
        return []
    util.noOutputHandler()
    util.RNG.setSeed(seed + 1)
    checks = 0

    def is_free(state: Any) -> bool:
        nonlocal checks
        checks += 1
        return free((state[0], state[1], state[2]))

    setup = geometric.SimpleSetup(_space(cell))
    setup.setStateValidityChecker(is_free)
    information = setup.getSpaceInformation()
    information.setStateValidityCheckingResolution(RESOLUTION / setup.getStateSpace().getMaximumExtent())
    setup.setStartAndGoalStates(_state(setup, start), _state(setup, goal))
    planner = geometric.RRTConnect(information)
    planner.setRange(STEP)
    setup.setPlanner(planner)
    setup.solve(base.PlannerTerminationCondition(lambda: checks > MOST_CHECKS))
    if not setup.haveExactSolutionPath():
        return []
    states = _shortened(setup.getSolutionPath().getStates(), information.checkMotion)
    return [(state[0], state[1], state[2]) for state in states[1:-1]]


def _shortened(states: list[Any], is_clear: Callable[[Any, Any], bool]) -> list[Any]:
    """The same way without the corners that can be left out, from the start to the goal."""
    kept, here = [states[0]], 0
    while here < len(states) - 1:
        farther = range(len(states) - 1, here + 1, -1)
        here = next((there for there in farther if is_clear(states[here], states[there])), here + 1)
        kept.append(states[here])
    return kept


def _space(cell: Cell) -> Any:
    """The workspace of the tool centre point [m]."""
    space, bounds = base.RealVectorStateSpace(3), base.RealVectorBounds(3)
    for axis, (low, high) in enumerate(zip(cell.limits.workspace_low, cell.limits.workspace_high, strict=True)):
        bounds.setLow(axis, low)
        bounds.setHigh(axis, high)
    space.setBounds(bounds)
    return space


def _state(setup: Any, point: Point) -> Any:
    state = setup.getStateSpace().allocState()
    for axis, value in enumerate(point):
        state[axis] = value
    return state


def _point(values: FloatArray) -> Point:
    x, y, z = (float(value) for value in values)
    return x, y, z
