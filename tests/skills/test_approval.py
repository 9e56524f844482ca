"""The policy of approval, rule by rule."""

from typing import Any

import pytest

from skills.approval import Approval, Move, needed
from skills.plan import Step
from skills.scene import PartQuery, PerceivedPart

OFF = Approval(parts_above=99, first_runs=False, model_plans=False, maintainer=())


def part(condition: Any = "ok") -> PerceivedPart:
    return PerceivedPart(kind="nut", size="M8", colour="brass", condition=condition, at=(0, 0), yaw=0.0, confidence=0.9)


def move(*targets: PerceivedPart, quantity: Any = "all", to: str = "left bin", seen: bool = True, **query: Any) -> Move:
    step = Step(part=PartQuery(**query), quantity=quantity, destination=to)
    return Move(step=step, seen=len(targets), targets=targets) if seen else Move(step=step)


GOOD, BAD = part(), part("failed")
BELT = OFF.model_copy(update={"places": {"conveyor belt": 0}})
OK = OFF.model_copy(update={"conditions": ("ok",)})


@pytest.mark.parametrize(
    ("approval", "moves", "found"),
    [
        (OFF, [move(*[GOOD] * 99)], []),
        (OFF, [move(*[GOOD] * 60), move(*[GOOD] * 40)], ["up to 100 parts will be moved"]),
        (OFF, [move(*[GOOD] * 200, quantity=99)], []),
        (OFF, [move(quantity=99, seen=False)], []),
        (OFF, [move(quantity=100, seen=False)], ["up to 100 parts will be moved"]),
        (OFF, [move(seen=False)], ["how many parts will be moved is unknown"]),
        (OFF.model_copy(update={"parts_above": 0}), [move(GOOD)], ["up to 1 part will be moved"]),
        (OFF.model_copy(update={"parts_above": 0}), [move()], []),
        (BELT, [move(GOOD)], []),
        (BELT, [move(GOOD), move(GOOD, to="conveyor belt")], ["up to 1 part will be brought to the conveyor belt"]),
        (BELT, [move(to="conveyor belt")], []),
        (BELT, [move(quantity=2, to="conveyor belt", seen=False)], [
            "up to 2 parts will be brought to the conveyor belt",
        ]),
        (OK, [move(BAD, condition="failed")], []),
        (OK, [move(condition="ok")], ["parts that are ok may be moved"]),
        (OK, [move(BAD, kind="nut")], []),
        (OK, [move(BAD, GOOD, kind="nut", quantity=1)], ["parts that are ok may be moved"]),
        (OK, [move(quantity=1, seen=False)], ["parts that are ok may be moved"]),
    ],
)  # fmt: skip
def test_what_needs_a_yes(approval: Approval, moves: list[Move], found: list[str]) -> None:
    assert [reason.text for reason in needed(moves, approval)] == found


def test_a_new_skill_and_a_models_plan_need_one_unless_the_file_says_otherwise() -> None:
    new = {"push": "1234"}
    both = needed([move(GOOD)], Approval(), new, by_model=True)
    assert [(reason.rule, reason.subject, reason.by) for reason in both] == [
        ("first_runs", "push@1234", "maintainer"),
        ("model_plans", "", "operator"),
    ]
    assert needed([move(GOOD)], OFF, new, by_model=True) == ()
    kept = Approval(maintainer=("model_plans",))
    assert [reason.by for reason in needed([move(GOOD)], kept, new, by_model=True)] == ["operator", "maintainer"]
