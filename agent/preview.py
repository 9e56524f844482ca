"""What an instruction would do: one look at the scene, one plan; nothing moves and nothing is kept."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from agent.exit_codes import ExitCode
from agent.grounding import Grounder
from agent.run import step_as_json
from agent.workcell import build_planner, load_checkpoints, load_perceiver
from skills.catalogue import load_catalogue
from skills.cell import Cell
from skills.plan import PlanOutcome, Understanding
from skills.protocols import Perceiver
from skills.scene import Scene

if TYPE_CHECKING:
    from sim.scenario import Scenario

CODE_OF: dict[PlanOutcome, ExitCode] = {
    "planned": ExitCode.DONE,
    "answer": ExitCode.DONE,
    "control": ExitCode.DONE,
    "question": ExitCode.INCOMPLETE,
    "refused": ExitCode.BAD_INPUT,
}


class Preview:
    """Understands instructions for a cell; loads the perceiver when the first scene is to be looked at."""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._planner = build_planner(cell)

    def understand(self, instruction: str, scenario: "Scenario | None") -> Understanding:
        """What `instruction` would do with the scenario's parts on the tray, or where there is nothing to look at.

        Raises: BadInput (parts that do not fit), Unavailable (no weights to look or to act with).
        """
        understanding = self._planner.understand(instruction, self._look(scenario) if scenario else None)
        if understanding.plan is None:
            return understanding
        refusal = self._grounder.refusal(understanding.plan)
        return Understanding(outcome="refused", text=refusal) if refusal else understanding

    def _look(self, scenario: "Scenario") -> Scene:
        """The scene as the perceiver sees it in the overhead picture."""
        from sim.driver import SimDriver
        from sim.world import World

        perceiver = self._perceiver
        world = World(self._cell, scenario.seed)
        try:
            world.reset(scenario.layout())
            return perceiver.perceive(SimDriver(world).observe())
        finally:
            world.close()

    @cached_property
    def _perceiver(self) -> Perceiver:
        return load_perceiver(self._cell)

    @cached_property
    def _grounder(self) -> Grounder:
        contracts = {name: checkpoint.contract for name, checkpoint in load_checkpoints(self._cell).items()}
        return Grounder(load_catalogue(), contracts)


def as_json(understanding: Understanding) -> dict[str, Any]:
    """What `plan --json` prints."""
    steps = understanding.plan.steps if understanding.plan else ()
    shown: dict[str, Any] = {
        "outcome": understanding.outcome,
        "steps": [step_as_json(step) for step in steps],
        "text": understanding.text,
        "command": understanding.command,
    }
    return {**shown, "choices": list(understanding.choices)} if understanding.choices else shown
