"""Pictures: a camera's as a network takes it, shrunk by area to the size of training, and those that training kept."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skills.base import Image
from skills.contract import Contract
from skills.errors import BadInput


def shrink(image: NDArray[np.uint8], size: int) -> Image:
    """uint8 (size, size, 3) from a square RGB picture of at least that size, by averaging areas.

    Raises: BadInput when the picture is not square or too small; enlarging would invent detail.
    """
    height, width = image.shape[:2]
    if height != width or height < size:
        raise BadInput("picture", f"{width}×{height}", f"a square of at least {size} pixels")
    if height == size:
        return np.ascontiguousarray(image)
    resized: Image = np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    return resized


def png(picture: Image) -> bytes:
    """A PNG file's content of an RGB picture."""
    _, content = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return bytes(content)


def load_references(root: Path, contract: Contract) -> dict[str, Image]:
    """What each camera saw in training, uint8 RGB, from a checkpoint's folder. Raises: BadInput."""
    return {name: _load(root, camera.reference) for name, camera in contract.cameras.items()}


def _load(root: Path, file: str) -> Image:
    picture = cv2.imread(str(root / file)) if (root / file).is_file() else None
    if picture is None:
        raise BadInput("checkpoint", str(root), f"whole; its reference picture {file} is missing or unreadable")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
