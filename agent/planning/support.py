"""Whether a plan says what an instruction says: each value of it stands there in a word, each such word is in it.

Words alone: which of them belong together is not asked here. That a plan is supported does not make it right; that it
is not makes it wrong.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from agent.planning.lexicon import Lexicon
from agent.planning.parse import DETERMINERS, PREPOSITIONS
from agent.planning.settle import REJECTION
from agent.planning.synonyms import NUMBERS, TENS
from agent.planning.tokens import Token
from agent.planning.wordlist import words
from skills.plan import Plan, Step
from skills.scene import PartQuery
from skills.words import TRAY

Meaning = tuple[str, str]
"""A field of a query, "place" or "number", with the value."""

_FIELDS: Final = ("kind", "size", "colour", "finish", "condition", "superlative", "region")
_ALL: Final = words("all every each everything anything any rest others ones them these those")
_ONE: Final = words("a an one single another it this that")
_AT_MOST: Final = words("atmost orless")
_WHOLE: Final = words("all every each everything")
_DISCARDING: Final = frozenset({"remove", "discard", "throw"})
_PLAIN: Final = (DETERMINERS | PREPOSITIONS - {"without", "of", ":", "="}) | words(
    ", . and it them they ones one which that there here is are be was were lies lie go goes going belong belongs",
    "should must shall need needs to get gets please now all every each everything anything any both single up",
    "atmost orless tray",
)
"""Words that say nothing beside those that name parts, places and numbers."""
_CARRYING: Final = frozenset({"put", "insert", "remove", "discard", "fill"})


class Support:
    """The words of one instruction, and what each can mean in the cell.

    Attributes:
        meant: all that any of them can mean.
    """

    def __init__(self, tokens: Iterable[Token], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._words = tuple(token.word for token in tokens)
        self._each = [(word, meanings(word, lexicon)) for word in self._words]
        self.meant: frozenset[Meaning] = frozenset().union(*(meant for _, meant in self._each))

    @property
    def left_over(self) -> tuple[str, ...]:
        """The words that name nothing and are not plain: any of them may say what no plan can hold."""
        return tuple(
            word
            for word, meant in self._each
            if not meant
            and word not in _PLAIN
            and word not in self._lexicon.nouns
            and not self._lexicon.verbs.get(word, frozenset()) & _CARRYING
        )

    def fault(self, plan: Plan) -> str | None:
        """What the plan says and the instruction doesn't, or the other way round; None where both say the same."""
        for step in plan.steps:
            if reason := self._unsaid(step):
                return reason
        said = frozenset().union(*map(_said_by, plan.steps))
        for word, meant in self._each:
            if meant and not _as_attribute(meant) & said:
                return f"the instruction says {word!r}, and no step does."
        if _WHOLE & set(self._words) and all(step.quantity != "all" for step in plan.steps):
            return "the instruction says all, and no step does."
        return None

    def _unsaid(self, step: Step) -> str | None:
        for field, value in _values(step.part):
            if (field, value) not in self.meant:
                return f"{field}: the instruction does not say {value!r}."
        if not self._says_place(step):
            return f"destination: the instruction does not say {step.destination!r}."
        if not self._says_quantity(step):
            return f"quantity: the instruction does not say {step.quantity!r}."
        if step.at_most and not _AT_MOST & set(self._words):
            return "at_most: the instruction sets no upper bound."
        return None

    def _says_place(self, step: Step) -> bool:
        """Whether words of its name tell it from every other place. Where failed parts are removed to needs none."""
        name = self._lexicon.place_name_words(step.destination)
        said = {value for field, value in self.meant if field == "place"} & name
        others = [self._lexicon.place_name_words(other) for other in self._lexicon.places if other != step.destination]
        if said and not any(said <= other for other in others):
            return True
        verbs = {kind for word in self._words for kind in self._lexicon.verbs.get(word, ())}
        return step.destination == REJECTION and step.part.condition == "failed" and bool(verbs & _DISCARDING)

    def _says_quantity(self, step: Step) -> bool:
        nouns = [noun for word in self._words if (noun := self._lexicon.nouns.get(word))]
        if step.quantity == "all":
            return bool(_ALL & set(self._words)) or any(noun.plural for noun in nouns)
        if ("number", str(step.quantity)) in self.meant or (step.quantity == 2 and "both" in self._words):
            return True
        return step.quantity == 1 and (bool(_ONE & set(self._words)) or any(not noun.plural for noun in nouns))


def meanings(word: str, lexicon: Lexicon) -> frozenset[Meaning]:
    """All that `word` can mean by itself; nothing where it only joins others."""
    found: set[Meaning] = {("place", name) for name in lexicon.place_words.get(word, ()) if name != TRAY}
    if noun := lexicon.nouns.get(word):
        found |= {("kind", noun.kind)} if noun.kind else set()
        found |= {("condition", noun.condition)} if noun.condition else set()
    if word in lexicon.attributes:
        found.add(lexicon.attributes[word])
    for field, table in (("superlative", lexicon.superlatives), ("region", lexicon.regions)):
        if word in table:
            found.add((field, table[word]))
    number = int(word) if word.isdecimal() else (NUMBERS | TENS).get(word)
    if number is not None and word != "one":
        found.add(("number", str(number)))
    return frozenset(found)


def _as_attribute(meant: frozenset[Meaning]) -> frozenset[Meaning]:
    """A word for a condition must be in the plan as that, though it can name the bin for it as well."""
    return frozenset(one for one in meant if one[0] == "condition") or meant


def _said_by(step: Step) -> frozenset[Meaning]:
    places = {("place", word) for word in step.destination.split()}
    number = set() if step.quantity == "all" else {("number", str(step.quantity))}
    return frozenset({*_values(step.part), *places, *number})


def _values(query: PartQuery) -> Iterator[Meaning]:
    """The query's fields that are set, with those of what it leaves out."""
    for field in _FIELDS:
        if value := getattr(query, field):
            yield field, value
    for left_out in query.without:
        yield from _values(left_out)
