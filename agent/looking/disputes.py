"""What several looks at one untouched tray do not agree on. It is said, and neither outvoted nor averaged."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from agent.looking.difference import SAME_PLACE, apart, is_unclear, match, same_part
from agent.remaining import remaining
from skills.base import Value
from skills.plan import Step
from skills.scene import PerceivedPart, Scene
from skills.spots import SPOTS


class Disputed(Value):
    """A part that some of several looks show and the others do not, or show as another.

    Attributes:
        part: as the looks that show it describe it.
        seen: how many of the looks show it.
        looks: how many looks there were.
    """

    part: PerceivedPart
    seen: int
    looks: int

    def describe(self) -> str:
        return f"{self.part.describe()} at the {_spot(self.part)}: in {self.seen} of {self.looks} looks"


def disputes(scenes: Sequence[Scene]) -> tuple[Disputed, ...]:
    """Every part that some of `scenes` show and not all. What one can't make out it does not deny."""
    shown: list[PerceivedPart] = []
    for scene in scenes:
        shown += match(shown, scene.parts, same_part)[2]
    seen: Counter[PerceivedPart] = Counter()
    for scene in scenes:
        pairs, missing, _ = match(shown, scene.parts, same_part)
        seen.update(part for part, _ in pairs)
        seen.update(part for part in missing if is_unclear(part, scene))
    ordered = sorted(shown, key=lambda part: part.at)
    return tuple(
        Disputed(part=part, seen=seen[part], looks=len(scenes)) for part in ordered if seen[part] < len(scenes)
    )


def believed(last: Scene, disputed: Iterable[Disputed], known: Scene | None) -> Scene:
    """What may be taken for the tray after looks that differ: where they agree, what they show; where not, what was
    `known` before them. Where all show something and nothing was known, that is what the `last` of them shows.
    """
    open_ = tuple(disputed)
    agreed = tuple(part for part in last.parts if not is_among(part, (one.part for one in open_)))
    before = tuple(part for part in (known.parts if known else ()) if is_among(part, (one.part for one in open_)))
    something = (part for part in last.parts if part not in agreed and _shown_as_something(part, open_))
    fresh = tuple(part for part in something if all(apart(part, one) > SAME_PLACE for one in before))
    return last.model_copy(update={"parts": tuple(sorted((*agreed, *before, *fresh), key=lambda part: part.at))})


def doubted(step: Step, disputed: Iterable[Disputed], half: float) -> tuple[Disputed, ...]:
    """Those of `disputed` that leave open whether a part of `step` lies there, on a tray of that inner half width [m].

    A part of which all looks show that it is meant, each as another, is no doubt: a nut is a nut, silver or black.
    """
    meant = tuple(one for one in disputed if remaining(step, (one.part,), half))
    return tuple(one for one in meant if not _shown_as_something(one.part, meant))


def is_among(part: PerceivedPart, others: Iterable[PerceivedPart]) -> bool:
    """Whether `part` is one of `others`, seen in another look."""
    return any(same_part(part, other) for other in others)


def _shown_as_something(part: PerceivedPart, disputed: Iterable[Disputed]) -> bool:
    """Whether every look shows one of `disputed` where `part` lies."""
    here = [one for one in disputed if apart(one.part, part) <= SAME_PLACE]
    return bool(here) and sum(one.seen for one in here) >= here[0].looks


def _spot(part: PerceivedPart) -> str:
    return min(SPOTS, key=lambda spot: math.dist(SPOTS[spot], part.at))
