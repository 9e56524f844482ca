"""What a typed line is. Stop comes first, in whatever clothes; only then is anything parsed."""

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from skills.plan import Control

Kind = Literal["nothing", "stop", "command", "instruction"]

_WORD: Final = re.compile(r"[a-z0-9]+")
_COMMAND_OF: "Final[dict[Control, str]]" = {"pause": "pause", "resume": "resume", "cancel": "cancel"}
_LEAVING: Final = ("quit", "exit", "bye")


class Heard(NamedTuple):
    """A line: what it is, and its text; of a command the name."""

    kind: Kind
    text: str = ""


def heard(line: str) -> Heard:
    """What `line` is. A pause is no stop: the call under way ends as it would, and nothing latches."""
    from agent.planning.control import control_word

    said = line.strip()
    words = tuple(_WORD.findall(said.lower()))
    control = control_word(words)
    if words[:1] == ("stop",) or control == "stop":
        return Heard("stop", said)
    if said.startswith("/"):
        return Heard("command", words[0] if words else "")
    if len(words) == 1 and words[0] in _LEAVING:
        return Heard("command", "quit")
    if control is not None:
        return Heard("command", _COMMAND_OF[control])
    return Heard("instruction", said) if said else Heard("nothing")
