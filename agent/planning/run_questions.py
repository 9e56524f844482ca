"""Questions about the run before: what it moved and where that lies, and what is in the gripper."""

import re
from typing import Final

from agent.planning.past import brought
from agent.planning.wording import listed
from prompts.loader import render
from skills.plan import Past

_LEAD: Final = r"(?:please |and |so |ok |(?:can you |could you )?tell me )*"
_DONE: Final = (
    r"(?:did|have|were|was|has|do)\b.*\b(?:mov\w+|put|brought|bring|remov\w+|do|done|sort\w*|place\w*|deliver\w*)"
)
_MOVED: Final = re.compile(
    rf"{_LEAD}(?:how many\b.* {_DONE}|(?:what|which parts) {_DONE}|what happened|where (?:did|have) you .*"
    r"|where (?:is|are|was|were) (?:it|they|them)(?: now)?)\b.*"
)
_ANY: Final = r"(?:anything|something|a part)"
_ASKS: Final = rf"(?:what|is {_ANY}|is there {_ANY}|have you got {_ANY}|do you have {_ANY})"
_HELD: Final = re.compile(
    rf"{_LEAD}(?:{_ASKS}\b.* (?:gripper|hand|fingers)"
    r"|(?:what )?(?:are you|do you|is the robot) (?:hold\w*|carry\w*|grip\w*)\b.*"
    r"|is (?:the|your) (?:gripper|hand) (?:empty|free|full))(?: now)?"
)


def answer_of_run(words: tuple[str, ...], past: Past) -> str | None:
    """The answer to a question about the run before; None where `words` ask nothing of it."""
    said = " ".join(word for word in words if word.isalnum())
    if _HELD.fullmatch(said):
        if not past.holding:
            return render("answer-not-held")
        return render("answer-held", part=past.target.describe() if past.target else "part that I can't name")
    if _MOVED.fullmatch(said):
        moved = list(brought(past))
        return render("answer-moved", parts=listed(moved)) if moved else render("answer-not-moved")
    return None
