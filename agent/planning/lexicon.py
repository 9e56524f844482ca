"""What each word can mean in one cell: built from its skill cards, its places and the shop floor's synonyms."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from agent.planning import courtesy, orderings, phrasings, synonyms
from agent.planning.tokens import tokenize
from agent.planning.wordlist import words
from skills.card import SkillCard
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.words import COLOURS, CONDITIONS, FINISHES, KINDS, SIZES, TRAY

Field = Literal["condition", "size", "colour", "finish"]

FIELD_OF: Final[dict[str, Field]] = {
    **dict.fromkeys(CONDITIONS, "condition"),
    **dict.fromkeys(SIZES, "size"),
    **dict.fromkeys(COLOURS, "colour"),
    **dict.fromkeys(FINISHES, "finish"),
}
GRAMMAR_WORDS: Final = words(
    "a an the this that these those my our all every each both any everything anything whichever whatever of and or",
    "plus then next finally lastly first second also too it them one ones other others rest remaining else same do",
    "not no non never in into inside onto upon on at to towards from off for with without over within except but",
    "besides excluding",
    "bar atmost atleast ormore orless is are was were be been has have had did does who which what where how many",
    "much there you see can could would side half hand part corner edge tray table beforehand before after up down",
    "out away back number count list show describe tell me know look looks largest smallest coloured colored sized",
    "size colour color kind kinds condition made single respectively likewise touch alone leave keep exactly",
    "precisely i we not either neither nor mark paint painted lying located lies test inspection should must shall",
    "will need needs go goes belong belongs get gets stop halt pause resume continue cancel please help",
    "sizes colours colors conditions finishes types they excepted excluded exempt exempted",
    "hole holes free again emptied cleared freed unloaded vacant took taken removed",
)
"""Words that the grammar itself reads."""


@dataclass(frozen=True)
class Noun:
    """A word for parts; `kind` is None for any part, `condition` is set for words such as "rejects"."""

    kind: str | None
    plural: bool
    condition: str | None = None


class Lexicon:
    """The words of one cell. Values that no skill card knows are not in it.

    Attributes:
        holes: the sizes of bolts that each fixture takes, one of each.
        bounded: the places that take so many parts until somebody empties them.
        asked_for: one instruction for each skill that moves parts on the tray.
        own_words: all words in which these are asked for.
    """

    def __init__(self, cell: Cell, catalogue: Catalogue) -> None:
        known = {value for card in catalogue for parameter in card.parameters.values() for value in parameter.values}
        reachable = {place for card in catalogue for place in card.brings_to}
        self.kinds = tuple(kind for kind in KINDS if kind in known)
        self.values = tuple(value for value in FIELD_OF if value in known)
        self.places = tuple(place for place in cell.destinations if place in reachable)
        self.unreachable = tuple(place for place in cell.destinations if place not in reachable)
        on_tray = [card for card in catalogue if card.moves_on_tray]
        self.asked_for = tuple(said for card in on_tray for said in _instructions(card)[:1])
        self.own_words = frozenset(
            token.word for card in on_tray for said in _instructions(card) for token in tokenize(said)
        )
        self.place_names = cell.destinations
        self.holes = {name: tuple(fixture.holes) for name, fixture in cell.fixtures.items() if name in reachable}
        self.bounded = tuple(name for name in cell.capacities if name in reachable)
        self.nouns = _nouns(self.kinds)
        self.attributes = _attributes(self.values)
        self.superlatives = _inverted(synonyms.SUPERLATIVES)
        self.regions = _inverted(synonyms.REGIONS)
        self.verbs = _verbs()
        self.place_words = _place_words((*cell.destinations, TRAY))
        self.place_nouns = frozenset(place.split()[-1] for place in cell.destinations)
        self.folds = _folds()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every single word that is understood somewhere, be it in a fixed run of words as "let" in "let us"."""
        runs = (*self.folds, *(opener.split() for opener in courtesy.OPENERS))
        return self.alone.union(*runs)

    @cached_property
    def alone(self) -> frozenset[str]:
        """The words that are understood by themselves."""
        tables: tuple[Iterable[str], ...] = (
            self.nouns,
            self.attributes,
            self.superlatives,
            self.regions,
            self.verbs,
            self.place_words,
            synonyms.NUMBERS,
            synonyms.TENS,
            synonyms.VAGUE,
            synonyms.RANKS,
            synonyms.CONDITIONALS,
            GRAMMAR_WORDS,
            self.own_words,
        )
        return frozenset(word for table in tables for word in table)

    @cached_property
    def targets(self) -> frozenset[str]:
        """What typing errors are corrected to: words that carry meaning in a command."""
        tables: tuple[Iterable[str], ...] = (
            self.nouns,
            self.attributes,
            self.superlatives,
            self.regions,
            self.verbs,
            self.place_words,
            self.own_words,
            synonyms.NUMBERS,
            ("all", "every", "each", "everything", "except", "then", "and", "please", "tray", "into", "from"),
            (
                "stop",
                "halt",
                "freeze",
                "pause",
                "resume",
                "continue",
                "cancel",
                "many",
                "the",
                "with",
                "which",
                "where",
                "there",
                "what",
            ),
            ("thanks", "thank", "could", "would", "how"),
        )
        return frozenset(word for table in tables for word in table)

    def meaning(self, word: str) -> Hashable:
        """Equal for words that mean the same everywhere, so that it is no matter which of them was meant."""
        said = tuple(table.get(word) for table in (self.nouns, self.attributes, self.superlatives, self.regions))
        if any(said):
            return said
        return self.verbs.get(word, frozenset()) - {"touch"} or self.place_words.get(word) or word

    def describes(self, word: str) -> bool:
        """Whether `word` says which parts are meant."""
        return any(word in table for table in (self.nouns, self.attributes, self.superlatives, self.regions))

    def is_verb(self, word: str) -> bool:
        return word in self.verbs

    def place_name_words(self, place: str) -> frozenset[str]:
        return frozenset(place.split())


def _instructions(card: SkillCard) -> tuple[str, ...]:
    """The card's examples and phrases, and its name."""
    return (*(example.instruction for example in card.examples), *card.phrases(), card.name.replace("_", " "))


def _inverted(table: Mapping[str, str]) -> dict[str, str]:
    return {word: value for value, words in table.items() for word in words.split()}


def _nouns(kinds: tuple[str, ...]) -> dict[str, Noun]:
    nouns: dict[str, Noun] = {}
    for kind, said in synonyms.NOUNS.items():
        if kind == "part" or kind in kinds:
            for word in said.split():
                nouns[word] = Noun(None if kind == "part" else kind, plural=False)
                nouns[f"{word}s"] = Noun(nouns[word].kind, plural=True)
    for condition, said in synonyms.CONDITION_NOUNS.items():
        for word in said.split():
            nouns[word] = Noun(None, plural=False, condition=condition)
            nouns[f"{word}s"] = Noun(None, plural=True, condition=condition)
    return nouns


def _attributes(values: tuple[str, ...]) -> dict[str, tuple[Field, str]]:
    words = {value.lower(): value for value in values}
    words |= {word: value for word, value in _inverted(synonyms.ATTRIBUTES).items() if value in values}
    return {word: (FIELD_OF[value], value) for word, value in words.items()}


def _verbs() -> dict[str, frozenset[str]]:
    classes: dict[str, set[str]] = {}
    for name, verbs in synonyms.VERBS.items():
        for word in verbs:
            for form in _forms(word):
                classes.setdefault(form, set()).add(name)
    return {word: frozenset(names) for word, names in classes.items()}


def _forms(verb: str) -> tuple[str, ...]:
    """put, puts, putting, and the participle: irregular ones stand in a table."""
    stem = verb + verb[-1] if verb in synonyms.DOUBLED else verb.removesuffix("e")
    irregular = tuple(form for form, base in synonyms.IRREGULAR.items() if base == verb)
    past = irregular or (f"{stem}ed",)
    return (verb, f"{verb}s", f"{stem}ing", *past)


def _place_words(places: tuple[str, ...]) -> dict[str, frozenset[str]]:
    """Each word that can stand for words of a place's name, with those words."""
    names = {word for place in places for word in place.split()}
    words = {name: frozenset({name}) for name in names}
    for canonical, alternatives in synonyms.PLACE_WORDS.items():
        if set(canonical.split()) <= names:
            for word in alternatives.split():
                words.setdefault(word, frozenset(canonical.split()))
    return words


def _folds() -> dict[tuple[str, ...], str]:
    folds = {tuple(words.split()): fold for words, fold in (phrasings.FOLDS | orderings.ORDERINGS).items()}
    return folds | {tuple(words.split()): "" for words in courtesy.FILLERS}
