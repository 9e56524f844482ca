"""The overhead picture beside the prompt, drawn anew while the cell moves."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from skills.base import Image

BETWEEN: Final = 0.5
"""Least time between two pictures [s]: enough to follow an arm, little enough for a slow line."""


class Live:
    """The last picture as it is drawn; None while nobody wants one. Read from any thread, made in the cell's.

    Args:
        take: what the overhead camera sees now.
        draw: a picture as text with colours.
        now: a clock that only goes forward [s].
    """

    def __init__(
        self, take: "Callable[[], Image]", draw: "Callable[[Image], str]", now: Callable[[], float] = time.monotonic
    ) -> None:
        self._take, self._draw, self._now = take, draw, now
        self._taken = 0.0
        self.shown: str | None = None

    def toggle(self) -> bool:
        """Begin or end; whether it is shown now."""
        self.shown = None if self.shown is not None else self._drawn()
        return self.shown is not None

    def refresh(self) -> None:
        """A new picture, if one is wanted and the last is old enough."""
        if self.shown is not None and self._now() - self._taken >= BETWEEN:
            self.shown = self._drawn()

    def _drawn(self) -> str:
        self._taken = self._now()
        return self._draw(self._take())
