"""What changed on the tray between two looks. Pure: two scenes in, one value out."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from skills.base import Value
from skills.scene import PerceivedPart, Scene

SAME_PLACE: Final = 0.020
"""A part seen within this distance [m] of where one was seen before has not moved; four times the
perceiver's 95th percentile."""
FAINT: Final = 0.5
"""Below this confidence a part is at the edge of what is seen: the next look may not make it out."""

Pair = tuple[PerceivedPart, PerceivedPart]


class Difference(Value):
    """Parts of one look that the other does not show in the same way.

    Attributes:
        gone: seen before, not seen after.
        appeared: seen after, not seen before.
        moved: (before, after) of parts that look the same and lie more than SAME_PLACE elsewhere.
        changed: (before, after) of parts that lie in the same place and look different.
    """

    gone: tuple[PerceivedPart, ...] = ()
    appeared: tuple[PerceivedPart, ...] = ()
    moved: tuple[Pair, ...] = ()
    changed: tuple[Pair, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.gone or self.appeared or self.moved or self.changed)


def alike(one: PerceivedPart, other: PerceivedPart) -> bool:
    """Whether two parts look the same, wherever they lie."""
    return one.describe() == other.describe()


def apart(one: PerceivedPart, other: PerceivedPart) -> float:
    """Distance of the centres [m]."""
    return math.dist(one.at, other.at)


def same_part(one: PerceivedPart, other: PerceivedPart) -> bool:
    """Whether two looks show the same part: the same look in the same place."""
    return alike(one, other) and apart(one, other) <= SAME_PLACE


def compare(before: Scene, after: Scene) -> Difference:
    """Match the parts of two looks, the surest pairs first, and say what is left over.

    A faint part that one look shows and the other can't make out is in both: hard to see is not gone.
    """
    changed, old, new = _in_place(before, after)
    moved, old, new = match(old, new, alike)
    gone = tuple(part for part in old if not is_unclear(part, after))
    appeared = tuple(part for part in new if not is_unclear(part, before))
    return Difference(gone=gone, appeared=appeared, moved=tuple(moved), changed=tuple(changed))


def recalled(scene: Scene, earlier: Scene) -> Scene:
    """`scene` with the faint parts of an `earlier` look that it can't make out: they are what lies there."""
    _, overlooked, _ = _in_place(earlier, scene)
    parts = tuple(part for part in overlooked if is_unclear(part, scene))
    if not parts:
        return scene
    places = tuple(one for one in scene.unclear if all(math.dist(one, part.at) > SAME_PLACE for part in parts))
    together = tuple(sorted((*scene.parts, *parts), key=lambda part: part.at))
    return scene.model_copy(update={"parts": together, "unclear": places})


def _in_place(before: Scene, after: Scene) -> tuple[list[Pair], Sequence[PerceivedPart], Sequence[PerceivedPart]]:
    """Pairs that lie in the same place and look different, and the parts of each look that lie in no part's place."""
    _, old, new = match(before.parts, after.parts, same_part)
    return match(old, new, lambda one, other: apart(one, other) <= SAME_PLACE)


def is_unclear(part: PerceivedPart, scene: Scene) -> bool:
    """Whether `part`, seen faintly in another look, is what `scene` can't make out."""
    return part.confidence < FAINT and any(math.dist(part.at, place) <= SAME_PLACE for place in scene.unclear)


def match(
    old: Iterable[PerceivedPart], new: Iterable[PerceivedPart], fits: Callable[[PerceivedPart, PerceivedPart], bool]
) -> tuple[list[Pair], Sequence[PerceivedPart], Sequence[PerceivedPart]]:
    """Pairs that fit, nearest first, each part once; and what stays without a partner."""
    olds, news = list(old), list(new)
    near = sorted(
        (apart(one, other), i, j) for i, one in enumerate(olds) for j, other in enumerate(news) if fits(one, other)
    )
    pairs: list[tuple[int, int]] = []
    for _, i, j in near:
        if all(i != have_i and j != have_j for have_i, have_j in pairs):
            pairs.append((i, j))
    used_old, used_new = {i for i, _ in pairs}, {j for _, j in pairs}
    return (
        [(olds[i], news[j]) for i, j in pairs],
        [part for i, part in enumerate(olds) if i not in used_old],
        [part for j, part in enumerate(news) if j not in used_new],
    )
