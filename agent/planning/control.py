"""Control words: stop, pause, resume, cancel. Tried before anything else, and stop on the least suspicion."""

from typing import Final

from agent.planning.wordlist import words
from skills.plan import Control

_WORDS: Final[dict[Control, tuple[str, ...]]] = {
    "stop": (
        "stop",
        "halt",
        "freeze",
        "abort",
        "cease",
        "emergency",
        "estop",
        "stopp",
        "stand still",
        "hold still",
        "whoa",
        "hands off",
        "enough",
    ),
    "pause": (
        "pause",
        "wait",
        "hold on",
        "hang on",
        "hold it",
        "hold",
        "one moment",
        "one second",
        "one sec",
        "one minute",
        "a moment",
        "just a moment",
        "just a second",
        "just a sec",
        "just a minute",
        "give me a moment",
        "give me a second",
        "give me a minute",
        "take a break",
        "have a break",
        "stand by",
        "take five",
        "time out",
        "hold your horses",
    ),
    "resume": ("resume", "continue", "proceed", "go on", "carry on", "keep going", "go ahead", "unpause", "keep on"),
    "cancel": (
        "cancel",
        "never mind",
        "nevermind",
        "forget it",
        "forget about it",
        "forget that",
        "forget about that",
        "abort the job",
        "abort the task",
        "quit",
    ),
}
_STILL: Final = ("do not move", "nobody move", "no movement")
_OBJECTS: Final = words(
    "it that this everything all now the robot arm machine job run task order plan moving motion motions work",
    "working please immediately at once right away a moment second minute sec bit for there here what you are doing",
    "current cell button with so to ok okay thanks thank hey hi and any movement stop emergency e execution process",
    "i said me my mission",
)
_LEADING: Final = words(
    "may pls plz kindly please hey hi ok okay robot no oh now smolcell you must should need to could can would just"
)
_NOT_YET: Final = words("after when once if only at until before")


def control_word(words: tuple[str, ...]) -> Control | None:
    """The control word that `words` are; None when they are anything else.

    "stop" and its like count with anything behind them ("stop, it fell"), unless a time is named.
    """
    said = [word for word in words if word.isalnum()]
    while said and said[0] in _LEADING:
        said = said[1:]
    text = " ".join(said)
    if _begins(text, "quit moving"):
        return "stop"
    for command in ("cancel", "pause", "resume"):
        if any(_is_said(text, opening) for opening in _WORDS[command]):
            return command
    if any(_is_said(text, opening) for opening in _STILL):
        return "stop"
    for opening in _WORDS["stop"]:
        if _begins(text, opening) and not _NOT_YET & set(said[1:2]):
            return "stop"
    return "stop" if said and set(said) <= _OBJECTS and "stop" in said else None


def _begins(text: str, opening: str) -> bool:
    return text == opening or text.startswith(f"{opening} ")


def _is_said(text: str, opening: str) -> bool:
    """Whether `text` is `opening` with nothing behind it but its object."""
    return _begins(text, opening) and set(text.removeprefix(opening).split()) <= _OBJECTS
