"""What a typed line is. Stop comes first, in whatever clothes; only then is anything parsed."""

import re
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from skills.plan import Control

Kind = Literal["nothing", "stop", "command", "instruction"]

_WORD: Final = re.compile(r"[a-z0-9]+")
_COMMAND_OF: "Final[dict[Control, str]]" = {"pause": "pause", "resume": "resume", "cancel": "cancel"}
_LEAVING: Final = ("quit", "exit", "bye")
_SAID_FIRST: Final = r"(?:(?:sorry|oops|oh|hey|wait|please|ok|okay|but) )*"
_CORRECTS: Final = re.compile(
    rf"{_SAID_FIRST}(?:"
    r"(?:no|nope|nah|not (?:that|this|there|those|these|the)|(?:the )?wrong|i (?:mean|meant|said|wanted)|rather"
    r"|(?:(?:that|this|it) (?:is |was |s )?(?:the )?wrong)|(?:it )?should be)\b.*"
    r"|(?:take |pick |use )?the other(?: \w+)?(?: please)*|.*\binstead(?: please)?)"
)
"""How a person begins who sees the wrong thing being done; what else they say is the planner's to understand."""


class Heard(NamedTuple):
    """A line: what it is, and its text; of a command the name, and what stands behind it."""

    kind: Kind
    text: str = ""
    rest: str = ""


def heard(line: str) -> Heard:
    """What `line` is. A pause is no stop: the call under way ends as it would, and nothing latches."""
    from agent.planning.control import control_word

    said = line.strip()
    words = tuple(_WORD.findall(said.lower()))
    control = control_word(words)
    if words[:1] == ("stop",) or control == "stop":
        return Heard("stop", said)
    if said.startswith("/"):
        return Heard("command", words[0] if words else "", " ".join(said.split()[1:]))
    if len(words) == 1 and words[0] in _LEAVING:
        return Heard("command", "quit")
    if control is not None:
        return Heard("command", _COMMAND_OF[control])
    return Heard("instruction", said) if said else Heard("nothing")


def corrects(line: str) -> bool:
    """Whether `line`, said while something is under way, is about that and not about what comes after it."""
    return _CORRECTS.fullmatch(" ".join(_WORD.findall(line.lower()))) is not None
