"""What an instruction would do: one look at the scene, one plan; nothing moves and nothing is kept."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from agent.approving import moves_over, unseen
from agent.cell_weights import load_checkpoints, load_perceiver
from agent.exit_codes import ExitCode
from agent.grounding import Grounder
from agent.looking.looker import OVERHEAD
from agent.planning.render import foreseen_json, understanding_json
from agent.workcell import build_planner, grounder_of
from skills.approval import Move
from skills.base import Image
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.foreseen import Foreseen, foresee
from skills.plan import PlanOutcome, Understanding
from skills.protocols import Perceiver
from skills.scene import Scene

if TYPE_CHECKING:
    from sim.scenario import Scenario

CODE_OF: Final[dict[PlanOutcome, ExitCode]] = {
    "planned": ExitCode.DONE,
    "answer": ExitCode.DONE,
    "control": ExitCode.DONE,
    "question": ExitCode.INCOMPLETE,
    "refused": ExitCode.BAD_INPUT,
}


class Seen(NamedTuple):
    """A look: the parts, and the overhead picture that they were seen in."""

    scene: Scene
    picture: Image


class Previewed(NamedTuple):
    """What an instruction would do.

    Attributes:
        moves: each step of the plan with the parts in view that it means; none without a plan.
        foreseen: what of the plan needs a yes; None without a plan.
    """

    understanding: Understanding
    moves: tuple[Move, ...] = ()
    foreseen: Foreseen | None = None

    def as_json(self) -> dict[str, Any]:
        """What `plan --json` prints."""
        approval = {"approval": foreseen_json(self.foreseen)} if self.foreseen else {}
        return {**understanding_json(self.understanding), **approval}


class Preview:
    """Plans and refuses what a run would, and looks at scenes as a run would.

    The perceiver is loaded when the first scene is looked at, the contracts when the first plan is made.
    """

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._planner = build_planner(cell, lambda plan: self._grounder.refusal(plan))

    def plan(self, instruction: str, scene: Scene | None) -> Previewed:
        """What `instruction` would do. Raises: BadInput (no weights to do it with)."""
        understanding = self._planner.understand(instruction, scene)
        plan = understanding.plan
        if plan is None:
            return Previewed(understanding)
        if refusal := self._grounder.refusal(plan):
            return Previewed(Understanding(outcome="refused", text=refusal))
        moves = unseen(plan) if scene is None else moves_over(plan, scene, self._cell)
        own, by_model = self._grounder.own_skills_of(plan), understanding.by_model
        return Previewed(understanding, moves, foresee(moves, self._cell.approval, own, by_model=by_model))

    def look(self, scenario: "Scenario") -> Scene:
        """The scenario's parts as the perceiver sees them; see `photograph`."""
        return self.photograph(scenario).scene

    def photograph(self, scenario: "Scenario") -> Seen:
        """The overhead picture of the scenario, with its parts as the perceiver sees them in it.

        Raises: BadInput (parts that do not fit, no weights to see with).
        """
        from sim.driver import SimDriver
        from sim.setting import load_setting
        from sim.world import World

        perceiver = self._perceiver
        world = World(self._cell, scenario.seed, load_setting(scenario.setting))
        try:
            world.reset(scenario.layout(self._cell.tray))
            observation = SimDriver(world).observe()
            return Seen(perceiver.perceive(observation), observation.images[OVERHEAD])
        finally:
            world.close()

    @cached_property
    def _perceiver(self) -> Perceiver:
        return load_perceiver(self._cell)

    @cached_property
    def _grounder(self) -> Grounder:
        return grounder_of(self._cell, catalogue_of(self._cell), load_checkpoints(self._cell))
