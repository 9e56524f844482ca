"""Making one call: reset to the trained start pose, preflight, policy, gate. It tries once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from agent.execution import Execution, Status
from agent.looking.looker import Gaze, Looker
from skills.base import FloatArray
from skills.call import Ruling, SkillCall
from skills.card import SkillCard
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.columns import START
from skills.contract import Contract
from skills.errors import BadInput, Unavailable
from skills.fault import Fault
from skills.observation import Observation
from skills.preflight import at_start, before_moving, check_chunk
from skills.protocols import Clock, Policy
from skills.reference import Reference
from skills.scene import PerceivedPart
from skills.start import PROPOSER, has_other_starts, way_to_start

Ended = tuple[Status, str]

OUT_OF_TIME: Final = "budget"
"""Rule of the gate that ends a motion when the card's seconds are spent."""


class Gate(Gaze, Protocol):
    """What the agent asks of the safety gate."""

    def bind(self, call: SkillCall, checkpoint: str, until_ns: int | None = None) -> None: ...

    def unbind(self) -> None: ...

    def execute(self, chunk: ActionChunk, on_progress: Callable[[float], None] = ...) -> Ruling: ...

    def request_stop(self, reason: str) -> None: ...

    @property
    def latched(self) -> str | None: ...

    @property
    def stops(self) -> int: ...


class CallLog(Protocol):
    """What the executor asks of the journal."""

    def begin_call(self, run_id: str, call: SkillCall) -> bool:
        """Write the call down; False when its id is there already."""

    def end_call(self, call_id: str, execution: Execution) -> None: ...


@dataclass(frozen=True)
class Checkpoint:
    """A policy, the contract that it was trained under, and that one's reference pictures by camera."""

    policy: Policy
    contract: Contract
    references: Mapping[str, Reference] = field(default_factory=dict)


class Executor:
    """Makes calls, each at most once.

    Args:
        checkpoints: by the name that a card's `checkpoint` gives.
    """

    def __init__(
        self,
        cell: Cell,
        catalogue: Catalogue,
        gate: Gate,
        clock: Clock,
        looker: Looker,
        checkpoints: Mapping[str, Checkpoint],
        log: CallLog,
    ) -> None:
        self._cell, self._catalogue, self._gate, self._clock = cell, catalogue, gate, clock
        self._looker, self._checkpoints, self._log = looker, checkpoints, log

    def run(
        self,
        run_id: str,
        call: SkillCall,
        on_ruling: Callable[[Ruling], None] = lambda _: None,
        on_progress: Callable[[float], None] = lambda _: None,
        target: PerceivedPart | None = None,
    ) -> Execution:
        """Make `call`, unless the journal knows it already. No retry inside.

        `target` is the part that it takes from the tray: nothing moves for one that the policy's own picture lacks.
        """
        card = self._catalogue[call.skill]
        if not self._log.begin_call(run_id, call):
            return Execution(status="already", text="the journal holds this call; it is looked at, not moved again")
        start = self._clock.now_ns()
        tally = _Tally(on_ruling)
        status, text = self._prepared(card, call, tally) or self._act(card, call, target, tally, on_progress)
        seconds = (self._clock.now_ns() - start) * 1e-9
        execution = Execution(
            status=status, text=text, rulings=tuple(tally.rulings), chunks=tally.chunks, seconds=seconds
        )
        self._log.end_call(call.id, execution)
        return execution

    def _prepared(self, card: SkillCard, call: SkillCall, tally: "_Tally") -> Ended | None:
        try:
            return self._prepare(card, call, tally)
        except Unavailable as error:
            return "faulted", str(error)

    def _prepare(self, card: SkillCard, call: SkillCall, tally: "_Tally") -> Ended | None:
        """Stand at the trained start pose and make the preflight checks; None when all is well.

        Raises: Unavailable (a camera does not answer).
        """
        holding = self._looker.grip(self._gate.observe().gripper_width).holding
        if card.start_pose == "holding" and not holding:
            return "empty", "nothing is held that could be brought away"
        if card.start_pose == "home" and holding:
            return "faulted", "something is held; it must be released first"
        checkpoint = self._checkpoints[card.checkpoint]
        if faults := before_moving(checkpoint.contract, card, self._cell, call.phrase):
            return _faulted(*faults)
        ruling = tally.note(self._gate.go_home(open_gripper=card.start_pose == "home"))
        if ruling.decision == "stop":
            return "stopped", ruling.describe()
        seen = self._gate.observe()
        faults = at_start(checkpoint.contract, checkpoint.references, seen)
        elsewhere = call.start > 0 and has_other_starts(checkpoint.contract)
        if elsewhere or any(fault.check == START for fault in faults):
            return self._brought_to_start(card, call, tally, seen, faults)
        return _faulted(*faults) if faults else None

    def _brought_to_start(
        self, card: SkillCard, call: SkillCall, tally: "_Tally", seen: Observation, faults: tuple[Fault, ...]
    ) -> Ended | None:
        """Move from home to where the call is to begin; None when the arm stands there and all else is well."""
        checkpoint = self._checkpoints[card.checkpoint]
        width = self._cell.robot.gripper.max_width if card.start_pose == "home" else 0.0
        way = way_to_start(checkpoint.contract, seen, call.id, width=width, number=call.start)
        if way is None:
            return _faulted(*faults)
        self._gate.bind(call, PROPOSER, self._deadline(card))
        try:
            ruling = tally.note(self._gate.execute(way))
        finally:
            self._gate.unbind()
        if ruling.decision == "stop":
            return "stopped", ruling.describe()
        faults = at_start(checkpoint.contract, checkpoint.references, self._gate.observe())
        return _faulted(*faults) if faults else None

    def _deadline(self, card: SkillCard) -> int:
        """The cell's time [ns] at which the card's seconds are spent, from now."""
        return self._clock.now_ns() + int(card.budget.seconds * 1e9)

    def _act(
        self,
        card: SkillCard,
        call: SkillCall,
        target: PerceivedPart | None,
        tally: "_Tally",
        on_progress: Callable[[float], None],
    ) -> Ended:
        """Let the policy propose and the gate rule until the policy is done or the card's budget is spent."""
        checkpoint = self._checkpoints[card.checkpoint]
        deadline = self._deadline(card)
        self._gate.bind(call, checkpoint.contract.weights_hash, deadline)
        before: FloatArray | None = None
        try:
            while tally.chunks < card.budget.chunks and self._clock.now_ns() < deadline:
                seen = self._gate.observe()
                if target and not tally.chunks and self._looker.lacks(seen, target):
                    return "absent", f"{target.describe()} no longer lies where it was seen"
                chunk = _proposed(checkpoint.policy, seen, call)
                if not isinstance(chunk, ActionChunk):
                    return chunk
                tally.chunks += 1
                if fault := check_chunk(checkpoint.contract, chunk, before):
                    return "garbled", fault.describe()
                ruling = tally.note(self._gate.execute(chunk, on_progress))
                if ruling.decision == "stop":
                    return ("spent" if OUT_OF_TIME in _rules(ruling) else "stopped"), ruling.describe()
                if chunk.done:
                    return "ended", ""
                before = _last_row(chunk, checkpoint.contract)
        except Unavailable as error:  # a camera's: what the policy raises is told already
            return "faulted", str(error)
        finally:
            self._gate.unbind()
        return "spent", f"the budget of {card.budget.chunks} chunks or {card.budget.seconds:g} s is spent"


def _proposed(policy: Policy, seen: Observation, call: SkillCall) -> ActionChunk | Ended:
    """The policy's answer, or why there is none that could be one."""
    try:
        return policy.act(seen, call.phrase, call.id)
    except Unavailable as error:
        return "silent", str(error)
    except BadInput as error:
        return "garbled", str(error)


def _faulted(*faults: Fault) -> Ended:
    return "faulted", "; ".join(fault.describe() for fault in faults)


def _last_row(chunk: ActionChunk, contract: Contract) -> FloatArray | None:
    executed = chunk.values[: contract.executed]
    return executed[-1] if len(executed) else None


def _rules(ruling: Ruling) -> set[str]:
    return {finding.rule for finding in ruling.findings}


class _Tally:
    """What was asked of the gate during one call, and how it ruled."""

    def __init__(self, on_ruling: Callable[[Ruling], None]) -> None:
        self.rulings: list[Ruling] = []
        self.chunks = 0
        self._on_ruling = on_ruling

    def note(self, ruling: Ruling) -> Ruling:
        self.rulings.append(ruling)
        self._on_ruling(ruling)
        return ruling
