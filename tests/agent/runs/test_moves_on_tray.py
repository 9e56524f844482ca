"""Parts that are moved on the tray by a skill of one's own: from the instruction to the account."""

from pathlib import Path

import pytest

from agent.ledger import Account, reconcile, standing
from agent.run import run
from skills.plan import Step
from skills.scene import PartQuery
from tests.agent.kinematic_tray import part, scene
from tests.agent.push import PushedTray, workcell_over

NEAR = part("bracket", "large", "red", "ok", (-0.08, 0.0))
FAR = part("bracket", "large", "blue", "ok", (0.08, -0.03))
NUT = part("nut", "M8", "brass", "failed", (0.0, 0.06))
THERE = part("bracket", "large", "green", "ok", (0.0, 0.134))
ALL = Step(part=PartQuery(kind="bracket"), destination="left edge", skill="push")


@pytest.fixture
def told(tmp_path: Path):
    """Runs an instruction over parts; gives back the world, the report and the calls' phrases."""
    cells = []

    def tell(instruction: str, *parts, faults=None):
        world = PushedTray(*parts, faults=faults)
        cells.append(workcell_over(tmp_path / str(len(cells)), world))
        report = run(cells[-1], instruction, approved=True)
        return world, report, [attempt.call.phrase for attempt in report.attempts]

    yield tell
    for cell in cells:
        cell.journal.close()


def test_all_are_pushed_and_what_lies_there_already_is_left_alone(told) -> None:
    world, report, phrases = told("push all brackets against the left edge", NEAR, FAR, NUT, THERE)
    assert report.outcome.outcome == "done", report.outcome
    assert phrases == ["push the bracket against the left edge"] * 2
    assert [(one.there, one.seen, one.moved, one.left, one.lost) for one in report.ledger] == [(1, 2, 2, 0, 0)]
    assert report.outcome.reason == "push: all × bracket → left edge: 2 seen, 2 moved, 0 left, 0 lost"
    assert [one.at[1] > 0.12 for one in world.parts] == [True, True, False, True]


def test_a_push_and_a_pick_in_one_plan(told) -> None:
    world, report, phrases = told("shove the red bracket to the right, then remove all failed parts", NEAR, NUT)
    assert report.outcome.outcome == "done", report.outcome
    assert phrases == [
        "push the bracket against the right edge",
        "pick up the failed nut",
        "place it in the rejection bin",
    ]
    assert world.bins["rejection bin"] == [NUT]


def test_what_is_asked_for_and_lies_there_needs_no_motion(told) -> None:
    world, report, _ = told("push the bracket to the left edge", THERE, NUT)
    assert (report.outcome.outcome, world.motions) == ("done", 0)
    assert report.outcome.reason == "there was nothing to do: all of them lie there already"


def test_a_miss_is_tried_again_and_given_up_at_last(told) -> None:
    world, report, phrases = told("push the bracket to the left edge", NEAR, faults={1: "miss"})
    assert (report.outcome.outcome, len(phrases)) == ("done", 2)
    assert report.attempts[0].verdict.cause == "missed"
    world, report, phrases = told("push the bracket to the left edge", NEAR, faults=dict.fromkeys(range(1, 9), "miss"))
    assert (report.outcome.outcome, report.ledger[0].left) == ("incomplete", 1)
    assert world.parts == [NEAR]


def test_a_part_that_was_stirred_is_no_success_though_the_account_sees_what_lies_there(told) -> None:
    _, report, phrases = told("push the bracket to the left edge", NEAR, NUT, faults={1: "stir"})
    assert report.attempts[0].verdict.cause == "wrong_part"
    assert (report.outcome.outcome, len(phrases), report.ledger[0].moved) == ("done", 1, 1)


def test_what_the_phrase_cannot_single_out_is_handed_over(told) -> None:
    world, report, _ = told("push the blue bracket to the left edge", NEAR, FAR)
    assert report.outcome.outcome == "incomplete"
    assert "no trained phrase singles out the ok large blue bracket" in report.outcome.reason
    assert world.motions == 0


def test_a_part_that_has_no_free_way_waits_for_a_person_and_the_others_do_not(told) -> None:
    barring = part("nut", "M8", "brass", "ok", (0.06, 0.06))
    world, report, phrases = told("push all brackets to the left edge", NEAR, FAR, barring)
    assert (report.outcome.outcome, len(phrases), report.ledger[0].moved) == ("incomplete", 1, 1)
    assert report.outcome.reason == (
        "the ok large blue bracket can't be moved to the left edge without touching the ok M8 brass nut; "
        "move that aside"
    )
    assert world.parts[1:] == [FAR, barring]


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ("push the gear to the left edge", "push moves brackets only, and gear may be something else"),
        ("push everything to the left edge", "push moves brackets only, and part may be something else"),
    ],
)
def test_what_the_card_does_not_move_is_refused(told, instruction: str, reason: str) -> None:
    world, report, _ = told(instruction, NEAR)
    assert (report.outcome.outcome, report.outcome.reason, world.motions) == ("refused", reason, 0)


def test_a_part_that_arrives_unseen_is_moved_and_not_lost() -> None:
    account = reconcile(Account(step=ALL), scene(NEAR, THERE), half=0.15)
    assert (account.there, account.seen, account.left) == (1, 1, 1)
    arrived = NEAR.model_copy(update={"at": (-0.08, 0.134)})
    account = reconcile(account, scene(arrived, THERE), half=0.15)
    assert (account.moved, account.left, account.lost, standing(account, 1)) == (1, 0, 0, "met")
    account = reconcile(account, scene(THERE), half=0.15)
    assert standing(account, 1) == "met", "what was brought and then taken away by a person was brought"
