"""A part of the cell whose answers are written down. It answers as it would without that."""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import Any, Protocol

from agent.recording.coding import PLAIN
from skills.base import Image, Value
from skills.errors import SmolcellError
from skills.observation import Observation

Looked = Callable[[str, Image], None]
"""Hears of each picture that is looked at: its camera and the picture."""


class Ears(Protocol):
    """Who listens to the parts of a cell."""

    def time(self) -> int | None:
        """Cell time [ns], where anybody listens now."""

    def hear(self, of: str, ns: int | None, answer: Any) -> Any:
        """Write an answer down; returns what the asker gets."""


class Overheard:
    """Stands before a part of the cell: its methods, what they raise, its plain attributes, and its parts in turn.

    What a method answers with None is an order, not news. Methods that are not known here are heard like all others.
    """

    def __init__(self, name: str, thing: Any, ears: Ears) -> None:
        self._name, self._thing, self._ears = name, thing, ears

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._thing, attribute)
        name = f"{self._name}.{attribute}"
        if isinstance(found, PLAIN):
            return self._ears.hear(name, self._ears.time(), found)
        if isinstance(found, Value):
            return found
        return self._listened(name, found) if callable(found) else Overheard(name, found, self._ears)

    def _listened(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def heard(*args: Any, **named: Any) -> Any:
            ns = self._ears.time()
            try:
                answer = method(*args, **named)
            except SmolcellError as error:
                self._ears.hear(name, ns, error)
                raise
            return answer if answer is None else self._ears.hear(name, ns, answer)

        return heard


class _Watched(Mapping[str, Image]):
    """Pictures that tell when they are looked at."""

    def __init__(self, images: Mapping[str, Image], looked: Looked) -> None:
        self._images, self._looked = images, looked

    def __getitem__(self, camera: str) -> Image:
        image = self._images[camera]
        self._looked(camera, image)
        return image

    def __iter__(self) -> Iterator[str]:
        return iter(self._images)

    def __len__(self) -> int:
        return len(self._images)


def watched(observation: Observation, looked: Looked) -> Observation:
    """The same observation, whose pictures tell when they are looked at."""
    other = copy(observation)
    object.__setattr__(other, "images", _Watched(observation.images, looked))  # frozen for others, not for its maker
    return other
