"""Checks before a call moves anything: phrase, cameras and places against the checkpoint's contract."""

from collections.abc import Sequence

import numpy as np

from skills.base import Value
from skills.cell import CameraPose, Cell
from skills.contract import Contract
from skills.observation import Observation

SLACK = 0.005
"""How far [m] cameras and places may stand from where they stood in training."""
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
    """Every camera of the contract stands where it stood in training."""
    faults = (check_camera(name, trained, cell) for name, trained in contract.cameras.items())
    return next((fault for fault in faults if fault is not None), None)


def check_camera(name: str, trained: CameraPose, cell: Cell) -> Fault | None:
    """A camera stands, looks and is turned as in training, with the same field of view."""
    camera = cell.cameras.get(name)
    if camera is None:
        return Fault(check="cameras", text=f"the cell has no camera {name!r}", remedy="add it to the cell file")
    for field in ("mount", "position", "look_at", "up", "view"):
        have, want = getattr(camera, field), getattr(trained, field)
        if have != want if field == "mount" else _apart(have, want) > SLACK:
            return Fault(
                check="cameras",
                text=f"{field} of camera {name!r} is {have}, and was {want} in training",
                remedy=f"set it to {want}, or train again",
            )
    return None


def check_places(contract: Contract, cell: Cell) -> Fault | None:
    """The tray and the places that the policy was trained to go to are where they were."""
    for name, trained in contract.places.items():
        place = cell.places.get(name)
        if place is None or _apart(place.release, trained) > SLACK:
            return Fault(
                check="places",
                text=f"{name} is {f'at {place.release}' if place else 'nowhere'}, and was at {trained} in training",
                remedy=f"let parts go there at {trained}, or train again",
            )
    return None


def _apart(one: float | Sequence[float], other: float | Sequence[float]) -> float:
    return float(np.linalg.norm(np.subtract(one, other)))


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
    found = (
        check_phrase(contract, phrase),
        check_cameras(contract, cell),
        check_places(contract, cell),
        check_pictures(contract, observation),
    )
    return tuple(fault for fault in found if fault is not None)
