"""More runs than there are files: scenarios again with other seeds, and jobs that are drawn."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Final

import numpy as np
from pydantic import Field

from skills.base import Value
from skills.cell import Cell
from skills.errors import BadInput, UnknownName
from skills.scene import PartQuery

if TYPE_CHECKING:
    from sim.scenario import Scenario, ScenarioPart

STRIDE: Final = 10007
"""Between the seeds of one scenario's runs; prime, so that neighbouring scenarios do not meet."""
REMOVALS: Final = (
    "remove all failed parts",
    "Remove all the failed parts and drop them in the rejection bin.",
    "put every failed part in the rejection bin",
    "please take the failed parts out",
)
REJECTION: Final = "rejection bin"


def repeated(scenarios: Sequence["Scenario"], times: int) -> list["Scenario"]:
    """Every scenario that many times: as it is, then as x#1, x#2, … with other seeds.

    Raises: BadInput (fewer than one).
    """
    if times < 1:
        raise BadInput("--repeat", times, "a number from 1 on")
    return [again(scenario, k) for scenario in scenarios for k in range(times)]


def again(scenario: "Scenario", k: int) -> "Scenario":
    """The scenario's k-th other run; the 0th is its own.

    Light, finishes and noise are other ones. So are the places of the parts where the file leaves them to the seed
    and nothing hangs on them; else the parts lie as they did.
    """
    if k == 0:
        return scenario
    new = {"name": f"{scenario.name}#{k}", "seed": (scenario.seed + k * STRIDE) % 2**32}
    if not _may_lie_elsewhere(scenario):
        new |= {"parts": _as_laid(scenario), "clutter": _clutter(scenario)}
    return scenario.model_copy(update=new)


class Drawn(Value):
    """The `number`-th job of a kind that a seed draws; it is drawn where it is run, for that takes its time."""

    kind: str
    seed: Annotated[int, Field(ge=0)]
    number: int

    def scenario(self, cell: Cell) -> "Scenario":
        """The scene and what has to come of it. Raises: BadInput (a cell that has no place for it)."""
        name = f"{self.kind}-{self.seed}-{self.number:05d}"
        return KINDS[self.kind](np.random.default_rng([self.seed, self.number]), name, cell)


def drawn(kind: str, n: int, seed: int) -> list[Drawn]:
    """`n` jobs of a kind; the same for the same seed. Raises: UnknownName, BadInput."""
    if kind not in KINDS:
        raise UnknownName("--draw", kind, KINDS)
    if n < 1:
        raise BadInput("--n", n, "a number from 1 on")
    if seed < 0:
        raise BadInput("--seed", seed, "a number from 0 on")
    return [Drawn(kind=kind, seed=seed, number=number) for number in range(n)]


def removal(rng: np.random.Generator, name: str, cell: Cell) -> "Scenario":
    """One to four failed parts among four to nine, which are to be in the rejection bin, and nothing else."""
    from sim.scenario import Expectation, Moved, Scenario

    if REJECTION not in cell.destinations:
        raise BadInput("--draw", "removal", f"drawn for a cell with a {REJECTION}; {cell.name} has none")
    failed = int(rng.integers(1, 5))
    expect = Expectation(
        outcome="done",
        moved=(Moved(part=PartQuery(condition="failed"), to=REJECTION, count=failed),),
        untouched=(PartQuery(condition="ok"),),
    )
    instruction = str(rng.choice(REMOVALS))
    while True:
        scenario = Scenario(
            name=name,
            tags=("removal",),
            seed=int(rng.integers(2**32)),
            parts=_parts(rng, int(rng.integers(4, 10)), failed, cell),
            instruction=instruction,
            expect=expect,
        )
        if _fits(scenario, cell):
            return scenario


KINDS: Final[dict[str, Callable[[np.random.Generator, str, Cell], "Scenario"]]] = {"removal": removal}
"""The kinds of jobs that can be drawn."""


def _parts(rng: np.random.Generator, count: int, failed: int, cell: Cell) -> tuple["ScenarioPart", ...]:
    from sim.grasps import graspable
    from sim.layout import draw_look
    from sim.scenario import ScenarioPart

    looks = [draw_look(rng, shapes=graspable(cell)) for _ in range(count)]
    return tuple(
        ScenarioPart(
            kind=look.kind, size=look.size, colour=look.colour, condition="failed" if number < failed else "ok"
        )
        for number, look in enumerate(looks)
    )


def _fits(scenario: "Scenario", cell: Cell) -> bool:
    try:
        scenario.layout(cell.tray)
    except BadInput:
        return False
    return True


def _may_lie_elsewhere(scenario: "Scenario") -> bool:
    """Whether the file leaves all places to the seed, and neither words nor hands nor other parts count on them."""
    from sim.faults import Moved
    from sim.scenario import RandomSet
    from sim.setting import load_setting

    if isinstance(scenario.parts, RandomSet) or "region" in scenario.tags:
        return False
    places = [part.at for part in scenario.parts] + [one.part.at for one in scenario.surprises]
    places += [fault.to for fault in scenario.faults if isinstance(fault, Moved)]
    apart = scenario.clutter == "separated" or (
        scenario.clutter is None and load_setting(scenario.setting).parts.clutter.separated == 1
    )
    return apart and all(place is None for place in places)


def _as_laid(scenario: "Scenario") -> tuple["ScenarioPart", ...]:
    from sim.scenario import ScenarioPart

    return tuple(
        ScenarioPart(
            kind=spec.kind,
            size=spec.size,
            colour=spec.colour,
            condition=spec.condition,
            at=spec.at,
            yaw_deg=float(np.rad2deg(spec.yaw)),
        )
        for spec in scenario.layout()
    )


def _clutter(scenario: "Scenario") -> str:
    """How the parts lie as they were laid: with a place each, a setting's own clutter is no more asked."""
    from sim.randomize import draw_clutter
    from sim.setting import load_setting

    return scenario.clutter or draw_clutter(np.random.default_rng([scenario.seed, 2]), load_setting(scenario.setting))
