"""What a data set is made from. The plan decides every byte of it; who makes it, and how often anew, does not."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sim.data.splits import HELD_OUT, Split, Triple, split_ranges
from sim.setting import TRAINING
from skills.errors import BadInput

SHOWN_SHARD: Final = 5
"""Scenes of a shard in which a skill is carried out: some seconds each, and what a person sees as progress."""
SHOWN_KEPT: Final = 0.1
"""Share of such scenes that is kept for validation."""
SHARD_SCENES: Final = 100
"""Scenes of a shard: 20 MB, and all that a worker that was killed has lost."""
MOST_SCENES: Final = 10_000_000


@dataclass(frozen=True)
class DataPlan:
    """What to make: `scenes` scenes of data set `name` into `folder`, drawn from `seed` in the named setting."""

    folder: Path
    name: str
    seed: int
    scenes: int
    setting: str = TRAINING
    shard_scenes: int = SHARD_SCENES

    def __post_init__(self) -> None:
        if not 1 <= self.scenes <= MOST_SCENES:
            raise BadInput("scenes", self.scenes, f"between 1 and {MOST_SCENES}")
        if not 0 <= self.seed < 2**32:
            raise BadInput("seed", self.seed, "between 0 and 4294967295")

    @property
    def shards(self) -> tuple[str, ...]:
        """File names, in the order of their scenes."""
        return tuple(f"shard-{index:05d}.npz" for index in range(-(-self.scenes // self.shard_scenes)))

    @property
    def held_out(self) -> frozenset[Triple]:
        """Parts and places of picks that only the split `triples` has."""
        return HELD_OUT

    @property
    def splits(self) -> dict[Split, tuple[int, int]]:
        """First scene and the one after the last of each split."""
        return split_ranges(self.scenes)

    def scenes_of(self, shard: int) -> range:
        first = shard * self.shard_scenes
        return range(first, min(first + self.shard_scenes, self.scenes))

    def claim(self) -> Mapping[str, Any]:
        """What stands in the folder for whoever comes there next."""
        return {**asdict(self), "folder": "."}


@dataclass(frozen=True)
class ShownPlan(DataPlan):
    """Of one skill, which is carried out in every scene; of these nothing but the last are kept from training."""

    skill: str = ""
    shard_scenes: int = SHOWN_SHARD

    @property
    def held_out(self) -> frozenset[Triple]:
        return frozenset()

    @property
    def splits(self) -> dict[Split, tuple[int, int]]:
        first = self.scenes - round(SHOWN_KEPT * self.scenes)
        return {"train": (0, first), "validation": (first, self.scenes)}
