"""Bolts into fixtures, which no camera sees: what is inserted, what is asked, what is known of the holes."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.events import Asked, Event
from agent.holes import Filled
from agent.report import Report
from agent.run import resume, run
from skills.call import Outcome
from skills.plan import Hole, Understanding
from skills.scene import PartQuery
from tests.agent.kinematic_tray import Bench, Killed, Tray, part, planned, step

NEAR_M8 = part("bolt", "M8", "silver", "ok", (-0.09, 0.05))
M8 = part("bolt", "M8", "silver", "ok", (0.0, 0.0))
FAR_M8 = part("bolt", "M8", "brass", "ok", (0.09, -0.05))
M6 = part("bolt", "M6", "black", "ok", (0.05, 0.08))
GEAR = part("gear", "large", "brass", "ok", (0.06, -0.09))
LEFT_M8 = Hole(fixture="left fixture", size="M8")
FILLED = Filled(hole=LEFT_M8, run="run-00001", sure=True)
QUESTION = "the M8 hole of the left fixture was filled by run-00001; is it free again? (yes / no)"

Lay = Callable[..., Bench]


@pytest.fixture
def lay(tmp_path: Path) -> Iterator[Lay]:
    made: list[Bench] = []

    def lay_out(world: Tray, *steps: object) -> Bench:
        made.append(Bench(tmp_path, world, *steps))  # type: ignore[arg-type]
        return made[-1]

    yield lay_out
    for bench in made:
        bench.journal.close()


def one_m8() -> object:
    return step("left fixture", 1, kind="bolt", size="M8")


def said(report: Report) -> list[tuple[str, str]]:
    return [(attempt.call.skill, attempt.call.phrase) for attempt in report.attempts]


def test_the_largest_gear_goes_on_the_belt(lay: Lay) -> None:
    small = part("gear", "small", "red", "ok", (-0.05, 0.0))
    bench = lay(Tray(GEAR, small, M8), step("conveyor belt", 1, kind="gear", superlative="largest"))
    report = run(bench.workcell, "go")
    assert report.outcome.outcome == "done"
    assert said(report) == [("pick", "pick up the large gear"), ("place", "place it on the conveyor belt")]
    assert bench.world.bins["conveyor belt"] == [GEAR]


def test_a_bolt_is_inserted_and_its_hole_is_known_to_be_full(lay: Lay) -> None:
    bench = lay(Tray(M8, M6, GEAR), step("left fixture", 1, kind="bolt", size="M8", colour="silver"))
    report = run(bench.workcell, "go")
    assert report.outcome == Outcome(
        outcome="done", reason="1 × M8 silver bolt → left fixture: 1 seen, 1 moved, 0 left, 0 lost"
    )
    assert said(report) == [("pick", "pick up the M8 silver bolt"), ("insert", "insert it into the left fixture")]
    assert bench.world.bins["left fixture"] == [M8]
    verdict = report.attempts[-1].verdict
    assert (verdict.judgement, verdict.confidence) == ("success", 0.8)
    assert verdict.reason == "ok M8 silver bolt was let go at the hole; no camera sees how it sits"
    assert bench.journal.table.filled() == (FILLED,)


@pytest.fixture
def second(lay: Lay) -> Bench:
    """A bench over which an M8 bolt was inserted before, and another lies ready."""
    bench = lay(Tray(M8), one_m8())
    assert run(bench.workcell, "go").outcome.outcome == "done"
    bench.world.parts.append(FAR_M8)
    return bench


@pytest.mark.parametrize("answer", ["yes", "y", "Yes ", "1"])
def test_a_full_hole_is_a_question_and_yes_frees_it(second: Bench, answer: str) -> None:
    asked: list[Asked] = []

    def emptied(question: Asked) -> str:
        asked.append(question)
        second.world.bins["left fixture"].clear()
        return answer

    assert run(second.workcell, "go", answer=emptied).outcome.outcome == "done"
    assert asked == [Asked(question=QUESTION, choices=("yes", "no"))]
    assert second.world.bins["left fixture"] == [FAR_M8]
    assert second.journal.table.filled() == (FILLED.model_copy(update={"run": "run-00002"}),)


def test_a_hole_that_stays_full_leaves_the_bolt_on_the_tray(second: Bench) -> None:
    report = run(second.workcell, "go", answer=lambda _: "no")
    assert report.outcome == Outcome(
        outcome="incomplete",
        reason="M8 bolt → left fixture: 0 moved of 1 wanted, 1 left, 0 lost; "
        "the M8 hole of the left fixture was filled by run-00001",
    )
    assert (second.world.motions, second.world.parts) == (2, [FAR_M8])


@pytest.mark.parametrize("answer", [None, "", "perhaps", "the red one"])
def test_without_a_clear_answer_nothing_moves(second: Bench, answer: str | None) -> None:
    report = run(second.workcell, "go", answer=lambda _: answer)
    assert report.outcome == Outcome(outcome="incomplete", reason=f"a question is open: {QUESTION}")
    assert second.world.motions == 2
    assert second.journal.table.filled() == (FILLED,)


def test_every_full_hole_that_is_needed_is_asked_for(second: Bench) -> None:
    second.script["an M6 bolt"] = planned(step("left fixture", 1, kind="bolt", size="M6"))
    second.script["all bolts"] = planned(step("left fixture", kind="bolt"))
    second.world.parts.append(M6)
    assert run(second.workcell, "an M6 bolt").outcome.outcome == "done"
    second.world.parts.append(M6)
    asked: list[str] = []

    def answer(question: Asked) -> str:
        asked.append(question.question)
        second.world.bins["left fixture"] = [one for one in second.world.bins["left fixture"] if one.size == "M8"]
        return "yes" if "M6" in question.question else "no"

    report = run(second.workcell, "all bolts", answer=answer)
    assert asked == [QUESTION.replace("M8", "M6").replace("00001", "00002"), QUESTION]
    assert (report.outcome.outcome, second.world.parts) == ("incomplete", [FAR_M8])
    assert [one.size for one in second.world.bins["left fixture"]] == ["M8", "M6"]


def test_an_answer_is_to_the_hole_that_was_asked_about_though_the_tray_changes_meanwhile(second: Bench) -> None:
    second.script["an M6 bolt"] = planned(step("left fixture", 1, kind="bolt", size="M6"))
    second.script["all bolts"] = planned(step("left fixture", kind="bolt"))
    second.world.parts.append(M6)
    assert run(second.workcell, "an M6 bolt").outcome.outcome == "done"
    second.world.parts.append(M6)

    def answer(question: Asked) -> str:
        if "M6" not in question.question:
            return "no"
        second.world.parts.remove(M6)
        return "yes"

    run(second.workcell, "all bolts", answer=answer)
    assert [one.hole.size for one in second.journal.table.filled()] == ["M8"]
    assert second.world.parts == [FAR_M8]


def test_a_persons_word_frees_the_hole(second: Bench) -> None:
    freed = Understanding(outcome="answer", text="Taken from your word.", freed=(LEFT_M8,))
    second.script["the left fixture is empty"] = freed
    assert run(second.workcell, "the left fixture is empty").outcome.outcome == "done"
    assert second.journal.table.filled() == ()
    second.world.bins["left fixture"].clear()
    assert run(second.workcell, "go").outcome.outcome == "done"


def test_a_hole_that_the_run_itself_has_filled_is_asked_about_before_the_next_bolt(lay: Lay) -> None:
    bench = lay(Tray(NEAR_M8, M8, GEAR), step("left fixture", kind="bolt", size="M8"))
    asked: list[Asked] = []

    def emptied(question: Asked) -> str:
        asked.append(question)
        bench.world.bins["left fixture"].clear()
        return "it is empty now"

    report = run(bench.workcell, "go", answer=emptied)
    assert (report.outcome.outcome, bench.world.bins["left fixture"]) == ("done", [M8])
    (question,) = asked
    assert "the M8 hole of the left fixture was filled by run-00001" in question.question
    assert question.choices == ("it is empty now", "leave it", "stop")


def test_a_full_hole_may_be_left_as_it_is(lay: Lay) -> None:
    bench = lay(Tray(NEAR_M8, M8, GEAR), step("left fixture", kind="bolt", size="M8"))
    report = run(bench.workcell, "go", answer=lambda _: "leave it")
    assert report.outcome == Outcome(
        outcome="incomplete",
        reason="M8 bolt → left fixture: 1 moved, 1 left, 0 lost; "
        "the M8 hole of the left fixture was filled by run-00001",
    )
    assert bench.gate.latched is None
    assert bench.journal.table.filled() == (FILLED,)


def test_of_all_bolts_of_a_size_one_is_inserted_and_the_rest_is_told(lay: Lay) -> None:
    bench = lay(Tray(NEAR_M8, M8, FAR_M8, GEAR), step("left fixture", kind="bolt", size="M8"))
    report = run(bench.workcell, "go")
    assert report.outcome == Outcome(
        outcome="incomplete",
        reason="a person is needed: M8 bolt → left fixture: 1 moved, 2 left, 0 lost; "
        "the M8 hole of the left fixture was filled by run-00001",
    )
    assert bench.world.bins["left fixture"] == [NEAR_M8]
    assert bench.world.parts == [M8, FAR_M8, GEAR]
    assert bench.world.motions == 2


def test_of_all_bolts_one_of_each_size_is_inserted(lay: Lay) -> None:
    bench = lay(Tray(NEAR_M8, M8, M6), step("left fixture", 2, kind="bolt"))
    report = run(bench.workcell, "go")
    assert (report.outcome.outcome, bench.world.bins["left fixture"]) == ("done", [NEAR_M8, M6])
    assert report.attempts[2].call.part == PartQuery(kind="bolt", without=(PartQuery(kind="bolt", size="M8"),))


def test_another_size_needs_no_question(second: Bench) -> None:
    second.world.parts.append(M6)
    second.script["go"] = planned(step("left fixture", 1, kind="bolt"))
    assert run(second.workcell, "go").outcome.outcome == "done"
    assert second.world.bins["left fixture"] == [M8, M6]


def test_an_insert_that_the_gate_refuses_for_good_is_put_back_and_left(lay: Lay) -> None:
    bench = lay(Tray(M8), one_m8())
    bench.gate.refusals = {2, 3, 4}
    report = run(bench.workcell, "go")
    assert [skill for skill, _ in said(report)] == ["pick", "insert", "insert", "insert", "put_back"]
    assert report.outcome == Outcome(
        outcome="incomplete", reason="M8 bolt → left fixture: 0 moved of 1 wanted, 1 left, 0 lost"
    )
    assert [one.describe() for one in report.ledger[0].skipped] == ["ok M8 silver bolt"]
    assert [one.describe() for one in bench.world.parts] == ["ok M8 silver bolt"]
    assert bench.journal.table.filled() == ()


def test_a_bolt_that_is_lost_on_the_way_may_lie_in_the_hole(lay: Lay) -> None:
    bench = lay(Tray(M8, faults={2: "fling"}), one_m8())
    report = run(bench.workcell, "go")
    assert (report.outcome.outcome, report.ledger[0].lost) == ("incomplete", 1)
    assert bench.journal.table.filled() == (FILLED.model_copy(update={"sure": False}),)
    bench.world.parts.append(FAR_M8)
    assert run(bench.workcell, "go").outcome.reason == (
        "a question is open: the M8 hole of the left fixture may have been filled by run-00001; "
        "is it free again? (yes / no)"
    )


def test_a_bolt_that_falls_back_on_the_tray_is_picked_again(lay: Lay) -> None:
    bench = lay(Tray(M8, faults={2: "slip"}), one_m8())
    report = run(bench.workcell, "go")
    assert report.outcome.outcome == "done"
    assert [attempt.verdict.cause for attempt in report.attempts] == [None, "dropped_inside", None, None]


class Thin(Tray):
    """Its bolts look like M8 and are M6."""

    def _close(self, at: tuple[float, float], fault: str) -> None:
        super()._close(at, fault)
        self.width = 0.012 if self.held else self.width


def test_a_bolt_that_the_gripper_knows_for_another_size_is_not_inserted(lay: Lay) -> None:
    bench = lay(Thin(M8), one_m8())
    report = run(bench.workcell, "go")
    assert [skill for skill, _ in said(report)] == ["pick", "put_back"] * 3
    verdict = report.attempts[0].verdict
    assert (verdict.judgement, verdict.cause) == ("failure", "wrong_part")
    assert verdict.reason == (
        "ok M8 silver bolt was seen, but the gripper is closed to 12.0 mm: a bolt M8 is held at 15 to 19 mm"
    )
    assert (report.outcome.outcome, bench.world.bins["left fixture"]) == ("incomplete", [])


@pytest.mark.parametrize("aside", [-0.012, 0.012])
def test_a_bolt_that_is_held_off_its_middle_is_laid_back_and_picked_anew(lay: Lay, aside: float) -> None:
    bench = lay(Tray(M8), one_m8())
    bench.policies["pick"].aside = {1: aside}
    report = run(bench.workcell, "go")
    assert [skill for skill, _ in said(report)] == ["pick", "put_back", "pick", "insert"]
    assert report.attempts[0].verdict.reason == "ok M8 silver bolt is held 12 mm from its middle; up to 5 fit"
    assert (report.outcome.outcome, len(bench.world.bins["left fixture"])) == ("done", 1)


def test_for_a_bin_it_does_not_matter_where_a_bolt_is_held(lay: Lay) -> None:
    bench = lay(Tray(M8), step("left bin", 1, kind="bolt"))
    bench.policies["pick"].aside = {1: 0.012}
    assert [skill for skill, _ in said(run(bench.workcell, "go"))] == ["pick", "place"]


class Guillotine:
    """Ends the process at the n-th event."""

    def __init__(self, at: int) -> None:
        self.at, self.seen = at, 0

    def __call__(self, event: Event) -> None:
        self.seen += 1
        if self.seen == self.at:
            raise Killed


EVENTS, RULED = 16, 12
"""Events of an undisturbed insert; at which the motion is over and the journal does not know it yet."""


def test_the_number_of_events_is_known(lay: Lay) -> None:
    seen = Guillotine(0)
    run(lay(Tray(M8), one_m8()).workcell.heard_by(seen), "go")
    assert seen.seen == EVENTS


@pytest.mark.parametrize("at", range(1, EVENTS + 1))
def test_a_filled_hole_is_known_wherever_it_is_cut_off(tmp_path: Path, at: int) -> None:
    bench = Bench(tmp_path, Tray(M8), one_m8())
    with pytest.raises(Killed):
        run(bench.workcell.heard_by(Guillotine(at)), "go")
    fresh = bench.restart(tmp_path)
    full = {one.hole for one in fresh.journal.table.filled()}
    assert full >= ({LEFT_M8} if bench.world.bins["left fixture"] else set()), "before anybody says resume"
    report = resume(fresh.workcell)
    known = fresh.journal.table.filled()
    fresh.journal.close()
    assert known == (FILLED.model_copy(update={"sure": at != RULED}),)
    assert report.outcome.outcome == ("incomplete" if at == RULED else "done")
    assert bench.world.bins["left fixture"] == [M8]


def test_an_insert_that_nobody_watched_is_not_believed(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(M8, faults={2: "cut off"}), one_m8())
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    bench.world.table.append(M8)
    bench.world.held, bench.world.width = None, 0.08
    fresh = bench.restart(tmp_path)
    report = resume(fresh.workcell)
    verdict = report.attempts[-1].verdict
    assert (verdict.judgement, verdict.cause) == ("uncertain", "unclear")
    assert verdict.reason == (
        "ok M8 silver bolt is not held and not on the tray; no camera sees whether it sits in the hole"
    )
    assert (report.outcome.outcome, report.ledger[0].lost) == ("incomplete", 1)
    assert fresh.journal.table.filled() == (FILLED.model_copy(update={"sure": False}),)
    fresh.journal.close()
