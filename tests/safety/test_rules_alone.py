"""For each rule a motion that only this rule stops (or slows): without the rule it passes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from safety.rules import RULES, Rule, table
from skills.base import FloatArray
from skills.call import Ruling
from skills.cell import Cell
from skills.chunk import GripperCommand, JointSlice
from skills.observation import Observation
from tests.safety.ideal_robot import KinematicDriver

DOWN = (np.pi, 0.0)
Benches = Callable[..., Any]
HOME = np.array([0.0, -1.3, 0.0, -2.75, 0.0, 1.45, 0.7854])
BESIDE_ITSELF = (
    [0.326, 0.7419, -2.4428, -0.2586, 1.866, 0.5004, 1.6837],
    [0.416, 0.8025, -2.4327, -0.3167, 1.8529, 0.5612, 1.7458],
)
"""Two neighbouring postures: free, and with the forearm at the hand; nothing else is wrong with either."""


@dataclass
class Ghost(KinematicDriver):
    """An ideal robot whose `haunted` measurement (counted from the first slice) is changed by `haunt`."""

    cell: Cell
    haunt: Callable[[Observation], dict[str, Any]]
    before_motion: bool = False

    def __post_init__(self) -> None:
        super().__init__(self.cell)
        self.done = False

    def measure(self) -> Observation:
        seen = super().measure()
        if not self.done and (self.before_motion or self.commands):
            self.done = True
            fields = {name: getattr(seen, name) for name in Observation.__dataclass_fields__}
            return Observation(**{**fields, **self.haunt(seen)})
        return seen


def turn(change: float, seconds: float, period: float = 0.02, joint: int = 6) -> FloatArray:
    """Home rows in which one joint turns by `change` [rad] and back to rest, with a smooth profile."""
    t = np.arange(1, round(seconds / period) + 1) * period / seconds
    path = np.repeat(HOME[None], len(t), axis=0)
    path[:, joint] += change * (10 * t**3 - 15 * t**4 + 6 * t**5)
    return path


def tightened(cell: Cell, **limits: Any) -> Cell:
    return cell.model_copy(update={"limits": cell.limits.model_copy(update=limits)})


def over(x: float, y: float, z: float, width: float = 0.08, roll: float = np.pi, yaw: float = 0.0) -> list[list[float]]:
    return [[x, y, z, roll, 0.0, yaw, width]]


def latch(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    bench.latch.close("somebody fell", 0)
    return bench.waypoints(over(0.5, 0.0, 0.3))


def finite_state(cell: Cell, benches: Benches) -> Ruling:
    ghost = Ghost(cell, lambda seen: {"joint_speeds": np.full(7, np.nan)}, before_motion=True)
    return benches(driver=ghost).waypoints(over(0.5, 0.0, 0.3))


def schema(cell: Cell, benches: Benches) -> Ruling:
    return benches().joints(HOME[None] + [0, 0, 0, 0, 0, 0, 0.05], period=1.5)


def finite_chunk(cell: Cell, benches: Benches) -> Ruling:
    return benches().waypoints(over(0.5, 0.0, 0.3, yaw=200 * np.pi))


def gripper_width(cell: Cell, benches: Benches) -> Ruling:
    return benches().waypoints(over(0.5, 0.0, 0.3, width=0.0825))


def bound_call(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    return bench.gate.execute(bench.chunk(over(0.5, 0.0, 0.3), call_id="another"))


def bound_checkpoint(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    return bench.gate.execute(bench.chunk(over(0.5, 0.0, 0.3), checkpoint="other weights"))


def sequence(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    unseen = bench.driver.measure()
    return bench.gate.execute(bench.chunk(over(0.5, 0.0, 0.3), answers=unseen.sequence, observed_ns=unseen.time_ns))


def replay(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    chunk = bench.chunk(over(0.5, 0.0, 0.3))
    assert bench.gate.execute(chunk).decision == "allow"
    return bench.gate.execute(chunk)


def age(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    chunk = bench.chunk(over(0.5, 0.0, 0.3))
    for _ in range(6):
        bench.driver.command(GripperCommand(0.08, 40.0))
    return bench.gate.execute(chunk)


def reach(cell: Cell, benches: Benches) -> Ruling:
    return benches().waypoints(over(0.74, 0.6, 0.5))


def joint_position(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    bench.driver.joints = np.array([*HOME[:6], 2.85])
    return bench.joints(np.array([[*HOME[:6], 2.91]]), period=0.5)


def start(cell: Cell, benches: Benches) -> Ruling:
    return benches().joints(HOME[None] + [0, 0, 0, 0, 0, 0, 0.15], period=0.9)


def tilt(cell: Cell, benches: Benches) -> Ruling:
    return benches().waypoints(over(0.5, 0.0, 0.3, roll=np.pi - 0.4))


def workspace(cell: Cell, benches: Benches) -> Ruling:
    return benches().waypoints(over(0.45, 0.0, 0.71))


def floor(cell: Cell, benches: Benches) -> Ruling:
    return benches().waypoints(over(0.35, 0.2, 0.05))


def keep_out(cell: Cell, benches: Benches) -> Ruling:
    post = {"name": "post", "low": (0.45, -0.03, 0.0), "high": (0.55, 0.03, 0.25)}
    fenced = Cell.model_validate({**cell.model_dump(), "keep_outs": [post]})
    return benches(fenced).waypoints(over(0.5, 0.0, 0.2))


def collision(cell: Cell, benches: Benches) -> Ruling:
    return benches().waypoints([*over(0.45, 0.40, 0.2), *over(0.45, 0.40, 0.045)])


def self_collision(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    free, touching = (np.array(joints) for joints in BESIDE_ITSELF)
    bench.driver.joints = free
    return bench.joints(touching[None], period=1.0)


def release(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    bench.grasp()
    return bench.waypoints(over(0.35, 0.2, 0.3, width=0.08))


def joint_speed(cell: Cell, benches: Benches) -> Ruling:
    return benches().joints(turn(1.2, seconds=0.76), period=0.02)


def joint_acceleration(cell: Cell, benches: Benches) -> Ruling:
    return benches().joints(turn(0.16, seconds=0.2), period=0.02)


def joint_jerk(cell: Cell, benches: Benches) -> Ruling:
    return benches(tightened(cell, joint_jerk=(20.0,) * 7)).joints(turn(0.5, seconds=1.0), period=0.02)


def tcp_speed(cell: Cell, benches: Benches) -> Ruling:
    return benches(tightened(cell, tcp_speed=0.1)).joints(turn(0.5, seconds=0.6, joint=0), period=0.02)


def elbow_speed(cell: Cell, benches: Benches) -> Ruling:
    return benches(tightened(cell, elbow_speed=0.1)).joints(turn(0.5, seconds=0.6, joint=0), period=0.02)


def stop_request(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    return bench.waypoints(over(0.5, 0.0, 0.3), lambda _: bench.gate.request_stop("a person calls"))


def finite_motion(cell: Cell, benches: Benches) -> Ruling:
    ghost = Ghost(cell, lambda seen: {"tcp": np.full(7, np.nan)})
    return benches(driver=ghost).waypoints(over(0.5, 0.0, 0.3))


def tracking(cell: Cell, benches: Benches) -> Ruling:
    ghost = Ghost(cell, lambda seen: {"joints": seen.joints + 0.11 * np.eye(7)[3]})
    return benches(driver=ghost).waypoints(over(0.5, 0.0, 0.3))


def budget(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    bench.bind(seconds=0.5)
    return bench.waypoints(over(0.5, 0.0, 0.3))


def release_now(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    bench.driver.width, bench.driver.part_width = 0.0, 0.04
    return bench.waypoints([*over(0.5, 0.0, 0.3, width=0.02), *over(0.25, 0.15, 0.3, width=0.08)])


def grasp(cell: Cell, benches: Benches) -> Ruling:
    bench = benches()
    bench.grasp()

    def slips(_: float) -> None:
        bench.driver.width = 0.0

    return bench.waypoints(over(0.5, 0.0, 0.3, width=0.0), slips)


SCENES: dict[str, Callable[[Cell, Benches], Ruling]] = {
    scene.__name__: scene
    for scene in (
        latch, finite_state, schema, finite_chunk, gripper_width, bound_call, bound_checkpoint, sequence, replay, age,
        reach, joint_position, start, tilt, workspace, floor, keep_out, collision, self_collision, release,
        joint_speed, joint_acceleration, joint_jerk, tcp_speed, elbow_speed, stop_request, finite_motion, tracking,
        budget, release_now, grasp,
    )
}  # fmt: skip


ASKED_AGAIN = {"release": "release_now"}
"""Rules that another one asks again, of what is measured."""


def test_every_rule_has_its_scene() -> None:
    assert list(SCENES) == [rule.name for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_only_this_rule_stops_it(rule: Rule, cell: Cell, benches: Benches) -> None:
    ruling = SCENES[rule.name](cell, benches)

    assert [finding.rule for finding in ruling.findings] == [rule.name]
    assert ruling.decision == rule.then
    assert ruling.latched == rule.latches


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_without_the_rule_it_passes(rule: Rule, cell: Cell, benches: Benches, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = (rule.name, ASKED_AGAIN.get(rule.name))
    monkeypatch.setattr(table, "RULES", tuple(other for other in RULES if other.name not in gone))

    assert SCENES[rule.name](cell, benches).decision == "allow"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.then == "clamp"], ids=lambda rule: rule.name)
def test_slowing_goes_the_same_way_within_the_limit(rule: Rule, cell: Cell, benches: Benches) -> None:
    made: list[Any] = []

    def watched(*args: Any, **kwargs: Any) -> Any:
        made.append(benches(*args, **kwargs))
        return made[-1]

    SCENES[rule.name](cell, watched)
    sent = [c.positions for c in made[0].driver.commands if isinstance(c, JointSlice)]
    path = np.vstack(sent)

    moving = int(np.argmax(np.abs(path[-1] - HOME)))
    still = np.delete(path, moving, axis=1)
    assert np.abs(still - np.delete(HOME, moving)).max() < 1e-12
    assert np.diff(path[:, moving]).min() > -1e-9
