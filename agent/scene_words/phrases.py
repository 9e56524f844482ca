"""One phrase of a scene: "eight failed M8 bolts on the left", "two of them failed", "the others red"."""

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from agent.planning.parse import Parse
from agent.planning.quantity import take_number
from agent.planning.synonyms import WEAK_REGIONS
from agent.planning.tokens import END
from agent.scene_words.lexicon import MANY, MIXED, SOME, SceneLexicon
from agent.scene_words.wish import MOST
from skills.errors import BadInput

Relative = Literal["", "all", "both", "half", "none", "rest"]

DRAWN: Final = {"some": (3, 5), "random": (4, 8), "many": (8, 12)}
"""How many parts are drawn for "some gears" (or "gears" alone), "random gears" and "many gears"."""

_RELATIVE: Final[tuple[Relative, ...]] = ("all", "both", "half", "none")
_BE: Final = ("is", "are", "be", "being", "has", "have", "having", "that", "which", "lying", "lie", "lies")
_THEM: Final = ("them", "these", "those", "which")
_THE: Final = ("the", "these", "those")
_SIDES: Final = ("side", "half", "corner", "part", "edge", "end", "area")
_OPPOSITE: Final = {"failed": "ok", "ok": "failed", "shiny": "matte", "matte": "shiny"}


@dataclass
class Phrase:
    """What was read of one phrase.

    Attributes:
        count: least and most; None where none was said.
        relative: "all", "half", "the rest": a number that follows from the group.
        fields: traits by name; `where` is a tuple.
        has_noun: parts are named; else the phrase is about the parts before it.
        of_them: it says so.
    """

    words: str = ""
    count: tuple[int, int] | None = None
    relative: Relative = ""
    fields: dict[str, Any] = field(default_factory=dict)
    has_noun: bool = False
    plural: bool = False
    of_them: bool = False

    @property
    def is_share(self) -> bool:
        """It is about parts that were named before."""
        counted = self.count is not None or bool(self.relative)
        return bool(self.fields) and counted and (self.of_them or bool(self.relative) or not self.has_noun)

    @property
    def numbers(self) -> tuple[int, int]:
        """Least and most; what the words leave open follows from singular and plural."""
        if self.count is not None:
            return self.count
        if not self.plural:
            return 1, 1
        return DRAWN["random" if self.fields.get("condition") == "mixed" else "some"]

    def set(self, name: str, value: str) -> None:
        """Raises: BadInput when the trait has another value already."""
        if self.fields.get(name, value) != value:
            raise BadInput(name, f"{self.fields[name]} and {value}", f"one {name} for each part")
        self.fields[name] = value

    def lie(self, where: str) -> None:
        self.fields["where"] = tuple(dict.fromkeys((*self.fields.get("where", ()), where)))


def take_phrase(parse: Parse, lexicon: SceneLexicon, kind: str | None) -> Phrase | None:
    """The phrase at the cursor, or None; `kind` is what "ones" are. Raises: BadInput."""
    cursor, phrase = parse.cursor, Phrase()
    start = cursor.at
    named = any(cursor.take_run("of", them) for them in _THEM)
    _take_count(parse, phrase)
    _take_of_them(parse, phrase, lexicon)
    phrase.of_them = phrase.of_them or (named and phrase.count is not None)
    if phrase.of_them or phrase.relative:
        while cursor.take(*_BE):
            pass
    while _take_modifier(parse, phrase, lexicon):
        pass
    _take_noun(parse, phrase, lexicon, kind)
    while _take_behind(parse, phrase, lexicon):
        pass
    if not (phrase.has_noun or phrase.is_share or (phrase.fields and phrase.count)):
        cursor.at = start
        return None
    phrase.words = cursor.quote(start, cursor.at)
    return phrase


def _take_count(parse: Parse, phrase: Phrase) -> None:
    cursor = parse.cursor
    for relative in _RELATIVE:
        if cursor.take(relative):
            phrase.relative = relative
            return
    if cursor.take(*_THE):
        phrase.relative = "rest" if cursor.take("rest", "others", "other", "remaining") else ""
        cursor.take("ones")
        return
    if cursor.take(*SOME):
        phrase.count = DRAWN["some"]
    elif cursor.take(*MANY):
        phrase.count = DRAWN["many"]
    elif cursor.take("a", "an"):
        phrase.count = (1, 1)
    else:
        _take_numbers(parse, phrase)


def _take_numbers(parse: Parse, phrase: Phrase) -> None:
    """“three”, "3", "3 to 5", "3-5", "up to three". Raises: BadInput."""
    cursor = parse.cursor
    up_to = bool(cursor.take("atmost"))
    between = bool(cursor.take("between"))
    cursor.take("exactly", "precisely")
    if cursor.take("zero"):
        raise BadInput("count", 0, f"a whole number from 1 to {MOST}")
    low = take_number(parse)
    if low is None:
        return
    end = cursor.at
    hyphened = cursor.at < len(cursor.tokens) and _gap(parse) in {"-", "–"}
    joined = hyphened or cursor.take("to", "or", "-") or (between and cursor.take("and"))
    high = take_number(parse) if joined else None
    cursor.at = cursor.at if high is not None else end
    for number in (low, high):
        if number is not None and not 1 <= number <= MOST:
            raise BadInput("count", number, f"a whole number from 1 to {MOST}")
    phrase.count = (1, low) if up_to else (low, low if high is None else high)
    if phrase.count[0] > phrase.count[1]:
        raise BadInput("count", f"{low} to {high}", "from the smaller number to the greater")


def _gap(parse: Parse) -> str:
    """What stands in the text between the last token and the next."""
    cursor = parse.cursor
    return cursor.text[cursor.tokens[cursor.at - 1].end : cursor.tokens[cursor.at].start]


def _take_of_them(parse: Parse, phrase: Phrase, lexicon: SceneLexicon) -> None:
    """“of them”, "of the gears" behind a number."""
    cursor = parse.cursor
    if not (phrase.count or phrase.relative) or cursor.word() not in {"of", "them", "which"}:
        return
    cursor.take("of")
    the = bool(cursor.take("the"))
    if cursor.take(*_THEM):
        phrase.of_them = True
    elif cursor.word() in lexicon.nouns and the:
        phrase.of_them = True
        if named := lexicon.nouns[cursor.word()].kind:
            phrase.set("kind", named)
        cursor.at += 1


def _take_modifier(parse: Parse, phrase: Phrase, lexicon: SceneLexicon) -> bool:
    cursor = parse.cursor
    word, after = cursor.word(), cursor.word(1)
    negated = word in {"non", "not"} and after in lexicon.attributes
    if negated:
        cursor.at += 1
        word = cursor.word()
    if word in lexicon.attributes or (word.startswith("m") and word[:-1] in lexicon.attributes):
        plural = word not in lexicon.attributes
        name, value = lexicon.attributes[word[:-1] if plural else word]
        if negated and value not in _OPPOSITE:
            cursor.at -= 1
            return False
        phrase.set(name, _OPPOSITE[value] if negated else value)
        if plural:  # "three M8s"
            phrase.has_noun = phrase.plural = True
        cursor.at += 1
    elif word in MIXED:
        phrase.set("condition", "mixed")
        cursor.at += 1
    elif word in lexicon.wheres and (after in lexicon.nouns or after in lexicon.attributes):
        phrase.lie(lexicon.wheres[word])
        cursor.at += 1
    else:
        return bool(phrase.fields and cursor.word(1) in lexicon.nouns and cursor.take(",")) or bool(
            cursor.take("sized", "size", "coloured", "colored", "colour", "color")
        )
    return True


def _take_noun(parse: Parse, phrase: Phrase, lexicon: SceneLexicon, kind: str | None) -> None:
    cursor = parse.cursor
    word = cursor.word()
    if word in lexicon.nouns:
        noun = lexicon.nouns[word]
        cursor.at += 1
        phrase.has_noun, phrase.plural = True, noun.plural
        if noun.kind:
            phrase.set("kind", noun.kind)
        if noun.condition:
            phrase.set("condition", noun.condition)
    elif kind and phrase.fields and cursor.take("one", "ones"):
        phrase.has_noun, phrase.plural = True, word == "ones"
        phrase.set("kind", kind)
    elif _means_a_scene(parse, phrase):
        phrase.has_noun, phrase.count = True, DRAWN["random"]


def _means_a_scene(parse: Parse, phrase: Phrase) -> bool:
    """“a random scene”, "random" alone."""
    if phrase.of_them or phrase.relative or set(phrase.fields) != {"condition"}:
        return False
    random = phrase.fields["condition"] == "mixed"
    return random and (bool(parse.cursor.take("scene", "tray")) or parse.cursor.word() in {END, ",", ".", ";"})


def _take_behind(parse: Parse, phrase: Phrase, lexicon: SceneLexicon) -> bool:
    """One thing behind the noun: where the parts lie, or what else they are."""
    if not (phrase.has_noun or phrase.fields or phrase.of_them or phrase.relative):
        return False
    cursor = parse.cursor
    start = cursor.at
    if take_where(parse, phrase, lexicon) or _take_on_tray(parse):
        return True
    joined = bool(phrase.of_them and phrase.fields and cursor.take("and"))
    while cursor.take(*_BE):
        pass
    cursor.take("made")
    cursor.take("of", "in")
    if cursor.word() in lexicon.attributes | {"not": None} and not (joined and cursor.word(1) in lexicon.nouns):
        if _take_modifier(parse, phrase, lexicon):
            return True
    elif cursor.at > start and take_where(parse, phrase, lexicon):
        return True
    cursor.at = start
    return False


def take_where(parse: Parse, phrase: Phrase, lexicon: SceneLexicon) -> bool:
    """“on the left”, "in the back left corner of the tray"."""
    cursor = parse.cursor
    start = cursor.at
    if cursor.take("on", "at", "in", "to", "from"):
        cursor.take("the")
        found: list[str] = []
        while cursor.word() in lexicon.wheres:
            found.append(cursor.word())
            cursor.at += 1
        named = bool(cursor.take(*_SIDES))
        if found and (named or not set(found) & WEAK_REGIONS):
            for word in found:
                phrase.lie(lexicon.wheres[word])
            _take_of_tray(parse)
            return True
    cursor.at = start
    return False


def _take_of_tray(parse: Parse) -> None:
    start = parse.cursor.at
    if parse.cursor.take("of"):
        parse.cursor.take("the")
        if parse.cursor.take("tray", "table"):
            return
    parse.cursor.at = start


def _take_on_tray(parse: Parse) -> bool:
    cursor = parse.cursor
    start = cursor.at
    if cursor.take("on", "in", "inside"):
        cursor.take("the", "a")
        if cursor.take("tray", "table"):
            return True
    cursor.at = start
    return False
