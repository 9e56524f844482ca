"""The report of a run: counts by part, what is lost and disputed, questions with their answers, two pictures."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from agent.journal.pictures import RunPictures
from agent.ledger import closed, delivered, open_accounts, reconcile
from agent.report import PartCount, Question, Report, account_rows, part_counts, report_of
from agent.run import resume, run, saved_state
from skills.plan import Plan, Understanding
from tests.agent.kinematic_tray import Bench, Killed, Tray, part, picture, planned, scene, step

GEAR = part("gear", "large", "red", "failed", (-0.09, 0.05))
NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))
TWIN = part("nut", "M8", "brass", "failed", (0.09, 0.09))
GOOD = part("bolt", "M10", "silver", "ok", (0.0, 0.0))
FAILED = step(condition="failed")


@pytest.fixture
def benches() -> Iterator[list[Bench]]:
    made: list[Bench] = []
    yield made
    for bench in made:
        bench.journal.close()


def lay(folder: Path, benches: list[Bench], world: Tray, *steps: object) -> Bench:
    benches.append(Bench(folder, world, *steps))
    return benches[-1]


def shown(content: bytes) -> list[str]:
    """What a picture of the little world says that lies on the tray."""
    pixels = cv2.cvtColor(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    flat = pixels.tobytes()
    return flat[4 : 4 + int.from_bytes(flat[:4], "big")].decode().split('"kind"')[1:]


def test_counts_are_by_what_the_parts_look_like(tmp_path: Path, benches: list[Bench]) -> None:
    world = Tray(GEAR, NUT, TWIN, GOOD, faults={3: "fling"})
    report = run(lay(tmp_path, benches, world, FAILED).workcell, "go")
    (account,) = report.ledger
    assert (account.seen, account.moved, account.left, account.lost) == (3, 2, 0, 1)
    assert part_counts(account) == (
        PartCount(part="failed M8 brass nut", moved=1, lost=1),
        PartCount(part="failed large red gear", moved=1),
    )
    assert account_rows(report.ledger) == [
        ("all × failed part → rejection bin", 3, 2, 0, 1),
        ("  failed M8 brass nut", 2, 1, 0, 1),
        ("  failed large red gear", 1, 1, 0, 0),
    ]
    assert report.remarks() == ("lost: failed M8 brass nut",)


def test_what_no_step_meant_and_is_lost_is_said(tmp_path: Path, benches: list[Bench]) -> None:
    report = run(lay(tmp_path, benches, Tray(GEAR, GOOD, faults={1: "knock"}), FAILED).workcell, "go")
    assert report.remarks() == ("lost: ok M10 silver bolt",)
    assert report.as_json()["lost"] == ["ok M10 silver bolt"]


def test_pictures_are_of_the_first_and_of_the_last_look(tmp_path: Path, benches: list[Bench]) -> None:
    bench = lay(tmp_path, benches, Tray(GEAR, GOOD), FAILED)
    report = run(bench.workcell, "go")
    assert (len(shown(report.before)), len(shown(report.after))) == (2, 1)
    assert "after" not in report.as_json()


def test_a_run_that_only_answers_has_no_pictures(tmp_path: Path, benches: list[Bench]) -> None:
    bench = lay(tmp_path, benches, Tray(GEAR))
    bench.script["how many?"] = Understanding(outcome="answer", text="one")
    report = run(bench.workcell, "how many?")
    assert (report.before, report.after, report.ledger, report.remarks()) == (b"", b"", (), ())


def test_questions_stand_with_their_answers(tmp_path: Path, benches: list[Bench]) -> None:
    bench = lay(tmp_path, benches, Tray(GEAR))
    choices = ("gears to the left bin", "gears to the right bin")
    bench.script |= {
        "gears": Understanding(outcome="question", text="Where to?", choices=choices),
        choices[0]: planned(step("left bin", kind="gear")),
    }
    report = run(bench.workcell, "gears", answer=lambda _: "left bin")
    assert report.questions == (Question(question="Where to?", answer="left bin"),)
    assert report.remarks() == ("asked: Where to? – left bin",)
    assert run(bench.workcell, "gears").questions == (Question(question="Where to?"),)


def test_report_of_an_earlier_run_is_read_from_the_journal(tmp_path: Path, benches: list[Bench]) -> None:
    bench = lay(tmp_path, benches, Tray(GEAR, NUT, GOOD), FAILED)
    said = run(bench.workcell, "go")
    again = bench.restart(tmp_path)
    benches.append(again)
    state = saved_state(again.workcell, said.run_id)
    assert state is not None
    assert report_of(again.journal, state) == said


def test_report_of_a_run_that_was_cut_off_and_resumed_counts_all_of_it(tmp_path: Path, benches: list[Bench]) -> None:
    world = Tray(GEAR, NUT, GOOD, faults={2: "cut off"})
    bench = lay(tmp_path, benches, world, FAILED)
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    world.at_home = True
    again = bench.restart(tmp_path)
    benches.append(again)
    report: Report = resume(again.workcell)
    (account,) = report.ledger
    assert account.seen == account.moved + account.left + account.lost == 2
    assert sum(one.moved for one in part_counts(account)) == account.moved
    assert len(shown(report.before)) == 3


def test_what_is_held_at_the_end_counts_as_left_and_is_named(tmp_path: Path, benches: list[Bench]) -> None:
    bench = lay(tmp_path, benches, Tray(GEAR, GOOD), FAILED)
    bench.gate.stop_at = 2
    report = run(bench.workcell, "go")
    (account,) = report.ledger
    assert report.outcome.outcome == "stopped"
    assert (account.seen, account.moved, account.left, account.lost) == (1, 0, 1, 0)
    assert report.remarks() == ("in the gripper: failed large red gear",)


def test_an_account_that_is_closed_knows_what_the_last_look_showed() -> None:
    (account,) = open_accounts(Plan(steps=(FAILED,)))
    assert closed(account, scene(GEAR)) == account, "it was never begun"
    begun = reconcile(account, scene(GEAR, NUT))
    end = closed(delivered(begun, GEAR), scene(), lost=(NUT,))
    assert (end.seen, end.moved, end.left, end.lost) == (2, 1, 0, 1)
    assert end.empty_looks == begun.empty_looks


def test_pictures_of_the_oldest_runs_go_first(tmp_path: Path, benches: list[Bench]) -> None:
    bench = lay(tmp_path, benches, Tray(GEAR))
    few = RunPictures(bench.journal._database, most=2)
    runs = [bench.journal.begin_run("go") for _ in range(3)]
    for run_id in runs:
        few.keep(run_id, "before", picture([]))
        few.keep(run_id, "after", picture([]))
    assert [len(few.of_run(run_id)) for run_id in runs] == [0, 2, 2]
