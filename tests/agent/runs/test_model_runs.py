"""Whole runs with a chat model in the planner: what moves, what is asked, what the journal keeps."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.run import Report, run
from skills.plan import Step
from skills.scene import PartQuery
from tests.agent.kinematic_tray import Bench, Tray, part
from tests.agent.planning.models import form_of, planner_with, saying
from tests.agent.planning.suite import rows

FAILED = form_of(Step(part=PartQuery(condition="failed"), destination="rejection bin"))
ATTEMPTS = [row for row in rows() if row.category == "injections"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    parts = (
        part("gear", "large", "red", "failed", (-0.09, 0.05)),
        part("gear", "large", "red", "ok", (-0.02, 0.02)),
        part("bolt", "M10", "silver", "ok", (0.04, 0.04)),
    )
    made = Bench(tmp_path, Tray(*parts))
    yield made
    made.journal.close()


def told(bench: Bench, instruction: str, *answers: Any, **options: Any) -> Report:
    planner = planner_with(saying(*answers))
    return run(replace(bench.workcell, planner=planner), instruction, **options)


def planned_events(bench: Bench) -> list[dict[str, Any]]:
    last = bench.journal.runs()[-1]
    return [event for _, event in bench.journal.events(last.id) if event["event"] == "planned"]


def test_a_plan_that_was_taken_is_done_and_its_cost_is_in_the_journal(bench: Bench) -> None:
    report = told(bench, "the rejection bin needs all the failed ones", FAILED, approved=True)
    assert report.outcome.outcome == "done"
    assert [one.kind for one in bench.world.bins["rejection bin"]] == ["gear"]
    (event,) = planned_events(bench)
    cost = event["understanding"]["consulted"]
    assert (cost["model"], cost["calls"], cost["ended"]) == ("scripted:here", 1, "taken")
    assert cost["prompts"] == ["plan-task@1", "plan-scene@1", "plan-again@1"]
    assert cost["tokens_in"] > 300


def test_a_plan_that_was_offered_moves_nothing_until_a_person_chooses_it(bench: Bench) -> None:
    said = "get rid of the dodgy failed ones"
    assert told(bench, said, FAILED).outcome.outcome == "incomplete"
    assert bench.world.motions == 0
    assert told(bench, said, FAILED, answer=lambda _: "1").outcome.outcome == "done"
    assert len(bench.world.bins["rejection bin"]) == 1


@pytest.mark.parametrize("row", ATTEMPTS[::9], ids=lambda row: row.say[:40])
def test_an_injection_moves_nothing_though_the_model_obeys_and_everything_is_approved(bench: Bench, row) -> None:
    report = told(bench, row.say, *[form_of(*row.asks)] * 3, approved=True)
    assert report.outcome.outcome in ("incomplete", "refused")
    assert (bench.world.motions, report.attempts) == (0, ())
