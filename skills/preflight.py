"""What is checked before a call moves anything, each against the checkpoint's contract.

The checks of phrase, cameras, places and pictures are here; the others stand with what they look at: `trained`
(checkpoint, epochs, rate), `columns` (units, start state), `views` (reference pictures), `motion` (chunks).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from skills.base import FloatArray
from skills.card import SkillCard
from skills.cell import CameraPose, Cell
from skills.chunk import ActionChunk
from skills.columns import check_start, check_units, state_of
from skills.contract import Contract
from skills.fault import Fault
from skills.motion import check_chunk_rate, check_gripper, check_jumps
from skills.observation import Observation
from skills.reference import Reference
from skills.trained import check_checkpoint, check_rate
from skills.views import check_views

SLACK = 0.005
"""How far [m] cameras and places may stand from where they stood in training."""
BLACK_MEAN = 8.0
"""Mean grey value [0..255] below which a picture counts as black."""


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
    """Every picture that the policy takes is there, of the shape of training, large enough and not black."""
    for name, trained in contract.cameras.items():
        image = observation.images.get(name)
        if image is None:
            return Fault(check="pictures", text=f"no picture of {name!r}", remedy="look at the camera's cable")
        (height, width, _), (rows, columns) = image.shape, trained.shape
        if height * columns != width * rows or height < rows:
            wanted = f"a square of at least {rows} pixels" if trained.width is None else f"{columns}×{rows}, or larger"
            return Fault(
                check="pictures", text=f"the picture of {name!r} is {width}×{height}", remedy=f"deliver {wanted}"
            )
        if float(image.mean()) < BLACK_MEAN:
            return Fault(check="pictures", text=f"the picture of {name!r} is black", remedy="light, lens cap, cable")
    return None


def before_moving(contract: Contract, card: SkillCard, cell: Cell, phrase: str) -> tuple[Fault, ...]:
    """All faults of this call that can be told before the arm moves to where it starts."""
    found = (
        check_checkpoint(contract, card),
        check_phrase(contract, phrase),
        check_units(contract, cell),
        check_rate(contract),
        check_cameras(contract, cell),
        check_places(contract, cell),
    )
    return tuple(fault for fault in found if fault is not None)


def at_start(contract: Contract, references: Mapping[str, Reference], observation: Observation) -> tuple[Fault, ...]:
    """All faults that are seen where the call starts.

    Args:
        references: the contract's reference pictures, by camera.
    """
    views = check_pictures(contract, observation) or check_views(contract, references, observation)
    return tuple(fault for fault in (views, check_state(contract, observation)) if fault is not None)


def check_state(contract: Contract, observation: Observation) -> Fault | None:
    """The arm stands where the data's episodes began. Raises: UnknownName (columns that `check_units` refuses)."""
    names = contract.state_names
    return check_start(contract, dict(zip(names, state_of(observation, names).tolist(), strict=True)))


def check_chunk(contract: Contract, chunk: ActionChunk, before: FloatArray | None) -> Fault | None:
    """A policy's answer moves as the data did; `before` is the last row that was executed of the chunk before it.

    Numbers that are none, and columns that are no robot's or others than before, are the gate's to refuse.
    """
    columns = chunk.values.shape[1]
    if not np.isfinite(chunk.values).all() or columns < 2 or (before is not None and len(before) != columns):
        return None
    return check_chunk_rate(contract, chunk) or check_gripper(contract, chunk) or check_jumps(contract, chunk, before)
