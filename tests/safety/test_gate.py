"""The gate fails closed: whatever is wrong, the arm stands, it is written down, and latched where it must be."""

import json
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safety.audit import Audit, verify_audit
from safety.gate import SLICE_ROWS, SafetyGate
from safety.latch import Latch
from safety.rules import RULES, Rule, table
from safety.stops import STANDSTILL_LOOKS
from skills.call import Finding, Ruling
from skills.cell import Cell
from skills.chunk import GripperCommand, JointSlice
from skills.errors import BadInput, Unavailable
from skills.observation import Observation
from tests.safety.ideal_robot import KinematicDriver

UP = [[0.5, 0.0, 0.3, np.pi, 0.0, 0.0, 0.08]]
Benches = Callable[..., Any]


def entries(bench: Any) -> list[dict[str, Any]]:
    assert verify_audit(bench.audit) is None
    return [json.loads(line) for line in bench.audit.read_text(encoding="utf-8").splitlines()]


def test_an_allowed_chunk_arrives_and_is_written_down(bench: Any) -> None:
    ruling = bench.waypoints(UP)

    assert ruling == Ruling(decision="allow", sent_rows=len(bench.sent()), seconds=ruling.seconds)
    assert ruling.seconds == pytest.approx(len(bench.sent()) * 0.01, abs=0.1)
    assert np.allclose(bench.arm.tcp(bench.driver.joints).translation, [0.5, 0.0, 0.3], atol=1e-5)
    motion, ruled = entries(bench)
    assert (motion["kind"], motion["rows"], motion["values"]) == ("motion", ruling.sent_rows, UP)
    assert (ruled["kind"], ruled["ruling"]["decision"], ruled["call_id"]) == ("ruling", "allow", "call-1")


def test_nothing_passes_before_a_call_is_bound(bench: Any) -> None:
    bench.gate.unbind()
    ruling = bench.waypoints(UP)

    finding = Finding(rule="bound_call", text="the chunk is of call 'call-1'; the call under way is none")
    assert ruling == Ruling(decision="stop", findings=(finding,), seconds=ruling.seconds)
    assert bench.driver.commands == []
    assert bench.gate.latched is None


def test_progress_rises_to_one(bench: Any) -> None:
    seen: list[float] = []
    bench.waypoints(bench.pick(0.5, 0.0), seen.append)

    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("column", range(7))
def test_no_number_of_a_chunk_may_be_none(bench: Any, bad: float, column: int) -> None:
    rows = np.array(UP * 2)
    rows[1, column] = bad
    ruling = bench.waypoints(rows)

    assert ruling.decision == "stop"
    assert ruling.findings[0].rule == "finite_chunk"
    assert ruling.findings[0].index == (1, column)
    assert bench.driver.commands == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_no_number_of_a_joint_chunk_may_be_none(bench: Any, bad: float) -> None:
    path = np.repeat(bench.arm.home[None], 4, axis=0)
    path[2, 3] = bad

    assert bench.joints(path, 0.1).findings[0].rule == "finite_chunk"
    assert bench.driver.commands == []


def test_an_unknown_space_is_refused(bench: Any) -> None:
    ruling = bench.gate.execute(bench.chunk(np.zeros((3, 7)), period=0.1, space="cartesian_deltas"))

    assert ruling.findings[0] == Finding(
        rule="schema", text="the space 'cartesian_deltas' is none of tcp_waypoints, joint_positions"
    )


@pytest.mark.parametrize("columns", [6, 7, 9])
def test_joint_rows_of_another_robot_are_refused(bench: Any, columns: int) -> None:
    ruling = bench.gate.execute(bench.chunk(np.zeros((3, columns)), period=0.1))

    text = f"joint_positions has 8 columns, not {columns}"
    assert ruling.findings[0] == Finding(rule="schema", value=columns, bound=8, unit="columns", text=text)


@pytest.mark.parametrize(("rows", "period"), [(0, 0.1), (201, 0.1), (3, 0.0), (3, -0.1), (3, np.nan), (3, 1.1)])
def test_rows_and_period_of_nobody_are_refused(bench: Any, rows: int, period: float) -> None:
    assert bench.gate.execute(bench.chunk(np.zeros((rows, 8)), period=period)).findings[0].rule == "schema"
    assert bench.driver.commands == []


def test_what_was_seen_before_a_motion_is_answered_no_more(bench: Any) -> None:
    early, late = bench.chunk(UP), bench.chunk(UP)
    assert bench.gate.execute(late).decision == "allow"
    ruling = bench.gate.execute(early)

    assert [finding.rule for finding in ruling.findings] == ["sequence"]
    assert ruling.latched is False


def test_an_observation_from_the_future_is_refused(bench: Any) -> None:
    chunk = bench.chunk(UP)
    future = bench.driver.now_ns() + 10**9
    bench.gate._provenance._seen[chunk.answers] = future

    assert [f.rule for f in bench.gate.execute(replace(chunk, observed_ns=future)).findings] == ["age"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_an_exception_inside_any_rule_is_a_latched_stop(
    rule: Rule, bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raises(_: object) -> Finding | None:
        raise ZeroDivisionError("the rule divides by zero")

    broken = tuple(replace(other, check=raises) if other is rule else other for other in RULES)
    monkeypatch.setattr(table, "RULES", broken)
    moved = bench.joints(np.repeat(bench.arm.home[None], 3, axis=0) + 0.001, 0.1)

    text = f"RuleFailed: rule {rule.name} failed: ZeroDivisionError: the rule divides by zero"
    assert moved.findings == (Finding(rule="exception", text=text),)
    assert (moved.decision, moved.latched, moved.sent_rows) == ("stop", True, 0)
    assert bench.driver.commands == []
    assert bench.gate.latched == text
    assert entries(bench)[-1]["ruling"]["latched"] is True


def test_a_latched_stop_outlives_a_restart(bench: Any) -> None:
    bench.gate.request_stop("the light curtain was crossed")
    bench.driver.commands.clear()
    again = SafetyGate(bench.cell, bench.driver, bench.driver, Latch(bench.folder / "latch.json"), Audit(bench.audit))
    again.bind(again_call(), "c0ffee")

    assert again.latched == "the light curtain was crossed"
    assert again.go_home(open_gripper=False).latched is True
    assert bench.driver.commands == []

    again.reset("Ada", again.stops)
    assert again.latched is None
    assert again.go_home(open_gripper=False).decision == "allow"
    kinds = [(entry["kind"], entry.get("by"), entry.get("reason")) for entry in entries(bench)]
    assert kinds[0] == ("stop", None, "the light curtain was crossed")
    assert kinds[2] == ("reset", "Ada", "the light curtain was crossed")


def again_call() -> Any:
    from skills.call import SkillCall
    from skills.scene import PartQuery

    return SkillCall(id="again", skill="pick", arguments={}, phrase="pick up the part", part=PartQuery())


def test_only_a_person_with_a_name_resets(bench: Any) -> None:
    bench.gate.request_stop("stop")
    with pytest.raises(BadInput, match=r"^by: ' ' is not allowed; it must be the name of the person"):
        bench.gate.reset(" ", bench.gate.stops)
    assert bench.gate.latched == "stop"


def test_a_stop_takes_effect_within_one_slice(bench: Any) -> None:
    def after_three(_: float) -> None:
        if len(bench.driver.commands) == 3:
            bench.gate.request_stop("a person calls")

    ruling = bench.waypoints(UP, after_three)

    assert ruling.findings == (Finding(rule="stop_request", text="a person calls"),)
    assert (ruling.sent_rows, ruling.latched) == (3 * SLICE_ROWS, True)
    assert len(bench.driver.commands) == 3
    assert bench.gate.latched == "a person calls"


def test_a_stop_from_a_signal_and_from_a_thread(bench: Any) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: bench.gate.request_stop("signal"))
    try:
        ruling = bench.waypoints(UP, lambda _: signal.raise_signal(signal.SIGUSR1))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert (ruling.findings[0].text, ruling.sent_rows) == ("signal", SLICE_ROWS)

    bench.gate.reset("Ada", bench.gate.stops)

    def from_a_thread(_: float) -> None:
        thread = threading.Thread(target=bench.gate.request_stop, args=("thread",))
        thread.start()
        thread.join()

    assert bench.waypoints(UP, from_a_thread).findings[0].text == "thread"


def test_a_stop_while_nothing_moves_is_on_the_disk_at_once(bench: Any) -> None:
    bench.gate.request_stop("stop")

    assert Latch(bench.folder / "latch.json").reason == "stop"


def test_one_motion_at_a_time(bench: Any) -> None:
    inner: list[Ruling] = []
    bench.waypoints(UP, lambda _: inner.append(bench.gate.go_home(open_gripper=False)))

    finding = Finding(rule="one_owner", text="another motion is under way")
    assert inner[0] == Ruling(decision="stop", findings=(finding,))


class Faulty(KinematicDriver):
    """Fails in one way from the given command on."""

    def __init__(self, cell: Cell, after: int = 3) -> None:
        super().__init__(cell)
        self.after, self.stops = after, 0

    def stop(self) -> None:
        self.stops += 1

    @property
    def failing(self) -> bool:
        return len(self.commands) >= self.after


class Unplugged(Faulty):
    def command(self, motion: JointSlice | GripperCommand) -> None:
        if self.failing:
            raise Unavailable("the robot", "does not answer; look at its cable")
        super().command(motion)


class Runaway(Faulty):
    """Keeps moving: its measured speed never falls."""

    def measure(self) -> Observation:
        seen = super().measure()
        return replace(seen, joint_speeds=np.full(7, 0.5)) if self.failing else seen


class Astray(Faulty):
    """Is pushed away from its path."""

    def measure(self) -> Observation:
        seen = super().measure()
        return replace(seen, joints=seen.joints + 0.2) if self.failing else seen


class Blind(Faulty):
    """Measures NaN while it moves."""

    def measure(self) -> Observation:
        seen = super().measure()
        return replace(seen, joints=np.full(7, np.nan)) if self.failing and not self.stops else seen


def test_a_driver_that_fails_is_a_latched_stop(cell: Cell, benches: Benches) -> None:
    bench = benches(driver=Unplugged(cell))
    ruling = bench.waypoints(UP)

    text = "Unavailable: the robot does not answer; look at its cable"
    assert ruling.findings == (Finding(rule="exception", text=text),)
    assert (ruling.latched, ruling.sent_rows, bench.driver.stops) == (True, 3 * SLICE_ROWS, 1)
    assert bench.gate.latched == text


def test_standstill_that_is_not_seen_latches(cell: Cell, benches: Benches) -> None:
    bench = benches(driver=Runaway(cell))
    before = bench.driver._sequence
    ruling = bench.waypoints(UP, lambda done: bench.gate.request_stop("stop") if done > 0.4 else None)

    assert [finding.rule for finding in ruling.findings] == ["stop_request", "standstill"]
    assert ruling.latched is True
    assert bench.driver._sequence - before <= STANDSTILL_LOOKS + 10


@pytest.mark.parametrize(("driver", "rule"), [(Astray, "tracking"), (Blind, "finite_motion")])
def test_what_is_measured_on_the_way_stops_and_latches(
    cell: Cell, benches: Benches, driver: type[Faulty], rule: str
) -> None:
    bench = benches(driver=driver(cell))
    ruling = bench.waypoints(UP)

    assert ruling.findings[0].rule == rule
    assert (ruling.latched, ruling.sent_rows, bench.driver.stops) == (True, 3 * SLICE_ROWS, 1)


def test_a_state_that_is_no_number_moves_nothing(cell: Cell, benches: Benches) -> None:
    bench = benches(driver=Blind(cell, after=0))
    ruling = bench.waypoints(UP)

    text = "the measured joint positions hold no number"
    assert ruling.findings == (Finding(rule="finite_state", index=(0,), text=text),)
    assert bench.driver.commands == []
    assert ruling.latched is False


def test_no_motion_without_its_audit(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bench.gate._audit, "record", full)
    ruling = bench.waypoints(UP)

    assert ruling.findings[0].text == "OSError: [Errno 28] No space left on device"
    assert ruling.latched is True
    assert bench.driver.commands == []


def test_a_latch_that_cannot_be_written_still_holds(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safety.latch.write_whole", full)
    bench.gate.request_stop("stop")

    assert bench.gate.latched == "stop"
    assert bench.waypoints(UP).decision == "stop"
    assert bench.driver.commands == []


def test_an_interrupt_stops_and_goes_on_up(bench: Any) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.waypoints(UP, interrupt)
    assert bench.gate.latched == "KeyboardInterrupt"
    assert len(bench.driver.commands) == 1
    bench.gate.reset("Ada", bench.gate.stops)
    assert bench.gate.go_home(open_gripper=False).decision == "allow"


def test_a_lost_part_stops_the_chunk_but_latches_nothing(bench: Any) -> None:
    bench.grasp()
    bench.bind()

    def slips(done: float) -> None:
        if done > 0.3:
            bench.driver.width = 0.0

    ruling = bench.waypoints(bench.place(0.15, 0.5), slips)

    text = "the part is lost: the fingers have met at 0.0 mm"
    at = (float(bench.driver.measure().tcp[0]), float(bench.driver.measure().tcp[1]))
    assert ruling.findings == (Finding(rule="grasp", value=0.0, bound=0.004, unit="m", text=text, at=at),)
    assert bench.gate.latched is None
    assert bench.gate.go_home(open_gripper=True).decision == "allow"


def test_an_empty_grasp_is_no_loss(bench: Any) -> None:
    assert bench.waypoints(bench.pick(0.5, 0.0)).decision == "allow"
    assert bench.gate.go_home(open_gripper=True).decision == "allow"


def test_a_held_part_is_not_let_go_at_home(bench: Any) -> None:
    bench.grasp()
    before = len(bench.driver.commands)
    ruling = bench.gate.go_home(open_gripper=True)

    assert [finding.rule for finding in ruling.findings] == ["release"]
    assert len(bench.driver.commands) == before
    assert bench.gate.go_home(open_gripper=False).decision == "allow"


def test_after_a_restart_half_open_fingers_count_as_holding(cell: Cell, benches: Benches) -> None:
    driver = KinematicDriver(cell)
    driver.width = driver.part_width = 0.03

    assert benches(driver=driver).gate.go_home(open_gripper=True).findings[0].rule == "release"


def test_a_timed_chunk_within_its_limits_is_sent_as_it_is(bench: Any) -> None:
    ends = np.linspace(0, 1, 51)[1:, None]
    path = bench.arm.home + 0.2 * (10 * ends**3 - 15 * ends**4 + 6 * ends**5) * np.eye(7)[6]
    ruling = bench.joints(path, period=0.04)

    assert ruling.describe() == "allow"
    assert np.allclose(bench.sent()[3::4], path, atol=1e-9)
    assert ruling.sent_rows == 200


def test_a_timed_chunk_rests_where_the_gripper_moves(bench: Any) -> None:
    path = np.linspace(bench.arm.home, bench.arm.home + 0.04, 6)[1:]
    widths = [0.08, 0.08, 0.04, 0.04, 0.04]
    ruling = bench.gate.execute(bench.chunk(np.column_stack([path, widths]), period=0.5))

    assert ruling.decision == "allow"
    told = [i for i, c in enumerate(bench.driver.commands) if isinstance(c, GripperCommand)]
    assert [bench.driver.commands[i] for i in told] == [GripperCommand(0.04, 40.0)]
    assert np.allclose(bench.driver.commands[told[0] - 1].positions[-1], path[2])
    assert np.abs(bench.driver.commands[told[0] - 1].velocities[-1]).max() < 1e-9


def test_the_audit_names_a_changed_line(bench: Any, tmp_path: Path) -> None:
    bench.waypoints(UP)
    text = bench.audit.read_text(encoding="utf-8")
    forged = tmp_path / "forged.jsonl"
    forged.write_text(text.replace('"decision": "allow"', '"decision": "clamp"'), encoding="utf-8")

    found = verify_audit(forged)
    assert found is not None
    assert (found.line, found.reason) == (2, "its content was changed")
