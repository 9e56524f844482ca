"""Scenarios: a scene, an instruction and what has to come of it, as data."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from sim.faults import AnyFault
from sim.layout import (
    WHOLE,
    WORKING,
    Area,
    Look,
    distance,
    draw_look,
    lay_out,
    outline_of,
    overlapping,
    place_parts,
)
from sim.parts.spawn import PartSpec
from sim.randomize import draw_clutter
from sim.setting import CALIBRATED, Clutter, load_setting
from skills.base import Finite, Value
from skills.call import Cause, RunOutcome
from skills.cell import Cell
from skills.errors import BadInput, UnknownName
from skills.place import Container
from skills.scene import PartQuery
from skills.words import SIZES_OF, Colour, Condition, Kind, Size
from skills.yamlfile import load_model

SCENARIOS = Path(__file__).parent / "scenarios"

TAGS = Literal[
    "core", "removal", "sorting", "quantity", "exclusion", "superlative", "order", "nothing", "surprise", "language",
    "region", "question", "demo", "clutter", "lighting", "faults", "conveyor", "insert", "robots",
    "recovery",
]  # fmt: skip


class ScenarioPart(Finite):
    """One part; `at` is x, y [m] from the tray's centre, absent: somewhere free, drawn from the seed."""

    kind: Kind
    size: Size
    colour: Colour
    condition: Condition = "ok"
    at: tuple[float, float] | None = None
    yaw_deg: float = 0.0

    @model_validator(mode="after")
    def _exists(self) -> Self:
        if self.size not in SIZES_OF[self.kind]:
            raise BadInput(f"size of a {self.kind}", self.size, f"one of {', '.join(SIZES_OF[self.kind])}")
        if self.at is not None and max(map(abs, self.at)) > WORKING:
            raise BadInput(
                "at", self.at, f"within ±{WORKING} m of the tray's centre, where the fingers clear the walls"
            )
        return self


class RandomParts(Value):
    """Parts drawn from the seed: `count` from..to, of these kinds, `failed` of them failed."""

    count: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(le=20)]]
    kinds: tuple[Kind, ...] = ()
    failed: Annotated[int, Field(ge=0)] | None = None


class RandomSet(Value):
    """`parts: {random: …}` in a scenario file."""

    random: RandomParts


Ending = RunOutcome | Literal["error"]
"""How a run ends; "error": by one of smolcell's own errors, as where the disk is full."""


class Moved(Value):
    """`count` of the parts that `part` describes lie in `to` when the run is over; "table" is where what slipped
    outside of the tray lies.
    """

    part: PartQuery
    to: str
    count: Annotated[int, Field(ge=0)]


class Recovered(Value):
    """What the agent did about a failure of this cause, as its table of recovery names the three."""

    cause: Cause
    action: str
    situation: str = "free"


class Expectation(Value):
    """What the judge compares the final state with.

    Attributes:
        outcome: how the run ends, or all the right ways.
        says: words that stand in the reason that the run gives.
        untouched: none of these has left the tray.
        recovered: each of these was done in the run.
    """

    outcome: Ending | tuple[Ending, ...]
    says: str = ""
    moved: tuple[Moved, ...] = ()
    untouched: tuple[PartQuery, ...] = ()
    recovered: tuple[Recovered, ...] = ()

    @property
    def outcomes(self) -> tuple[Ending, ...]:
        return self.outcome if isinstance(self.outcome, tuple) else (self.outcome,)


class Surprise(Value):
    """A part that somebody lays on the tray after the agent's `after_call`-th call."""

    after_call: Annotated[int, Field(ge=1)]
    part: ScenarioPart


class Scenario(Value):
    """See DESIGN.md of the docs: one file in `sim/scenarios/`, or any file given to `regress`.

    `setting` names a file in `sim/randomization/`: how the scene looks, and how the parts lie that have no place.
    `clutter` says how they lie whatever the setting says; then parts with a place may lie so as well.
    `capacity` is how many parts a bin or a belt takes here, by name.
    """

    name: str
    tags: tuple[TAGS, ...] = ()
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    setting: str = CALIBRATED
    clutter: Clutter | None = None
    parts: Annotated[
        Annotated[tuple[ScenarioPart, ...], Tag("[list]")] | Annotated[RandomSet, Tag("[random]")],
        Discriminator(lambda parts: "[random]" if isinstance(parts, Mapping | RandomSet) else "[list]"),
    ]
    instruction: str = ""
    answers: tuple[str, ...] = ()
    capacity: dict[str, int] = {}
    surprises: tuple[Surprise, ...] = ()
    faults: tuple[AnyFault, ...] = ()
    expect: Expectation | None = None

    def layout(self, tray: Container | None = None) -> list[PartSpec]:
        """The parts with their places on `tray`, else on the default cell's. Raises: BadInput when they do not fit."""
        area = Area.of(tray) if tray else WHOLE
        rng = np.random.default_rng(self.seed)
        clutter = self.clutter or draw_clutter(np.random.default_rng([self.seed, 2]), load_setting(self.setting))
        if isinstance(self.parts, RandomSet):
            return lay_out(_draw(self.parts.random, rng), rng, clutter, area=area)
        if clutter == "separated" or any(part.at is not None for part in self.parts):
            return _lay_out(self.parts, rng, self.clutter or "separated", area)
        layout = lay_out([_look(part) for part in self.parts], rng, clutter, area=area)
        if len(layout) < len(self.parts):
            raise BadInput("parts", len(self.parts), f"at most what fits on the tray; {len(layout)} found room")
        return layout

    def fitted(self, cell: Cell) -> Cell:
        """`cell` with its places as large as they are here. Raises: UnknownName, BadInput."""
        places = {name: place.model_dump(exclude_unset=True) for name, place in cell.places.items()}
        for name, capacity in self.capacity.items():
            if name not in places:
                raise UnknownName("capacity", name, places)
            places[name]["capacity"] = capacity
        return Cell.model_validate({**dict(cell), "places": places}) if self.capacity else cell

    @field_validator("setting")
    @classmethod
    def _is_known(cls, name: str) -> str:
        load_setting(name)
        return name


def load_scenario(path: Path) -> Scenario:
    """Raises: BadInput, UnknownName."""
    scenario = load_model(path, Scenario)
    scenario.layout()
    return scenario


def random_scenario(seed: int) -> Scenario:
    """A scene of 4 to 8 parts, for `--seed N`."""
    if not 0 <= seed < 2**32:
        raise BadInput("seed", seed, "between 0 and 4294967295")
    return Scenario(name=f"seed-{seed}", seed=seed, parts=RandomSet(random=RandomParts(count=(4, 8))))


def spec_of(part: ScenarioPart, at: tuple[float, float], yaw: float) -> PartSpec:
    return PartSpec(part.kind, part.size, part.colour, part.condition, at, yaw)


def _look(part: ScenarioPart) -> Look:
    return Look(part.kind, part.size, part.colour, part.condition == "failed")


def _draw(wanted: RandomParts, rng: np.random.Generator) -> list[Look]:
    low, high = wanted.count
    if low > high:
        raise BadInput("parts.random.count", wanted.count, "from..to with from ≤ to")
    looks: list[Look] = []
    count = int(rng.integers(low, high + 1))
    while len(looks) < count:
        look = draw_look(rng)
        if not wanted.kinds or look.kind in wanted.kinds:
            looks.append(look)
    if wanted.failed is None:
        return looks
    return [Look(look.kind, look.size, look.colour, i < wanted.failed) for i, look in enumerate(looks)]


def _lay_out(parts: tuple[ScenarioPart, ...], rng: np.random.Generator, clutter: Clutter, area: Area) -> list[PartSpec]:
    """Parts with a place lie there; the others find room around them."""
    fixed = [spec_of(part, part.at, float(np.deg2rad(part.yaw_deg))) for part in parts if part.at is not None]
    _check_room(fixed, clutter, area)
    free = [_look(part) for part in parts if part.at is None]
    return place_parts(free, rng, taken=fixed, area=area)


def _check_room(fixed: list[PartSpec], clutter: Clutter, area: Area) -> None:
    """Raises: BadInput where parts lie off the area, or nearer than they may; heaped ones may lie over each other."""
    for index, spec in enumerate(fixed):
        if max(map(abs, spec.at)) > area.within:
            allowed = f"within ±{area.within:.3f} m of the centre of this cell's tray"
            raise BadInput(f"parts.{index}.at", spec.at, allowed)
    if clutter == "heaped":
        return
    outlines = [outline_of(spec) for spec in fixed]
    for index, mine in enumerate(outlines):
        for other in range(index):
            if clutter == "touching":
                near = overlapping([fixed[index], fixed[other]])
            else:
                near = distance(mine, outlines[other]) < 0.004
            if near:
                raise BadInput(f"parts.{index}.at", fixed[index].at, f"clear of part {other} at {fixed[other].at}")
