"""Lines in, lines out, no escape codes: for pipes, tests and screen readers."""

import os
import select
import shutil
import sys
from collections import deque
from contextlib import closing
from pathlib import Path
from typing import Final

from agent.doors.repl.desk import Desk, Opening
from agent.doors.repl.screen import Screen, plain_console
from agent.doors.repl.signals import obey_signals
from agent.doors.repl.transcript import Transcript
from agent.doors.repl.words import heard
from agent.doors.state import state_base
from agent.exit_codes import ExitCode

LOOK: Final = 0.05
"""Seconds between two looks at what has changed."""


def converse_in_lines(opening: Opening, state: Path | None = None, *, whole: bool = True) -> ExitCode:
    """Take lines from stdin until its end or /quit; those that are said stay `whole`, or are broken to fit.

    A person's lines are heard at once. A script's are heard in turn, each when the one before is done or a
    question is open; only a stop overtakes. At the end of a script what is under way is finished first.
    """
    with closing(Transcript(state_base(state))) as transcript:
        desk = Desk(_whole(transcript) if whole else _fitting(transcript), opening)
        obey_signals(desk)
        desk.start()
        _listen(desk, _Lines(), in_turn=not sys.stdin.isatty())
        desk.join()
    return desk.exit_code


def _whole(transcript: Transcript) -> Screen:
    return Screen(plain_console, transcript)


def _fitting(transcript: Transcript) -> Screen:
    """Of the terminal's own width: rich takes 80 columns for any that is dumb."""
    width = shutil.get_terminal_size().columns
    return Screen(lambda: plain_console(width), transcript, breaks=True)


def _listen(desk: Desk, lines: "_Lines", *, in_turn: bool) -> None:
    waiting: deque[str] = deque()
    while not desk.over:
        for line in lines.read():
            if heard(line).kind == "stop":
                waiting.clear()
                desk.hear(line)
            else:
                waiting.append(line)
        while waiting and not desk.over and (desk.free or not in_turn):
            desk.hear(waiting.popleft())
        if lines.ended and not waiting and desk.free and not desk.over:
            desk.leave()


class _Lines:
    """The lines of stdin as they come; read past Python's own buffer, which can't be waited at."""

    def __init__(self) -> None:
        self._rest = b""
        self._file = sys.stdin.fileno()
        self.ended = False

    def read(self) -> list[str]:
        """What has come within LOOK seconds."""
        files = [] if self.ended else [self._file]
        readable, _, _ = select.select(files, [], [], LOOK)
        if not readable:
            return []
        read = os.read(self._file, 65536)
        self.ended = not read
        *lines, self._rest = (self._rest + (read or b"\n")).split(b"\n")
        return [line.decode("utf-8", "replace") for line in lines]
