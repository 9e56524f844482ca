"""What the execution of a call knows of its verdict, and no picture shows."""

import pytest

from agent.execution import Execution
from agent.looking.looker import Look, Looker
from agent.verifying.explained import explained
from agent.verifying.judging import Judged, judge
from skills.call import Finding, Ruling, SkillCall
from skills.scene import PartQuery
from tests.agent.kinematic_tray import CATALOGUE, CELL, TextPerceiver, Tray, TrayGate, part, scene

BOLT = part("bolt", "M8", "silver", "failed", (0.0, 0.0))
LOOKER = Looker(CELL, TrayGate(Tray()), TextPerceiver())
BIN = CELL.places["left bin"]
OVER = (BIN.centre[0] + 0.9 * BIN.extent[0], BIN.centre[1])
FIXTURE = CELL.fixtures["left fixture"]
HOLE, OTHER = FIXTURE.hole("M8"), FIXTURE.hole("M10")
BESIDE = (BIN.centre[0] + 1.1 * BIN.extent[0], BIN.centre[1])
SHUT = 0.0


def look(*parts: object) -> Look:
    return Look(scene=scene(*parts), width=SHUT, grip=LOOKER.grip(SHUT))


def after_losing_it(at: tuple[float, float] | None, destination: str) -> Judged:
    """The verdict where the gate saw the bolt lost there, on its way to the destination."""
    skill = {"tray": "put_back", "left fixture": "insert"}.get(destination, "place")
    query = PartQuery(kind="bolt")
    call = SkillCall(id="1", skill=skill, arguments={}, phrase="", part=query, destination=destination)
    found = Finding(rule="grasp", text="the part is lost", at=at)
    execution = Execution(status="stopped", rulings=(Ruling(decision="stop", findings=(found,)),))
    card = CATALOGUE[skill]
    judged = judge(card, call, look(), look(), BOLT, watched=True, half=CELL.tray.half)
    return explained(judged, card, call, execution, BOLT, CELL)


@pytest.mark.parametrize(("at", "place"), [(OVER, "left bin"), ((HOLE.x, HOLE.y), "left fixture")])
def test_what_fell_over_its_place_may_lie_in_it_and_counts_as_lost(at: tuple[float, float], place: str) -> None:
    judged = after_losing_it(at, place)
    assert (judged.verdict.judgement, judged.verdict.cause) == ("uncertain", "unclear")
    assert judged.verdict.reason == f"the part fell from the fingers over the {place}, and no camera sees where it lies"
    assert judged.lost == (BOLT,)


@pytest.mark.parametrize(
    ("at", "destination"),
    [
        (BESIDE, "left bin"),
        (OVER, "right bin"),
        (None, "left bin"),
        (CELL.tray.centre, "tray"),
        ((OTHER.x, OTHER.y), "left fixture"),
    ],
)
def test_what_fell_elsewhere_has_failed(at: tuple[float, float] | None, destination: str) -> None:
    judged = after_losing_it(at, destination)
    assert (judged.verdict.judgement, judged.verdict.cause) == ("failure", "dropped_outside")
    assert judged.lost == (BOLT,)
