"""Every scenario is planned and acted out on a little tray with perfect eyes and hands, in milliseconds.

What comes of it is held against the scenario's own `expect`, so that no file expects what its instruction does
not mean. A lamp means nothing to these eyes; of scenarios with other faults only the plan is looked at.
"""

from pathlib import Path

import pytest

from agent.execution import Execution
from agent.executor import CallLog, Checkpoint
from agent.journal.journal import Journal
from agent.regress.more import again
from agent.report import Report
from agent.run import run
from agent.workcell import assemble, build_planner
from sim.layout import Look, place_parts
from sim.parts.spawn import PartSpec
from sim.scenario import SCENARIOS, Scenario, Surprise, load_scenario
from skills.call import SkillCall
from skills.scene import PerceivedPart, select
from tests.agent.kinematic_tray import CATALOGUE, CELL, TextPerceiver, TextPolicy, Tray, TrayGate, contract_of, part

FILES = sorted(SCENARIOS.rglob("*.yaml"))
LOADED = [load_scenario(path) for path in FILES]
UNDISTURBED = [scenario for scenario in LOADED if "faults" not in scenario.tags]
FAULTY = [scenario for scenario in LOADED if "faults" in scenario.tags]


def perceived(spec: PartSpec) -> PerceivedPart:
    return part(spec.kind, spec.size, spec.colour, spec.condition, spec.at)


class LaidDown:
    """A call log after whose n-th call the scenario's surprises lie on the tray."""

    def __init__(self, log: CallLog, world: Tray, surprises: tuple[Surprise, ...]) -> None:
        self.log, self.world, self.surprises, self.finished = log, world, surprises, 0

    def begin_call(self, run_id: str, call: SkillCall) -> bool:
        return self.log.begin_call(run_id, call)

    def end_call(self, call_id: str, execution: Execution) -> None:
        self.log.end_call(call_id, execution)
        self.finished += 1
        for surprise in self.surprises:
            if surprise.after_call == self.finished:
                self.world.parts.append(self._found_room(surprise))

    def _found_room(self, surprise: Surprise) -> PerceivedPart:
        import numpy as np

        new = surprise.part
        taken = [PartSpec(p.kind, p.size, p.colour, p.condition, p.at, 0.0) for p in self.world.parts]
        look = Look(new.kind, new.size, new.colour, new.condition == "failed")
        return perceived(place_parts([look], np.random.default_rng(self.finished), taken=taken)[-1])


def act_out(scenario: Scenario, folder: Path) -> tuple[Report, Tray]:
    world = Tray(*map(perceived, scenario.layout()))
    policies = {name: TextPolicy(contract_of(name)) for name in ("pick", "place")}
    with Journal(folder) as journal:
        workcell = assemble(
            cell=CELL,
            catalogue=CATALOGUE,
            gate=TrayGate(world),
            clock=world,
            perceiver=TextPerceiver(),
            planner=build_planner(CELL),
            checkpoints={name: Checkpoint(policy, policy.contract) for name, policy in policies.items()},
            journal=journal,
            calls=LaidDown(journal, world, scenario.surprises),
        )
        answers = iter(scenario.answers)
        report = run(workcell, scenario.instruction, answer=lambda _: next(answers, None), approved=True)
    return report, world


@pytest.mark.parametrize("scenario", UNDISTURBED, ids=lambda scenario: scenario.name)
def test_instruction_means_what_the_scenario_expects(scenario: Scenario, tmp_path: Path) -> None:
    check(scenario, tmp_path)


@pytest.mark.heavy
@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("scenario", UNDISTURBED, ids=lambda scenario: scenario.name)
def test_it_means_the_same_with_other_seeds(scenario: Scenario, k: int, tmp_path: Path) -> None:
    check(again(scenario, k), tmp_path)


def check(scenario: Scenario, folder: Path) -> None:
    """Perfect eyes and hands come to what the scenario expects, and nothing else."""
    report, world = act_out(scenario, folder)
    expect = scenario.expect
    assert expect is not None
    assert report.outcome.outcome in expect.outcomes, report.outcome
    assert expect.says in report.outcome.reason
    everything = [*world.parts, *(one for lying in world.bins.values() for one in lying)]
    for wanted in expect.moved:
        meant = select(wanted.part, everything)
        there = sum(one in meant for one in world.bins[wanted.to])
        assert there == wanted.count, (wanted, world.bins)
    assert sum(map(len, world.bins.values())) == sum(wanted.count for wanted in expect.moved), world.bins
    for query in expect.untouched:
        assert not [one for lying in world.bins.values() for one in lying if query.matches(one)]
    assert world.table == []


def test_only_the_light_is_a_fault_that_changes_nothing() -> None:
    assert {fault.fault for scenario in UNDISTURBED for fault in scenario.faults} == {"dimmed"}


@pytest.mark.parametrize("scenario", FAULTY, ids=lambda scenario: scenario.name)
def test_instruction_of_a_faulty_scenario_is_understood(scenario: Scenario) -> None:
    understood = build_planner(CELL).understand(scenario.instruction, None)
    assert understood.outcome == "planned", understood.text
    assert scenario.expect is not None


def test_the_suite_is_large_and_of_many_kinds() -> None:
    assert len(LOADED) >= 120
    assert len({scenario.name for scenario in LOADED}) == len(LOADED)
    assert sum("core" in scenario.tags for scenario in LOADED) == 28
    wanted = {
        "removal": 20, "sorting": 20, "quantity": 12, "order": 8, "superlative": 10, "exclusion": 10, "language": 18,
        "clutter": 8, "lighting": 8, "faults": 25, "question": 10, "nothing": 8, "surprise": 8, "region": 4,
    }  # fmt: skip
    have = {tag: sum(tag in scenario.tags for scenario in LOADED) for tag in wanted}
    assert {tag: count for tag, count in have.items() if count < wanted[tag]} == {}


def test_no_two_scenarios_are_the_same() -> None:
    assert len({scenario.instruction for scenario in LOADED}) >= 90
    content = {str(scenario.model_dump(exclude={"name", "tags", "seed"})) for scenario in LOADED}
    assert len(content) == len(LOADED)
