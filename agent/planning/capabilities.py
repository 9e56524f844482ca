"""Questions about what the cell can do; they need no look."""

from typing import Final

from agent.planning.parse import Parse
from agent.planning.wordlist import words
from prompts.loader import render

_HELP: Final = (
    ("what", "can", "you", "do"),
    ("what", "can", "i", "say"),
    ("what", "can", "i", "ask"),
    ("what", "do", "you", "do"),
    ("how", "do", "you", "work"),
    ("how", "does", "this", "work"),
    ("how", "does", "it", "work"),
    ("how", "do", "i", "use"),
    ("what", "can", "i", "tell"),
    ("what", "should", "i", "say"),
    ("what", "are", "my", "options"),
    ("what", "do", "you", "understand"),
    ("what", "are", "you"),
    ("who", "are", "you"),
    ("help",),
)
_ABILITY_WORDS: Final = words("skills skill abilities commands functions tasks instructions")
_PLACE_WORDS: Final = words("places bins boxes destinations containers place bin")


def answer_capability(parse: Parse) -> str | None:
    """What the cell can do, which places and parts it knows; None when the words ask something else."""
    cursor, lexicon = parse.cursor, parse.lexicon
    asked = [token.word for token in cursor.tokens[cursor.at :] if token.word.isalnum()]
    opening, said = asked[0] if asked else "", set(asked)
    able = opening in {"which", "what", "list"} and bool(_ABILITY_WORDS & said)
    if able or any(tuple(asked[: len(run)]) == run for run in _HELP):
        return _help(parse)
    unseen = asked[:3] in (["what", "is", "in"], ["what", "is", "inside"], ["what", "is", "on"])
    of_places = opening in {"which", "what", "where", "list"} and bool(_PLACE_WORDS & said) and "tray" not in said
    if unseen:
        return None
    if of_places or (opening == "where" and {"put", "bring", "place", "go"} & said):
        return render("list-places", places=", ".join(lexicon.places))
    if opening in {"which", "what"} and {"know", "handle", "move", "pick", "grab"} & said:
        return render("list-parts", kinds=", ".join(lexicon.kinds), attributes=", ".join(lexicon.values))
    return None


def _help(parse: Parse) -> str:
    lexicon = parse.lexicon
    text = render(
        "help",
        kinds=", ".join(lexicon.kinds),
        attributes=", ".join(lexicon.values),
        places=", ".join(lexicon.places),
    )
    if not lexicon.asked_for:
        return text
    examples = ", ".join(f"“{said}”" for said in lexicon.asked_for)
    return "\n\n".join((text, render("help-own", examples=examples)))
