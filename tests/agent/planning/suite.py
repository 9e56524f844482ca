"""The instruction suite as rows, and what a row expects; read by the tests only."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from skills.catalogue import load_catalogue
from skills.cell import Cell, load_cell
from skills.plan import GRIPPER, Past, Plan, Step, Understanding
from skills.scene import PartQuery, PerceivedPart, Scene

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "agent" / "instructions"
CELL = load_cell(ROOT / "cells" / "default.yaml")
CATALOGUE = load_catalogue()


def bare_cell() -> Cell:
    """The default cell without conveyor belt and fixtures."""
    bins = {name: place for name, place in CELL.places.items() if place.kind in ("tray", "bin")}
    return CELL.model_copy(update={"places": bins})


@dataclass(frozen=True)
class Row:
    """One instruction and what is right. `asks`: the steps that text wants which must get none."""

    category: str
    say: str
    scene: str | None = None
    cell: str = "default"
    outcomes: tuple[str, ...] = ("planned",)
    steps: tuple[Step, ...] = ()
    says: str = ""
    command: str | None = None
    freed: tuple[str, ...] = ()
    past: Past | None = None
    asks: tuple[Step, ...] = ()

    def fault(self, got: Understanding) -> str | None:
        """What is wrong with `got`; None when it is right."""
        if got.outcome not in self.outcomes:
            return f"{got.outcome}, not {' or '.join(self.outcomes)}: {got.text or got.plan}"
        if got.outcome == "planned" and got.plan != Plan(steps=self.steps):
            return f"planned {[step.describe() for step in got.plan.steps if got.plan]}"
        if got.command != self.command:
            return f"command {got.command}"
        if (freed := tuple(hole.describe() for hole in got.freed)) != self.freed:
            return f"freed {freed}"
        return None if self.says in got.text else f"said {got.text!r}"


def rows() -> Iterator[Row]:
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.stem != "scenes":
            for row in yaml.safe_load(path.read_text(encoding="utf-8")):
                yield _row(path.stem, dict(row))


def scenes() -> dict[str, Scene]:
    content = yaml.safe_load((FOLDER / "scenes.yaml").read_text(encoding="utf-8"))
    return {name: Scene(parts=tuple(map(_part, parts)), sequence=1, time_ns=0) for name, parts in content.items()}


def _part(values: list[Any]) -> PerceivedPart:
    kind, size, colour, condition, at = values
    return PerceivedPart(
        kind=kind, size=size, colour=colour, condition=condition, at=tuple(at), yaw=0.0, confidence=0.99
    )


def _steps(rows: list[Any]) -> tuple[Step, ...]:
    return tuple(
        Step(
            part=PartQuery.model_validate(part),
            quantity=quantity,
            source=GRIPPER if place == "tray" else "tray",
            destination=place,
            at_most=bool(rest),
        )
        for part, quantity, place, *rest in rows
    )


def _past(values: dict[str, Any]) -> Past:
    """{steps, moved: how many parts of each step (0), target: as in a scene, holding}."""
    steps = _steps(values["steps"])
    target = _part(values["target"]) if "target" in values else None
    moved = tuple(values.get("moved", [0] * len(steps)))
    return Past(plan=Plan(steps=steps), moved=moved, target=target, holding=values.get("holding", False))


def _row(category: str, row: dict[str, Any]) -> Row:
    steps, asks = _steps(row.pop("steps", [])), _steps(row.pop("asks", []))
    past = _past(row.pop("past")) if "past" in row else None
    default = "control" if "command" in row else "answer" if "freed" in row else "planned"
    freed = tuple(f"{size} hole of the {fixture}" for fixture, size in row.pop("freed", ()))
    outcome = row.pop("outcome", default)
    outcomes = (outcome,) if isinstance(outcome, str) else tuple(outcome)
    return Row(category, row.pop("say"), steps=steps, asks=asks, outcomes=outcomes, freed=freed, past=past, **row)
