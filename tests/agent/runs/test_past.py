"""Lines that point back to the run before, with the real planner, the journal and the little world."""

from dataclasses import replace
from pathlib import Path

from agent.planning.grammar import GrammarPlanner
from agent.report import Report
from agent.run import run
from skills.call import Outcome
from tests.agent.kinematic_tray import CATALOGUE, CELL, Bench, Tray, part

RED_GEAR = part("gear", "small", "red", "ok", (-0.09, 0.05))
BRASS_GEAR = part("gear", "large", "brass", "ok", (0.06, 0.05))
FAILED_BOLT = part("bolt", "M10", "silver", "failed", (0.09, -0.09))
FAILED_NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))
GOOD_NUT = part("nut", "M8", "brass", "ok", (0.0, -0.05))
PLANNER = GrammarPlanner(CELL, CATALOGUE)


def say(bench: Bench, instruction: str) -> Report:
    return run(replace(bench.workcell, planner=PLANNER), instruction)


def ended(report: Report) -> str:
    return f"{report.outcome.outcome}: {report.outcome.reason}"


def test_the_same_with_other_parts_after_a_restart(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_BOLT, FAILED_NUT, GOOD_NUT))
    say(bench, "remove all failed bolts")
    bench = bench.restart(tmp_path)
    report = say(bench, "then do the same with the nuts")
    bench.journal.close()
    assert ended(report) == "done: all × failed nut → rejection bin: 1 seen, 1 moved, 0 left, 0 lost"
    assert bench.world.bins["rejection bin"] == [FAILED_BOLT, FAILED_NUT]
    assert bench.world.parts == [GOOD_NUT]


def test_what_lies_in_a_bin_is_not_put_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_BOLT, GOOD_NUT))
    say(bench, "remove all failed bolts")
    moved = bench.world.motions
    report = say(bench, "put them back")
    bench.journal.close()
    assert ended(report).startswith("refused: That can't be done: 1 failed bolt lies in the rejection bin")
    assert bench.world.motions == moved


def test_what_is_held_is_put_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(RED_GEAR, GOOD_NUT))
    bench.gate.stop_at = 2
    assert say(bench, "put the red gear in the left bin").outcome.outcome == "stopped"
    bench.gate.reset("ada", bench.gate.stops)
    bench.journal.end_run("run-00001", Outcome(outcome="incomplete", reason="given up"))
    assert bench.world.held == RED_GEAR
    report = say(bench, "put it back")
    bench.journal.close()
    assert ended(report) == "done: 1 × part → tray: 1 seen, 1 moved, 0 left, 0 lost"
    assert bench.world.held is None
    assert {one.describe() for one in bench.world.parts} == {RED_GEAR.describe(), GOOD_NUT.describe()}
    assert [attempt.call.skill for attempt in report.attempts] == ["put_back"]


def test_the_other_one_is_brought_and_the_first_stays(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(RED_GEAR, BRASS_GEAR))
    say(bench, "put the red gear in the left bin")
    report = say(bench, "no, the other one")
    bench.journal.close()
    assert report.outcome.outcome == "done", report
    assert report.understanding is not None
    assert report.understanding.text == (
        "The ok small red gear stays in the left bin: I take parts from the tray only."
    )
    assert bench.world.bins["left bin"] == [RED_GEAR, BRASS_GEAR]


def test_on_a_table_that_was_laid_anew_only_the_words_are_left(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_NUT, GOOD_NUT))
    say(bench, "put all nuts in the left bin")
    bench.world.parts = [GOOD_NUT]
    bench.journal.table.lay_anew()
    report = say(bench, "put them in the right bin")
    bench.journal.close()
    assert ended(report) == "done: all × nut → right bin: 1 seen, 1 moved, 0 left, 0 lost"


def test_the_same_is_what_was_done_last_whatever_was_asked_or_refused_since(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_BOLT, FAILED_NUT, GOOD_NUT))
    say(bench, "remove all failed bolts")
    say(bench, "how many nuts are there?")
    say(bench, "throw the nuts at the wall")
    report = say(bench, "do the same with the nuts")
    bench.journal.close()
    assert ended(report) == "done: all × failed nut → rejection bin: 1 seen, 1 moved, 0 left, 0 lost"


def test_behind_a_question_that_was_left_open_nothing_is_pointed_back_to(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_BOLT, FAILED_NUT, GOOD_NUT))
    say(bench, "remove all failed bolts")
    say(bench, "put the nuts in the bin")
    report = say(bench, "do the same with the nuts")
    bench.journal.close()
    assert (report.outcome.outcome, bench.world.parts) == ("incomplete", [FAILED_NUT, GOOD_NUT])


def test_behind_a_question_no_part_is_pointed_back_to(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(FAILED_BOLT, FAILED_NUT, GOOD_NUT))
    say(bench, "remove all failed bolts")
    say(bench, "how many nuts are there?")
    report = say(bench, "put them in the left bin")
    bench.journal.close()
    assert report.outcome.outcome == "incomplete"
    assert bench.world.parts == [FAILED_NUT, GOOD_NUT]
