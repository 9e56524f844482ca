"""One call, tried once: preflight, start pose, budget, gate."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agent.execution import Execution
from agent.executor import Checkpoint, Executor
from agent.looking.looker import Looker
from skills.call import Finding, Ruling, SkillCall
from skills.chunk import ActionChunk
from skills.contract import Moves, Statistics
from skills.errors import Unavailable
from skills.observation import Observation
from skills.scene import PartQuery
from tests.agent.kinematic_tray import (
    CATALOGUE,
    CELL,
    TextPerceiver,
    TextPolicy,
    Tray,
    TrayGate,
    contract_of,
    part,
)

NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))
PICK = SkillCall(
    id="run-00001/1", skill="pick", arguments={"kind": "nut"}, phrase="pick up the nut", part=PartQuery(kind="nut")
)
PLACE = PICK.model_copy(
    update={"id": "run-00001/2", "skill": "place", "phrase": "place it in the left bin", "destination": "left bin"}
)


INSERT = PLACE.model_copy(
    update={"skill": "insert", "phrase": "insert it into the left fixture", "destination": "left fixture"}
)


class Memory:
    """A call log that forgets everything at the end of a test."""

    def __init__(self) -> None:
        self.begun: set[str] = set()
        self.ended: set[str] = set()

    def begin_call(self, run_id: str, call: SkillCall) -> bool:
        new = call.id not in self.begun
        self.begun.add(call.id)
        return new

    def end_call(self, call_id: str, execution: Execution) -> None:
        self.ended.add(call_id)


def executor(gate: TrayGate, policy: object = None, **contract: object) -> Executor:
    """`contract`: what differs in both contracts."""
    looker = Looker(CELL, gate, TextPerceiver())
    contracts = {name: contract_of(name).model_copy(update=contract) for name in ("pick", "place")}
    checkpoints = {name: Checkpoint(policy or TextPolicy(mine), mine) for name, mine in contracts.items()}
    return Executor(CELL, CATALOGUE, gate, gate.world, looker, checkpoints, Memory())


def test_a_pick_ends_at_home_with_the_part() -> None:
    gate = TrayGate(Tray(NUT))
    shares: list[float] = []
    rulings: list[Ruling] = []
    execution = executor(gate).run("run-00001", PICK, rulings.append, shares.append)
    assert (execution.status, execution.chunks, execution.text) == ("ended", 1, "")
    assert execution.rulings == tuple(rulings)
    assert [ruling.decision for ruling in rulings] == ["allow", "allow"]
    assert (gate.world.held, gate.bound, shares) == (NUT, None, [0.5])


def test_the_same_call_is_never_made_twice() -> None:
    gate = TrayGate(Tray(NUT))
    once = executor(gate)
    once.run("run-00001", PICK)
    again = once.run("run-00001", PICK)
    assert again == Execution(status="already", text="the journal holds this call; it is looked at, not moved again")
    assert gate.executed == [PICK.id]


@pytest.mark.parametrize("phrase", ["pick up the broken gear", "Pick up the nut", "pick up the nut ", ""])
def test_a_phrase_outside_the_contract_reaches_no_policy(phrase: str) -> None:
    gate = TrayGate(Tray(NUT))
    policy = TextPolicy(contract_of("pick"))
    execution = executor(gate, policy).run("run-00001", PICK.model_copy(update={"phrase": phrase}))
    assert (execution.status, policy.phrases, gate.executed) == ("faulted", [], [])
    assert execution.text == (
        f"{phrase!r} does not stand in contract pick: "
        "render the phrase from the skill card, or train it: smolcell train"
    )


class Elsewhere(TrayGate):
    """Its home is 5 cm off where the data begin; it `follows` chunks, or is stuck."""

    def __init__(self, world: Tray, *, follows: bool = True) -> None:
        super().__init__(world)
        self.follows, self.off, self.resets = follows, 0.05, 0
        self.chunks: list[ActionChunk] = []

    def go_home(self, open_gripper: bool) -> Ruling:
        self.resets += 1
        return super().go_home(open_gripper)

    def execute(self, chunk: ActionChunk, on_progress: Callable[[float], None] = lambda _: None) -> Ruling:
        ruling = super().execute(chunk, on_progress)
        self.chunks.append(chunk)
        if self.follows and ruling.decision != "stop":
            self.off = float(chunk.values[-1, 0]) - 0.3
        return ruling

    def observe(self) -> Observation:
        seen = super().observe()
        return replace(seen, tcp=seen.tcp + np.array([self.off, 0, 0, 0, 0, 0, 0]))


START = {
    "state_names": ("x [m]", "y [m]", "z [m]"),
    "start_state": Statistics(mean=(0.3, 0.0, 0.5), std=(0.01, 0.01, 0.01), low=(0.3, 0.0, 0.5), high=(0.3, 0.0, 0.5)),
}


def test_an_arm_that_does_not_stand_where_the_data_begin_is_brought_there_through_the_gate() -> None:
    gate = Elsewhere(Tray(NUT))
    execution = executor(gate, **START).run("run-00001", PICK)
    assert (execution.status, gate.resets, execution.chunks) == ("ended", 1, 1)
    way, picked = gate.chunks
    assert way.values == pytest.approx(np.array([[0.3, 0.0, 0.5, np.pi, 0.0, 0.0, 0.08]]))
    assert (way.checkpoint, picked.checkpoint) == ("start state", "hash of pick")
    assert len(execution.rulings) == 3
    assert gate.bound is None


def test_a_start_that_is_not_reached_is_refused() -> None:
    gate = Elsewhere(Tray(NUT), follows=False)
    execution = executor(gate, **START).run("run-00001", PICK)
    assert (execution.status, [chunk.checkpoint for chunk in gate.chunks]) == ("faulted", ["start state"])
    assert execution.text == (
        "x [m] is 0.350 at the start, and the data begin between 0.280 and 0.320: "
        "set robot.home of the cell file to where the data begin, calibrate the arm, or train again"
    )


def test_a_start_that_the_gate_forbids_moves_nothing() -> None:
    gate = Elsewhere(Tray(NUT))
    gate.refusals = {1}
    execution = executor(gate, **START).run("run-00001", PICK)
    assert (execution.status, execution.chunks, gate.bound) == ("stopped", 0, None)
    assert execution.text == "stop: [workspace] outside the workspace"


def test_a_start_that_the_states_do_not_tell_is_refused() -> None:
    gate = Elsewhere(Tray(NUT))
    x = Statistics(mean=(0.3,), std=(0.01,), low=(0.3,), high=(0.3,))
    execution = executor(gate, state_names=("x [m]",), start_state=x).run("run-00001", PICK)
    assert (execution.status, gate.chunks) == ("faulted", [])


def test_weights_of_another_skill_move_nothing() -> None:
    gate = Elsewhere(Tray(NUT))
    execution = executor(gate, skills=("place",)).run("run-00001", PICK)
    assert (execution.status, gate.resets) == ("faulted", 0)
    assert execution.text.startswith("contract pick was trained for place, not for pick: let checkpoints.pick of")


def test_a_chunk_that_jumps_is_not_executed() -> None:
    gate = TrayGate(Tray(NUT))
    still = Moves(jumps=((0.0, 0.0, 0.05),) * 4, closed=0.6)
    execution = executor(gate, moves=still).run("run-00001", PICK)
    assert (execution.status, execution.chunks, gate.executed, gate.bound) == ("garbled", 1, [], None)
    assert execution.text.startswith("the way from row 1 to row 2 of the chunk is 0.100 m, and at most 0.000")


def test_a_pick_never_begins_with_something_in_the_gripper() -> None:
    world = Tray(NUT)
    world.held, world.width = part("gear", "small", "red"), 0.02
    execution = executor(TrayGate(world)).run("run-00001", PICK)
    assert (execution.status, execution.text) == ("faulted", "something is held; it must be released first")
    assert (world.motions, world.held) == (0, part("gear", "small", "red"))


@pytest.mark.parametrize("call", [PLACE, INSERT])
def test_nothing_is_brought_away_with_an_empty_gripper(call: SkillCall) -> None:
    world = Tray(NUT)
    execution = executor(TrayGate(world)).run("run-00001", call)
    assert (execution.status, execution.text) == ("empty", "nothing is held that could be brought away")
    assert world.motions == 0


def test_an_insert_begins_at_home_with_the_bolt_and_ends_there_without() -> None:
    world = Tray(NUT)
    world.held, world.width, world.at_home = part("bolt", "M8", "silver"), 0.016, False
    execution = executor(TrayGate(world)).run("run-00001", INSERT)
    assert (execution.status, execution.chunks) == ("ended", 1)
    assert (world.held, world.at_home, world.bins["left fixture"]) == (None, True, [part("bolt", "M8", "silver")])


def test_a_closed_latch_lets_nothing_begin() -> None:
    gate = TrayGate(Tray(NUT))
    gate.latched = "a person said stop"
    execution = executor(gate).run("run-00001", PICK)
    assert (execution.status, execution.text) == ("stopped", "stop: [latch] a person said stop")
    assert execution.rulings[-1].latched
    assert gate.world.motions == 0


def test_why_a_stopped_call_failed() -> None:
    def stopped(rule: str) -> Execution:
        ruling = Ruling(decision="stop", findings=(Finding(rule=rule, text="no"),))
        return Execution(status="stopped", rulings=(ruling,))

    assert stopped("reach").cause == "unreachable"
    assert stopped("collision").cause == "refused_by_gate"
    assert stopped("age").cause == "bad_chunk"
    assert stopped("finite_state").cause == "robot_fault"
    assert stopped("grasp").cause is None, "what is seen decides"
    assert stopped("tracking").cause is None, "it is the gate that knows whether its latch is still closed"
    assert Execution(status="ended").cause is None


class Endless:
    """A policy that never says that it is done."""

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        still = np.array([[0.3, 0, 0.5, np.pi, 0, 0, 0.08]])
        return ActionChunk(still, "tcp_waypoints", observation.sequence, observation.time_ns, call_id, "hash of pick")


class Silent:
    """A policy whose server is away."""

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        raise Unavailable("the policy server does not answer.", "Start it.")


def test_the_budget_of_the_card_ends_a_call() -> None:
    execution = executor(TrayGate(Tray(NUT)), Endless()).run("run-00001", PICK)
    assert (execution.status, execution.chunks) == ("spent", 1)
    assert execution.text == "the budget of 1 chunks or 40 s is spent"


def test_a_policy_that_is_away_is_a_value() -> None:
    gate = TrayGate(Tray(NUT))
    execution = executor(gate, Silent()).run("run-00001", PICK)
    assert (execution.status, execution.text) == ("silent", "the policy server does not answer. Start it.")
    assert gate.bound is None


class Misshapen:
    """A policy whose answer has columns that no chunk has."""

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        return ActionChunk(np.zeros((5, 3)), "tcp_waypoints", observation.sequence, observation.time_ns, call_id, "")


def test_an_answer_that_is_no_chunk_is_a_value() -> None:
    gate = TrayGate(Tray(NUT))
    execution = executor(gate, Misshapen()).run("run-00001", PICK)
    assert (execution.status, execution.cause, gate.bound, gate.executed) == ("garbled", "bad_chunk", None, [])
    assert execution.text.startswith("values: ")


class Unplugged(TrayGate):
    """Its cameras answer `looks` times, then no more."""

    def __init__(self, world: Tray, looks: int) -> None:
        super().__init__(world)
        self.looks = looks

    def observe(self) -> Observation:
        self.looks -= 1
        if self.looks < 0:
            raise Unavailable("the camera wrist does not answer.", "Look at its cable.")
        return super().observe()


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_a_camera_that_is_away_is_a_value(looks: int) -> None:
    gate = Unplugged(Tray(NUT), looks)
    once = executor(gate)
    execution = once.run("run-00001", PICK)

    assert (execution.status, execution.text) == ("faulted", "the camera wrist does not answer. Look at its cable.")
    assert gate.executed == []
    assert PICK.id in once._log.ended


def test_the_gate_is_told_when_the_seconds_of_the_card_are_spent() -> None:
    gate = TrayGate(Tray(NUT))
    begun = gate.world.now_ns()
    executor(gate).run("run-00001", PICK)
    assert gate.until_ns is not None
    assert 40 <= (gate.until_ns - begun) * 1e-9 < 50


class Slow(TrayGate):
    """Every motion takes longer than there is time for."""

    def execute(self, chunk: ActionChunk, on_progress: Callable[[float], None] = lambda _: None) -> Ruling:
        over = Finding(rule="budget", text="the call's time was spent 0.01 s ago")
        return Ruling(decision="stop", findings=(over,), sent_rows=8)


def test_a_motion_past_the_seconds_of_the_card_is_spent() -> None:
    execution = executor(Slow(Tray(NUT))).run("run-00001", PICK)
    assert (execution.status, execution.text) == ("spent", "stop: [budget] the call's time was spent 0.01 s ago")
    assert execution.cause is None


def test_exit_codes_are_the_documented_ones(root: Path) -> None:
    from agent.exit_codes import OF_OUTCOME, ExitCode

    assert {code.name: code.value for code in ExitCode} == {
        "DONE": 0,
        "INTERNAL": 1,
        "BAD_INPUT": 2,
        "INCOMPLETE": 3,
        "STOPPED": 4,
        "UNAVAILABLE": 5,
    }
    assert OF_OUTCOME == {
        "done": ExitCode.DONE,
        "incomplete": ExitCode.INCOMPLETE,
        "stopped": ExitCode.STOPPED,
        "refused": ExitCode.BAD_INPUT,
    }
