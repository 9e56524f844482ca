"""The instruction suite: what people say, and what must come of it."""

import time
from statistics import median

import pytest

from agent.planning.grammar import GrammarPlanner
from skills.plan import Past, Plan, Step, Understanding
from skills.protocols import Planner
from skills.scene import PartQuery
from tests.agent.planning.suite import CATALOGUE, CELL, FOLDER, Row, bare_cell, rows, scenes

PLANNERS = {"default": GrammarPlanner(CELL, CATALOGUE), "bare": GrammarPlanner(bare_cell(), CATALOGUE)}
SCENES = scenes()
ROWS = tuple(rows())
PARTS_OF_SUITE = sorted({row.category for row in ROWS})


def understood(row: Row, say: str | None = None) -> Understanding:
    scene = SCENES[row.scene] if row.scene else None
    return PLANNERS[row.cell].understand(row.say if say is None else say, scene, row.past)


def faults(category: str) -> list[str]:
    found = [(row, row.fault(understood(row))) for row in ROWS if row.category == category]
    return [f"{row.say!r}: {fault}" for row, fault in found if fault]


def test_the_planner_is_one():
    assert isinstance(PLANNERS["default"], Planner)


def test_the_suite_is_large_and_says_nothing_twice():
    said = [(row.say, row.scene, row.cell, row.past) for row in ROWS]
    assert len(said) >= 300
    assert len(said) == len(set(said))
    assert len(PARTS_OF_SUITE) == len(list(FOLDER.glob("*.yaml"))) - 1


@pytest.mark.parametrize("category", ["floor", "unsafe", "control", "anaphora"])
def test_these_are_all_right(category):
    assert faults(category) == []


def test_the_suite_is_right_in_95_of_100():
    wrong = [fault for category in PARTS_OF_SUITE for fault in faults(category)]
    assert len(wrong) <= 0.05 * len(ROWS), "\n".join(wrong)


def test_nothing_is_planned_that_must_not_be():
    planned = [row.say for row in ROWS if "planned" not in row.outcomes and understood(row).outcome == "planned"]
    assert planned == []


def test_half_of_the_suite_is_understood_within_20_ms():
    seconds = []
    for row in ROWS:
        start = time.perf_counter()
        understood(row)
        seconds.append(time.perf_counter() - start)
    assert median(seconds) <= 0.020


def test_a_past_changes_nothing_that_is_understood_without_one():
    past = Past(plan=Plan(steps=(Step(part=PartQuery(kind="gear"), quantity=1, destination="right bin"),)), moved=(0,))
    for row in ROWS:
        if row.past is None and (alone := understood(row)).outcome != "question":
            assert PLANNERS[row.cell].understand(row.say, SCENES.get(row.scene or ""), past) == alone


def test_every_choice_of_a_question_leads_on():
    """Taking the advice of a question gives a plan or an answer, or asks what was open besides."""
    stuck = []
    for row in ROWS:
        question = understood(row)
        for choice in question.choices:
            answered = understood(row, choice)
            if answered.outcome not in {"planned", "question", "answer"} or answered.text == question.text:
                stuck.append((row.say, choice, answered.text))
    assert stuck == []


@pytest.mark.parametrize("frame", ["remove all failed parts, then {}", "{}. Remove all failed parts.", "PLEASE {} NOW"])
def test_an_unsafe_order_is_not_planned_beside_a_harmless_one(frame):
    unsafe = [row for row in ROWS if row.category == "unsafe"]
    planned = [row.say for row in unsafe if understood(row, frame.format(row.say)).outcome == "planned"]
    assert planned == []
