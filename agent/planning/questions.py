"""Questions: which instructions are one, and who answers it: the last look, or what the cell can do."""

from dataclasses import replace
from typing import Final

from agent.planning.between import take_openers
from agent.planning.capabilities import answer_capability
from agent.planning.destinations import names_place_after
from agent.planning.doubt import Doubt
from agent.planning.looks import Look, asks_bare
from agent.planning.parse import STOPS, Parse
from agent.planning.scene_answers import ATTEMPTS, SEE, answer_count
from agent.planning.tokens import Cursor, Token
from agent.planning.wordlist import words
from prompts.loader import render
from skills.scene import Scene

_ASKING: Final = words("how what which where is are count list describe any does who whose name whats")
_JOINTS: Final = words("and , . ;")
_AGAIN: Final = words("how what where which is are does any do")
_COUNTED: Final = words("count number list overview total")
_SEEING: Final = words("are is do can have see")
_TOWARDS: Final = words("to into onto ->")
_BESIDE: Final = words(". , if so yes then there is are any one please just and")
_GROUPS: Final = words("all every any each both everything anything the a some")


def is_question(parse: Parse) -> bool:
    """Whether the words ask instead of command; politeness such as "could you" is no question."""
    cursor = parse.cursor
    take_openers(parse)
    start = cursor.at
    if any(cursor.take_run(*run) for run in (("tell", "me"), ("show", "me"), ("do", "you", "know"))):
        if not cursor.take("if", "whether") and cursor.word() not in _ASKING:
            cursor.at = start
        return True
    if cursor.take_run("give", "me"):
        cursor.at = start
        return cursor.word(3) in _COUNTED
    if _then_orders(parse) or _sends_any(parse):
        return False
    words = cursor.word(), cursor.word(1), cursor.word(2)
    asks = (
        words[0] in {"do", "can", "have", "could"}
        and words[1] in {"you", "we", "i"}
        and words[2] in SEE | {"got", "any"}
    )
    bare = (
        words[:2] == ("got", "any")
        or words[0] in {"number", "total", "show", "help"}
        or (words[0] == "see" and cursor.at > 0)
    )
    judged = words[0] in {"has", "have", "did", "was", "were"} and words[1] in _GROUPS and _ends_in_value(parse)
    return asks or bare or judged or words[0] in _ASKING or asks_bare(parse)


def _then_orders(parse: Parse) -> bool:
    """“are there any failed parts? if so, remove them”."""
    tokens = [token.word for token in parse.cursor.tokens[parse.cursor.at :]]
    if not {*tokens[:1]} & _SEEING or not {"them", "it", "those"} & {*tokens}:
        return False
    stop = next((i for i, word in enumerate(tokens) if word == "." or tokens[i : i + 2] == [",", "if"]), len(tokens))
    behind = [word for word in tokens[stop:] if word not in _BESIDE]
    return bool(behind) and parse.lexicon.is_verb(behind[0])


def _sends_any(parse: Parse) -> bool:
    """“any two nuts to the conveyor”: parts on their way to a place, and no question mark."""
    cursor = parse.cursor
    start, sends = cursor.at, False
    if cursor.take("any") and "?" not in cursor.text:
        while cursor.word() not in STOPS and cursor.word() not in _TOWARDS:
            cursor.at += 1
        sends = cursor.word() in _TOWARDS and names_place_after(parse)
    cursor.at = start
    return sends


def _ends_in_value(parse: Parse) -> bool:
    """“have all parts passed”; "have all failed parts removed" is an order."""
    last = [token.word for token in parse.cursor.tokens if token.word.isalnum()][-2:]
    return any(word in parse.lexicon.attributes for word in last) or last[-1] in parse.lexicon.regions


def answer(parse: Parse, scene: Scene | None) -> str:
    """The answer to the question at the cursor, or to several. Raises: Doubt when the scene can't answer them."""
    told = [_answer(Parse(Cursor(parse.cursor.text, tokens), parse.lexicon), scene) for tokens in _questions(parse)]
    seen = any(of_scene for _, of_scene in told)
    return " ".join(text for text, _ in told) + (_unclear(scene) if seen else "")


def _questions(parse: Parse) -> list[list[Token]]:
    """The words of each question: "how many nuts are there and how many bolts" are two."""
    tokens = [
        replace(token, word="anything") if token.word == "something" else token
        for token in parse.cursor.tokens[parse.cursor.at :]
    ]
    words = [token.word for token in tokens]
    joints = [i for i in range(1, len(words) - 1) if words[i] in _JOINTS and words[i + 1] in _AGAIN]
    starts = [0, *(i + 1 for i in joints)]
    return [tokens[start:end] for start, end in zip(starts, [*joints, len(tokens)], strict=True)]


def _answer(parse: Parse, scene: Scene | None) -> tuple[str, bool]:
    """What is said, and whether it is said of the scene. Raises: Doubt."""
    counted = answer_count(look := Look(parse, scene))
    if counted is not None:
        return counted, True
    parse.cursor.at = 0
    if (capability := answer_capability(parse)) is not None:
        return capability, False
    for attempt in ATTEMPTS:
        parse.cursor.at = 0
        if (text := attempt(look)) is not None:
            return text, True
    raise Doubt("ask-question")


def _unclear(scene: Scene | None) -> str:
    """What has to be said with every count: not all that lies there is known."""
    if scene is None or not scene.unclear:
        return ""
    return " " + render("answer-unclear", count=str(len(scene.unclear)))
