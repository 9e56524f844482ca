"""One drawn scene on one table, with the gate before the robot: where a policy, or the expert, is tried."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from skills.cell import Cell
from skills.errors import UnknownName
from skills.spots import spot_at

if TYPE_CHECKING:
    from sim.rollout import Tried

SPLITS: Final = {
    "new-scenes": "calibrated",
    "varied": "default",
    "shifted-light": "shifted-light",
    "touching": "touching",
    "heaped": "heaped",
}
"""What is new about the scenes, and the randomization that they are drawn with."""
CLUTTERED: Final = ("touching", "heaped")
CLEAR_OF_SPOT: Final = 0.07
"""Parts nearer than this to a spot on which one is to be laid are taken away first [m]."""


class Table:
    """A scene of `split`, drawn with `rng`; for `insert` there is a bolt in it.

    Attributes:
        world: the twin.
        gate: before its robot.
        expert: who prepares what a policy needs, or is tried itself.
        rng: what else is drawn for the scene.
        call_id: of the call that is tried.

    Raises: UnknownName (no such split).
    """

    def __init__(self, cell: Cell, skill: str, split: str, rng: np.random.Generator, call_id: str, state: Path) -> None:
        from agent.workcell import build_gate
        from sim.driver import SimDriver
        from sim.motion import Ways
        from sim.rollout import Expert
        from sim.setting import load_setting
        from sim.world import World

        if split not in SPLITS:
            raise UnknownName("split", split, SPLITS)
        self._skill, self._split, self.rng, self.call_id = skill, split, rng, call_id
        self.world = World(cell, int(rng.integers(2**31)), load_setting(SPLITS[split]))
        while not self._suited():
            self.world.reset(self._draw())
        driver = SimDriver(self.world)
        self.gate = build_gate(cell, driver, driver, state)
        self.expert = Expert(self.world, self.gate, Ways(cell))

    def close(self) -> None:
        self.world.close()

    def hold(self) -> "tuple[int, Tried]":
        """Let the expert pick a part that suits the skill: any of them, in clutter the easiest. Its number (-1 where
        none can be grasped), and how it went.
        """
        if self._split in CLUTTERED:
            return self.expert.pick_any(self._suited())
        number = int(self.rng.choice(self._suited()))
        return number, self.expert.pick(number)

    def clear_spot(self, spot: str, keep: int) -> None:
        """Take away what lies where the part `keep` is to be put back."""
        for number, body in enumerate(self.world.bodies):
            away = np.hypot(*np.subtract(self.world.true_part(body).at, spot_at(spot, self.world.cell.tray.half)))
            if number != keep and away < CLEAR_OF_SPOT:
                self.world.bullet.resetBasePositionAndOrientation(
                    body.id, (1.0 + 0.1 * number, 0.8, 0.05), (0, 0, 0, 1)
                )

    def words(self, number: int, arguments: Mapping[str, str]) -> dict[str, str]:
        """What results are counted by: the part's kind and size, and where it was to go."""
        spec = self.world.bodies[number].spec
        return {"kind": spec.kind, "size": spec.size, **arguments}

    def _suited(self) -> list[int]:
        bodies = enumerate(self.world.bodies)
        return [number for number, body in bodies if self._skill != "insert" or body.spec.kind == "bolt"]

    def _draw(self) -> list[Any]:
        from sim.grasps import graspable
        from sim.layout import Area, draw_look, lay_out
        from sim.randomize import draw_clutter, draw_count

        cell, setting = self.world.cell, self.world.setting
        shapes = graspable(cell)
        looks = [draw_look(self.rng, shapes=shapes) for _ in range(draw_count(self.rng, setting))]
        return lay_out(looks, self.rng, draw_clutter(self.rng, setting), area=Area.of(cell.tray))
