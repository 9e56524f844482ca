"""The scenes on which policies and the expert are measured, by what is new in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from agent.evaluation.other_words import BEGINNINGS
from sim.data.splits import is_held_out
from sim.data.visible import seen_bodies
from sim.grasps import Grasp
from sim.parts.spawn import PartSpec
from sim.setting import load_setting
from sim.table import Table as DrawnTable
from skills.card import SkillCard
from skills.cell import Cell
from skills.errors import BadInput, UnknownName

Wording = Literal["trained", "paraphrased", "untrained"]


@dataclass(frozen=True)
class Split:
    """What is new in a split.

    Attributes:
        setting: the randomization that its scenes are drawn with.
        wording: what is said: a phrase of the card, the same in other words, or what no phrase can say.
        held_out: what is asked for is of a kind × colour × quarter that no data set trains, and is named by kind and
            colour.
    """

    setting: str
    wording: Wording = "trained"
    held_out: bool = False

    @property
    def only_picks(self) -> bool:
        """Which part is meant is what is new; a release has nothing to choose."""
        return self.held_out or self.wording == "untrained"


SPLITS: Final = {
    "new-scenes": Split("calibrated"),
    "new-triples": Split("calibrated", held_out=True),
    "varied": Split("default"),
    "shifted-light": Split("shifted-light"),
    "touching": Split("touching"),
    "crowded": Split("crowded"),
    "heaped": Split("heaped"),
    "paraphrased": Split("calibrated", wording="paraphrased"),
    "untrained": Split("calibrated", wording="untrained"),
}


def split_for(name: str, skill: str) -> Split:
    """Raises: UnknownName (no such split), BadInput (one that the skill has nothing for)."""
    if name not in SPLITS:
        raise UnknownName("--split", name, SPLITS)
    split = SPLITS[name]
    if split.only_picks and skill != "pick":
        allowed = ", ".join(other for other, what in SPLITS.items() if not what.only_picks)
        raise BadInput("--split", name, f"with --skill {skill} one of {allowed}; it is about which part is meant")
    if split.wording == "paraphrased" and skill not in BEGINNINGS:
        raise BadInput(
            "--split", name, f"left out with --skill {skill}; other words are known for {', '.join(BEGINNINGS)}"
        )
    return split


class Table(DrawnTable):
    """A scene of split `split`, drawn with `rng`, for the call `call_id`.

    Raises: UnknownName, BadInput (no such split of that skill).
    """

    def __init__(
        self, cell: Cell, card: SkillCard, split: str, rng: np.random.Generator, call_id: str, state: Path
    ) -> None:
        self.split = split_for(split, card.name)
        super().__init__(cell, card, load_setting(self.split.setting), rng, state, _worth(self.split))
        self.call_id = call_id

    def seen(self) -> list[int]:
        """Numbers of the parts of which enough shows to be asked for, as in training data."""
        return seen_bodies(self.world)

    def graspable(self, number: int) -> bool:
        """Whether the expert finds a grasp for that part: without one it is no fair question."""
        return isinstance(self.expert.grasp(number), Grasp)


def _worth(split: Split) -> Callable[[Sequence[PartSpec]], bool]:
    """Which layouts are drawn anew before anything is dropped: those in which the split has nothing to ask for."""
    if split.held_out:
        return lambda specs: any(is_held_out(spec.kind, spec.colour, spec.at) for spec in specs)
    if split.wording == "untrained":
        return lambda specs: len({spec.kind for spec in specs}) < len(specs)
    return bool
