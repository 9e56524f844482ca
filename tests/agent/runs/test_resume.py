"""Cut off anywhere: nothing moves by itself, nothing runs twice, the account comes out right."""

import pickle
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from agent.events import Calling, Event, Finished, Woken
from agent.run import resume, run, saved_state
from skills.errors import BadInput
from tests.agent.kinematic_tray import Bench, Killed, Tray, part, step

FAILED_GEAR = part("gear", "large", "red", "failed", (-0.09, 0.05))
FAILED_NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))
GOOD_NUT = part("nut", "M8", "brass", "ok", (0.0, -0.05))
PARTS = (FAILED_GEAR, FAILED_NUT, GOOD_NUT)
STEP = step(condition="failed")
EVENTS = 29
"""Events of an undisturbed run of STEP over PARTS."""


class Guillotine:
    """Ends the process at the n-th event."""

    def __init__(self, at: int) -> None:
        self.at, self.seen = at, 0

    def __call__(self, event: Event) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise Killed


def finish(folder: Path, bench: Bench) -> Bench:
    """A new process, which a person tells to resume."""
    moved, fresh = bench.world.motions, bench.restart(folder)
    record = fresh.journal.unfinished()
    assert record is not None
    assert bench.world.motions == moved, "nothing moves by itself"
    report = resume(fresh.workcell)
    assert report.outcome.outcome == "done", report
    assert [(one.seen, one.moved, one.left, one.lost) for one in report.ledger] == [(2, 2, 0, 0)]
    assert bench.world.bins["rejection bin"] == [FAILED_GEAR, FAILED_NUT]
    assert bench.world.parts == [GOOD_NUT]
    assert max(Counter(bench.gate.executed).values()) == 1, "no call was moved twice"
    return fresh


def test_the_number_of_events_is_known(tmp_path: Path) -> None:
    bench, seen = Bench(tmp_path, Tray(*PARTS), STEP), Guillotine(0)
    run(bench.workcell.heard_by(seen), "go")
    bench.journal.close()
    assert seen.seen == EVENTS


@pytest.mark.parametrize("at", range(1, EVENTS + 1))
def test_cut_off_at_any_event(tmp_path: Path, at: int) -> None:
    bench = Bench(tmp_path, Tray(*PARTS), STEP)
    with pytest.raises(Killed):
        run(bench.workcell.heard_by(Guillotine(at)), "go")
    finish(tmp_path, bench).journal.close()


@pytest.mark.parametrize("motion", range(1, 5))
def test_cut_off_with_a_part_in_the_gripper_and_the_arm_over_the_tray(tmp_path: Path, motion: int) -> None:
    bench = Bench(tmp_path, Tray(*PARTS, faults={motion: "cut off"}), STEP)
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    assert bench.world.held is not None
    assert not bench.world.at_home
    finish(tmp_path, bench).journal.close()


def test_says_what_was_under_way(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(*PARTS, faults={1: "cut off"}), STEP)
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    fresh = bench.restart(tmp_path)
    record = fresh.journal.unfinished()
    assert record is not None
    assert (record.id, record.instruction, record.outcome) == ("run-00001", "go", None)
    state = saved_state(fresh.workcell, record.id)
    assert state is not None
    assert state.call is not None
    assert (state.call.phrase, state.target) == ("pick up the failed gear", FAILED_GEAR)
    told: list[Event] = []
    resume(fresh.workcell.heard_by(told.append))
    assert told[0] == Woken(call=state.call)
    assert [event.call.skill for event in told if isinstance(event, Calling)] == ["place", "pick", "place"]
    assert isinstance(told[-1], Finished)
    fresh.journal.close()


def test_a_part_that_a_person_took_out_of_the_gripper_is_lost(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(*PARTS, faults={2: "cut off"}), STEP)
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    bench.world.held, bench.world.width = None, 0.0
    fresh = bench.restart(tmp_path)
    report = resume(fresh.workcell)
    fresh.journal.close()
    assert report.outcome.outcome == "incomplete"
    assert [(one.seen, one.moved, one.left, one.lost) for one in report.ledger] == [(2, 1, 0, 1)]


SCRIPT = """
import os, pickle, signal, sys
from pathlib import Path
sys.path.insert(0, "tests/agent")
import kinematic_tray as little
from agent.run import run

folder = Path(sys.argv[1])

class Powerless(little.Tray):
    def move(self, chunk):
        try:
            return super().move(chunk)
        except little.Killed:
            (folder / "world").write_bytes(pickle.dumps(vars(self)))
            os.kill(os.getpid(), signal.SIGKILL)

world = Powerless()
vars(world).update(pickle.loads((folder / "world").read_bytes()))
run(little.Bench(folder, world, little.step(condition="failed")).workcell, "go")
"""


def test_kill_9_with_a_part_in_the_gripper(tmp_path: Path, root: Path) -> None:
    start = Tray(*PARTS, faults={3: "cut off"})
    (tmp_path / "world").write_bytes(pickle.dumps(vars(start)))
    script = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    killed = subprocess.run(script, cwd=root, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    world = Tray()
    vars(world).update(pickle.loads((tmp_path / "world").read_bytes()))
    assert world.held == FAILED_NUT
    bench = Bench(tmp_path, world)
    report = resume(bench.workcell)
    bench.journal.close()
    assert report.outcome.outcome == "done"
    assert [(one.seen, one.moved, one.left, one.lost) for one in report.ledger] == [(2, 2, 0, 0)]
    assert world.bins["rejection bin"] == [FAILED_GEAR, FAILED_NUT]


def test_cut_off_twice(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(*PARTS, faults={1: "cut off", 2: "cut off"}), STEP)
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    bench = bench.restart(tmp_path)
    with pytest.raises(Killed):
        resume(bench.workcell)
    finish(tmp_path, bench).journal.close()


def test_nothing_to_resume(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(*PARTS), STEP)
    with pytest.raises(
        BadInput, match=r"^resume: None is not allowed; it must be said where a run was cut off or stopped; none was\.$"
    ):
        resume(bench.workcell)
    run(bench.workcell, "go")
    with pytest.raises(BadInput):
        resume(bench.workcell)
    bench.journal.close()
