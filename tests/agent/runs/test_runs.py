"""Whole runs over the little world: what is moved, what is said, how it ends."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.events import Asked, Calling, Event
from agent.exit_codes import ExitCode
from agent.looking.looker import Blocked, Look
from agent.nodes.plan import answered
from agent.report import Report
from agent.run import resume, run
from skills.call import Outcome
from skills.chunk import ActionChunk
from skills.plan import Understanding
from skills.scene import PartQuery
from tests.agent.kinematic_tray import CELL, Bench, Tray, part, planned, step

FAILED_GEAR = part("gear", "large", "red", "failed", (-0.09, 0.05))
FAILED_NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))
FAILED_BOLT = part("bolt", "M10", "silver", "failed", (0.09, 0.09))
GOOD_GEAR = part("gear", "large", "red", "ok", (-0.02, 0.02))
GOOD_NUT = part("nut", "M8", "brass", "ok", (0.0, -0.05))
GOOD_BOLT = part("bolt", "M10", "silver", "ok", (0.04, 0.04))
MIXED = (FAILED_GEAR, FAILED_NUT, FAILED_BOLT, GOOD_GEAR, GOOD_NUT, GOOD_BOLT)
FAILED = step(condition="failed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def benches() -> Iterator[list[Bench]]:
    made: list[Bench] = []
    yield made
    for bench in made:
        bench.journal.close()


@pytest.fixture
def lay(folder: Path, benches: list[Bench]):
    def lay_out(world: Tray, *steps: object) -> Bench:
        benches.append(Bench(folder, world, *steps))
        return benches[-1]

    return lay_out


def phrases(report: Report) -> list[str]:
    return [attempt.call.phrase for attempt in report.attempts]


def counts(report: Report) -> list[tuple[int, int, int, int]]:
    return [(one.seen, one.moved, one.left, one.lost) for one in report.ledger]


def test_removes_all_failed_parts_and_nothing_else(lay) -> None:
    bench = lay(Tray(*MIXED), FAILED)
    report = run(bench.workcell, "go")
    assert report.exit_code == ExitCode.DONE
    assert report.outcome == Outcome(
        outcome="done", reason="all × failed part → rejection bin: 3 seen, 3 moved, 0 left, 0 lost"
    )
    assert bench.world.bins["rejection bin"] == [FAILED_GEAR, FAILED_NUT, FAILED_BOLT]
    assert bench.world.parts == [GOOD_GEAR, GOOD_NUT, GOOD_BOLT]
    assert phrases(report) == [
        "pick up the failed gear",
        "place it in the rejection bin",
        "pick up the failed nut",
        "place it in the rejection bin",
        "pick up the failed bolt",
        "place it in the rejection bin",
    ]


def test_is_not_done_while_something_on_the_tray_cannot_be_made_out(lay) -> None:
    bench = lay(Tray(FAILED_GEAR, GOOD_NUT), FAILED, step("left bin", kind="nut"))
    bench.perceiver.unclear = ((0.05, 0.05),)
    report = run(bench.workcell, "go")
    assert report.outcome == Outcome(
        outcome="incomplete",
        reason="failed part → rejection bin: 1 moved, 0 left, 0 lost, 1 on the tray can't be made out: move them apart",
    )
    assert bench.world.parts == [GOOD_NUT], "the next step might take what belongs to this one"


def test_sorts_in_the_order_of_the_steps(lay) -> None:
    bench = lay(Tray(*MIXED), step("left bin", 2, kind="nut"), step("right bin", kind="bolt"))
    report = run(bench.workcell, "go")
    assert report.outcome.outcome == "done"
    assert bench.world.bins["left bin"] == [GOOD_NUT, FAILED_NUT]
    assert bench.world.bins["right bin"] == [GOOD_BOLT, FAILED_BOLT]
    assert counts(report) == [(2, 2, 0, 0), (2, 2, 0, 0)]


def test_counts_to_the_quantity_and_leaves_the_rest(lay) -> None:
    bench = lay(Tray(*MIXED), step("left bin", 2, condition="ok"))
    report = run(bench.workcell, "go")
    assert (report.outcome.outcome, counts(report)) == ("done", [(3, 2, 1, 0)])
    assert bench.world.bins["left bin"] == [GOOD_GEAR, GOOD_NUT]


def test_moves_everything_except(lay) -> None:
    bench = lay(Tray(*MIXED), step("left bin", without=(PartQuery(kind="gear"), PartQuery(condition="failed"))))
    report = run(bench.workcell, "go")
    assert report.outcome.outcome == "done"
    assert bench.world.bins["left bin"] == [GOOD_NUT, GOOD_BOLT]


def test_takes_the_largest_and_with_all_only_those_that_are_largest_now(lay) -> None:
    twin = part("bolt", "M10", "black", "ok", (0.1, -0.02))
    bench = lay(Tray(*MIXED, twin), step("left bin", superlative="largest"))
    report = run(bench.workcell, "go")
    assert report.outcome.outcome == "done"
    assert bench.world.bins["left bin"] == [GOOD_BOLT, FAILED_BOLT, twin]
    assert report.ledger[0].step == step("left bin", kind="bolt", size="M10")


def test_one_smallest(lay) -> None:
    bench = lay(Tray(*MIXED), step("left bin", 1, superlative="smallest", condition="ok"))
    report = run(bench.workcell, "go")
    assert (report.outcome.outcome, bench.world.bins["left bin"]) == ("done", [GOOD_NUT])


def test_nothing_to_do_moves_nothing(lay) -> None:
    bench = lay(Tray(GOOD_GEAR), FAILED)
    report = run(bench.workcell, "go")
    assert report.outcome == Outcome(outcome="done", reason="there was nothing to do: none was seen in 2 looks")
    assert (bench.world.motions, report.attempts) == (0, ())


def test_too_few_is_incomplete_and_up_to_is_not(lay, folder: Path) -> None:
    bench = lay(Tray(*MIXED), step("left bin", 3, kind="nut"))
    report = run(bench.workcell, "go")
    assert report.outcome == Outcome(outcome="incomplete", reason="nut → left bin: 2 moved of 3 wanted, 0 left, 0 lost")
    assert report.exit_code == ExitCode.INCOMPLETE
    bench.world.parts.append(GOOD_NUT)
    bench.script["go"] = planned(step("left bin", 3, kind="nut", at_most=True))
    assert run(bench.workcell, "go").outcome.outcome == "done"


def test_parts_that_appear_during_the_run_are_moved_and_counted(lay) -> None:
    world = Tray(*MIXED)
    late = part("bracket", "small", "blue", "failed", (-0.05, -0.09))
    world.surprises[5] = late
    report = run(lay(world, FAILED).workcell, "go")
    assert (report.outcome.outcome, counts(report)) == ("done", [(4, 4, 0, 0)])
    assert late in world.bins["rejection bin"]


def test_a_wrong_part_is_noticed_over_the_tray_and_put_back(lay) -> None:
    bench = lay(Tray(*MIXED), FAILED)
    bench.policies["pick"].mistakes = {1}
    report = run(bench.workcell, "go")
    assert report.outcome.outcome == "done"
    assert phrases(report)[:4] == [
        "pick up the failed gear",
        "put it back on the back of the tray",
        "pick up the failed gear",
        "place it in the rejection bin",
    ]
    assert [attempt.verdict.cause for attempt in report.attempts][:2] == ["wrong_part", None]
    assert {one.describe() for one in bench.world.parts} == {
        "ok large red gear",
        "ok M8 brass nut",
        "ok M10 silver bolt",
    }


def test_always_the_wrong_part_ends_with_a_person(lay) -> None:
    bench = lay(Tray(FAILED_GEAR, GOOD_NUT), FAILED)
    bench.policies["pick"].mistakes = set(range(100))
    report = run(bench.workcell, "go")
    assert report.outcome == Outcome(
        outcome="incomplete", reason="failed part → rejection bin: 0 moved, 1 left, 0 lost"
    )
    assert [one.describe() for one in report.ledger[0].skipped] == ["failed large red gear"]
    assert len(report.attempts) == 6
    assert not any(bench.world.bins.values())


def test_a_missed_grasp_is_tried_again(lay) -> None:
    report = run(lay(Tray(*MIXED, faults={1: "miss"}), FAILED).workcell, "go")
    assert (report.outcome.outcome, counts(report)) == ("done", [(3, 3, 0, 0)])
    assert [attempt.verdict.cause for attempt in report.attempts][:2] == ["missed", None]


def test_a_part_that_can_not_be_grasped_is_left_and_reported(lay) -> None:
    bench = lay(Tray(*MIXED, faults=dict.fromkeys((1, 2, 7, 8, 9), "miss")), FAILED)
    report = run(bench.workcell, "go")
    assert report.outcome == Outcome(
        outcome="incomplete", reason="failed part → rejection bin: 2 moved, 1 left, 0 lost"
    )
    assert bench.world.bins["rejection bin"] == [FAILED_NUT, FAILED_BOLT]
    assert [one.describe() for one in report.ledger[0].skipped] == ["failed large red gear"]


def test_what_was_left_is_not_swept_up_by_the_next_step(lay) -> None:
    world = Tray(FAILED_GEAR, GOOD_NUT, faults={1: "miss", 2: "miss", 3: "miss"})
    report = run(lay(world, FAILED, step("left bin")).workcell, "go")
    assert (report.outcome.outcome, world.motions) == ("incomplete", 3)


def test_dropped_on_the_tray_is_picked_again(lay) -> None:
    world = Tray(*MIXED, faults={1: "slip"})
    report = run(lay(world, FAILED).workcell, "go")
    assert (report.outcome.outcome, counts(report)) == ("done", [(3, 3, 0, 0)])
    assert report.attempts[0].verdict.cause == "dropped_inside"


def test_dropped_outside_is_lost_and_said(lay) -> None:
    world = Tray(*MIXED, faults={1: "fling"})
    report = run(lay(world, FAILED).workcell, "go")
    assert report.outcome == Outcome(
        outcome="incomplete", reason="failed part → rejection bin: 2 moved, 0 left, 1 lost"
    )
    assert counts(report) == [(3, 2, 0, 1)]


def test_dropped_on_the_way_is_lost_and_said(lay) -> None:
    world = Tray(*MIXED, faults={2: "fling"})
    report = run(lay(world, FAILED).workcell, "go")
    assert (report.outcome.outcome, counts(report)) == ("incomplete", [(3, 2, 0, 1)])
    assert report.attempts[1].verdict.reason == "the part was lost before it was released"


def test_a_part_that_is_knocked_out_is_noticed_though_the_plan_was_met(lay) -> None:
    world = Tray(FAILED_GEAR, GOOD_NUT, faults={1: "knock"})
    report = run(lay(world, FAILED).workcell, "go")
    assert report.outcome == Outcome(
        outcome="incomplete", reason="left the tray without being brought away: ok M8 brass nut"
    )
    assert counts(report) == [(1, 1, 0, 0)]


def test_what_the_gate_refuses_waits_for_the_others_and_is_then_left(lay) -> None:
    bench = lay(Tray(FAILED_GEAR, FAILED_NUT), FAILED)
    bench.gate.refusals = {1, 4, 5, 6}
    report = run(bench.workcell, "go")
    assert (report.outcome.outcome, counts(report)) == ("incomplete", [(2, 1, 1, 0)])
    assert [name.split()[-1] for name in phrases(report)] == ["gear", "nut", "bin", "gear", "gear", "gear"]
    verdict = report.attempts[0].verdict
    assert (verdict.cause, verdict.reason) == ("refused_by_gate", "stop: [workspace] outside the workspace")


def test_a_release_that_the_gate_refuses_for_good_is_put_back(lay) -> None:
    bench = lay(Tray(FAILED_GEAR), FAILED)
    bench.gate.refusals = {2, 3, 4}
    report = run(bench.workcell, "go")
    assert [attempt.call.skill for attempt in report.attempts][:5] == ["pick", "place", "place", "place", "put_back"]
    assert not bench.gate.world.held


def test_a_stop_ends_the_run_at_once_and_a_person_resumes_it(lay) -> None:
    bench = lay(Tray(*MIXED), FAILED)
    bench.gate.stop_at = 2
    report = run(bench.workcell, "go")
    assert report.outcome == Outcome(outcome="stopped", reason="a person said stop")
    assert (report.exit_code, bench.world.motions) == (ExitCode.STOPPED, 1)
    assert resume(bench.workcell).outcome.outcome == "stopped", "the latch is still closed"
    assert bench.world.motions == 1
    bench.gate.reset("a person", bench.gate.stops)
    report = resume(bench.workcell)
    assert (report.outcome.outcome, counts(report)) == ("done", [(3, 3, 0, 0)])


def test_a_black_picture_is_never_an_empty_tray(lay) -> None:
    world = Tray(*MIXED)
    world.dark = 10**6
    bench = lay(world, FAILED)
    report = run(bench.workcell, "go")
    assert report.outcome == Outcome(
        outcome="incomplete",
        reason="a person is needed: the overhead camera delivers a black picture; check light, lens cap and cable",
    )
    assert world.motions == 0
    assert run(bench.workcell, "go", approved=True).outcome == report.outcome


def test_how_many_parts_move_is_asked_where_the_arm_hides_them(lay) -> None:
    world = Tray(*MIXED)
    world.at_home = False
    asked: list[str] = []

    def answer(question: Asked) -> str:
        asked.append(question.question)
        return "no"

    bench = lay(world, FAILED)
    report = run(bench.workcell, "go", answer=answer)
    hidden = "the arm stands before the overhead camera; what lies on the tray can't be said"
    assert asked == [f"{hidden}. How many parts will be moved is unknown. Go on?"]
    unknown = f"not approved by a program: {hidden}; how many parts will be moved is unknown"
    assert report.outcome == Outcome(outcome="incomplete", reason=unknown)
    assert world.motions == 0
    assert run(bench.workcell, "go", answer=lambda _: "yes").outcome.outcome == "done"


def test_a_question_is_not_answered_from_a_picture_with_the_arm_in_it(lay) -> None:
    bench = lay(Tray(*MIXED), FAILED)
    assert isinstance(bench.workcell.looker.glance(), Look)
    bench.world.at_home = False
    assert isinstance(bench.workcell.looker.glance(), Blocked)
    assert bench.world.motions == 0


def test_a_short_blackout_is_waited_out(lay) -> None:
    world = Tray(*MIXED)
    bench = lay(world, FAILED)
    world.dark = 3
    assert run(bench.workcell, "go").outcome.outcome == "done"


def test_something_unknown_in_the_gripper_is_put_back_first(lay) -> None:
    world = Tray(*MIXED)
    world.held, world.width = part("nut", "M6", "green", "failed"), 0.02
    report = run(lay(world, FAILED).workcell, "go")
    assert (report.outcome.outcome, counts(report)) == ("done", [(4, 4, 0, 0)])
    assert phrases(report)[0] == "put it back on the front right of the tray"


def test_a_step_that_can_not_be_done_here_is_refused_before_anything_moves(lay) -> None:
    bench = lay(Tray(*MIXED), step("shelf"))
    report = run(bench.workcell, "go")
    assert report.exit_code == ExitCode.BAD_INPUT
    assert report.outcome == Outcome(
        outcome="refused",
        reason="destination: 'shelf' is not known; allowed is one of 'left fixture', 'right fixture', "
        "'rejection bin', 'red quality control bin', 'left bin', 'right bin', 'conveyor belt'.",
    )


def test_answers_refusals_and_control_words_move_nothing(lay) -> None:
    bench = lay(Tray(*MIXED))
    bench.script |= {
        "how many?": Understanding(outcome="answer", text="three"),
        "fly": Understanding(outcome="refused", text="this cell can't fly"),
        "pause": Understanding(outcome="control", command="pause"),
        "stop": Understanding(outcome="control", command="stop"),
    }
    outcomes = [run(bench.workcell, said).outcome for said in bench.script]
    assert outcomes == [
        Outcome(outcome="done", reason="three"),
        Outcome(outcome="refused", reason="this cell can't fly"),
        Outcome(outcome="refused", reason="nothing is under way to pause"),
        Outcome(outcome="stopped", reason="the operator said stop"),
    ]
    assert bench.gate.latched == "the operator said stop"
    assert bench.world.motions == 0


def test_a_question_is_asked_and_its_answer_understood(lay) -> None:
    bench = lay(Tray(*MIXED))
    choices = ("gears to the left bin", "gears to the right bin")
    bench.script |= {
        "remove gears": Understanding(outcome="question", text="Where to?", choices=choices),
        choices[0]: planned(step("left bin", kind="gear")),
    }
    asked: list[Asked] = []

    def answer(question: Asked) -> str:
        asked.append(question)
        return "left bin"

    assert run(bench.workcell, "remove gears", answer=answer).outcome.outcome == "done"
    assert asked == [Asked(question="Where to?", choices=choices)]
    assert run(bench.workcell, "remove gears").outcome == Outcome(
        outcome="incomplete", reason="a question is open: Where to?"
    )


def test_a_person_is_asked_three_times_at_most(lay) -> None:
    bench = lay(Tray(*MIXED))
    bench.script["what"] = Understanding(outcome="question", text="What?", choices=("what",))
    assert run(bench.workcell, "what", answer=lambda _: "1").outcome == Outcome(
        outcome="incomplete", reason="asked 3 times; still open: What?"
    )


@pytest.mark.parametrize(
    ("answer", "instruction"),
    [
        ("2", "gears to the right bin"),
        ("3", "3"),
        ("Left bin", "gears to the left bin"),
        ("bin", "bin"),
        ("eft bin", "eft bin"),
        ("nuts to the left bin", "nuts to the left bin"),
    ],
)
def test_what_an_answer_means(answer: str, instruction: str) -> None:
    assert answered(("gears to the left bin", "gears to the right bin"), answer) == instruction


def test_more_parts_than_the_cell_allows_need_a_yes(lay) -> None:
    crowd = [part("nut", "M6", "green", "ok", (x * 0.01 - 0.12, 0.05 * (x % 3 - 1))) for x in range(21)]
    bench = lay(Tray(*crowd), step("left bin", kind="nut"))
    needed = Outcome(outcome="incomplete", reason="a person is needed: up to 21 parts will be moved")
    assert run(bench.workcell, "go").outcome == needed
    assert bench.world.motions == 0
    assert run(bench.workcell, "go", answer=lambda _: "yes").outcome.outcome == "done"


def test_the_report_is_plain_data(lay) -> None:
    report = run(lay(Tray(FAILED_GEAR), step(condition="failed", quantity=1)).workcell, "go")
    assert report.as_json() == {
        "outcome": "done",
        "reason": "1 × failed part → rejection bin: 1 seen, 1 moved, 0 left, 0 lost",
        "plan": [{"part": {"condition": "failed"}, "quantity": 1, "source": "tray", "destination": "rejection bin"}],
        "calls": [
            {
                "skill": skill,
                "phrase": phrase,
                "verdict": {"judgement": "success", "reason": reason, "confidence": confidence, "cause": None},
                "chunks": 1,
                "rulings": [
                    {"decision": "allow", "findings": [], "sent_rows": 0, "seconds": 0.0, "latched": False},
                    {"decision": "allow", "findings": [], "sent_rows": 5, "seconds": 2.5, "latched": False},
                ],
                "seconds": 2.599,
            }
            for skill, phrase, reason, confidence in (
                ("pick", "pick up the failed gear", "failed large red gear is held", 0.95),
                ("place", "place it in the rejection bin", "failed large red gear was released", 1.0),
            )
        ],
        "ledger": [
            {
                "step": "1 × failed part → rejection bin",
                "seen": 1,
                "moved": 1,
                "left": 0,
                "lost": 0,
                "skipped": [],
                "disputed": [],
                "parts": [{"part": "failed large red gear", "moved": 1, "left": 0, "lost": 0}],
            }
        ],
        "lost": [],
        "held": None,
        "disputed": [],
        "questions": [],
    }


def just_before(call: str, deed: Callable[[], None]) -> Callable[[Event], None]:
    """Somebody does it when that call is about to be made."""
    return lambda event: deed() if isinstance(event, Calling) and event.call.id.endswith(call) else None


def test_for_a_part_that_was_just_taken_away_nothing_moves(lay) -> None:
    bench = lay(Tray(FAILED_GEAR, GOOD_NUT), FAILED)
    taken = just_before("/1", lambda: bench.world.parts.remove(FAILED_GEAR))
    report = run(bench.workcell.heard_by(taken), "go")
    assert (report.outcome.outcome, counts(report)) == ("incomplete", [(1, 0, 0, 1)])
    assert bench.policies["pick"].phrases == []
    assert bench.gate.executed == []
    assert report.attempts[0].verdict.cause == "gone"
    assert report.attempts[0].verdict.reason == f"{FAILED_GEAR.describe()} no longer lies where it was seen"


def test_a_part_that_was_just_moved_is_picked_from_where_it_lies_now(lay) -> None:
    bench = lay(Tray(FAILED_GEAR, GOOD_NUT), FAILED)

    def move() -> None:
        bench.world.parts[0] = FAILED_GEAR.model_copy(update={"at": (0.05, 0.08)})

    report = run(bench.workcell.heard_by(just_before("/1", move)), "go")
    assert report.outcome.outcome == "done"
    assert [attempt.verdict.cause for attempt in report.attempts] == ["gone", None, None]
    assert len(bench.policies["pick"].phrases) == 1


def test_a_part_that_was_let_go_on_the_tray_beside_the_belt_is_not_on_the_belt(lay) -> None:
    """Nearer to where the belt is dropped on than to the tray's middle; and it is counted once."""
    bench = lay(Tray(FAILED_GEAR), step("conveyor belt", 1, kind="gear"))
    policy, act, edge = bench.policies["place"], bench.policies["place"].act, 0.95 * CELL.tray.half

    def short(*given: Any) -> ActionChunk:
        chunk = act(*given)
        if len(policy.phrases) > 1:
            return chunk
        rows = chunk.values.copy()
        rows[:4, :2] = CELL.tray.centre[0] + edge, CELL.tray.centre[1]
        return replace(chunk, values=rows)

    policy.act = short
    report = run(bench.workcell, "go", approved=True)
    assert [one.verdict.cause for one in report.attempts] == [None, "dropped_inside", None, None]
    assert (report.outcome.outcome, len(bench.world.bins["conveyor belt"])) == ("done", 1)
    assert [(one.seen, one.moved, one.left, one.lost) for one in report.ledger] == [(1, 1, 0, 0)]
