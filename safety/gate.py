"""The one way to the robot: every motion is judged, retimed, sent in slices, watched and written down.

A command filter and software stop, not a safety-rated device; docs/safety.md says what must stand beside it.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from safety.audit import Audit
from safety.cases import Moment, State
from safety.grip import Grip
from safety.judge import Judge, Judged, Objection, ask
from safety.kinematics import Arm
from safety.latch import Latch, require_name
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

_NO_STANDSTILL: Final = Finding(rule="standstill", text="standstill was not confirmed after a stop")

Progress = Callable[[float], None]


@dataclass(frozen=True)
class _Request:
    """A motion that somebody asks for: what the audit keeps of it, since when, and how to judge it."""

    described: dict[str, Any]
    begun_ns: int
    decide: Callable[[Observation], Judged]
    on_progress: Progress


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
        """Judge `chunk` and, where it is allowed, carry it out; returns when the arm stands again.

        `on_progress` is called after every slice with the share of the motion that is done.
        """

        def decide(measured: Observation) -> Judged:
            proposal = self._provenance.proposal(chunk, self._cell, self._clock.now_ns())
            if objections := ask(Stage.CHUNK, proposal):
                return Judged(objections)
            route = chunk_route(self._arm, self._cell, chunk, measured.joints, self._grip_at(measured))
            return self._judge.route(route, measured.joints)

        return self._rule({"motion": "chunk", **_described(chunk)}, decide, on_progress)

    def go_home(self, open_gripper: bool) -> Ruling:
        """Bring the arm to the trained start pose, by the same rules; the fingers open there, if at all."""

        def decide(measured: Observation) -> Judged:
            grip = self._grip_at(measured)
            route = home_route(self._arm, self._cell, measured.joints, grip, open_gripper=open_gripper)
            return self._judge.route(route, measured.joints)

        return self._rule({"motion": "home", "open_gripper": open_gripper}, decide, lambda _: None)

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
            self._settle_stop()
            require_name(by)
            self._audit.record("reset", by=by, reason=self._latch.reason, time_ns=self._clock.now_ns())
            self._latch.open(by)  # after its record: no stop is opened without one

    def _rule(self, described: dict[str, Any], decide: Callable[[Observation], Judged], progress: Progress) -> Ruling:
        """Run one motion alone; whatever goes wrong in it ends in a latched stop."""
        if not self._moving.acquire(blocking=False):
            busy = Finding(rule="one_owner", text="another motion is under way")
            return Ruling(decision="stop", findings=(busy,))
        request, self._sent_rows = _Request(described, self._clock.now_ns(), decide, progress), 0
        try:
            return self._carry_out(request)
        except BaseException as error:
            ruling = self._failed(request, error)
            if not isinstance(error, Exception):
                raise
            return ruling
        finally:
            self._settle_stop()
            self._moving.release()

    def _carry_out(self, request: _Request) -> Ruling:
        measured = self._driver.measure()
        objections = ask(Stage.STATE, State(measured, self.latched))
        judged = Judged(objections) if objections else request.decide(measured)
        if judged.objections:
            return self._conclude(request, judged.objections)
        plan = {"rows": judged.rows, "digest": judged.digest(), "time_ns": request.begun_ns}
        self._audit.record("motion", **request.described, **plan)
        objections = self._send(judged, request.on_progress)
        if objections and not self._halted():
            return self._conclude(request, objections, latching=_NO_STANDSTILL)
        return self._conclude(request, objections, judged.slowed)

    def _send(self, judged: Judged, on_progress: Progress) -> tuple[Objection, ...]:
        """Send the legs slice by slice; what a rule objects to on the way ends it."""
        for leg in judged.legs:
            commanded = leg.start
            for first in range(0, len(leg.positions), SLICE_ROWS):
                if objections := self._watch(commanded):
                    return objections
                commanded = self._send_slice(leg, first)
                on_progress(self._sent_rows / judged.rows)
            if objections := self._watch(commanded):
                return objections
            if leg.stretch.width_after is not None:
                self._send_width(leg.stretch.width_after)
        return ()

    def _watch(self, commanded: FloatArray) -> tuple[Objection, ...]:
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

    def _conclude(
        self,
        request: _Request,
        objections: tuple[Objection, ...],
        slowed: tuple[Finding, ...] = (),
        latching: Finding | None = None,
    ) -> Ruling:
        """The ruling: latched where a rule asks for it or by `latching`, and written down."""
        more = () if latching is None else (latching,)
        latches = (*(objection.finding for objection in objections if objection.rule.latches), *more)
        reason = latches[0].text if latches else None
        if reason is not None:
            self._latch.close(reason, self._clock.now_ns())
        ruling = Ruling(
            decision="stop" if objections else "clamp" if slowed else "allow",
            findings=(*(objection.finding for objection in objections), *more) or slowed,
            sent_rows=self._sent_rows,
            seconds=self._seconds(request),
            latched=reason is not None,
        )
        self._record(request, ruling)
        return ruling

    def _failed(self, request: _Request, error: BaseException) -> Ruling:
        """A latched stop after an exception; failures of stopping itself must not hide the first one."""
        text, halted = f"{type(error).__name__}: {error}".removesuffix(": "), False
        with contextlib.suppress(Exception):
            halted = self._halted()
        findings = [Finding(rule="exception", text=text)]
        if not halted:
            findings.append(_NO_STANDSTILL)
        ruling = Ruling(
            decision="stop",
            findings=tuple(findings),
            sent_rows=self._sent_rows,
            seconds=self._seconds(request),
            latched=True,
        )
        with contextlib.suppress(OSError):
            self._latch.close(text, self._clock.now_ns())
        with contextlib.suppress(OSError, ValueError):
            self._record(request, ruling)
        return ruling

    def _settle_stop(self) -> None:
        """Latch a stop that was asked for; the caller owns the motion. In memory it holds even without a disk."""
        reason, now_ns = self._stop_asked, self._clock.now_ns()
        if reason is not None:
            with contextlib.suppress(OSError):
                self._latch.close(reason, now_ns)
                self._audit.record("stop", reason=reason, time_ns=now_ns)
            self._stop_asked = None

    def _record(self, request: _Request, ruling: Ruling) -> None:
        self._audit.record("ruling", ruling=ruling.model_dump(mode="json"), **request.described)

    def _seconds(self, request: _Request) -> float:
        return (self._clock.now_ns() - request.begun_ns) * 1e-9


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
