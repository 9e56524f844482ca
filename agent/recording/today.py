"""Today's cell for a recording: the installed code, the configured cell and the weights that it names."""

from collections.abc import Iterator
from pathlib import Path

from agent.cell_weights import load_checkpoints, load_perceiver, sureness_of
from agent.executor import Gate
from agent.recording.compare import gaps
from agent.recording.decide import Today
from agent.recording.read import Recording
from agent.recording.robot import PlayedRobot
from agent.workcell import build_planner
from safety.state import build_gate
from skills.catalogue import catalogue_of
from skills.cell import Cell


def today_of(cell: Cell) -> Today:
    """Raises: BadInput, Unavailable (weights)."""
    return Today(
        cell=cell,
        catalogue=catalogue_of(cell),
        planner=build_planner(cell),
        perceiver=load_perceiver(cell),
        checkpoints=load_checkpoints(cell),
        gate=_gate,
        sureness=sureness_of(cell),
    )


def changes(recording: Recording, today: Today) -> Iterator[str]:
    """What has changed since then, in the cell file and in the weights."""
    for gap in gaps(recording.began.cell, today.cell.model_dump(mode="json"), {}):
        yield f"{gap.what} of the cell was {gap.recorded}, is {gap.today}"
    for name, checkpoint in today.checkpoints.items():
        if recording.began.weights.get(name) != checkpoint.contract.weights_hash:
            yield f"the weights of {name} are others"


def _gate(cell: Cell, robot: PlayedRobot, folder: Path) -> Gate:
    return build_gate(cell, robot, robot, folder)
