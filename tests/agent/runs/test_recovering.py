"""Runs in which something goes wrong, over the little world: who is asked, what waits, and that `done` is true."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.events import Asked, Event
from agent.journal.journal import Journal
from agent.planning.grammar import GrammarPlanner
from agent.run import Answer, Report, resume, run
from agent.workcell import assemble
from skills.call import Finding, Ruling
from skills.cell import Cell
from skills.errors import BadInput, Unavailable
from skills.observation import Observation
from skills.plan import Understanding
from tests.agent.kinematic_tray import CATALOGUE, CELL, Bench, Checkpoint, Killed, TextPerceiver, Tray, part, step

RED = part("gear", "large", "red", "failed", (-0.09, 0.05))
NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))
GOOD = part("nut", "M10", "blue", "ok", (0.03, 0.04))
FAILED = step(condition="failed")
BIN = "rejection bin"


def holding(**capacity: int) -> Cell:
    """The cell with places that take so many parts."""
    places: dict[str, Any] = {name: place.model_dump(exclude_unset=True) for name, place in CELL.places.items()}
    for name, most in capacity.items():
        places[name.replace("_", " ")]["capacity"] = most
    return Cell.model_validate({**dict(CELL), "places": places})


class Small(Bench):
    """A bench whose rejection bin takes so many parts."""

    def __init__(self, folder: Path, world: Tray, *steps: object, most: int = 1) -> None:
        super().__init__(folder, world, *steps)  # type: ignore[arg-type]
        self.workcell = assemble(
            cell=holding(rejection_bin=most),
            catalogue=CATALOGUE,
            gate=self.gate,
            clock=world,
            perceiver=TextPerceiver(),
            planner=self.workcell.planner,
            checkpoints={name: Checkpoint(policy, policy.contract) for name, policy in self.policies.items()},
            journal=self.journal,
        )


@pytest.fixture
def lay(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def lay_out(world: Tray, *steps: object, kind: type[Bench] = Bench, **more: int) -> Bench:
        made.append(kind(tmp_path, world, *steps, **more))  # type: ignore[arg-type]
        return made[-1]

    yield lay_out
    for bench in made:
        bench.journal.close()


class Operator:
    """Answers what it is told to, and keeps what it was asked."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), list[Asked]()

    def __call__(self, asked: Asked) -> str | None:
        self.asked.append(asked)
        return self.answers.pop(0) if self.answers else None


def what_was_done(bench: Bench, report: Report) -> list[str]:
    told = [event for _, event in bench.journal.events(report.run_id) if event["event"] == "recovering"]
    return [str(event["action"]) for event in told]


def targets(report: Report) -> list[str]:
    return [one.call.phrase.removeprefix("pick up the ") for one in report.attempts if one.call.skill == "pick"]


def silent(bench: Bench, name: str, times: int) -> None:
    """The policy does not answer so many times."""
    policy, act = bench.policies[name], bench.policies[name].act
    left = [times]

    def answer(*given: Any) -> Any:
        left[0] -= 1
        if left[0] >= 0:
            raise Unavailable("the policy does not answer.", "Start it.")
        return act(*given)

    policy.act = answer  # type: ignore[method-assign]


@pytest.mark.parametrize("gone", [1, 100])
def test_a_camera_that_does_not_answer_a_look_is_waited_out_or_asked_about(lay, gone: int) -> None:
    """Driver.observe raises, as of a camera whose cable is loose, once the first part is in the gripper."""
    bench = lay(Tray(RED, GOOD), FAILED)
    observe, left = bench.gate.observe, [gone]

    def unplugged() -> Observation:
        if bench.world.held is not None and left[0]:
            left[0] -= 1
            raise Unavailable("the camera overhead does not answer.", "Look at its cable.")
        return observe()

    bench.gate.observe = unplugged
    operator = Operator()
    report = run(bench.workcell, "go", answer=operator)
    if gone == 1:
        assert (report.outcome.outcome, operator.asked) == ("done", [])
        return
    assert report.outcome.reason == "a person is needed: the camera overhead does not answer. Look at its cable."
    assert [one.choices for one in operator.asked] == [("try again", "stop")]
    assert (bench.world.held, bench.world.at_home) == (RED, True)


def test_a_part_that_was_missed_twice_waits_for_the_others(lay) -> None:
    bench = lay(Tray(RED, NUT, GOOD, faults={1: "miss", 2: "miss"}), FAILED)
    report = run(bench.workcell, "go")
    assert report.outcome.outcome == "done"
    assert targets(report) == ["failed gear", "failed gear", "failed nut", "failed gear"]
    assert what_was_done(bench, report) == ["retry", "other_candidate"]


def test_a_part_that_waits_comes_next_where_there_is_no_other(lay) -> None:
    bench = lay(Tray(RED, GOOD, faults={1: "miss", 2: "miss"}), FAILED)
    report = run(bench.workcell, "go")
    assert (report.outcome.outcome, len(targets(report))) == ("done", 3)


def test_each_further_attempt_at_a_part_begins_from_another_of_the_datas_starts(lay) -> None:
    bench = lay(Tray(RED, GOOD, faults={1: "miss", 2: "miss"}), FAILED)
    report = run(bench.workcell, "go")
    assert [one.call.start for one in report.attempts] == [0, 1, 2, 0]


def test_try_again_forgives_and_goes_on(lay) -> None:
    bench = lay(Tray(RED, GOOD), FAILED)
    silent(bench, "pick", 4)
    operator = Operator("try again")
    report = run(bench.workcell, "go", answer=operator)
    assert report.outcome.outcome == "done"
    assert what_was_done(bench, report) == ["retry", "retry", "ask", "retry"]
    assert [one.question for one in operator.asked] == ["the policy does not answer. Start it. What shall be done?"]
    assert operator.asked[0].choices == ("try again", "leave it", "stop")


def test_a_cell_file_says_after_how_many_failures_of_a_cause_a_person_is_asked(lay) -> None:
    bench = lay(Tray(RED, GOOD), FAILED)
    silent(bench, "pick", 1)
    impatient = bench.workcell.cell.model_copy(update={"recovery": {"policy_silent": 1}})
    report = run(replace(bench.workcell, cell=impatient), "go", answer=Operator("try again"))
    assert (report.outcome.outcome, what_was_done(bench, report)) == ("done", ["ask"])


def test_leave_it_goes_on_with_the_others(lay) -> None:
    bench = lay(Tray(RED, NUT, GOOD), FAILED)
    silent(bench, "pick", 3)
    report = run(bench.workcell, "go", answer=Operator("leave it"))
    assert report.outcome.outcome == "incomplete"
    assert bench.world.bins[BIN] == [NUT]
    assert [one.describe() for one in report.ledger[0].skipped] == [RED.describe()]


def test_stop_latches_and_a_person_resumes(lay) -> None:
    bench = lay(Tray(RED, GOOD), FAILED)
    silent(bench, "pick", 3)
    report = run(bench.workcell, "go", answer=Operator("stop"))
    assert (report.outcome.outcome, bench.gate.latched) == ("stopped", "the operator said stop")
    bench.gate.reset("ada", bench.gate.stops)
    assert resume(bench.workcell).outcome.outcome == "done"


def test_nobody_answers(lay) -> None:
    bench = lay(Tray(RED, GOOD), FAILED)
    silent(bench, "pick", 99)
    report = run(bench.workcell, "go")
    assert report.outcome.outcome == "incomplete"
    assert report.outcome.reason == "a person is needed: the policy does not answer. Start it."
    assert bench.world.motions == 0


def test_another_word_is_asked_about_again_and_not_for_ever(lay) -> None:
    bench = lay(Tray(RED, GOOD), FAILED)
    silent(bench, "pick", 99)
    operator = Operator(*["what?"] * 9)
    assert run(bench.workcell, "go", answer=operator).outcome.outcome == "incomplete"
    assert len(operator.asked) == 3


def test_a_person_who_always_says_try_again_is_not_asked_for_ever(lay) -> None:
    bench = lay(Tray(RED, GOOD), FAILED)
    silent(bench, "pick", 999)
    operator = Operator(*["try again"] * 99)
    report = run(bench.workcell, "go", answer=operator)
    assert (report.outcome.outcome, len(operator.asked)) == ("incomplete", 3)
    assert what_was_done(bench, report)[-1] == "hand_over"


def test_with_a_part_in_the_gripper_nothing_is_offered_to_be_left(lay) -> None:
    bench = lay(Tray(RED, GOOD), FAILED)
    silent(bench, "place", 3)
    operator = Operator("try again")
    assert run(bench.workcell, "go", answer=operator).outcome.outcome == "done"
    assert operator.asked[0].choices == ("try again", "stop")


def test_a_wrong_part_that_is_not_let_go_is_never_brought_away(lay) -> None:
    """Though it is asked about, and looked at afresh, in between."""
    bench = lay(Tray(RED, GOOD), FAILED)
    bench.policies["pick"].mistakes = {1}
    silent(bench, "place", 4)
    report = run(bench.workcell, "go", answer=Operator("try again"))
    assert report.outcome.outcome == "done"
    assert bench.world.bins[BIN] == [RED]
    assert what_was_done(bench, report) == ["put_back", "retry", "retry", "ask", "retry", "retry"]


def puzzling() -> Tray:
    """A tray from which each of three picks throws another part, so that none of them can be believed."""
    others = [
        part("nut", "M8", colour, "ok", (0.06, 0.04 * at)) for at, colour in enumerate(("black", "green", "blue"))
    ]  # type: ignore[arg-type]
    return Tray(RED, *others, faults=dict.fromkeys((1, 3, 5), "knock"))


def test_a_part_that_was_put_back_too_often_is_asked_about(lay) -> None:
    bench = lay(puzzling(), FAILED)
    operator = Operator("try again")
    report = run(bench.workcell, "go", answer=operator)
    assert [one.describe() for one in bench.world.bins[BIN]] == [RED.describe()]
    assert what_was_done(bench, report) == [*["put_back", "retry"] * 2, "put_back", "ask"]
    (asked,) = operator.asked
    assert asked.question.startswith("failed large red gear lies on the tray again: what is seen does not tell")
    assert asked.choices == ("try again", "leave it", "stop")


def test_a_part_that_was_put_back_too_often_may_be_left_where_it_lies_now(lay) -> None:
    bench = lay(puzzling(), FAILED)
    report = run(bench.workcell, "go", answer=Operator("leave it"))
    assert (report.outcome.outcome, bench.world.bins[BIN]) == ("incomplete", [])
    assert [one.at for one in report.ledger[0].skipped] == [one.at for one in bench.world.parts]


def test_nobody_answers_about_a_part_that_was_put_back_too_often(lay) -> None:
    bench = lay(puzzling(), FAILED)
    reason = run(bench.workcell, "go").outcome.reason
    assert reason.startswith("a person is needed: failed large red gear lies on the tray again: ")


def test_three_parts_that_fall_beside_the_tray_are_enough(lay) -> None:
    nuts = [
        part("nut", "M8", colour, "failed", (0.03 * at, 0.0))
        for at, colour in enumerate(("red", "blue", "green", "black"))
    ]  # type: ignore[arg-type]
    bench = lay(Tray(*nuts, GOOD, faults=dict.fromkeys((1, 2, 3, 4), "fling")), FAILED)
    report = run(bench.workcell, "go")
    assert (report.outcome.outcome, len(bench.world.table)) == ("incomplete", 3)
    assert what_was_done(bench, report) == ["retry", "retry", "ask"]


class Numb(Tray):
    """After so many observations, the joints of some are no numbers."""

    numb: range = range(0)

    def observe(self):  # type: ignore[no-untyped-def]
        seen = super().observe()
        if self.sequence in self.numb:
            seen.joints.setflags(write=True)
            seen.joints[:] = float("nan")
        return seen


def test_an_arm_that_does_not_know_where_it_is_is_nowhere(lay) -> None:
    world = Numb(RED, GOOD)
    bench = lay(world, FAILED)
    world.numb = range(10**6)
    looked = bench.workcell.looker.glance()
    assert "the arm stands before" in getattr(looked, "text", "")


def test_an_arm_whose_state_is_no_number_is_tried_once_and_then_stopped(lay, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = lay(Tray(RED, GOOD), FAILED)
    numb = Ruling(decision="stop", findings=(Finding(rule="finite_state", text="joints hold no number"),))
    monkeypatch.setattr(bench.gate, "execute", lambda *_: numb)
    report = run(bench.workcell, "go")
    assert (report.outcome.outcome, bench.world.motions) == ("stopped", 0)
    assert bench.gate.latched == "stop: [finite_state] joints hold no number"
    assert what_was_done(bench, report) == ["retry", "stop"]


def test_nothing_is_picked_up_for_a_full_place(lay) -> None:
    bench = lay(Tray(RED, NUT, GOOD), FAILED, kind=Small)
    report = run(bench.workcell, "go")
    full = "the rejection bin is full: 1 of 1"
    assert (report.outcome.outcome, report.outcome.reason) == ("incomplete", f"a person is needed: {full}")
    assert (bench.world.bins[BIN], bench.world.parts) == ([RED], [NUT, GOOD])
    assert run(bench.workcell, "go").outcome.reason == f"a person is needed: {full}", "the next run knows it, too"


def test_a_call_that_was_cut_off_before_it_began_brought_nothing(lay) -> None:
    bench, calls = lay(Tray(RED), FAILED, kind=Small, most=2), []

    def guillotine(event: Event) -> None:
        calls.append(event.event)
        if calls.count("calling") == 2:
            raise Killed

    with pytest.raises(Killed):
        run(bench.workcell.heard_by(guillotine), "go")
    assert resume(bench.workcell).outcome.outcome == "done"
    assert bench.journal.table.brought(BIN) == 1


def test_an_emptied_place_takes_parts_again_as_often_as_it_is_emptied(lay) -> None:
    nuts = [part("nut", "M8", "red", "failed", (0.04 * at - 0.08, 0.0)) for at in range(5)]
    bench = lay(Tray(*nuts), FAILED, kind=Small)
    operator = Operator(*["it is empty now"] * 4)
    report = run(bench.workcell, "go", answer=operator)
    assert (report.outcome.outcome, len(operator.asked)) == ("done", 4), "more often than a run may ask without success"
    assert {one.choices for one in operator.asked} == {("it is empty now", "leave it", "stop")}


def test_what_never_arrived_is_not_counted(lay) -> None:
    bench = lay(Tray(RED, NUT, GOOD, faults={2: "slip"}), FAILED, kind=Small, most=2)
    bench.world.faults[2] = ""
    silent(bench, "place", 1)
    assert run(bench.workcell, "go").outcome.outcome == "done"
    assert bench.journal.table.brought(BIN) == 2


def test_a_kill_between_motion_and_verdict_counts_a_part_once(tmp_path: Path) -> None:
    bench = Small(tmp_path, Tray(RED, NUT, GOOD, faults={2: "cut off"}), FAILED, most=3)
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    bench.journal.close()
    again = Small(tmp_path, bench.world, most=3)
    again.script.update(bench.script)
    assert resume(again.workcell).outcome.outcome == "done"
    assert again.journal.table.brought(BIN) == len(again.world.bins[BIN]) == 2
    again.journal.close()


def test_contents_by_call_and_by_place(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin_run("go")
        table = journal.table
        for call, place in (("a", "left bin"), ("a", "left bin"), ("b", "left bin"), ("c", "right bin")):
            table.bring(call, place)
        assert (table.brought("left bin"), table.brought("right bin"), table.brought("tray")) == (2, 1, 0)
        table.take_back("b")
        assert table.brought("left bin") == 1
        table.empty(["left bin"])
        assert (table.brought("left bin"), table.brought("right bin")) == (0, 1)
        table.lay_anew()
        assert table.brought("right bin") == 0


@pytest.mark.parametrize(
    ("said", "emptied"),
    [
        ("the left bin is empty", ("left bin",)),
        ("ok, I have emptied the left bin", ("left bin",)),
        ("the left bin has been emptied", ("left bin",)),
        ("we emptied the bin on the left.", ("left bin",)),
        ("the right bin is empty", ()),
        ("is the left bin empty?", ()),
        ("the left bin is not empty", ()),
        ("the left bin is empty, put a nut in it", ()),
    ],
)
def test_a_person_says_that_a_bin_is_empty(said: str, emptied: tuple[str, ...]) -> None:
    understood = GrammarPlanner(holding(left_bin=3), CATALOGUE).understand(said, None)
    assert understood.emptied == emptied
    assert (understood.outcome == "answer") == bool(emptied)
    assert GrammarPlanner(CELL, CATALOGUE).understand(said, None).emptied == ()


def test_said_between_two_runs(lay) -> None:
    bench = lay(Tray(RED, NUT, GOOD), FAILED, kind=Small)
    run(bench.workcell, "go")
    bench.script["it is empty"] = Understanding(outcome="answer", text="taken from your word", emptied=(BIN,))
    run(bench.workcell, "it is empty")
    assert run(bench.workcell, "go").outcome.outcome == "done"


def test_a_tray_has_no_capacity() -> None:
    with pytest.raises(BadInput, match="capacity: 5 is not allowed"):
        holding(tray=5)


MISHAPS = ("miss", "slip", "fling", "knock")


def random_run(folder: Path, seed: int) -> tuple[Report, Tray]:
    """Parts, mishaps, refusals, mistakes, silence and darkness, and a person who answers something: all drawn."""
    rng = random.Random(seed)
    parts = [
        part(
            "nut",
            "M8",
            rng.choice(("red", "blue")),
            rng.choice(("ok", "failed")),
            (0.05 * (at - 2), rng.uniform(-0.09, 0.09)),
        )
        for at in range(rng.randint(2, 5))
    ]
    world = Tray(
        *parts, faults={at: rng.choice(MISHAPS) for at in range(1, 60) if rng.random() < rng.choice((0.2, 0.7))}
    )
    bench = Bench(folder, world, FAILED)
    bench.gate.refusals = {at for at in range(1, 60) if rng.random() < 0.15}
    if len(parts) > 1 and len({one.condition for one in parts}) > 1:
        bench.policies["pick"].mistakes = {at for at in range(1, 60) if rng.random() < 0.1}
    silent(bench, rng.choice(("pick", "place")), rng.choice((0, 0, 2, 5)))
    answer: Answer = lambda _: rng.choice(("try again", "leave it", "stop", "hm", ""))  # noqa: E731
    report = run(bench.workcell, "go", answer=answer)
    bench.journal.close()
    return report, world


def holds(report: Report, world: Tray) -> None:
    """However it ended, it ended, and what it says is so."""
    assert len(report.attempts) < 120
    if report.outcome.outcome == "done":
        left = [*world.parts, *world.table, *([world.held] if world.held else [])]
        assert not [one for one in left if one.condition == "failed"]
        assert not world.table
    assert not [one for one in world.bins[BIN] if one.condition == "ok"]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_goes_wrong_the_run_ends_and_done_is_true(tmp_path: Path, seed: int) -> None:
    holds(*random_run(tmp_path, seed))


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(6, 300))
def test_whatever_goes_wrong_in_many_runs(tmp_path: Path, seed: int) -> None:
    holds(*random_run(tmp_path, seed))
