"""What nobody trained, said to a policy in evaluation only: the same meaning in other words, and new meanings.

What exactness is worth shows in the difference: an operator's words never reach a policy, the planner makes exact
phrases of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.commands import matching, target_of, truth_words
from sim.world import TruePart
from skills.card import SkillCard

VERBS: Final[dict[str, tuple[str, ...]]] = {
    "pick": ("grab the {}", "take the {}", "get the {}", "lift the {}", "fetch the {}", "grasp the {}"),
    "place": ("put it {}", "drop it {}", "move it {}", "bring it {}", "deliver it {}"),
    "put_back": ("lay it back {}", "place it back {}", "return it {}", "set it back {}"),
    "insert": ("put it {}", "fit it {}", "plug it {}", "place it {}"),
}
"""Other ways to begin a skill's phrase; what follows the trained beginning stays as it is."""
BEGINNINGS: Final = {"pick": "pick up the ", "place": "place it ", "put_back": "put it back ", "insert": "insert it "}
SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "failed": ("defective", "faulty", "broken", "rejected", "damaged"),
    "ok": ("good", "intact", "undamaged"),
    "silver": ("steel", "chrome"),
    "brass": ("golden",),
    "shiny": ("polished", "glossy"),
    "matte": ("dull",),
    "small": ("little", "tiny"),
    "large": ("big",),
    "bolt": ("screw",),
    "nut": ("hexnut", "locknut"),
    "gear": ("cog", "gearwheel", "cogwheel"),
    "part": ("piece", "component", "item", "workpiece"),
    "bin": ("box", "container"),
    "conveyor": ("conveyer",),
    "fixture": ("jig", "nest"),
}
WAYS: Final = ("verb", "order", "synonym")
TRIES: Final = 100
SIDES: Final = {"leftmost": (1, 1), "rightmost": (1, -1)}
"""Axis of `TruePart.at` and the sign that is greatest there: +y is left in the overhead picture."""


@dataclass(frozen=True)
class OtherWords:
    """A sentence, and what sort of change made it."""

    phrase: str
    way: str


def paraphrase(card: SkillCard, arguments: Mapping[str, str], longest: int, rng: np.random.Generator) -> OtherWords:
    """The call's phrase in other words of the same meaning, at most `longest` of them.

    `order` says the trained words in another order; `verb` and `synonym` say other words, most of them never trained.
    """
    exact = card.render(arguments)
    for _ in range(TRIES):
        way = str(rng.choice(WAYS))
        said = _WAYS[way](card.name, exact.removeprefix(BEGINNINGS[card.name]), rng)
        if said != exact and len(said.split()) <= longest:
            return OtherWords(said, way)
    return OtherWords(VERBS[card.name][0].format(exact.removeprefix(BEGINNINGS[card.name])), "verb")


def _verb(skill: str, rest: str, rng: np.random.Generator) -> str:
    return str(rng.choice(VERBS[skill])).format(rest)


def _order(skill: str, rest: str, rng: np.random.Generator) -> str:
    """A pick's verb round what it picks, or its attributes in another order; of a release the place first."""
    if skill != "pick":
        return f"{rest} {BEGINNINGS[skill].strip()}"
    *attributes, noun = rest.split()
    if len(attributes) < 2 or rng.random() < 0.5:
        return f"pick the {rest} up"
    return f"pick up the {' '.join(rng.permutation(attributes))} {noun}"


def _synonym(skill: str, rest: str, rng: np.random.Generator) -> str:
    """Every word that has synonyms by one of them."""
    words = [str(rng.choice(SYNONYMS[word])) if word in SYNONYMS else word for word in rest.split()]
    return BEGINNINGS[skill] + " ".join(words)


_WAYS: Final = {"verb": _verb, "order": _order, "synonym": _synonym}


def untrained(
    parts: Sequence[TruePart], among: Sequence[int], rng: np.random.Generator
) -> tuple[OtherWords, int] | None:
    """What no trained phrase can say of these parts, and which of them it means; None where nothing can be said.

    The part that is meant is never the one that the sentence would mean without its untrained words.
    """
    words = [truth_words(part) for part in parts]
    kinds = sorted({part.spec.kind for part in parts})
    said = [entry for kind in kinds for entry in _untrained_of(kind, matching({"kind": kind}, words), parts)]
    found = [
        (words_said, target)
        for words_said, kind, target in said
        if target in among and target_of(matching({"kind": kind}, words), parts) not in (target, None)
    ]
    return found[int(rng.integers(len(found)))] if found else None


def _untrained_of(kind: str, same: Sequence[int], parts: Sequence[TruePart]) -> "list[tuple[OtherWords, str, int]]":
    if len(same) < 2:
        return []
    said = []
    for side, (axis, sign) in SIDES.items():
        target = max(same, key=lambda index: sign * parts[index].at[axis])
        said.append((OtherWords(f"pick up the {side} {kind}", "side"), kind, target))
    widths = {index: parts[index].spec.shape.grasp_width for index in same}
    for word, extreme in (("largest", max(widths.values())), ("smallest", min(widths.values()))):
        matches = [index for index in same if widths[index] == extreme]
        if len(matches) == 1:
            said.append((OtherWords(f"pick up the {word} {kind}", "superlative"), kind, matches[0]))
    for colour in sorted({parts[index].spec.colour for index in same}):
        rest = [index for index in same if parts[index].spec.colour != colour]
        if len(rest) == 1:
            said.append((OtherWords(f"pick up the {kind} that isn't {colour}", "exclusion"), kind, rest[0]))
    return said
