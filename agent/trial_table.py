"""The scenes on which policies and the expert are measured, by what is new in them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from sim.setting import load_setting
from sim.table import Table as DrawnTable
from skills.card import SkillCard
from skills.cell import Cell
from skills.errors import UnknownName

SPLITS: Final = {
    "new-scenes": "calibrated",
    "varied": "default",
    "shifted-light": "shifted-light",
    "touching": "touching",
    "heaped": "heaped",
}
"""What is new about the scenes, and the randomization that they are drawn with."""


class Table(DrawnTable):
    """A scene of `split`, drawn with `rng`, for the call `call_id`.

    Raises: UnknownName (no such split).
    """

    def __init__(
        self, cell: Cell, card: SkillCard, split: str, rng: np.random.Generator, call_id: str, state: Path
    ) -> None:
        if split not in SPLITS:
            raise UnknownName("split", split, SPLITS)
        super().__init__(cell, card, load_setting(SPLITS[split]), rng, state)
        self.call_id = call_id

    def words(self, number: int, arguments: Mapping[str, str]) -> dict[str, str]:
        """What results are counted by: the part's kind and size, and where it was to go."""
        spec = self.world.bodies[number].spec
        return {"kind": spec.kind, "size": spec.size, **arguments}
