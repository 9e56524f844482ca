"""A plan as a table: what was seen, what would be moved, and whose yes it takes, in 80 columns."""

from agent.approving import propose
from agent.doors.proposal_table import WIDTH, table_lines
from agent.looking.looker import Blocked, Grip, Look
from skills.approval import Approval
from skills.plan import Plan
from tests.agent.kinematic_tray import CELL, part, scene, step

NUT = part("nut", "M8", "brass", "ok", (-0.05, 0.0))
OTHER = part("nut", "M8", "brass", "ok", (0.05, 0.0))
GEAR = part("gear", "large", "red", "failed", (0.0, 0.08))
STRICT = CELL.model_copy(update={"approval": Approval(parts_above=1)})
PLAN = Plan(
    steps=(
        step("left bin", 1, kind="nut"),
        step("red quality control bin", condition="failed", size="large", colour="red", kind="gear", region="left"),
    )
)


def test_it_says_what_was_seen_and_what_would_move() -> None:
    look = Look(scene=scene(NUT, OTHER, GEAR), width=0.08, grip=Grip(holding=False, is_open=True))
    assert table_lines(propose(PLAN, look, STRICT)) == (
        "step  parts                     wanted    seen  to move  to",
        "----  ------------------------  --------  ----  -------  -----------------------",
        "1     nut                       1         2     1        left bin",
        "2     failed large red gear at  all       1     1        red quality control bin",
        "      the left",
        "step 1: 1 of 2 ok M8 brass nut",
        "step 2: 1 failed large red gear",
        "needs the yes of an operator: up to 2 parts will be moved",
    )


def test_nothing_seen_is_said_and_no_line_is_too_long() -> None:
    lines = table_lines(propose(PLAN, Blocked(text="the overhead camera delivers a black picture " * 3), STRICT))
    assert lines[2].split() == ["1", "nut", "1", "?", "?", "left", "bin"]
    assert any(line.startswith("nothing was seen: the overhead camera") for line in lines)
    assert "needs the yes of an operator: how many parts will be moved is unknown" in lines
    assert max(map(len, lines)) <= WIDTH
