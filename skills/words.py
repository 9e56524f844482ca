"""The words of the default cell: the only values that queries, phrases, plans and reports use.

Sizes and extents are the parts' own: `EXTENT` is the longest horizontal dimension of a part that
lies flat, in metres; it is what "largest" and "smallest" compare.
"""

from typing import Final, Literal, get_args

Kind = Literal["bolt", "nut", "gear", "bracket"]
Size = Literal["M6", "M8", "M10", "small", "large"]
Colour = Literal["silver", "brass", "black", "red", "blue", "green"]
Finish = Literal["shiny", "matte"]
Condition = Literal["ok", "failed"]
Superlative = Literal["largest", "smallest"]
Region = Literal["left", "right", "front", "back"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
SIZES: Final[tuple[Size, ...]] = get_args(Size)
COLOURS: Final[tuple[Colour, ...]] = get_args(Colour)
FINISHES: Final[tuple[Finish, ...]] = get_args(Finish)
CONDITIONS: Final[tuple[Condition, ...]] = get_args(Condition)

SIZES_OF: Final[dict[Kind, tuple[Size, ...]]] = {
    "bolt": ("M6", "M8", "M10"),
    "nut": ("M6", "M8", "M10"),
    "gear": ("small", "large"),
    "bracket": ("small", "large"),
}
ELONGATED: Final[frozenset[Kind]] = frozenset({"bolt", "bracket"})
"""Kinds with a long axis; the others look the same at many angles, and their yaw says nothing."""
SHINY: Final[frozenset[Colour]] = frozenset({"silver", "brass"})

EXTENT: Final[dict[tuple[Kind, Size], float]] = {
    ("bolt", "M6"): 0.058,
    ("bolt", "M8"): 0.070,
    ("bolt", "M10"): 0.084,
    ("nut", "M6"): 0.023,
    ("nut", "M8"): 0.030,
    ("nut", "M10"): 0.039,
    ("gear", "small"): 0.031,
    ("gear", "large"): 0.046,
    ("bracket", "small"): 0.042,
    ("bracket", "large"): 0.062,
}

BREADTH: Final[dict[tuple[Kind, Size], float]] = {
    ("bolt", "M6"): 0.020,
    ("bolt", "M8"): 0.026,
    ("bolt", "M10"): 0.034,
    ("bracket", "small"): 0.022,
    ("bracket", "large"): 0.030,
}
"""How broad a part with a long axis is across it [m]; the others are about as broad as their `EXTENT`."""

SHANK: Final[dict[Size, float]] = {"M6": 0.012, "M8": 0.016, "M10": 0.020}
"""Diameter of a bolt's shank [m]; a fixture's holes are made for it."""

TRAY: Final = "tray"

PART_SLOTS: Final = ("condition", "size", "appearance", "kind")
"""Parameters of skill cards that say how a part looks; an appearance is a colour or a finish."""

BRINGING: Final = ("place", "fixture")
"""Parameters of skill cards whose values are places of the cell that parts are brought to."""


def finish_of(colour: Colour) -> Finish:
    """Silver and brass are polished metal; the painted colours are matte."""
    return "shiny" if colour in SHINY else "matte"
