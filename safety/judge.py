"""Asking the rules: what a stage of the table says of a case, and what is left to send."""

import hashlib
from dataclasses import dataclass
from typing import Any

from safety.cases import Passage, Timed
from safety.collision import Collider
from safety.kinematics import Arm
from safety.route import Route
from safety.rules import table
from safety.rules.table import Rule, Stage
from safety.timing import Leg, as_proposed, retimed
from skills.base import FloatArray
from skills.call import Finding
from skills.cell import Cell
from skills.errors import SmolcellError


class RuleFailed(SmolcellError):
    """A rule raised instead of answering; that is a stop."""

    def __init__(self, rule: str, cause: Exception) -> None:
        self.rule = rule
        super().__init__(f"rule {rule} failed: {type(cause).__name__}: {cause}")


@dataclass(frozen=True)
class Objection:
    """A finding and the rule that made it."""

    rule: Rule
    finding: Finding


@dataclass(frozen=True)
class Judged:
    """What the rules make of a route: objections, which stop it, or the legs to send.

    `slowed` are the quantities for which a policy's own timing was stretched.
    """

    objections: tuple[Objection, ...] = ()
    legs: tuple[Leg, ...] = ()
    slowed: tuple[Finding, ...] = ()

    @property
    def rows(self) -> int:
        return sum(len(leg.positions) for leg in self.legs)

    def digest(self) -> str:
        """SHA-256 over the joint positions that are to be sent."""
        total = hashlib.sha256()
        for leg in self.legs:
            total.update(leg.positions.tobytes())
        return total.hexdigest()


def ask(stage: Stage, case: Any) -> tuple[Objection, ...]:
    """What the rules of `stage` find, in the table's order. Raises: RuleFailed."""
    return tuple(
        Objection(rule, finding)
        for rule in table.RULES
        if rule.stage is stage and (finding := _asked(rule, case)) is not None
    )


class Judge:
    """Judges routes of one cell's arm; not thread-safe."""

    def __init__(self, cell: Cell, arm: Arm) -> None:
        self._cell, self._arm = cell, arm
        self.collider = Collider(cell, arm)

    def route(self, route: Route, measured: FloatArray) -> Judged:
        """Ask the rules on path and timing. Raises: RuleFailed, Untimeable."""
        passage = Passage.of(route, self._cell, self._arm, self.collider, measured)
        if objections := ask(Stage.PATH, passage):
            return Judged(objections)
        slowed: tuple[Finding, ...] = ()
        timed = all(stretch.timed for stretch in route.stretches)
        legs = tuple(
            as_proposed(stretch, self._arm) if timed else self._retimed(stretch) for stretch in route.stretches
        )
        if timed and (too_fast := self._too_fast(legs)):
            slowed = tuple(objection.finding for objection in too_fast)
            legs = tuple(self._retimed(stretch) for stretch in route.stretches)
        return Judged(self._too_fast(legs), legs, slowed)

    def _too_fast(self, legs: tuple[Leg, ...]) -> tuple[Objection, ...]:
        return ask(Stage.TIMING, Timed(self._cell, legs))

    def _retimed(self, stretch: Any) -> Leg:
        return retimed(stretch, self._arm, self._cell.limits)


def _asked(rule: Rule, case: Any) -> Finding | None:
    try:
        return rule.check(case)
    except Exception as error:
        raise RuleFailed(rule.name, error) from error
