"""How a skill is shown, as data: a few waypoints of the tool, told from the part and from the tray.

From them the demonstrator of the twin makes a motion for whatever lies there; on hardware a person shows it.
"""

from typing import Annotated, Literal

from pydantic import Field

from skills.base import Finite

Anchor = Literal["part", "behind", "edge", "last", "tray"]


class Waypoint(Finite):
    """One place of the tool. They are passed in their order, each in a straight line from the one before.

    Attributes:
        over: what the place is told from. `part`: the part's middle · `behind`: the part's outline on the side that
            looks away from the region · `edge`: the tray's wall where the region ends, straight ahead of the part ·
            `last`: where `behind` comes to be when the part touches that wall · `tray`: the tray's centre.
        ahead: from there towards the region [m].
        aside: from there to the left, as seen looking ahead [m].
        height: of the tool centre point over the table [m].
        turn: of the tool from the direction ahead [degrees]; the fingers stand apart across it.
        width: what the fingers are told there [m]; 0 closes them.
    """

    over: Anchor
    ahead: float = 0.0
    aside: float = 0.0
    height: Annotated[float, Field(gt=0, le=0.6)]
    turn: Annotated[float, Field(ge=-180, le=180)] = 0.0
    width: Annotated[float, Field(ge=0, le=0.2)] = 0.0
