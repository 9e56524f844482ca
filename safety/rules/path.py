"""Rules on the path in space, whatever its timing. None of them can be met by going slower.

Each asks whether a value is inside its bound, never whether it is outside: so no NaN passes.
"""

from typing import Final

import numpy as np

from safety.bodies import HELD_LENGTH
from safety.cases import Change, Passage
from safety.collision import Hit, Kind
from skills.base import FloatArray
from skills.call import Finding
from skills.cell import Cell
from skills.place import Belt, Fixture, Place, is_over

TIP_CLEARANCE: Final = 0.0007
"""Least gap between finger tips and the tray's floor [m]."""
BIN_DEPTH: Final = 0.04
"""Lowest tool centre point over a bin's floor [m]: what lies in it is not seen."""
NEST_DEPTH: Final = 0.004
"""How far the tool centre point may be below the axis of a bolt that lies in its nest [m]: the finger tips then are
8 mm above the fixture's foot."""
HANGING: Final = 0.02
"""How far a held part may hang below the tool centre point [m]; added outside the tray."""
JOINT_TOLERANCE: Final = 1e-9


def reach(case: Passage) -> Finding | None:
    """Every waypoint can be reached in a straight line within the joint limits."""
    if case.unreached is None:
        return None
    return Finding(
        rule="reach",
        index=(case.unreached,),
        text=f"row {case.unreached} can't be reached in a straight line within the joint limits",
    )


def joint_position(case: Passage) -> Finding | None:
    """Every joint within its range, all along the path."""
    low, high = np.array(case.cell.limits.joint_low), np.array(case.cell.limits.joint_high)
    beyond = np.argwhere(~((case.joints >= low - JOINT_TOLERANCE) & (case.joints <= high + JOINT_TOLERANCE)))
    if not len(beyond):
        return None
    point, joint = (int(i) for i in beyond[0])
    value = float(case.joints[point, joint])
    bound = float(low[joint] if value < low[joint] else high[joint])
    return Finding(
        rule="joint_position",
        index=(int(case.rows[point]), joint),
        value=value,
        bound=bound,
        unit="rad",
        text=f"joint {joint + 1} goes to {value:.3f} rad; its limit is {bound:.3f} rad",
    )


def start(case: Passage) -> Finding | None:
    """The first row of a timed chunk near where the arm stands."""
    away, most = np.abs(case.target - case.measured), case.cell.limits.start_joint_distance
    joint = int(np.argmax(away))
    if away[joint] <= most:
        return None
    return Finding(
        rule="start",
        index=(0, joint),
        value=float(away[joint]),
        bound=most,
        unit="rad",
        text=f"row 0 is {away[joint]:.3f} rad from where joint {joint + 1} stands; at most {most:g} rad are allowed",
    )


def tilt(case: Passage) -> Finding | None:
    """The tool points down, within a cone."""
    angles = np.arccos(np.clip(-case.trace.approach[:, 2], -1.0, 1.0))
    most = case.cell.limits.tilt
    return _above(
        case, "tilt", angles, most, "rad", "the tool leans {value:.2f} rad; at most {bound:g} rad are allowed"
    )


def workspace(case: Passage) -> Finding | None:
    """Tool centre point, and with it both ends of a held part, inside the cell's box."""
    low, high = np.array(case.cell.limits.workspace_low), np.array(case.cell.limits.workspace_high)
    overhang = np.abs(case.trace.along) * HELD_LENGTH / 2 * case.holding[:, None]
    below, above = low - (case.trace.tcp - overhang), case.trace.tcp + overhang - high
    out = np.argwhere(~(np.maximum(below, above) <= 0))
    if not len(out):
        return None
    point, axis = (int(i) for i in out[0])
    lower = below[point, axis] > 0
    bound = float(low[axis] if lower else high[axis])
    value = bound - float(below[point, axis]) if lower else bound + float(above[point, axis])
    return Finding(
        rule="workspace",
        index=(int(case.rows[point]), axis),
        value=value,
        bound=bound,
        unit="m",
        text=f"the tool goes to {'xyz'[axis]} = {value:.3f} m; the workspace ends at {bound:.3f} m",
    )


def floor(case: Passage) -> Finding | None:
    """Tool centre point above the floor of what is below it: tray, bin, belt, nest of a fixture or table."""
    floors = floor_heights(case.cell, case.trace.tcp, case.holding)
    low = np.argwhere(~(case.trace.tcp[:, 2] >= floors))
    if not len(low):
        return None
    point = int(low[0, 0])
    value, bound = float(case.trace.tcp[point, 2]), float(floors[point])
    return Finding(
        rule="floor",
        index=(int(case.rows[point]),),
        value=value,
        bound=bound,
        unit="m",
        text=f"the tool goes down to z = {value:.4f} m; here it must stay above {bound:.4f} m",
    )


def keep_out(case: Passage) -> Finding | None:
    """No link, finger or held part enters a keep-out."""
    return _hit(case, "keep_out", "keep_out")


def collision(case: Passage) -> Finding | None:
    """No link, finger or held part touches the table or a place."""
    return _hit(case, "collision", "environment")


def self_collision(case: Passage) -> Finding | None:
    """No link touches another."""
    return _hit(case, "self_collision", "self")


def release(case: Passage) -> Finding | None:
    """A part that is held is let go only over a place."""
    for change in case.changes:
        if lets_go(case.cell, change):
            x, y, _ = change.tcp
            return Finding(
                rule="release",
                index=(change.row,),
                value=change.width,
                bound=0.0,
                unit="m",
                text=f"row {change.row} opens the gripper on a part at x = {x:.3f}, y = {y:.3f} m, over no place",
            )
    return None


def lets_go(cell: Cell, change: Change) -> bool:
    """Whether the command would let go of a part over no place."""
    return change.grip.releases(change.width) and not _over_place(cell, change.tcp)


def floor_heights(cell: Cell, tcp: FloatArray, holding: FloatArray) -> FloatArray:
    """(N,) lowest z of the tool centre point [m] at each of the points `tcp` (N, 3)."""
    heights, tips = cell.limits.table_clearance + HANGING * holding, cell.robot.description.tool.tip_below
    for place in cell.places.values():
        heights = np.where(is_over(place, tcp), _floor_of(place, tcp, holding, tips), heights)
    return np.asarray(heights)


def _floor_of(place: Place, tcp: FloatArray, holding: FloatArray, tips: float) -> FloatArray:
    """(N,) lowest z over `place` of fingers that reach `tips` [m] further down.

    A part comes down onto a fixture only where a nest's chamfers catch it.
    """
    if isinstance(place, Fixture):
        over = np.zeros(len(tcp), dtype=np.bool_)
        for nest in place.nests():
            over |= np.abs(tcp[:, 1] - nest.y) <= place.clearance / 2 + place.chamfer
        beside = place.top + tips + TIP_CLEARANCE + HANGING * holding
        return np.asarray(np.where(over, place.height - NEST_DEPTH, beside))
    if isinstance(place, Belt):
        return np.asarray(place.height + tips + TIP_CLEARANCE + HANGING * holding)
    if place.kind == "tray":
        return np.full(len(tcp), place.floor + tips + TIP_CLEARANCE)
    return np.asarray(place.floor + BIN_DEPTH + HANGING * holding)


def _over_place(cell: Cell, tcp: FloatArray) -> bool:
    return any(bool(is_over(place, tcp)) for place in cell.places.values())


def _hit(case: Passage, rule: str, kind: Kind) -> Finding | None:
    hit: Hit | None = case.hits.get(kind)
    if hit is None:
        return None
    one, other = (case.cell.robot.description.spoken(name) for name in hit.bodies)
    row = int(case.rows[hit.index])
    return Finding(
        rule=rule,
        index=(row,),
        bound=hit.margin,
        unit="m",
        text=f"on the way of row {row} the {one} comes nearer than {hit.margin * 1e3:.0f} mm to the {other}",
    )


def _above(case: Passage, rule: str, values: FloatArray, bound: float, unit: str, text: str) -> Finding | None:
    """The first of `values` (N,) that is greater than `bound`."""
    over = np.argwhere(~(values <= bound))
    if not len(over):
        return None
    point = int(over[0, 0])
    value = float(values[point])
    sentence = text.format(value=value, bound=bound)
    return Finding(rule=rule, index=(int(case.rows[point]),), value=value, bound=bound, unit=unit, text=sentence)
