"""What the simulator knows decides nothing: its labels are shuffled behind every picture, and nothing changes."""

from dataclasses import replace

import pytest

from agent.opening import build_twin
from agent.run import run
from sim.driver import SimDriver
from sim.scenario import SCENARIOS, load_scenario


def decisions(cell, state, instruction):
    """Every phrase, ruling and verdict of a whole run, and its outcome."""
    scenario = load_scenario(SCENARIOS / "removal-two-gears.yaml")
    with build_twin(cell, scenario, state) as twin:
        report = run(twin.workcell, instruction, approved=True)
    calls = [(a.call.phrase, a.rulings, a.verdict, a.seconds) for a in report.attempts]
    return calls, report.outcome, report.ledger


@pytest.mark.parametrize(
    ("instruction", "calls"),
    [
        ("put the largest failed gear in the left bin", 2),
        pytest.param("remove all failed parts", 4, marks=pytest.mark.heavy),
    ],
)
def test_shuffling_the_simulators_labels_after_rendering_changes_no_decision(
    cell, tmp_path, monkeypatch, instruction, calls
):
    plain = decisions(cell, tmp_path / "plain", instruction)
    assert len(plain[0]) >= calls
    render = SimDriver.observe
    true_bodies = {}

    def observe_then_shuffle(driver):
        world = driver._world
        known = {body.id for body in true_bodies.get(id(world), [])}
        if known != {body.id for body in world.bodies}:
            true_bodies[id(world)] = list(world.bodies)
        world.bodies = true_bodies[id(world)]
        seen = render(driver)
        others = [body.spec for body in world.bodies[1:] + world.bodies[:1]]
        world.bodies = [replace(body, spec=spec) for body, spec in zip(world.bodies, others, strict=True)]
        return seen

    monkeypatch.setattr(SimDriver, "observe", observe_then_shuffle)
    assert decisions(cell, tmp_path / "shuffled", instruction) == plain
