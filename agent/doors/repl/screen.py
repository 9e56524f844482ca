"""Where the chat writes: a rich console, in colour or not; lines and tables, and pictures where there is a terminal."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

    from skills.base import Image
    from skills.scene import PerceivedPart

GOOD, DOUBT, ALARM, ASIDE = "green", "yellow", "bold red", "dim"
"""Styles of what is said."""
PLAIN_WIDTH: Final = 200
LINES_BESIDE: Final = 6
"""Lines of the terminal that a picture leaves free for prompt and table's head."""


class Screen:
    """Writes lines from any thread. Without a terminal there are no pictures and no escape codes.

    Args:
        console: makes the console when it is first written to.
    """

    def __init__(self, console: "Callable[[], Console]") -> None:
        self._make = console

    def say(self, text: str, style: str = "") -> None:
        from rich.text import Text

        self._console.print(Text(text, style=style), soft_wrap=True)

    def picture(self, image: "Image") -> None:
        """The picture as large as the terminal lets it be; none where there is no terminal."""
        from agent.doors.repl.picture import WIDEST, in_blocks, in_shades

        if not self._console.is_terminal:
            return
        width, height = self._console.size
        columns = max(min(width, WIDEST, 2 * (height - LINES_BESIDE)), 16)
        draw = in_blocks if self._console.color_system and not self._console.no_color else in_shades
        self._console.print(draw(image, columns))

    def parts(self, parts: "Iterable[PerceivedPart]") -> None:
        """What is seen, a part a line; places in mm from the tray's centre."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for column in ("part", "away [mm]", "left [mm]", "sure"):
            table.add_column(column, justify="left" if column == "part" else "right")
        for part in parts:
            x, y = part.at
            table.add_row(part.describe(), f"{1e3 * x:+.0f}", f"{1e3 * y:+.0f}", f"{part.confidence:.0%}")
        self._console.print(table)

    @cached_property
    def _console(self) -> "Console":
        return self._make()


def plain_console() -> "Console":
    """Lines on stdout, for pipes, tests and screen readers."""
    from rich.console import Console

    return Console(color_system=None, force_terminal=False, highlight=False, markup=False, width=PLAIN_WIDTH)


def colour_console() -> "Console":
    """A terminal behind whatever sys.stdout is now; its colours are what TERM, COLORTERM and NO_COLOR say."""
    import sys

    from rich.console import Console

    return Console(file=sys.stdout, force_terminal=True, highlight=False, markup=False)
