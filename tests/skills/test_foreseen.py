"""What is said beforehand of the yes that a run will ask for."""

import itertools

import pytest

from skills.approval import Approval, Move, needed
from skills.foreseen import Foreseen, foresee
from tests.skills.test_approval import BAD, BELT, GOOD, OFF, OK, move

ANY = OFF.model_copy(update={"parts_above": 0})
ONE = OFF.model_copy(update={"parts_above": 1})


def texts(found: Foreseen) -> tuple[list[str], list[str]]:
    return [reason.text for reason in found.reasons], [reason.text for reason in found.conditions]


@pytest.mark.parametrize(
    ("approval", "moves", "conditions"),
    [
        (OFF, [move(seen=False)], ["more than 99 parts are to be moved"]),
        (OFF, [move(quantity=99, seen=False)], []),
        (OFF, [move(quantity=100, seen=False)], ["more than 99 parts are to be moved"]),
        (ANY, [move(quantity=1, seen=False)], ["any part is to be moved"]),
        (ONE, [move(quantity=2, seen=False)], ["more than 1 part is to be moved"]),
        (BELT, [move(quantity=2, to="conveyor belt", seen=False)], ["any part is to be brought to the conveyor belt"]),
        (OK, [move(quantity=1, seen=False)], ["a part that is ok is among them"]),
        (OK, [move(quantity=1, seen=False, condition="failed")], []),
    ],
)
def test_what_depends_on_what_lies_there_is_said_as_a_condition(
    approval: Approval, moves: list[Move], conditions: list[str]
) -> None:
    assert texts(foresee(moves, approval)) == ([], conditions)


def test_what_holds_whatever_lies_there_is_said_outright() -> None:
    wants = OK.model_copy(update={"model_plans": True})
    asked = foresee([move(seen=False, condition="ok", quantity=1)], wants, by_model=True)
    assert texts(asked) == (["parts that are ok may be moved", "a chat model made this plan"], [])


def test_whether_a_skill_of_the_cells_own_is_new_is_not_known() -> None:
    asked = foresee([move(GOOD)], Approval(), {"push": "1234"})
    assert texts(asked) == ([], ["the skill push has not yet succeeded here with its present weights"])
    assert [(reason.subject, reason.by) for reason in asked.conditions] == [("push@1234", "maintainer")]


@pytest.mark.parametrize("approval", [OFF, ANY, ONE, BELT, OK, Approval()])
def test_after_a_look_it_is_what_the_run_would_ask(approval: Approval) -> None:
    looked = (move(GOOD, to="conveyor belt"), move(BAD, BAD), move(), move(GOOD, condition="ok", quantity=1))
    for moves in itertools.permutations(looked, 2):
        assert foresee(moves, approval) == Foreseen(reasons=needed(moves, approval))
