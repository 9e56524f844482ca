"""A twin's journal and audit on a full disk, and a camera that is no longer alive: what the agent makes of it."""

import sqlite3
from pathlib import Path

import pytest

from agent.faulty import CountedCalls, TwinAudit, on_disk
from agent.journal.journal import Journal
from agent.looking.looker import Blocked, Look, Looker
from safety.audit import verify_audit
from sim.schedule import Schedule
from skills.call import Outcome, SkillCall
from skills.observation import Observation
from skills.scene import PartQuery
from tests.agent.kinematic_tray import CELL, Bench, TextPerceiver, Tray, TrayGate, part, step


class Disk:
    def __init__(self) -> None:
        self.full = False

    def __call__(self) -> bool:
        return self.full


def test_full_disk_takes_no_line_of_the_audit(tmp_path: Path) -> None:
    disk = Disk()
    audit = TwinAudit(tmp_path / "audit.jsonl", disk)
    audit.record("first")
    disk.full = True
    with pytest.raises(OSError, match=r"No space left on device"):
        audit.record("second")
    disk.full = False
    audit.record("third")
    assert verify_audit(tmp_path / "audit.jsonl") is None
    assert [line.count("kind") for line in (tmp_path / "audit.jsonl").read_text().splitlines()] == [1, 1]


def test_full_disk_takes_nothing_into_the_journal_and_is_read_all_the_same(tmp_path: Path) -> None:
    disk = Disk()
    with Journal(tmp_path, on_disk(disk)) as journal:
        run_id = journal.begin_run("go")
        saver = journal.checkpointer()
        saver.setup()
        disk.full = True
        writes = (
            lambda: journal.begin_run("again"),
            lambda: journal.end_run(run_id, done()),
            lambda: saver.conn.cursor().execute("INSERT INTO writes DEFAULT VALUES"),
        )
        for write in writes:
            with pytest.raises(sqlite3.OperationalError, match=r"^database or disk is full$") as caught:
                write()
            assert caught.value.sqlite_errorname == "SQLITE_FULL"
        assert [(run.instruction, run.outcome) for run in journal.runs()] == [("go", None)]


def done() -> Outcome:
    return Outcome(outcome="done", reason="")


def test_only_calls_that_begin_are_counted(tmp_path: Path) -> None:
    call = SkillCall(id="1", skill="pick", arguments={}, phrase="", part=PartQuery())
    schedule = Schedule((), Tray())
    begun: list[None] = []
    schedule.call_begins = lambda: begun.append(None)  # type: ignore[method-assign]
    with Journal(tmp_path) as journal:
        counted = CountedCalls(journal, schedule)
        run_id = journal.begin_run("go")
        assert [counted.begin_call(run_id, call), counted.begin_call(run_id, call)] == [True, False]
    assert len(begun) == 1


class FrozenGate(TrayGate):
    """Delivers the picture of its first look for ever."""

    first: Observation | None = None

    def observe(self) -> Observation:
        from dataclasses import replace

        seen = super().observe()
        self.first = self.first or seen
        return replace(seen, images=self.first.images)


def test_picture_that_is_the_last_one_to_the_last_bit_is_no_look() -> None:
    frozen = Blocked(text="the overhead camera is frozen: its picture is the last one to the last bit; start it anew")
    looker = Looker(CELL, FrozenGate(Tray()), TextPerceiver())
    assert isinstance(looker.glance(), Look)
    assert looker.glance() == frozen, "the picture of the look before"
    assert Looker(CELL, FrozenGate(Tray()), TextPerceiver()).look() == frozen, "two pictures of one look"


def test_frozen_camera_ends_a_run_before_anything_is_said_to_be_done(tmp_path: Path) -> None:
    world = Tray(part("gear", "large", "red", "ok"))
    bench = Bench(tmp_path, world, step(condition="failed"), gate=FrozenGate(world))
    from agent.run import run

    report = run(bench.workcell, "go")
    bench.journal.close()
    assert report.outcome.outcome == "incomplete"
    assert "frozen" in report.outcome.reason


def test_picture_of_another_size_is_no_look() -> None:
    from dataclasses import replace

    class Swapped(TrayGate):
        def observe(self) -> Observation:
            seen = super().observe()
            return replace(seen, images={"overhead": seen.images["overhead"][:128, :128]})

    assert Looker(CELL, Swapped(Tray()), TextPerceiver()).look() == Blocked(
        text="the overhead camera delivers a picture of 128×128 instead of 256×256; check for swapped cables"
    )
