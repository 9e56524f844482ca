"""The one way to the robot: every motion is judged, retimed, sent in slices, watched and written down.

A command filter and software stop, not a safety-rated device; docs/safety.md says what must stand beside it.
"""

import contextlib
import threading
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from safety.audit import Audit
from safety.cases import Moment, State
from safety.grip import Grip
from safety.judge import Judge, Judged, Objection, ask
from safety.kinematics import Arm
from safety.latch import Latch
from safety.provenance import Provenance
from safety.route import chunk_route, home_route
from safety.rules.table import Stage
from safety.timing import PERIOD, Leg
from skills.base import FloatArray
from skills.call import Finding, Ruling, SkillCall
from skills.cell import Cell
from skills.chunk import ActionChunk, GripperCommand, JointSlice
from skills.observation import Observation
from skills.protocols import Clock, Driver

SLICE_ROWS: Final = 8
"""Rows sent at a time: a stop takes effect within 80 ms of motion."""
STANDSTILL_SPEED: Final = 0.02
"""Slower than this every joint stands [rad/s]."""
STANDSTILL_LOOKS: Final = 100
"""Measurements after a stop within which the arm must be seen to stand."""

Progress = Callable[[float], None]
Decide = Callable[[Observation], Judged]


class SafetyGate:
    """Rules on motions of one cell and moves its robot; one motion at a time.

    Args:
        clock: the cell's time, by which observations age.
        latch, audit: on disk; see there.
    """

    def __init__(self, cell: Cell, driver: Driver, clock: Clock, latch: Latch, audit: Audit) -> None:
        self._cell, self._driver, self._clock, self._latch, self._audit = cell, driver, clock, latch, audit
        self._arm = Arm(cell)
        self._judge = Judge(cell, self._arm)
        self._provenance = Provenance()
        self._grip: Grip | None = None
        self._stop_asked: str | None = None
        self._moving = threading.Lock()
        self._sent_rows = 0

    @property
    def latched(self) -> str | None:
        """Why nothing may move until a person resets it; None when all is well."""
        return self._latch.reason or self._stop_asked

    def observe(self) -> Observation:
        """A fresh observation; a policy's chunk must answer one of these. Raises: Unavailable."""
        observation = self._driver.observe()
        self._provenance.saw(observation)
        return observation

    def bind(self, call: SkillCall, checkpoint: str) -> None:
        """From now on only chunks of this call, proposed by these weights, may pass."""
        self._provenance.bind(call, checkpoint)

    def unbind(self) -> None:
        """No chunk may pass until the next call is bound."""
        self._provenance.unbind()

    def execute(self, chunk: ActionChunk, on_progress: Progress = lambda _: None) -> Ruling:
        """Judge `chunk` and, where it is allowed, carry it out; returns when the arm stands again."""

        def decide(measured: Observation) -> Judged:
            proposal = self._provenance.proposal(chunk, self._cell, self._clock.now_ns())
            if objections := ask(Stage.CHUNK, proposal):
                return Judged(objections)
            route = chunk_route(self._arm, self._cell, chunk, measured.joints, self._grip_at(measured))
            return self._judge.route(route, measured.joints)

        return self._rule(decide, {"motion": "chunk", **_described(chunk)}, on_progress)

    def go_home(self, open_gripper: bool) -> Ruling:
        """Bring the arm to the trained start pose, by the same rules; the fingers open there, if at all."""

        def decide(measured: Observation) -> Judged:
            grip = self._grip_at(measured)
            route = home_route(self._arm, self._cell, measured.joints, grip, open_gripper=open_gripper)
            return self._judge.route(route, measured.joints)

        return self._rule(decide, {"motion": "home", "open_gripper": open_gripper}, lambda _: None)

    def request_stop(self, reason: str) -> None:
        """Stop within one slice and latch. May be called from any thread and from a signal handler."""
        self._stop_asked = self._stop_asked or reason
        if self._moving.acquire(blocking=False):
            try:
                self._settle_stop()
            finally:
                self._moving.release()

    def reset(self, by: str) -> None:
        """A person, named, has looked at the cell and opens the latch. Raises: BadInput."""
        with self._moving:
            reason = self.latched
            self._latch.open(by)
            self._stop_asked = None
            self._audit.record("reset", by=by, reason=reason, time_ns=self._clock.now_ns())

    def _rule(self, decide: Decide, request: dict[str, Any], on_progress: Progress) -> Ruling:
        """Run one motion alone; whatever goes wrong in it ends in a latched stop."""
        if not self._moving.acquire(blocking=False):
            busy = Finding(rule="one_owner", text="another motion is under way")
            return Ruling(decision="stop", findings=(busy,))
        begun, self._sent_rows = self._clock.now_ns(), 0
        try:
            return self._decided(decide, request, on_progress, begun)
        except Exception as error:
            return self._failed(f"{type(error).__name__}: {error}", request, begun)
        except BaseException as error:
            self._failed(type(error).__name__, request, begun)
            raise
        finally:
            self._settle_stop()
            self._moving.release()

    def _decided(self, decide: Decide, request: dict[str, Any], on_progress: Progress, begun: int) -> Ruling:
        measured = self._driver.measure()
        objections = ask(Stage.STATE, State(measured, self.latched))
        judged = Judged(objections) if objections else decide(measured)
        if not judged.objections:
            self._audit.record("motion", **request, rows=judged.rows, digest=judged.digest(), time_ns=begun)
            objections = self._sent(judged, on_progress)
            judged = Judged(objections, judged.legs, judged.slowed)
            if objections and not self._halted():
                return self._stopped(judged, request, begun, "standstill was not confirmed after a stop")
        latching = next((o.finding.text for o in judged.objections if o.rule.latches), None)
        return (
            self._stopped(judged, request, begun, latching)
            if judged.objections
            else self._passed(judged, request, begun)
        )

    def _sent(self, judged: Judged, on_progress: Progress) -> tuple[Objection, ...]:
        """Send the legs slice by slice; what a rule objects to on the way ends it."""
        total = max(judged.rows, 1)
        for leg in judged.legs:
            commanded = leg.start
            for first in range(0, len(leg.positions), SLICE_ROWS):
                if objections := self._watched(commanded):
                    return objections
                commanded = self._send_slice(leg, first)
                on_progress(self._sent_rows / total)
            if objections := self._watched(commanded):
                return objections
            if leg.stretch.width_after is not None:
                self._send_width(leg.stretch.width_after)
        return ()

    def _watched(self, commanded: FloatArray) -> tuple[Objection, ...]:
        measured = self._driver.measure()
        carrying = self._grip is not None and self._grip.holding
        self._grip_at(measured)
        return ask(Stage.MOTION, Moment(self._cell, measured, commanded, carrying, self._stop_asked))

    def _send_slice(self, leg: Leg, first: int) -> FloatArray:
        rows = slice(first, first + SLICE_ROWS)
        self._provenance.moved()
        self._driver.command(JointSlice(leg.positions[rows], leg.velocities[rows], PERIOD))
        self._sent_rows += len(leg.positions[rows])
        return np.asarray(leg.positions[rows][-1])

    def _send_width(self, width: float) -> None:
        gripper = self._cell.robot.gripper
        self._provenance.moved()
        self._driver.command(GripperCommand(width, gripper.force))
        measured = self._driver.measure()
        self._grip = self._grip_at(measured).told(width, measured.gripper_width, gripper)

    def _grip_at(self, measured: Observation) -> Grip:
        """The gripper's state, brought up to date with a measurement."""
        gripper = self._cell.robot.gripper
        known = self._grip or Grip.unknown(measured.gripper_width, gripper)
        self._grip = known.measured(measured.gripper_width, gripper)
        return self._grip

    def _halted(self) -> bool:
        """Stop the robot; True when it is seen to stand."""
        self._driver.stop()
        for _ in range(STANDSTILL_LOOKS):
            if np.abs(self._driver.measure().joint_speeds).max() <= STANDSTILL_SPEED:
                return True
        return False

    def _passed(self, judged: Judged, request: dict[str, Any], begun: int) -> Ruling:
        decision = "clamp" if judged.slowed else "allow"
        ruling = Ruling(
            decision="clamp" if judged.slowed else "allow",
            findings=judged.slowed,
            sent_rows=self._sent_rows,
            seconds=self._since(begun),
        )
        self._record(decision, ruling, request)
        return ruling

    def _stopped(self, judged: Judged, request: dict[str, Any], begun: int, latching: str | None) -> Ruling:
        findings = tuple(objection.finding for objection in judged.objections)
        return self._stop(findings, request, begun, latching)

    def _failed(self, text: str, request: dict[str, Any], begun: int) -> Ruling:
        """A latched stop after an exception; its own failures must not hide it."""
        with contextlib.suppress(Exception):
            if not self._halted():
                text += "; and standstill was not confirmed"
        finding = Finding(rule="exception", text=text)
        ruling = Ruling(
            decision="stop", findings=(finding,), sent_rows=self._sent_rows, seconds=self._since(begun), latched=True
        )
        with contextlib.suppress(Exception):
            self._latch.close(text, self._clock.now_ns())
        with contextlib.suppress(Exception):
            self._record("stop", ruling, request)
        return ruling

    def _stop(self, findings: tuple[Finding, ...], request: dict[str, Any], begun: int, latching: str | None) -> Ruling:
        ruling = Ruling(
            decision="stop",
            findings=findings,
            sent_rows=self._sent_rows,
            seconds=self._since(begun),
            latched=latching is not None,
        )
        if latching is not None:
            self._latch.close(latching, self._clock.now_ns())
        self._record("stop", ruling, request)
        return ruling

    def _record(self, decision: str, ruling: Ruling, request: dict[str, Any]) -> None:
        self._audit.record("ruling", decision=decision, ruling=ruling.model_dump(mode="json"), **request)

    def _settle_stop(self) -> None:
        """Latch a stop that was asked for; the caller owns the motion."""
        if self._stop_asked is not None:
            reason = self._stop_asked
            if self._latch.reason is None:
                self._latch.close(reason, self._clock.now_ns())
                self._audit.record("stop", reason=reason, time_ns=self._clock.now_ns())
            self._stop_asked = None

    def _since(self, begun: int) -> float:
        return (self._clock.now_ns() - begun) * 1e-9


def _described(chunk: ActionChunk) -> dict[str, Any]:
    """What the audit keeps of a chunk: all of it."""
    return {
        "space": chunk.space,
        "period": chunk.period,
        "answers": chunk.answers,
        "observed_ns": chunk.observed_ns,
        "call_id": chunk.call_id,
        "checkpoint": chunk.checkpoint,
        "values": chunk.values.tolist(),
    }
