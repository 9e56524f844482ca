"""Checks before a call moves anything: the phrase and the cameras against the checkpoint's contract."""

import numpy as np

from skills.base import Value
from skills.cell import Cell
from skills.contract import Contract
from skills.observation import Observation

BLACK_MEAN = 8.0
"""Mean grey value [0..255] below which a picture counts as black."""


class Fault(Value):
    """One reason not to start; `remedy` says what to change."""

    check: str
    text: str
    remedy: str


def check_phrase(contract: Contract, phrase: str) -> Fault | None:
    if phrase in contract.phrases:
        return None
    return Fault(
        check="phrase",
        text=f"{phrase!r} does not stand in contract {contract.name}",
        remedy="render the phrase from the skill card, or train it: smolcell train",
    )


def check_cameras(contract: Contract, cell: Cell) -> Fault | None:
    """Every camera of the contract stands where it stood in training, with the same field of view."""
    for name, trained in contract.cameras.items():
        camera = cell.cameras.get(name)
        if camera is None:
            return Fault(check="cameras", text=f"the cell has no camera {name!r}", remedy="add it to the cell file")
        moved = float(np.linalg.norm(np.subtract(camera.position, trained.position)))
        if moved > 0.005 or abs(camera.view - trained.view) > 0.005:
            return Fault(
                check="cameras",
                text=f"camera {name!r} stands {moved * 1e3:.0f} mm from where it was trained, view {camera.view} m",
                remedy=f"put it back to {trained.position}, view {trained.view} m, or train again",
            )
    return None


def check_pictures(contract: Contract, observation: Observation) -> Fault | None:
    """Every picture that the policy takes is there, square, large enough and not black."""
    for name, trained in contract.cameras.items():
        image = observation.images.get(name)
        if image is None:
            return Fault(check="pictures", text=f"no picture of {name!r}", remedy="look at the camera's cable")
        height, width, _ = image.shape
        if height != width or height < trained.size:
            return Fault(
                check="pictures",
                text=f"the picture of {name!r} is {width}×{height}",
                remedy=f"deliver a square of at least {trained.size} pixels",
            )
        if float(image.mean()) < BLACK_MEAN:
            return Fault(check="pictures", text=f"the picture of {name!r} is black", remedy="light, lens cap, cable")
    return None


def preflight(contract: Contract, cell: Cell, observation: Observation, phrase: str) -> tuple[Fault, ...]:
    """All faults that stand between this call and its start; empty when it may begin."""
    found = (check_phrase(contract, phrase), check_cameras(contract, cell), check_pictures(contract, observation))
    return tuple(fault for fault in found if fault is not None)
