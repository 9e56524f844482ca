"""Control words: stop, pause, resume, cancel. Tried before anything else, and stop on the least suspicion."""

from typing import Final

from agent.planning import synonyms
from agent.planning.courtesy import each
from agent.planning.wordlist import words
from skills.plan import Control

_WORDS: Final[dict[Control, tuple[str, ...]]] = {
    "stop": (
        *("stop", "halt", "freeze", "abort", "cease", "emergency", "estop", "stopp", "stand still", "hold still"),
        *(
            "whoa",
            "hands off",
            "enough",
            "that is enough",
            "stay where you are",
            "stay there",
            "stay put",
            "stand down",
        ),
        *("hold position", "hold your position", "hit the brakes", "hit the brake"),
    ),
    "pause": (
        *("pause", "wait", "hold on", "hang on", "hold it", "hold", "stand by", "take five", "time out"),
        *("hold your horses", "wait up", "take a break", "have a break", "take a short break"),
        *each("|just|give me|gimme", "one|a", "moment|second|sec|minute|min|tick"),
    ),
    "resume": ("resume", "continue", "proceed", "go on", "carry on", "keep going", "go ahead", "unpause", "keep on"),
    "cancel": (
        *("cancel", "never mind", "nevermind", "abort the job", "abort the task", "quit", "call it off"),
        *each("forget", "it|about it|that|about that|what i said|the whole thing|i said anything"),
        *each("scrap|scratch", "the|that", "plan|job|task|idea|order"),
        "scratch that",
        *("i changed my mind", "i have changed my mind", "on second thought", "on second thoughts"),
    ),
}
_COMMANDS: Final = words("continue resume cancel")
_STILL: Final = ("do not move", "nobody move", "no movement")
_OBJECTS: Final = words(
    "it that this everything all now the robot arm machine job run task order plan moving motion motions work",
    "working please immediately at once right away a moment second minute sec bit for there here what you are doing",
    "current cell button with so to ok okay thanks thank hey hi and any movement stop emergency e execution process",
    "i said me my mission then again ahead mate buddy ta cheers sir where left off stopped from operation operations",
    "whole thing entire lot stuff",
)
_LEADING: Final = words(
    "may pls plz kindly please hey hi ok okay robot no oh now smolcell you must should need to could can would just",
    "let us actually alright right well so then",
)
_NOT_YET: Final = words("after when once if only at until before")
_URGENT: Final = words("stop halt freeze abort whoa")
_NO_CRY: Final = words("the a an emergency full non")
"""Words before “stop” that make a noun of it."""
_WORK: Final = frozenset(
    form
    for table in (synonyms.NOUNS, synonyms.CONDITION_NOUNS, synonyms.PLACE_WORDS)
    for word in " ".join(table.values()).split()
    for form in (word, f"{word}s")
)
_ORDERS: Final = words("put putting place move bring insert remove sort pick push take")
_OTHERWISE: Final = words(
    "not never how what why when whenever where who did does if unless without after before once at only button ignore",
    "disable bypass skip override",
)
"""Words beside which “stop” is no cry."""


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
        if _is_said(text, command):
            return command
    if any(_names_no_more(text, opening) for opening in _STILL) or _is_cried(said):
        return "stop"
    for opening in _WORDS["stop"]:
        if _begins(text, opening) and not _NOT_YET & set(said[1:2]):
            return "stop"
    if said and set(said) <= _OBJECTS and "stop" in said:
        return "stop"
    return "pause" if _asks_to_wait(text) else None


def _is_cried(said: list[str]) -> bool:
    """“for heaven's sake stop”, "I want you to stop": whatever stands before it, if that orders nothing else."""
    at = next((i for i, word in enumerate(said) if word in _URGENT), 0)
    before, behind = said[:at], said[at + 1 :]
    orders = (_WORK | _ORDERS | _OTHERWISE) & {*before} or _ORDERS & {*behind} or _NOT_YET & {*behind[:1]}
    return at > 0 and not orders and before[-1] not in _NO_CRY


def _asks_to_wait(text: str) -> bool:
    """“wait, let me look”, "hold on, I need to check something": with a reason that orders nothing else."""
    opening = next((opening for opening in _WORDS["pause"] if opening != "hold" and _begins(text, opening)), None)
    behind = set(text.removeprefix(opening).split()) if opening else set()
    return opening is not None and not behind & (_WORK | _ORDERS | _OTHERWISE | _URGENT | _COMMANDS)


def _begins(text: str, opening: str) -> bool:
    return text == opening or text.startswith(f"{opening} ")


def _is_said(text: str, command: Control) -> bool:
    """Whether `text` says `command`, once or more often: "never mind, forget it"."""
    begun = [opening for opening in _WORDS[command] if _begins(text, opening)]
    again = any(_is_said(text.removeprefix(opening).strip(), command) for opening in begun)
    return again or any(_names_no_more(text, opening) for opening in begun)


def _names_no_more(text: str, opening: str) -> bool:
    """Whether `text` is `opening` with nothing behind it but its object."""
    return _begins(text, opening) and set(text.removeprefix(opening).split()) <= _OBJECTS
