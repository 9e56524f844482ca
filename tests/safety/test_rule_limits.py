"""Each rule at its limit and past it; the finding is compared whole."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from safety.cases import Change, Moment, Passage, Proposal, State, Timed
from safety.collision import Hit
from safety.grip import Grip
from safety.kinematics import Arm, Trace
from safety.route import Stretch
from safety.rules import motion, path, proposal, timing
from safety.spline import Spline
from safety.timing import PERIOD, Leg
from skills.base import FloatArray
from skills.call import Finding
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.observation import Observation

HOLDING = Grip(0.0, 0.02, holding=True)
OPEN = Grip(0.08, 0.08, holding=False)


def rounded(finding: Finding | None) -> Finding | None:
    """The finding with its numbers to the sixth digit."""
    numbers = {} if finding is None else {name: getattr(finding, name) for name in ("value", "bound")}
    return finding and finding.model_copy(update={name: n and round(n, 6) for name, n in numbers.items()})


@pytest.fixture
def case(cell: Cell) -> Proposal:
    chunk = ActionChunk(np.zeros((2, 7)), "tcp_waypoints", answers=5, observed_ns=10**9, call_id="c", checkpoint="w")
    return Proposal(chunk, cell, "c", "w", seen={5: 10**9}, answered=frozenset(), now_ns=2 * 10**9)


def with_values(case: Proposal, column: int, value: float) -> Proposal:
    values = np.zeros((2, 7))
    values[1, column] = value
    return replace(case, chunk=replace(case.chunk, values=values))


def test_schema(case: Proposal) -> None:
    def rows(count: int) -> Proposal:
        return replace(case, chunk=replace(case.chunk, values=np.zeros((count, 7))))

    assert proposal.schema(rows(1)) is None
    assert proposal.schema(rows(200)) is None
    assert proposal.schema(rows(201)) == Finding(
        rule="schema", value=201, bound=200, unit="rows", text="a chunk has 1 to 200 rows, not 201"
    )
    assert proposal.schema(rows(0)) is not None

    def period(seconds: float) -> Proposal:
        chunk = replace(case.chunk, values=np.zeros((1, 8)), space="joint_positions", period=seconds)
        return replace(case, chunk=chunk)

    assert proposal.schema(period(1.0)) is None
    assert proposal.schema(period(1.001)) == Finding(
        rule="schema", value=1.001, bound=1.0, unit="s", text="the period is no time step"
    )


def test_finite_chunk(case: Proposal) -> None:
    assert proposal.finite_chunk(with_values(case, 3, 100.0)) is None
    assert proposal.finite_chunk(with_values(case, 3, -100.1)) == Finding(
        rule="finite_chunk",
        index=(1, 3),
        value=-100.1,
        bound=100.0,
        text="row 1, column 3 holds -100.1; no number of a chunk is greater than 100",
    )


@pytest.mark.parametrize("width", [-0.002, 0.0, 0.08, 0.082])
def test_gripper_width_at_its_limits(case: Proposal, width: float) -> None:
    assert proposal.gripper_width(with_values(case, 6, width)) is None


@pytest.mark.parametrize("width", [-0.0021, 0.0821])
def test_gripper_width_past_them(case: Proposal, width: float) -> None:
    text = f"row 1 opens the gripper to {width * 1e3:.1f} mm; it goes from 0 to 80 mm"
    assert proposal.gripper_width(with_values(case, 6, width)) == Finding(
        rule="gripper_width", index=(1,), value=width, bound=0.08, unit="m", text=text
    )


def test_identity(case: Proposal) -> None:
    assert proposal.bound_call(case) is None
    assert proposal.bound_call(replace(case, call_id="d")) == Finding(
        rule="bound_call", text="the chunk is of call 'c'; the call under way is 'd'"
    )
    assert proposal.bound_checkpoint(case) is None
    assert proposal.bound_checkpoint(replace(case, checkpoint="v")) == Finding(
        rule="bound_checkpoint", text="the chunk comes from checkpoint 'w', not from 'v'"
    )
    assert proposal.replay(case) is None
    assert proposal.replay(replace(case, answered=frozenset({5}))) == Finding(
        rule="replay", value=5, text="observation 5 was answered before"
    )


@pytest.mark.parametrize("seen", [{}, {4: 10**9}, {5: 10**9 + 1}])
def test_sequence(case: Proposal, seen: dict[int, int]) -> None:
    assert proposal.sequence(case) is None
    assert proposal.sequence(replace(case, seen=seen)) == Finding(
        rule="sequence",
        value=5,
        text="the chunk answers observation 5, which was not handed out since the arm last moved",
    )


def test_age(case: Proposal) -> None:
    assert proposal.age(replace(case, now_ns=10**9)) is None
    assert proposal.age(replace(case, now_ns=3 * 10**9)) is None
    assert rounded(proposal.age(replace(case, now_ns=3 * 10**9 + 10**7))) == Finding(
        rule="age",
        value=2.01,
        bound=2.0,
        unit="s",
        text="the chunk answers an observation 2.01 s old; at most 2 s are allowed",
    )
    assert proposal.age(replace(case, now_ns=10**9 - 1)) is not None


def state(**changes: Any) -> Observation:
    fields: dict[str, Any] = {
        "images": {},
        "joints": np.zeros(7),
        "joint_speeds": np.zeros(7),
        "gripper_width": 0.02,
        "tcp": np.zeros(7),
        "time_ns": 0,
        "sequence": 1,
    }
    return Observation(**{**fields, **changes})


def test_latch() -> None:
    assert proposal.latch(State(state(), None)) is None
    assert proposal.latch(State(state(), "smoke")) == Finding(
        rule="latch", text="stopped before: smoke; a person has to reset it"
    )


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("joints", np.array([0, np.nan, 0, 0, 0, 0, 0]), "joint positions"),
        ("joint_speeds", np.array([0, np.inf, 0, 0, 0, 0, 0]), "joint speeds"),
        ("tcp", np.array([0, -np.inf, 0, 0, 0, 0, 0]), "tool's pose"),
    ],
)
def test_finite_state(field: str, value: FloatArray, name: str) -> None:
    assert proposal.finite_state(State(state(), None)) is None
    assert proposal.finite_state(State(state(**{field: value}), None)) == Finding(
        rule="finite_state", index=(1,), text=f"the measured {name} hold no number"
    )


@pytest.fixture
def passage(cell: Cell) -> Passage:
    """Two points over the tray's middle, at 0.3 m, pointing down, holding nothing."""
    joints = np.repeat(np.array(cell.robot.home)[None], 2, axis=0)
    down, along = np.array([[0.0, 0.0, -1.0]] * 2), np.array([[1.0, 0.0, 0.0]] * 2)
    trace = Trace(tcp=np.array([[0.5, 0.0, 0.3]] * 2), elbow=np.zeros((2, 3)), approach=down, along=along)
    return Passage(
        cell=cell,
        joints=joints,
        rows=np.array([0.0, 4.0]),
        holding=np.zeros(2),
        trace=trace,
        measured=joints[0],
        target=joints[0],
        changes=(),
        unreached=None,
        hits={},
    )


def at(passage: Passage, *tcp: float, holding: bool = False) -> Passage:
    points = np.array([[0.5, 0.0, 0.3], tcp])
    return replace(passage, trace=replace(passage.trace, tcp=points), holding=np.full(2, float(holding)))


def test_reach(passage: Passage) -> None:
    assert path.reach(passage) is None
    assert path.reach(replace(passage, unreached=3)) == Finding(
        rule="reach", index=(3,), text="row 3 can't be reached in a straight line within the joint limits"
    )


@pytest.mark.parametrize(("joint", "edge", "beyond"), [(3, -3.0718, -3.0719), (5, 3.7525, 3.7526), (6, 2.8973, 2.8974)])
def test_joint_position(passage: Passage, joint: int, edge: float, beyond: float) -> None:
    def moved(angle: float) -> Passage:
        joints = passage.joints.copy()
        joints[1, joint] = angle
        return replace(passage, joints=joints)

    assert path.joint_position(moved(edge)) is None
    assert path.joint_position(moved(beyond)) == Finding(
        rule="joint_position",
        index=(4, joint),
        value=beyond,
        bound=edge,
        unit="rad",
        text=f"joint {joint + 1} goes to {beyond:.3f} rad; its limit is {edge:.3f} rad",
    )
    assert path.joint_position(moved(np.nan)) is not None


def test_start(passage: Passage) -> None:
    def away(angle: float) -> Passage:
        return replace(passage, target=passage.measured + angle * np.eye(7)[2])

    assert path.start(away(0.1)) is None
    assert rounded(path.start(away(-0.101))) == Finding(
        rule="start",
        index=(0, 2),
        value=0.101,
        bound=0.1,
        unit="rad",
        text="row 0 is 0.101 rad from where joint 3 stands; at most 0.1 rad are allowed",
    )


def test_tilt(passage: Passage) -> None:
    def leaning(angle: float) -> Passage:
        approach = np.array([[0.0, 0.0, -1.0], [np.sin(angle), 0.0, -np.cos(angle)]])
        return replace(passage, trace=replace(passage.trace, approach=approach))

    assert path.tilt(leaning(0.3499)) is None
    assert rounded(path.tilt(leaning(0.36))) == Finding(
        rule="tilt",
        index=(4,),
        value=0.36,
        bound=0.35,
        unit="rad",
        text="the tool leans 0.36 rad; at most 0.35 rad are allowed",
    )
    assert path.tilt(leaning(np.nan)) is not None


@pytest.mark.parametrize(
    ("inside", "outside", "axis", "bound"),
    [
        ((0.8, 0.0, 0.3), (0.801, 0.0, 0.3), 0, 0.8),
        ((-0.05, 0.0, 0.3), (-0.051, 0.0, 0.3), 0, -0.05),
        ((0.5, 0.65, 0.3), (0.5, 0.651, 0.3), 1, 0.65),
        ((0.5, 0.0, 0.7), (0.5, 0.0, 0.701), 2, 0.7),
    ],
)
def test_workspace(passage: Passage, inside: Any, outside: Any, axis: int, bound: float) -> None:
    assert path.workspace(at(passage, *inside)) is None
    value = outside[axis]
    assert rounded(path.workspace(at(passage, *outside))) == Finding(
        rule="workspace",
        index=(4, axis),
        value=value,
        bound=bound,
        unit="m",
        text=f"the tool goes to {'xyz'[axis]} = {value:.3f} m; the workspace ends at {bound:.3f} m",
    )


def test_a_held_part_counts_as_tool(passage: Passage) -> None:
    assert path.workspace(at(passage, 0.758, 0.0, 0.3, holding=True)) is None
    assert path.workspace(at(passage, 0.759, 0.0, 0.3)) is None
    assert path.workspace(at(passage, 0.759, 0.0, 0.3, holding=True)) is not None


@pytest.mark.parametrize(
    ("x", "y", "holding", "bound"),
    [
        (0.5, 0.0, False, 0.008),
        (0.5, 0.0, True, 0.008),
        (0.6499, 0.1499, False, 0.008),
        (0.45, 0.36, False, 0.04),
        (0.45, 0.36, True, 0.06),
        (0.67, 0.0, False, 0.06),
        (0.67, 0.0, True, 0.08),
        (0.691, -0.299, False, 0.03),
        (0.74, 0.0, True, 0.05),
        (0.28, 0.3, True, 0.022),
        (0.28, 0.3054, True, 0.022),
        (0.28, 0.3056, True, 0.058),
        (0.28, 0.3056, False, 0.038),
        (0.28, -0.348, False, 0.022),
    ],
)
def test_floor(passage: Passage, x: float, y: float, holding: bool, bound: float) -> None:
    assert path.floor(at(passage, x, y, bound + 1e-6, holding=holding)) is None
    low = round(bound - 1e-4, 6)
    assert rounded(path.floor(at(passage, x, y, low, holding=holding))) == Finding(
        rule="floor",
        index=(4,),
        value=low,
        bound=bound,
        unit="m",
        text=f"the tool goes down to z = {low:.4f} m; here it must stay above {bound:.4f} m",
    )


@pytest.mark.parametrize(
    ("rule", "kind"), [("keep_out", "keep_out"), ("collision", "environment"), ("self_collision", "self")]
)
def test_hits(passage: Passage, rule: str, kind: Any) -> None:
    check = getattr(path, rule)
    hit = Hit(kind, 1, ("panda_hand", "wall of the tray"), 0.01)
    others = {other: hit for other in ("environment", "keep_out", "self") if other != kind}

    assert check(replace(passage, hits=others)) is None
    assert check(replace(passage, hits={kind: hit})) == Finding(
        rule=rule,
        index=(4,),
        bound=0.01,
        unit="m",
        text="on the way of row 4 the hand comes nearer than 10 mm to the wall of the tray",
    )


@pytest.mark.parametrize(
    ("at_y", "grip", "width", "stops"),
    [
        (0.15, HOLDING, 0.08, False),
        (0.151, HOLDING, 0.08, True),
        (0.151, HOLDING, 0.01, True),
        (0.151, HOLDING, 0.0, False),
        (0.151, OPEN, 0.08, False),
    ],
)
def test_release(passage: Passage, at_y: float, grip: Grip, width: float, stops: bool) -> None:
    change = Change(row=2, tcp=np.array([0.5, at_y, 0.2]), width=width, grip=grip)
    found = path.release(replace(passage, changes=(change,)))

    expected = Finding(
        rule="release",
        index=(2,),
        value=width,
        bound=0.0,
        unit="m",
        text=f"row 2 opens the gripper on a part at x = 0.500, y = {at_y:.3f} m, over no place",
    )
    assert found == (expected if stops else None)


def leg(positions: FloatArray, velocities: FloatArray | None = None, tcp: FloatArray | None = None) -> Leg:
    start = np.zeros(7)
    spline = Spline.through(np.array([0.0, 1.0]), np.vstack([start, positions[-1]]))
    still = np.zeros((len(positions) + 1, 3))
    return Leg(
        stretch=Stretch(spline, True, 3, 1.0, OPEN, None),
        positions=positions,
        velocities=np.zeros_like(positions) if velocities is None else velocities,
        rows=np.full(len(positions), 3.0),
        tcp=still if tcp is None else tcp,
        elbow=still if tcp is None else tcp,
    )


def single_joint(values: list[float]) -> FloatArray:
    return np.outer(values, np.eye(7)[1])


@pytest.mark.parametrize(
    ("rule", "unit", "order"),
    [("joint_speed", "rad/s", 1), ("joint_acceleration", "rad/s²", 2), ("joint_jerk", "rad/s³", 3)],
)
def test_derivatives(cell: Cell, rule: str, unit: str, order: int) -> None:
    """One step of a joint and rest: speed s, acceleration s / T and back, jerk 2 s / T²."""
    bound = getattr(cell.limits, rule)[1]
    peak = {1: 1.0, 2: 1.0, 3: 2.0}[order]
    edge = bound * PERIOD**order / peak
    check = getattr(timing, rule)

    assert check(Timed(cell, (leg(single_joint([edge] * 4)),))) is None
    found = check(Timed(cell, (leg(single_joint([edge * 1.04] * 4)),)))
    assert rounded(found) == Finding(
        rule=rule,
        index=(3, 1),
        value=round(bound * 1.04, 6),
        bound=bound,
        unit=unit,
        text=f"joint 2 would take {bound * 1.04:.4g} {unit} in row 3; its limit is {bound:g} {unit}",
    )
    assert check(Timed(cell, (leg(single_joint([np.nan] * 4)),))) is not None


def test_a_velocity_that_the_positions_do_not_have_counts(cell: Cell) -> None:
    still = single_joint([0.0] * 4)
    assert timing.joint_speed(Timed(cell, (leg(still, still + 2.0),))) is None
    assert timing.joint_speed(Timed(cell, (leg(still, still + 2.2),))) is not None


def test_stopping_too_hard_counts(cell: Cell) -> None:
    """A path that ends at speed must stop within one period: its last step is an acceleration."""
    ramp = single_joint(np.cumsum(np.linspace(0, 0.005, 30)).tolist())
    found = timing.joint_acceleration(Timed(cell, (leg(ramp),)))
    assert found is not None
    assert found.value == pytest.approx(0.005 / PERIOD**2)


@pytest.mark.parametrize(("rule", "name"), [("tcp_speed", "the tool"), ("elbow_speed", "the elbow")])
def test_point_speeds(cell: Cell, rule: str, name: str) -> None:
    def going(speed: float) -> Timed:
        points = np.outer(np.arange(5), [speed * PERIOD, 0.0, 0.0])
        return Timed(cell, (leg(single_joint([0.0] * 4), tcp=points),))

    check = getattr(timing, rule)
    assert check(going(1.5)) is None
    assert rounded(check(going(1.52))) == Finding(
        rule=rule,
        index=(3,),
        value=1.52,
        bound=1.5,
        unit="m/s",
        text=f"{name} would go at 1.52 m/s in row 3; its limit is 1.5 m/s",
    )


def test_no_motion_breaks_no_timing(cell: Cell) -> None:
    arm = Arm(cell)
    nothing = np.empty((0, 7))
    here = Spline.through(np.array([0.0, 1.0]), np.vstack([arm.home, arm.home]))
    one = np.zeros((1, 3))
    empty = Leg(Stretch(here, False, 0, 1.0, OPEN, None), nothing, nothing, np.empty(0), one, one)

    for check in (
        timing.joint_speed,
        timing.joint_acceleration,
        timing.joint_jerk,
        timing.tcp_speed,
        timing.elbow_speed,
    ):
        assert check(Timed(cell, (empty,))) is None


@pytest.fixture
def moment(cell: Cell) -> Moment:
    return Moment(cell, state(), commanded=np.zeros(7), carrying=True, stop=None, until_ns=None, change=None)


def test_stop_request(moment: Moment) -> None:
    assert motion.stop_request(moment) is None
    assert motion.stop_request(replace(moment, stop="enough")) == Finding(rule="stop_request", text="enough")


def test_finite_motion(moment: Moment) -> None:
    assert motion.finite_motion(moment) is None
    assert motion.finite_motion(replace(moment, measured=state(gripper_width=np.nan))) == Finding(
        rule="finite_motion", index=(0,), text="the measured gripper's width hold no number"
    )


def test_tracking(moment: Moment) -> None:
    assert motion.tracking(replace(moment, commanded=0.1 * np.eye(7)[4])) is None
    assert motion.tracking(replace(moment, commanded=0.101 * np.eye(7)[4])) == Finding(
        rule="tracking",
        index=(4,),
        value=0.101,
        bound=0.1,
        unit="rad",
        text="joint 5 is 0.101 rad from where it was sent; at most 0.1 rad are allowed",
    )
    assert motion.tracking(replace(moment, commanded=np.full(7, np.nan))) is not None


def test_grasp(moment: Moment) -> None:
    assert motion.grasp(replace(moment, measured=state(gripper_width=0.0041))) is None
    assert motion.grasp(replace(moment, carrying=False, measured=state(gripper_width=0.0))) is None
    there = np.array([0.3, -0.2, 0.4, 1, 0, 0, 0])
    assert motion.grasp(replace(moment, measured=state(gripper_width=0.004, tcp=there))) == Finding(
        rule="grasp",
        value=0.004,
        bound=0.004,
        unit="m",
        text="the part is lost: the fingers have met at 4.0 mm",
        at=(0.3, -0.2),
    )


def test_budget(moment: Moment) -> None:
    now = moment.measured.time_ns
    assert motion.budget(moment) is None
    assert motion.budget(replace(moment, until_ns=now)) is None
    text = "the call's time was spent 2.50 s ago"
    late = replace(moment, until_ns=now - 2_500_000_000)
    assert motion.budget(late) == Finding(rule="budget", value=2.5, bound=0.0, unit="s", text=text)


def test_release_now(cell: Cell, moment: Moment) -> None:
    held, (x, y) = Grip(0.0, 0.02, holding=True), cell.places["tray"].centre
    nowhere = Change(0, np.array([0.25, 0.15, 0.3]), 0.08, held)
    assert motion.release_now(replace(moment, change=nowhere)) == Finding(
        rule="release_now",
        value=0.08,
        bound=0.0,
        unit="m",
        text="the gripper was to open on a part at x = 0.250, y = 0.150 m, over no place",
    )
    for harmless in (
        replace(nowhere, tcp=np.array([x, y, 0.3])),
        replace(nowhere, width=0.0),
        replace(nowhere, grip=Grip(0.0, 0.0, holding=False)),
    ):
        assert motion.release_now(replace(moment, change=harmless)) is None
