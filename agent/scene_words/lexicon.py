"""The words that scenes are said in: parts as the planner knows them, and how parts lie and how light falls."""

from functools import cached_property
from itertools import product
from typing import Final, get_args

from agent.planning.lexicon import Lexicon
from agent.planning.synonyms import FOREIGN, NUMBERS, TENS
from agent.planning.wordlist import words
from agent.scene_words.wish import Light, Where
from sim.setting import Clutter
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.errors import nearest

LIGHTS: Final[dict[Light, str]] = {
    "dim": "dim dimmed dimly dark gloomy low poor weak faint",
    "harsh": "harsh hard strong glaring",
    "shifted-light": "shifted odd strange unusual unseen",
    "wild": "wild",
    "plain": "plain even neutral",
    "calibrated": "calibrated normal everyday usual ordinary",
    "default": "default",
    "training": "training",
}
CLUTTERS: Final[dict[Clutter, str]] = {
    "separated": "separated separate apart scattered spaced loose",
    "touching": "touching",
    "heaped": "heaped heap piled pile jumbled",
}
ROUNDABOUT: Final[dict[Clutter, tuple[str, ...]]] = {
    "separated": ("spread out", "far apart", "not touching", "not touching each other", "in no contact"),
    "touching": (
        "touching each other",
        "touching one another",
        "in contact",
        "side by side",
        "close together",
        "against each other",
        "next to each other",
    ),
    "heaped": ("on top of each other", "over each other", "piled up", "heaped up", "in a heap", "in a pile"),
}
BARE: Final = words("dim dimmed dimly dark gloomy harsh wild")
"""Words for the light that need no "light" beside them."""
LIGHT_NOUNS: Final = words("light lights lighting lit lamp lamps illumination shadows setting conditions")
REGIONS: Final[dict[Where, str]] = {"middle": "middle centre center"}
SOME: Final = words("some several few")
MANY: Final = words("many various numerous plenty")
MIXED: Final = words("random randomly mixed assorted arbitrary")
OPENING: Final = words(
    "make draw create generate show give lay put me us i we want need would like have has having there is are be",
    "scene tray table picture with containing holding please a an the of",
)
"""What may stand before parts; it says nothing."""
GRAMMAR: Final = words(
    "zero a an the of them these those which that who and or to between plus then with in on at inside from under by",
    "lie lies lying is are be being has have all both half none no rest others other remaining one ones not non made",
    "side corner tray table parts size sized colour color coloured colored exactly precisely scene atmost",
    ", ; . : + & -",
)

LIGHT_MARK: Final = "light:"
CLUTTER_MARK: Final = "clutter:"
"""Tokens that begin so are what several words were folded to."""


class SceneLexicon(Lexicon):
    """The words of scenes in one cell; typing errors of any of them are mended as in instructions.

    Attributes:
        wheres: each word for a half of the tray or its middle.
    """

    def __init__(self, cell: Cell, catalogue: Catalogue) -> None:
        super().__init__(cell, catalogue)
        self.wheres: dict[str, Where] = {word: where for where, said in REGIONS.items() for word in said.split()}
        self.wheres |= {word: where for word, name in self.regions.items() for where in _wheres(name)}
        self.light_words = {word: light for light, said in LIGHTS.items() for word in said.split()}
        self.clutter_words = {word: clutter for clutter, said in CLUTTERS.items() for word in said.split()}
        self.folds = self.folds | _light_folds(self.light_words) | _clutter_folds()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of a scene."""
        tables = (
            self.nouns,
            self.attributes,
            self.wheres,
            self.light_words,
            self.clutter_words,
            LIGHT_NOUNS,
            NUMBERS,
            TENS,
            SOME,
            MANY,
            MIXED,
            OPENING,
            GRAMMAR,
            (word for fold in self.folds for word in fold if self.folds[fold].startswith((LIGHT_MARK, CLUTTER_MARK))),
        )
        return frozenset(word for table in tables for word in table)

    @cached_property
    def targets(self) -> frozenset[str]:
        """What typing errors are mended to."""
        tables = (
            self.nouns, self.attributes, self.wheres, self.light_words, self.clutter_words, NUMBERS, LIGHT_NOUNS, MIXED,
        )  # fmt: skip
        return frozenset(word for table in tables for word in table)

    def near(self, word: str) -> tuple[str, ...]:
        """Words of scenes that somebody who said `word` may have meant; none where nothing is near."""
        if word in FOREIGN["colour"]:
            return tuple(value for value in self.values if self.attributes[value.lower()][0] == "colour")
        if word in FOREIGN["kind of part"]:
            return self.kinds
        if word[:1] == "m" and word[1:].isdecimal():
            return tuple(value for value in self.values if value.startswith("M"))
        return nearest(word, sorted(self.targets))


def _wheres(name: str) -> tuple[Where, ...]:
    return tuple(where for where in get_args(Where) if where == name)


def _light_folds(adjectives: dict[str, Light]) -> dict[tuple[str, ...], str]:
    """“dim light”, "the light is dim", "setting: wild"."""
    folds: dict[tuple[str, ...], str] = {("in", "the", "dark"): f"{LIGHT_MARK}dim"}
    for (word, light), noun in product(adjectives.items(), sorted(LIGHT_NOUNS)):
        said: tuple[tuple[str, ...], ...] = (
            (word, noun),
            (noun, word),
            (noun, ":", word),
            (noun, "is", word),
            (noun, "are", word),
        )
        folds |= dict.fromkeys(said, f"{LIGHT_MARK}{light}")
    return folds


def _clutter_folds() -> dict[tuple[str, ...], str]:
    return {
        tuple(phrase.split()): f"{CLUTTER_MARK}{clutter}" for clutter, said in ROUNDABOUT.items() for phrase in said
    }
