"""What a run keeps: a state that does not grow, one checkpoint when it is over, every judged call once."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.events import Event, Finished, Verified
from agent.run import resume, run
from skills.errors import BadInput
from tests.agent.kinematic_tray import Bench, Killed, Tray, part, step

FAILED_GEAR = part("gear", "large", "red", "failed", (-0.09, 0.05))
FAILED_NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))
GOOD_NUT = part("nut", "M8", "brass", "ok", (0.0, -0.05))
STEP = step(condition="failed")
BEFORE_VERDICTS = Path(__file__).with_name("journal_with_attempts_in_state.sql")
"""A run of STEP over the three parts that an earlier version cut off in its third motion, with a nut in the gripper:
its judged calls are in its state, and of its checkpoints the last is kept here.
"""


def checkpoints(folder: Path) -> list[int]:
    """The size of each [bytes]."""
    with closing(sqlite3.connect(folder / "journal.db")) as database:
        return [size for (size,) in database.execute("SELECT LENGTH(checkpoint) FROM checkpoints")]


def largest_checkpoint(folder: Path, parts: int) -> int:
    """Of a run that brings away that many parts, of which never more than two lie on the tray."""
    world = Tray(FAILED_GEAR, FAILED_NUT)
    world.surprises = {2 * n: FAILED_NUT.model_copy(update={"at": (0.0, 0.01 * (n % 9))}) for n in range(1, parts - 1)}
    bench, sizes = Bench(folder, world, STEP), []

    def measure(event: Event) -> None:
        if isinstance(event, Finished):
            sizes.extend(checkpoints(folder))

    report = run(bench.workcell.heard_by(measure), "go", approved=True)
    bench.journal.close()
    assert (report.outcome.outcome, len(report.attempts)) == ("done", 2 * parts)
    return max(sizes)


def test_the_state_does_not_grow_with_the_calls(tmp_path: Path) -> None:
    few, many = (largest_checkpoint(tmp_path / str(parts), parts) for parts in (25, 50))
    assert many <= 1.02 * few, (few, many)


def test_a_run_that_is_over_keeps_its_last_checkpoints_only(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_GEAR, FAILED_NUT), STEP)
    run(bench.workcell, "go")
    bench.journal.close()
    assert len(checkpoints(tmp_path)) <= 2, "the last before its end was written down, and that of its end"


def test_a_stopped_run_goes_on_from_what_is_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_GEAR, FAILED_NUT), STEP)
    bench.gate.stop_at = 3
    assert run(bench.workcell, "go").outcome.outcome == "stopped"
    assert len(checkpoints(tmp_path)) <= 2
    bench.gate.reset("ada", bench.gate.stops)
    report = resume(bench.workcell)
    bench.journal.close()
    assert report.outcome.outcome == "done"
    assert [(one.seen, one.moved) for one in report.ledger] == [(2, 2)]
    assert [attempt.call.id for attempt in report.attempts] == [f"run-00001/{n}" for n in (1, 2, 3, 4, 5)]


def test_a_call_that_is_judged_twice_is_reported_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_GEAR), STEP)

    def cut(event: Event) -> None:
        if isinstance(event, Verified):
            raise Killed

    with pytest.raises(Killed):
        run(bench.workcell.heard_by(cut), "go")
    with pytest.raises(Killed):
        resume(bench.workcell.heard_by(cut))
    report = resume(bench.workcell)
    bench.journal.close()
    assert [attempt.call.id for attempt in report.attempts] == ["run-00001/1", "run-00001/2"]


def test_a_run_that_an_earlier_version_cut_off_is_taken_over_whole(tmp_path: Path) -> None:
    world = Tray(GOOD_NUT)
    world.bins["rejection bin"].append(FAILED_GEAR)
    world.held, world.width, world.at_home = FAILED_NUT, 0.02, False
    with closing(sqlite3.connect(tmp_path / "journal.db")) as database:
        database.executescript(BEFORE_VERDICTS.read_text(encoding="utf-8"))
    bench = Bench(tmp_path, world)
    report = resume(bench.workcell)
    bench.journal.close()
    assert report.outcome.outcome == "done"
    assert [(one.seen, one.moved, one.left, one.lost) for one in report.ledger] == [(2, 2, 0, 0)]
    assert [attempt.call.id for attempt in report.attempts] == [f"run-00001/{n}" for n in (1, 2, 3, 4)]


def test_a_state_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_GEAR, faults={1: "cut off"}), STEP)
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    saver = bench.journal.checkpointer()
    saved = saver.get_tuple({"configurable": {"thread_id": "run-00001", "checkpoint_ns": ""}})
    assert saved is not None
    saved.checkpoint["channel_values"]["task"] = "carry"
    saver.put(saved.config, saved.checkpoint, saved.metadata, {})
    with pytest.raises(BadInput, match=r"of this version of smolcell \(RunState: task: Input should be 'pick'"):
        resume(bench.workcell)
    bench.journal.close()
