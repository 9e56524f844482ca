"""One drawn scene on one table, with the gate before the robot: where a policy, or the expert, is tried."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from safety.state import build_gate
from sim.driver import SimDriver
from sim.grasps import graspable
from sim.layout import Area, draw_look, lay_out
from sim.motion import Ways
from sim.parts.spawn import PartSpec
from sim.randomize import draw_clutter, draw_count
from sim.rollout import Expert, Tried
from sim.setting import Setting
from sim.world import World
from skills.card import SkillCard
from skills.cell import Cell
from skills.spots import spot_at

CLEAR_OF_SPOT: Final = 0.07
"""Parts nearer than this to a spot on which one is to be laid are taken away first [m]."""


class Table:
    """A scene drawn with `rng` in that setting; there is a part in it that the skill of `card` is for.

    Args:
        state: folder of the gate's latch and audit.
        worth: whether parts that are laid down so make a scene that is wanted; others are drawn anew.

    Attributes:
        world: the twin.
        driver: of its robot, and the cell's clock.
        gate: before that robot.
        expert: who prepares what a policy needs, or is tried itself.
        rng: what else is drawn for the scene.
    """

    def __init__(
        self,
        cell: Cell,
        card: SkillCard,
        setting: Setting,
        rng: np.random.Generator,
        state: Path,
        worth: Callable[[Sequence[PartSpec]], bool] = bool,
    ) -> None:
        self._card, self._worth, self.rng = card, worth, rng
        self.world = World(cell, int(rng.integers(2**31)), setting)
        while not self._suited():
            self.world.reset(self._draw())
        self.driver = SimDriver(self.world)
        self.gate = build_gate(cell, self.driver, self.driver, state)
        self.expert = Expert(self.world, self.gate, Ways(cell))

    def close(self) -> None:
        self.world.close()

    def hold(self) -> tuple[int, Tried]:
        """Let the expert pick a part that suits the skill: any of them, in clutter the easiest. Its number (-1 where
        none can be grasped), and how it went.
        """
        if self.world.setting.parts.clutter.separated < 1:
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

    def _suited(self) -> list[int]:
        bodies = enumerate(self.world.bodies)
        return [number for number, body in bodies if self._card.is_for(body.spec.kind)]

    def _draw(self) -> list[PartSpec]:
        cell, setting = self.world.cell, self.world.setting
        shapes = graspable(cell)
        while True:
            looks = [draw_look(self.rng, shapes=shapes) for _ in range(draw_count(self.rng, setting))]
            specs = lay_out(looks, self.rng, draw_clutter(self.rng, setting), area=Area.of(cell.tray))
            if self._worth(specs):
                return specs
