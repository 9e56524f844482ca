"""The register of slash commands: help, completion and documentation are made from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from skills.errors import UnknownName


class Operable(Protocol):
    """What commands ask of the desk."""

    def help(self) -> None: ...
    def scene(self) -> None: ...
    def live(self) -> None: ...
    def plan(self) -> None: ...
    def stop(self, reason: str = ...) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def cancel(self) -> None: ...
    def why(self) -> None: ...
    def report(self, file: str) -> None: ...
    def skills(self) -> None: ...
    def leave(self) -> None: ...


@dataclass(frozen=True)
class Command:
    """One slash command with its line of help; `act` is given what was typed behind it."""

    name: str
    summary: str
    act: Callable[[Operable, str], None]


_ALL: Final = (
    Command("help", "these lines", lambda desk, _: desk.help()),
    Command("scene", "the overhead picture, and what is seen in it", lambda desk, _: desk.scene()),
    Command(
        "live", "the overhead picture beside the prompt while it moves; again to end it", lambda desk, _: desk.live()
    ),
    Command("plan", "the present plan, with what is done", lambda desk, _: desk.plan()),
    Command("stop", "stop all motion now; so do the word stop and Ctrl-C", lambda desk, _: desk.stop()),
    Command("pause", "let the call under way end, and begin no other until /resume", lambda desk, _: desk.pause()),
    Command(
        "resume",
        "open a stop, after you have looked at the cell, and go on from a fresh look",
        lambda desk, _: desk.resume(),
    ),
    Command(
        "cancel", "give up what was cut off or stopped, or leave a question unanswered", lambda desk, _: desk.cancel()
    ),
    Command(
        "why", "the last verdict, ruling or refusal, in plain words and with its evidence", lambda desk, _: desk.why()
    ),
    Command("report", "one page on the last run, as FILE or beside the journal", lambda desk, file: desk.report(file)),
    Command("skills", "the skills, and what may be said to them", lambda desk, _: desk.skills()),
    Command("quit", "leave; so does Ctrl-D", lambda desk, _: desk.leave()),
)
COMMANDS: Final = {command.name: command for command in _ALL}


def find(name: str) -> Command:
    """The command `name`. Raises: UnknownName, with the nearest."""
    if name not in COMMANDS:
        raise UnknownName("command", f"/{name}", [f"/{known}" for known in COMMANDS])
    return COMMANDS[name]


def table() -> str:
    """The register as the operators' page shows it."""
    rows = (f"| `/{command.name}` | {command.summary} |" for command in _ALL)
    return "\n".join(("| type | for |", "|---|---|", *rows))


def help_lines() -> tuple[str, ...]:
    """The register, a command a line."""
    return tuple(f"/{command.name:8} {command.summary}" for command in _ALL)
