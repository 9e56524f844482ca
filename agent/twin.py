"""A cell whose robot is the simulator's: the world, and a workcell that knows it by pictures alone."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from agent.execution import Execution
from agent.executor import CallLog
from agent.workcell import Workcell
from sim.layout import Area, Look, place_parts
from sim.parts.spawn import PartSpec
from sim.scenario import Scenario, Surprise, spec_of
from sim.things import thing_outline
from sim.world import World
from skills.call import SkillCall
from skills.words import TRAY


@dataclass(frozen=True)
class Twin:
    """A workcell and the world behind it. Only a judge and a door's pictures may look at `world`, and
    only what is no part of a decision. Closing it gives world and journal back.
    """

    workcell: Workcell
    world: World

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.workcell.journal.close()
        self.world.close()


class Surprises:
    """A call log after whose n-th finished call somebody lays another part on the tray."""

    def __init__(self, log: CallLog, world: World, scenario: Scenario) -> None:
        self._log, self._world = log, world
        self._waiting = scenario.surprises
        self._rng = np.random.default_rng([scenario.seed, 1])
        self._finished = 0

    def begin_call(self, run_id: str, call: SkillCall) -> bool:
        return self._log.begin_call(run_id, call)

    def end_call(self, call_id: str, execution: Execution) -> None:
        self._log.end_call(call_id, execution)
        self._finished += 1
        for surprise in self._waiting:
            if surprise.after_call == self._finished:
                self._lay_down(surprise)

    def _lay_down(self, surprise: Surprise) -> None:
        part = surprise.part
        if part.at is not None:
            spec = spec_of(part, part.at, float(np.deg2rad(part.yaw_deg)))
        else:
            look = Look(part.kind, part.size, part.colour, part.condition == "failed")
            area = Area.of(self._world.cell.tray)
            things = [thing_outline(thing) for thing in self._world.appearance.things]
            spec = place_parts([look], self._rng, taken=self._lying(), clear_of=things, area=area)[-1]
        self._world.bodies.append(self._world.add(spec))

    def _lying(self) -> list[PartSpec]:
        """The parts on the tray where they lie now."""
        bodies = [body for body in self._world.bodies if self._world.where(body) == TRAY]
        return [replace(part.spec, at=part.at, yaw=part.yaw) for part in map(self._world.true_part, bodies)]
