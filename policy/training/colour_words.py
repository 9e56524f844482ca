"""Whether turned hues can make one colour word another: then training teaches that the words mean nothing."""

import colorsys
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Final

from policy.training.augmentation import Light

Rgb = tuple[float, float, float]
GREY: Final = 0.15
"""A colour whose channels differ by less has no hue that counts."""


def alike(colours: Mapping[str, Sequence[Rgb]], light: Light) -> dict[tuple[str, str], float]:
    """Pairs of words that `light` can show as one colour, and how many turns of the circle apart they are.

    Two words meet where their hues are no farther apart than the range is wide: one turned to its end, the other
    to the other end, are one picture with two names.

    Args:
        colours: red, green, blue in [0, 1] of things that each word names.
    """
    reach = light.hue[1] - light.hue[0]
    hues = {word: _hues(things) for word, things in colours.items()}
    gaps = {
        (one, other): min((_apart(*pair) for pair in product(hues[one], hues[other])), default=1.0)
        for one, other in combinations(hues, 2)
    }
    return {pair: gap for pair, gap in gaps.items() if reach > 0 and gap <= reach}


def colour_warning(colours: Mapping[str, Sequence[Rgb]], light: Light) -> str | None:
    """What a person is told; None where every word keeps its colour."""
    found = alike(colours, light)
    if not found:
        return None
    pairs = ", ".join(f"{one} and {other} ({gap:.3f} apart)" for (one, other), gap in found.items())
    low, high = light.hue
    return (
        f"light.training.hue: [{low:g}, {high:g}] can turn one colour word into another: {pairs}. "
        f"Where colours are words, stay within a range narrower than {min(found.values()):.3f}, or leave it at [0, 0]."
    )


def _hues(things: Sequence[Rgb]) -> list[float]:
    return [colorsys.rgb_to_hsv(*colour)[0] for colour in things if max(colour) - min(colour) >= GREY]


def _apart(one: float, other: float) -> float:
    """On the circle, in turns."""
    return abs((one - other + 0.5) % 1.0 - 0.5)
