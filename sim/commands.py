"""Which phrase a training example gets, and which part it means: from ground truth, for data only.

Most phrases are such that every word is needed: leaving one out would let in another part of the scene.
Otherwise the sight of the scene alone would predict the target, and the words would not be learnt.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from sim.world import TruePart
from skills.card import SkillCard
from skills.words import finish_of

NEEDED_SHARE = 0.7
"""Share of phrases in which every word is needed."""
TIE = 0.012
"""Two matching parts whose distances from the robot differ by less than this [m] are no clear target."""
TRIES = 8


def truth_words(part: TruePart) -> dict[str, str]:
    """The words that may name a part, by the card's slots; `finish` stands beside `appearance`."""
    spec = part.spec
    return {
        "condition": spec.condition,
        "size": spec.size,
        "appearance": spec.colour,
        "finish": finish_of(spec.colour),
        "kind": spec.kind,
    }


def matching(arguments: Mapping[str, str], words: Sequence[Mapping[str, str]]) -> list[int]:
    """Indices of the parts that the arguments of a pick fit."""
    return [index for index, part in enumerate(words) if all(_fits(part, *slot) for slot in arguments.items())]


def _fits(part: Mapping[str, str], slot: str, value: str) -> bool:
    if slot == "kind" and value == "part":
        return True
    return value in (part["appearance"], part["finish"]) if slot == "appearance" else part[slot] == value


def target_of(found: Sequence[int], parts: Sequence[TruePart]) -> int | None:
    """The nearest to the robot (smallest x) of the parts found; None when two are about equally near."""
    order = sorted(found, key=lambda index: parts[index].at[0])
    if len(order) > 1 and parts[order[1]].at[0] - parts[order[0]].at[0] < TIE:
        return None
    return order[0] if order else None


def draw_pick(
    card: SkillCard,
    parts: Sequence[TruePart],
    rng: np.random.Generator,
    among: Sequence[int] | None = None,
    always: Collection[str] = (),
) -> tuple[dict[str, str], int] | None:
    """Arguments of a pick in this scene and the index of the part that they mean; None when none is clear.

    Args:
        among: indices of the parts that may be meant; None: of all.
        always: slots whose word of the part is said in any case.
    """
    words = [truth_words(part) for part in parts]
    targets = list(range(len(parts))) if among is None else among
    strict = bool(rng.random() < NEEDED_SHARE)
    for attempt in range(10 * TRIES if targets else 0):
        part = words[targets[int(rng.integers(len(targets)))]]
        arguments = _draw_words(part, rng) | {slot: part[slot] for slot in always}
        found = matching(arguments, words)
        target = target_of(found, parts)
        if target is None or target not in targets:
            continue
        if strict and attempt < TRIES and not _all_needed(arguments, found, words):
            continue
        card.render(arguments)
        return arguments, target
    return None


def draw_words_for(
    target: int, parts: Sequence[TruePart], rng: np.random.Generator, said: Collection[Mapping[str, str]] = ()
) -> dict[str, str] | None:
    """Arguments of a pick that mean just this part, other ones than those `said`; None when none are found."""
    words = [truth_words(part) for part in parts]
    strict = bool(rng.random() < NEEDED_SHARE)
    for attempt in range(10 * TRIES):
        arguments = _draw_words(words[target], rng)
        found = matching(arguments, words)
        if arguments in said or target_of(found, parts) != target:
            continue
        if not strict or attempt >= 5 * TRIES or _all_needed(arguments, found, words):
            return arguments
    return None


def _draw_words(part: Mapping[str, str], rng: np.random.Generator) -> dict[str, str]:
    """A random subset of the words that fit `part`, in the order of the phrase."""
    chosen: dict[str, str] = {}
    if rng.random() < 0.4:
        chosen["condition"] = part["condition"]
    named = rng.random() < 0.88
    if named and rng.random() < 0.45:
        chosen["size"] = part["size"]
    shade = rng.random()
    if shade < 0.5:
        chosen["appearance"] = part["appearance"]
    elif shade < 0.65:
        chosen["appearance"] = part["finish"]
    chosen["kind"] = part["kind"] if named else "part"
    return chosen


def _all_needed(arguments: Mapping[str, str], found: Sequence[int], words: Sequence[Mapping[str, str]]) -> bool:
    """Whether leaving out any word would let in another part."""
    if len(arguments) < 2:
        return False
    for slot in arguments:
        rest = {name: value for name, value in arguments.items() if name != slot}
        if slot == "kind":
            if arguments["kind"] == "part":
                continue
            rest["kind"] = "part"
        if len(matching(rest, words)) == len(found):
            return False
    return True
