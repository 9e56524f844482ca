"""Does the robot fit its cell: can it rest at home, and reach its places with the tool pointing down?

Asked once before a cell is opened; the gate asks the same of every motion.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from safety.collision import Collider, Postures
from safety.grip import Grip
from safety.kinematics import Arm
from safety.route import waypoint_route
from skills.cell import Cell
from skills.errors import BadInput
from skills.spots import REACH
from skills.words import TRAY

DOWN: Final = (np.pi, 0.0)

Point = tuple[float, float, float]


def check_fit(cell: Cell) -> None:
    """Raises: BadInput (a hand that does not open so far, a home that leans or touches, a place out of reach),
    Unavailable (no URDF).
    """
    arm = Arm(cell)
    _check_hand(cell, arm)
    _check_home(cell, arm)
    for field, value, point in _points(cell):
        if not _reaches(cell, arm, point):
            height = f"{point[2]:g} m over the table"
            raise BadInput(field, value, f"where the {cell.robot.model} reaches, its tool pointing down, {height}")


def _check_hand(cell: Cell, arm: Arm) -> None:
    robot = cell.robot
    for joint, finger in enumerate(robot.description.tool.moving, start=len(robot.home)):
        at, most = float(finger.position(robot.gripper.max_width)), float(arm.model.upperPositionLimit[joint])
        if at > most + 1e-6:
            width = robot.gripper.max_width
            allowed = f"less: joint {finger.joint} would stand at {at:.3f}, and its URDF ends at {most:.3f}"
            raise BadInput("robot.gripper.max_width", width, allowed)


def _check_home(cell: Cell, arm: Arm) -> None:
    robot = cell.robot
    lean = float(np.arccos(np.clip(-arm.tcp(arm.home).rotation[2, 2], -1.0, 1.0)))
    if lean > cell.limits.tilt:
        raise BadInput(
            "robot.home", robot.home, f"a pose with the tool pointing down; there it leans by {lean:.2f} rad"
        )
    standing = Postures.alike(arm.home[None], robot.gripper.max_width, holding=False)
    for hit in Collider(cell, arm).hits(standing).values():
        one, other = (robot.description.spoken(name) for name in hit.bodies)
        raise BadInput("robot.home", robot.home, f"a pose in which the {one} is clear of the {other}")


def _points(cell: Cell) -> Iterator[tuple[str, object, Point]]:
    """(field, its value, the highest point of the tool that it asks for): the corners of the tray's inside, and where
    parts are let go.
    """
    for name, place in cell.places.items():
        if name != TRAY:
            yield f"places.{name}", place.release, (*place.release, cell.heights.above)
    (x, y), inside = cell.tray.centre, max(cell.tray.half - REACH, 0.0)
    for side in (-1, 1):
        for end in (-1, 1):
            corner = (x + side * inside, y + end * inside, max(cell.heights.hover, cell.heights.lift))
            yield f"places.{TRAY}", cell.tray.centre, corner


def _reaches(cell: Cell, arm: Arm, point: Point) -> bool:
    wide = cell.robot.gripper.max_width
    tool = arm.tcp(arm.home).rotation
    row = np.array([[*point, *DOWN, np.arctan2(tool[1, 0], tool[0, 0]), wide]])
    return waypoint_route(arm, cell, row, arm.home, Grip(wide, wide, holding=False)).unreached is None
