"""The one way to the robot: every motion is judged, retimed, sent in slices, watched and written down.

A command filter and software stop, not a safety-rated device; docs/safety.md says what must stand beside it.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from safety.account import Account, described
from safety.audit import Audit
from safety.cases import Change, Moment, State
from safety.grip import Grip
from safety.judge import Judge, Judged, Objection, ask
from safety.kinematics import Arm
from safety.latch import Latch
from safety.provenance import Provenance
from safety.route import chunk_route, home_route
from safety.rules.table import Stage
from safety.stops import Stops, halted
from safety.timing import PERIOD, Leg
from skills.base import FloatArray
from skills.call import Finding, Ruling, SkillCall
from skills.cell import Cell
from skills.chunk import ActionChunk, GripperCommand, JointSlice
from skills.observation import Observation
from skills.protocols import Clock, Driver

SLICE_ROWS: Final = 8
"""Rows sent at a time: a stop takes effect within 80 ms of motion."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class _Request:
    """A motion that somebody asks for: what the audit keeps of it, how to judge it, and until when it may last."""

    described: dict[str, Any]
    decide: Callable[[Observation], Judged]
    on_progress: Progress = lambda _: None
    until_ns: int | None = None


class SafetyGate:
    """Rules on motions of one cell and moves its robot; one motion at a time.

    Args:
        clock: the cell's time, by which observations age.
        latch, audit: on disk; see there.
    """

    def __init__(self, cell: Cell, driver: Driver, clock: Clock, latch: Latch, audit: Audit) -> None:
        self._cell, self._driver, self._clock, self._audit = cell, driver, clock, audit
        self._stops = Stops(latch, audit, clock)
        self._arm = Arm(cell)
        self._judge = Judge(cell, self._arm)
        self._provenance = Provenance()
        self._grip: Grip | None = None
        self._moving = threading.Lock()

    @property
    def latched(self) -> str | None:
        """Why nothing may move until a person resets it; None when all is well."""
        return self._stops.reason

    @property
    def is_fault(self) -> bool:
        """Whether it latched for something that nobody asked for."""
        return self._stops.is_fault

    @property
    def stops(self) -> int:
        """How many stops there were so far; what a person has seen when they say that it may go on."""
        return self._stops.count

    def observe(self) -> Observation:
        """A fresh observation; a policy's chunk must answer one of these. Raises: Unavailable."""
        observation = self._driver.observe()
        self._provenance.saw(observation)
        return observation

    def bind(self, call: SkillCall, checkpoint: str, until_ns: int | None = None) -> None:
        """From now on only chunks of this call, proposed by these weights, may pass.

        A motion that is not over by `until_ns` of the cell's time, the end of the call's budget, is stopped.
        """
        self._provenance.bind(call, checkpoint, until_ns)

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

        return self._alone(_Request(described(chunk), decide, on_progress, self._provenance.until_ns))

    def go_home(self, open_gripper: bool) -> Ruling:
        """Bring the arm to the trained start pose, by the same rules; the fingers open there, if at all."""

        def decide(measured: Observation) -> Judged:
            grip = self._grip_at(measured)
            route = home_route(self._arm, self._cell, measured.joints, grip, open_gripper=open_gripper)
            return self._judge.route(route, measured.joints)

        return self._alone(_Request({"motion": "home", "open_gripper": open_gripper}, decide))

    def request_stop(self, reason: str) -> None:
        """Stop within one slice and latch. May be called from any thread and from a signal handler."""
        self._stops.ask(reason)
        self._settle()

    def reset(self, by: str, seen: int) -> None:
        """A person, named, who has looked at the cell after the first `seen` of its `stops`, opens the latch.

        Raises: BadInput, StoppedBySafety (there was a stop since), OSError (no record, so nothing was opened).
        """
        try:
            with self._moving:
                self._stops.open(by, seen)
        finally:
            self._settle()

    def _settle(self) -> None:
        """Latch and write down what was asked for, unless a motion is under way: then its end does it."""
        while self._stops.pending is not None and self._moving.acquire(blocking=False):
            try:
                self._stops.settle()
            finally:
                self._moving.release()

    def _alone(self, request: _Request) -> Ruling:
        """One motion at a time; a stop that comes as late as while it is let go is settled, too."""
        if not self._moving.acquire(blocking=False):
            busy = Finding(rule="one_owner", text="another motion is under way")
            return Ruling(decision="stop", findings=(busy,))
        try:
            try:
                return self._guarded(request)
            finally:
                self._moving.release()
        finally:
            self._settle()

    def _guarded(self, request: _Request) -> Ruling:
        """Whatever goes wrong in a motion ends in a latched stop."""
        account = Account(request.described, self._stops, self._audit)
        try:
            return self._carry_out(request, account)
        except BaseException as error:
            ruling = account.failed(error, stands=self._stopped())
            if not isinstance(error, Exception):
                raise
            return ruling

    def _carry_out(self, request: _Request, account: Account) -> Ruling:
        self._stops.settle()
        measured = self._driver.measure()
        objections = ask(Stage.STATE, State(measured, self._stops.latched))
        judged = Judged(objections) if objections else request.decide(measured)
        if judged.objections:
            return account.conclude(judged.objections)
        account.plan(judged)
        objections = self._send(judged, request, account)
        if objections:
            return account.conclude(objections, stands=halted(self._driver))
        return account.conclude((), judged.slowed)

    def _stopped(self) -> bool:
        """Whether the robot stands after a failure; stopping may fail, too."""
        with contextlib.suppress(Exception):
            return halted(self._driver)
        return False

    def _send(self, judged: Judged, request: _Request, account: Account) -> tuple[Objection, ...]:
        """Send the legs slice by slice; what a rule objects to on the way ends it."""
        for leg in judged.legs:
            commanded = leg.start
            for first in range(0, len(leg.positions), SLICE_ROWS):
                if objections := self._watch(commanded, request):
                    return objections
                commanded = self._send_slice(leg, first)
                account.sent_rows += len(leg.positions[first : first + SLICE_ROWS])
                request.on_progress(account.sent_rows / judged.rows)
            width = leg.stretch.width_after
            if objections := self._watch(commanded, request, width):
                return objections
            if width is not None:
                self._send_width(width)
        return ()

    def _watch(self, commanded: FloatArray, request: _Request, width: float | None = None) -> tuple[Objection, ...]:
        """What the rules say of the arm as it is measured now, with the gripper command `width` due."""
        measured = self._driver.measure()
        carrying = self._grip is not None and self._grip.holding
        grip, change = self._grip_at(measured), None
        if width is not None:
            change = Change(0, self._arm.tcp(measured.joints).translation, width, grip)
        moment = Moment(self._cell, measured, commanded, carrying, self._stops.pending, request.until_ns, change)
        return ask(Stage.MOTION, moment)

    def _send_slice(self, leg: Leg, first: int) -> FloatArray:
        rows = slice(first, first + SLICE_ROWS)
        self._provenance.moved()
        self._driver.command(JointSlice(leg.positions[rows], leg.velocities[rows], PERIOD))
        return np.asarray(leg.positions[rows][-1])

    def _send_width(self, width: float) -> None:
        gripper = self._cell.robot.gripper
        before = self._grip_at(self._driver.measure())
        self._provenance.moved()
        self._driver.command(GripperCommand(width, gripper.force))
        self._grip = before.told(width, self._driver.measure().gripper_width, gripper)

    def _grip_at(self, measured: Observation) -> Grip:
        """The gripper's state, brought up to date with a measurement."""
        gripper = self._cell.robot.gripper
        known = self._grip or Grip.unknown(measured.gripper_width, gripper)
        self._grip = known.measured(measured.gripper_width, gripper)
        return self._grip
