"""The prompt in a terminal: alive while the cell moves, with history, completion and a line of progress."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from prompt_toolkit import PromptSession
from prompt_toolkit.formatted_text import ANSI
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout

from agent.doors.repl.completion import OperatorCompleter
from agent.doors.repl.desk import Desk, Opening
from agent.doors.repl.screen import Screen, colour_console
from agent.doors.repl.signals import obey_signals
from agent.doors.repl.transcript import Transcript
from agent.doors.state import state_base
from agent.exit_codes import ExitCode

PROMPT: Final = "smolcell> "
HISTORY: Final = "history"
REFRESH: Final = 0.25
"""Seconds between two drawings of the line of progress."""


def converse_at_terminal(opening: Opening, cell_file: Path | None, state: Path | None) -> ExitCode:
    """Show the prompt until the operator leaves; the cell is opened once it stands there."""
    folder = state_base(state)
    folder.mkdir(parents=True, exist_ok=True)
    transcript = Transcript(folder)
    with patch_stdout(raw=True), closing(transcript):
        screen = Screen(colour_console, transcript)
        terminal = Terminal(cell_file, folder / HISTORY)
        desk = Desk(screen, opening, on_over=terminal.wake)
        obey_signals(desk)
        terminal.converse(desk)
        screen.say("leaving")
        desk.join()
    return desk.exit_code


class Terminal:
    """Reads lines at a prompt and hands them to the desk."""

    def __init__(self, cell_file: Path | None, history: Path) -> None:
        self._session: PromptSession[str] = PromptSession(
            PROMPT,
            history=FileHistory(str(history)),
            completer=OperatorCompleter(cell_file),
            complete_while_typing=False,
            refresh_interval=REFRESH,
        )

    def converse(self, desk: Desk) -> None:
        """Until the conversation is over; the desk is started when the prompt is first drawn."""
        self._session.key_bindings = _bindings(desk)
        self._session.bottom_toolbar = lambda: ANSI(f"{desk.live_picture}{desk.status}")
        begin: list[Callable[[], None]] = [desk.start]

        def drawn(_: object) -> None:
            while begin:
                begin.pop()()

        self._session.app.after_render += drawn
        while not desk.over:
            try:
                desk.hear(self._session.prompt())
            except EOFError:
                if not desk.over:
                    desk.leave()

    def wake(self) -> None:
        """End the prompt from whatever thread: the conversation is over."""
        app = self._session.app
        if app.loop is not None:
            app.loop.call_soon_threadsafe(lambda: app.exit(exception=EOFError) if app.is_running else None)


def _bindings(desk: Desk) -> KeyBindings:
    """Ctrl-C clears what is typed, and stops what moves."""
    bindings = KeyBindings()

    @bindings.add("c-c")
    @bindings.add("<sigint>")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.reset()
        desk.interrupt()

    return bindings
