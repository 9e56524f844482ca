"""Corrections in words, typed while the wrong thing is being done: with the real planner over the kinematic tray."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent.doors.repl.words import corrects
from agent.journal.journal import Journal
from agent.planning.grammar import GrammarPlanner
from tests.agent.kinematic_tray import CATALOGUE, CELL, Tray, part
from tests.agent.repl.conversation import PATIENCE, Conversation, SlowGate

RED = part("gear", "small", "red", "ok", (-0.09, 0.05))
BRASS = part("gear", "large", "brass", "ok", (0.06, 0.05))
NUT = part("nut", "M8", "brass", "ok", (0.0, -0.05))
PLANNER = GrammarPlanner(CELL, CATALOGUE)
ORDER = "put the small gear in the left bin"


@contextmanager
def moving(folder: Path, world: Tray, *slow: int, order: str = ORDER) -> Iterator[tuple[Conversation, SlowGate]]:
    """A conversation in which the first of the motions `slow` is under way."""
    gate = SlowGate(world, *slow)
    with Conversation(folder, world, {}, gate) as chat:
        chat.bench.workcell = replace(chat.bench.workcell, planner=PLANNER)
        chat.begin().say(order)
        assert gate.moving.wait(PATIENCE)
        yield chat, gate


@pytest.mark.parametrize(
    "line",
    [
        *("no, the other one", "not that one", "No! The red one", "I meant the left bin", "wrong one", "sorry, no"),
        *("that's wrong", "the other one", "the other gear please", "not there, on the conveyor", "no"),
        *("the brass one instead", "it should be the left bin", "oops, I said two"),
    ],
)
def test_a_correction_is_heard_as_one(line: str) -> None:
    assert corrects(line)


@pytest.mark.parametrize(
    "line",
    [
        *("remove all failed parts", "then the nuts too", "put the other nuts in the left bin", "how many are there?"),
        *("the other one too", "put it back", "now the brackets", "nothing else", "put two nuts in the right bin"),
    ],
)
def test_what_comes_afterwards_is_no_correction(line: str) -> None:
    assert not corrects(line)


def test_the_held_part_goes_back_before_the_other_is_taken(tmp_path: Path) -> None:
    world = Tray(RED, BRASS, NUT)
    with moving(tmp_path, world, 1) as (chat, gate):
        chat.say("put all nuts in the right bin", until="waits: put all nuts")
        chat.say("no, the other one", until="pausing when the call under way is over, to do that instead")
        assert chat.desk.status.endswith("stop or Ctrl-C stops")
        gate.go_on.set()
        chat.transcript.wait_for("done: 1 × ok large brass gear → left bin: 1 seen, 1 moved, 0 left, 0 lost")
    lines = chat.transcript.lines
    assert "forgotten: put all nuts in the right bin" in lines
    begin = lines.index("instead   1. 1 × ok large brass gear → left bin")
    assert lines[begin - 1] == "stopped: corrected: no, the other one"
    assert lines[begin + 1 : begin + 3] == [
        "first     what is in the gripper is put back on the tray",
        "run-00001 is given up",
    ]
    assert not any(line.startswith(("phrase", "/resume")) for line in lines[begin - 3 : begin + 3])
    assert (world.bins["left bin"], world.held) == ([BRASS], None)
    assert {one.describe() for one in world.parts} == {RED.describe(), NUT.describe()}
    with Journal(tmp_path) as journal:
        reasons = {run.id: run.outcome.reason for run in journal.runs() if run.outcome}
    assert reasons["run-00001"] == "corrected by Ada: 'no, the other one'"
    assert list(reasons) == ["run-00003", "run-00002", "run-00001"]


def test_another_place_is_meant(tmp_path: Path) -> None:
    world = Tray(RED, NUT)
    with moving(tmp_path, world, 1) as (chat, gate):
        chat.say("I meant the right bin", until="pausing when")
        gate.go_on.set()
        chat.transcript.wait_for("done: 1 × small gear → right bin: 1 seen, 1 moved, 0 left, 0 lost")
    assert (world.bins["left bin"], [one.describe() for one in world.bins["right bin"]]) == ([], [RED.describe()])


def test_a_part_that_has_arrived_stays_and_the_other_follows(tmp_path: Path) -> None:
    world = Tray(RED, BRASS)
    with moving(tmp_path, world, 2) as (chat, gate):
        chat.say("not that one", until="pausing when")
        gate.go_on.set()
        chat.transcript.wait_for("done: 1 × ok large brass gear → left bin: 1 seen, 1 moved, 0 left, 0 lost")
    assert world.bins["left bin"] == [RED, BRASS]
    assert not any("is given up" in line for line in chat.transcript.lines)


def test_what_words_leave_open_is_asked_before_anything_is_given_up(tmp_path: Path) -> None:
    twin = part("gear", "small", "red", "ok", (0.06, -0.08))
    world = Tray(RED, twin)
    with moving(tmp_path, world, 1, order="put one small gear in the left bin") as (chat, gate):
        chat.say("no, the other one", until="pausing when")
        gate.go_on.set()
        chat.transcript.wait_for("question  “no, the other one”: the other one looks the same to me")
        assert (chat.desk.status, world.motions) == ("a question is open", 1)
        chat.say("/cancel", until="run-00001 waits as it was: /resume goes on from a fresh look")
        assert (world.motions, world.held) == (1, RED)
        chat.say("/resume", until="done: 1 × small gear → left bin: ")


def test_a_correction_that_is_none_leaves_the_run_as_it_was(tmp_path: Path) -> None:
    world = Tray(RED, NUT)
    with moving(tmp_path, world, 1) as (chat, gate):
        chat.say("no, the other one", until="pausing when")
        gate.go_on.set()
        chat.transcript.wait_for("refused   I see no other part on the tray like the ok small red gear.")
        chat.transcript.wait_for("run-00001 waits as it was: /resume goes on from a fresh look, /cancel gives it up")
        assert world.motions == 1
        chat.say("no, the nut", until="instead   1. 1 × nut → left bin")
        chat.transcript.wait_for("done: 1 × nut → left bin: 1 seen, 1 moved, 0 left, 0 lost")
    assert world.bins["left bin"] == [NUT]


def test_a_stop_forgets_the_correction(tmp_path: Path) -> None:
    world = Tray(RED, BRASS)
    with moving(tmp_path, world, 1) as (chat, _):
        chat.say("no, the other one", until="pausing when")
        chat.say("stop", until="forgotten: no, the other one")
        chat.transcript.wait_for("/resume opens the stop and goes on from a fresh look, /cancel gives it up")
        assert chat.desk.status == "stopped: the operator said stop · /resume"
        chat.say("no, the other one", until="run-00001 was stopped (the operator said stop)")
    assert world.motions == 0


def test_the_last_of_two_corrections_counts(tmp_path: Path) -> None:
    world = Tray(RED, BRASS, NUT)
    with moving(tmp_path, world, 1) as (chat, gate):
        chat.say("no, the other one", until="pausing when")
        chat.say("no, the nut", until="forgotten: no, the other one")
        gate.go_on.set()
        chat.transcript.wait_for("done: 1 × nut → left bin: 1 seen, 1 moved, 0 left, 0 lost")
    assert (world.bins["left bin"], world.held) == ([NUT], None)
