"""Pictures of a cell for reports that carry their pictures with them: JPEG in base64."""

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from skills.base import FloatArray, Image

if TYPE_CHECKING:
    from sim.world import World

JPEG_QUALITY: Final = 70
SIDE: Final = 384
"""Pixels of the side of a marked picture."""
COLOURS: Final = {"target": (0, 230, 0), "aim": (255, 230, 0)}
"""RGB of what is marked: the part that was meant by a ring, where the fingers were to close by a cross."""
EDGE: Final = (0, 0, 0)
"""RGB round a mark, so that it is seen on any part."""


def portrait(world: "World") -> str:
    """The cell from above and from the side."""
    import cv2

    from sim.portrait import overhead, side

    above, beside = overhead(world), side(world)
    above = cv2.resize(above, (beside.shape[0], beside.shape[0]), interpolation=cv2.INTER_CUBIC)
    return coded(cv2.hconcat([above, beside]))


def marked(world: "World", picture: Image, marks: Mapping[str, FloatArray]) -> str:
    """The overhead camera's picture with points (3,) of the robot's base frame [m] marked as COLOURS says."""
    import cv2

    from sim.view import view_of

    view = view_of(world.cell.cameras["overhead"], None, world.appearance.cameras["overhead"])
    large: Any = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    for name, point in marks.items():
        away = point - view.eye
        depth = float(away @ view.forward) * view.tangent
        column, row = (1 + float(away @ view.right) / depth) / 2, (1 - float(away @ view.up) / depth) / 2
        at = (round(column * SIDE), round(row * SIDE))
        for colour, thickness in ((EDGE, 4), (COLOURS[name], 2)):
            if name == "target":
                cv2.circle(large, at, 26, colour, thickness, cv2.LINE_AA)
            else:
                cv2.drawMarker(large, at, colour, cv2.MARKER_TILTED_CROSS, 18, thickness, cv2.LINE_AA)
    return coded(large)


def side_by_side(*pictures: Image) -> str:
    """Pictures of any size, left to right."""
    import cv2

    large: list[Any] = [cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for one in pictures]
    return coded(cv2.hconcat(large))


def coded(picture: Any) -> str:
    """An RGB picture as JPEG in base64."""
    import cv2

    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return base64.b64encode(data.tobytes()).decode()
