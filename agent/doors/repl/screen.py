"""Where the chat writes: lines, tables and pictures at a terminal; in lines alone for pipes and screen readers."""

import textwrap
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from agent.doors.repl.transcript import Transcript
    from skills.base import Image
    from skills.scene import PerceivedPart

GOOD, DOUBT, ALARM, ASIDE = "green", "yellow", "bold red", "dim"
"""Styles of what is said."""
PLAIN_WIDTH: Final = 200
LINES_BESIDE: Final = 6
"""Lines of the terminal that a picture leaves free for prompt and table's head …"""
LINES_BESIDE_LIVE: Final = 10
"""… and one that stays leaves for what is said meanwhile."""
LABEL: Final = 10
"""Columns of a line's label; what does not fit in the terminal goes on under the text behind it."""


class Screen:
    """Writes lines from any thread. Without a terminal there are no pictures and no escape codes.

    Args:
        console: makes the console when it is first written to.
        transcript: keeps what is said.
        breaks: lines are broken between words on a console that is no terminal, too.
    """

    def __init__(
        self, console: "Callable[[], Console]", transcript: "Transcript | None" = None, *, breaks: bool = False
    ) -> None:
        self._make, self._transcript, self._breaks = console, transcript, breaks

    @property
    def is_plain(self) -> bool:
        """Lines alone."""
        return not self._console.is_terminal

    def heard(self, line: str) -> None:
        """A line was typed; a terminal shows it already."""
        if self._transcript is not None:
            self._transcript.heard(line)

    def say(self, text: str, style: str = "") -> None:
        from rich.text import Text

        if self._transcript is not None:
            self._keep(self._transcript, text)
        for line in self._lines(text):
            self._console.print(Text(line, style=style), soft_wrap=True)

    def picture(self, image: "Image") -> None:
        """The picture as large as the terminal lets it be; none where there is no terminal."""
        if not self.is_plain:
            self._console.print(self._drawn(image, LINES_BESIDE))

    def frame(self, image: "Image") -> str:
        """The picture as text with escape codes, for a place of its own beside the prompt."""
        with self._console.capture() as capture:
            self._console.print(self._drawn(image, LINES_BESIDE_LIVE))
        return capture.get()

    def parts(self, parts: "Iterable[PerceivedPart]") -> None:
        """What is seen, a part a line; places in mm from the tray's centre."""
        from rich.table import Table

        parts = tuple(parts)
        if self._transcript is not None:
            for part in parts:
                self._keep(self._transcript, part_line(part))
        if self.is_plain:
            for line in (line for part in parts for line in self._lines(part_line(part))):
                self._console.print(line, soft_wrap=True)
            return
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for column in ("part", "away [mm]", "left [mm]", "sure"):
            table.add_column(column, justify="left" if column == "part" else "right")
        for part in parts:
            x, y = part.at
            table.add_row(part.describe(), f"{1e3 * x:+.0f}", f"{1e3 * y:+.0f}", f"{part.confidence:.0%}")
        self._console.print(table)

    def _drawn(self, image: "Image", beside: int) -> "Text":
        from agent.doors.repl.picture import WIDEST, in_blocks, in_shades

        width, height = self._console.size
        columns = max(min(width, WIDEST, 2 * (height - beside)), 16)
        in_colour = self._console.color_system and not self._console.no_color
        return in_blocks(image, columns) if in_colour else in_shades(image, columns)

    def _keep(self, transcript: "Transcript", line: str) -> None:
        """Once it can't be kept any more, say so."""
        could = transcript.trouble is None
        transcript.said(line)
        if could and transcript.trouble is not None:
            for part in self._lines(transcript.trouble):
                self._console.print(part, soft_wrap=True)

    def _lines(self, text: str) -> list[str]:
        return [text] if self.is_plain and not self._breaks else wrapped(text, self._console.width)

    @cached_property
    def _console(self) -> "Console":
        return self._make()


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines that fit a terminal of `width` columns, broken between words and where it is broken itself."""
    parts = (
        textwrap.wrap(part, width, subsequent_indent=" " * LABEL, break_on_hyphens=False) for part in text.split("\n")
    )
    return [line for part in parts for line in part or [""]]


def part_line(part: "PerceivedPart") -> str:
    """A part, where it lies from the tray's centre [mm], and how sure that is, to be read aloud."""
    away, left = (round(1e3 * place) for place in part.at)
    depth, side = "back" if away >= 0 else "front", "left" if left >= 0 else "right"
    return f"{part.describe()}, {abs(away)} mm {depth}, {abs(left)} mm {side}, {part.confidence:.0%} sure"


def plain_console(width: int = PLAIN_WIDTH) -> "Console":
    """Lines on stdout, for pipes, tests, screen readers and dumb terminals."""
    from rich.console import Console

    return Console(color_system=None, force_terminal=False, highlight=False, markup=False, width=width)


def colour_console() -> "Console":
    """A terminal behind whatever sys.stdout is now; its colours are what TERM, COLORTERM and NO_COLOR say."""
    import sys

    from rich.console import Console

    return Console(file=sys.stdout, force_terminal=True, highlight=False, markup=False)
