"""What every form of a data set comes down to: episodes of pictures, states and actions, with a command."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from skills.base import Image
from skills.errors import BadInput

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Terms:
    """What data must agree on before they may be mixed.

    Attributes:
        rate: frames a second; None where a frame is a whole skill call.
        state_names, action_names: columns with their units, "x [m]".
        cameras: side or (height, width) of each camera's pictures [pixels], by name.
    """

    rate: float | None
    state_names: tuple[str, ...]
    action_names: tuple[str, ...]
    cameras: Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Episode:
    """One command carried out: T frames.

    Attributes:
        pictures: PNG or JPEG files of each camera, T of them.
        state: (T, S), action: (T, A) as the terms name them.
    """

    task: str
    pictures: Mapping[str, Sequence[bytes]]
    state: Floats
    action: Floats

    def __len__(self) -> int:
        return len(self.state)


@dataclass(frozen=True)
class EpisodeSet:
    """A data set that can be read again and again; `read(numbers)` gives those episodes, in that order."""

    name: str
    terms: Terms
    count: int
    read: Callable[[Sequence[int]], Iterator[Episode]]

    def __iter__(self) -> Iterator[Episode]:
        return self.read(range(self.count))


def png(picture: Image) -> bytes:
    """A PNG file's content."""
    _, data = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))
    return bytes(data)


def pixels(where: str, content: bytes) -> Image:
    """(H, W, 3) RGB of a PNG or JPEG file. Raises: BadInput, naming `where`."""
    picture: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if picture is None:
        raise BadInput(where, f"{len(content)} bytes", "a PNG or JPEG picture")
    return np.ascontiguousarray(picture[..., ::-1])
