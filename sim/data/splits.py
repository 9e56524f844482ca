"""Which scenes are for training, and what is kept from it, so that a figure can say what was never seen.

| split | scenes | what is new in them |
|---|---|---|
| train | all but the other three | |
| validation | 5% | the scenes |
| arrangements | 5% | parts lie in rows, columns, diagonals and rings; elsewhere they lie at random |
| triples | 5% | every pick's target is of a held-out kind × colour × place; no other split has such a part |

A pick's place is the quarter of the tray in which the part lies, as the operator sees it in the overhead
picture: a pick and what follows it are calls of their own, so that a bin is no part of a pick. The held-out
triples are these, for every data set; each kind and each quarter is in three of them, each colour in two.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, get_args

from skills.words import Colour, Kind

if TYPE_CHECKING:
    from sim.world import TruePart

Split = Literal["train", "validation", "arrangements", "triples"]
Quarter = Literal["front left", "front right", "back left", "back right"]
Triple = tuple[Kind, Colour, Quarter]

SPLITS: Final[tuple[Split, ...]] = get_args(Split)
KEPT_SHARE: Final = 0.05
"""Share of the scenes in each split but `train`."""

HELD_OUT: Final[frozenset[Triple]] = frozenset(
    {
        ("bolt", "silver", "front left"),
        ("bolt", "black", "back left"),
        ("bolt", "blue", "back right"),
        ("nut", "silver", "back right"),
        ("nut", "red", "front right"),
        ("nut", "blue", "front left"),
        ("gear", "brass", "front right"),
        ("gear", "black", "front left"),
        ("gear", "green", "back left"),
        ("bracket", "brass", "back left"),
        ("bracket", "red", "back right"),
        ("bracket", "green", "front right"),
    }
)


def split_ranges(scenes: int) -> dict[Split, tuple[int, int]]:
    """First scene and the one after the last of each split, in order; together they are all `scenes`."""
    kept = round(KEPT_SHARE * scenes)
    starts = [0, *(scenes - kept * rest for rest in (3, 2, 1, 0))]
    return {name: (first, last) for name, first, last in zip(SPLITS, starts[:-1], starts[1:], strict=True)}


def split_of(scene: int, ranges: dict[Split, tuple[int, int]]) -> Split:
    """The split that scene number `scene` is in."""
    return next(name for name, (first, last) in ranges.items() if first <= scene < last)


def quarter_of(at: Sequence[float]) -> Quarter:
    """Where x, y [m from the tray's centre] is in the overhead picture: back is +x, left is +y."""
    left = at[1] >= 0
    if at[0] >= 0:
        return "back left" if left else "back right"
    return "front left" if left else "front right"


def is_held_out(kind: Kind, colour: Colour, at: Sequence[float]) -> bool:
    return (kind, colour, quarter_of(at)) in HELD_OUT


def lies_held_out(part: "TruePart") -> bool:
    """Whether a part is of a held-out kind and colour where it lies."""
    return is_held_out(part.spec.kind, part.spec.colour, part.at)
