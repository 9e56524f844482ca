"""Questions while a run waits for a person's word or a stop is closed: answered, and nothing else comes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent.journal.journal import Journal
from agent.planning.grammar import GrammarPlanner
from skills.plan import Hole
from skills.roles import Person
from tests.agent.kinematic_tray import CATALOGUE, CELL, Tray, part
from tests.agent.repl.conversation import PATIENCE, Conversation, SlowGate

GEAR = part("gear", "small", "red", "ok", (-0.09, 0.05))
NUT = part("nut", "M8", "brass", "ok", (0.06, 0.05))
ORDER = "put all gears in the left bin"
STOPPED = "run-00001 was stopped"
FIRST = "  Questions are answered meanwhile; for anything else say /cancel first."


@contextmanager
def talking(folder: Path, world: Tray, role: str = "operator") -> Iterator[tuple[Conversation, SlowGate]]:
    """A conversation with the real planner; the first motion is slow."""
    gate = SlowGate(world, 1)
    with Conversation(folder, world, {}, gate) as chat:
        chat.person = Person.model_validate({"name": "Ada", "role": role})
        chat.bench.workcell = replace(chat.bench.workcell, planner=GrammarPlanner(CELL, CATALOGUE))
        yield chat.begin(), gate


@contextmanager
def waiting(folder: Path, how: str) -> Iterator[Conversation]:
    """One in which a run was stopped or paused with a part in the gripper, if it was paused."""
    with talking(folder, Tray(GEAR, NUT)) as (chat, gate):
        chat.say(ORDER)
        assert gate.moving.wait(PATIENCE)
        chat.say(how)
        gate.go_on.set()
        chat.transcript.wait_for("/cancel gives it up")
        yield chat


def written(journal: Journal) -> object:
    """All that is known of the runs."""
    runs = journal.runs()
    return runs, [tuple(journal.events(run.id)) for run in runs], journal.table.filled()


@pytest.mark.parametrize("how", ["stop", "pause"])
def test_questions_are_answered_while_a_run_waits_and_leave_it_as_it_was(tmp_path: Path, how: str) -> None:
    with waiting(tmp_path, how) as chat:
        before, moved = written(chat.bench.journal), chat.bench.world.motions
        chat.say("how many nuts are there?", until="answer    I see 1 nut on the tray")
        chat.say("what is on the tray?", until="answer    ", times=2)
        chat.say("help", until="answer    I move parts from the tray.")
        assert STOPPED not in chat.transcript.text
        assert (written(chat.bench.journal), chat.bench.world.motions) == (before, moved)
        chat.say("/resume", until="done: all × gear → left bin")


def test_what_would_move_or_change_something_is_refused_as_before(tmp_path: Path) -> None:
    with waiting(tmp_path, "pause") as chat:
        before = written(chat.bench.journal)
        for times, line in enumerate((ORDER, "put it back", "the left fixture is empty", "gears"), 1):
            chat.say(line, until=f"/cancel gives it up.\n{FIRST}\n", times=times)
        assert chat.transcript.text.count(STOPPED) == 4
        assert written(chat.bench.journal) == before
        assert chat.bench.world.held == GEAR


def test_a_closed_stop_lets_questions_through(tmp_path: Path) -> None:
    with talking(tmp_path, Tray(GEAR, NUT)) as (chat, _):
        chat.say("stop", until="nothing moves until /resume")
        chat.say("how many gears are there?", until="answer    I see 1 gear on the tray")
        chat.say(ORDER, until="nothing moves until /resume\n  Questions are answered meanwhile.")
        assert (chat.bench.journal.runs(), chat.bench.world.motions) == ((), 0)


def test_a_tray_that_cannot_be_seen_is_said_and_the_rest_is_answered(tmp_path: Path) -> None:
    with waiting(tmp_path, "stop") as chat:
        chat.bench.world.at_home = False
        chat.say("what is on the tray?", until="no answer the arm stands before the overhead camera")
        chat.bench.world.at_home, chat.bench.world.dark = True, 100
        chat.say("what is on the tray?", until="no answer the overhead camera delivers a black picture")
        chat.say("help", until="answer    I move parts from the tray.")
        assert STOPPED not in chat.transcript.text
        chat.say(ORDER, until=FIRST)


def test_a_viewer_is_answered_while_a_run_waits(tmp_path: Path) -> None:
    with waiting(tmp_path, "stop"):
        pass
    with talking(tmp_path, Tray(GEAR, NUT), role="viewer") as (chat, _):
        chat.say("how many nuts are there?", until="answer    I see 1 nut on the tray")
        chat.say("put it back", until=FIRST)


def test_a_viewers_word_is_not_taken(tmp_path: Path) -> None:
    with talking(tmp_path, Tray(NUT), role="viewer") as (chat, _):
        chat.say("how many nuts are there?", until="answer    ")
        hole = Hole(fixture="left fixture", size="M8")
        chat.bench.journal.table.fill(hole, "run-00001", sure=True)
        chat.say("the left fixture is empty", until="refused   Ada may not run instructions: it takes an operator")
        chat.say("/why", until="because   Ada may not run instructions")
        assert "Taken from your word" not in chat.transcript.text
        assert [full.hole for full in chat.bench.journal.table.filled()] == [hole]
