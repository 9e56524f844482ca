"""Pictures of a run for people. Taken from the world directly, so that taking them changes nothing of the run."""

from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np

from agent import events
from agent.doors.cli.files import ROOM, write_file
from agent.doors.cli.output import talk, unheard
from agent.doors.marking import marked
from sim.data.episodes import png
from sim.portrait import overhead, side
from sim.world import World
from skills.base import Image
from skills.errors import BadInput, SmolcellError

FILM_HEIGHT: Final = 384
SHARE_STEP: Final = 0.07
"""A frame is taken whenever the motion under way has come this much further."""
FRAME_MS: Final = 120
LAST_FRAME_MS: Final = 2500
PNG_END: Final = b"IEND\xaeB`\x82"


class Album:
    """A listener that saves before.png, plan.png with the targets marked, after.png and one picture after each call."""

    def __init__(self, folder: Path, world: World) -> None:
        self._folder, self._world = folder, world
        self._calls = 0
        self._save("before", both_sides(world))

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.Proposed):
            self._save("plan", marked(overhead(self._world), self._world.cell, event.proposal.moves))
        elif isinstance(event, events.Verified):
            self._calls += 1
            self._save(f"call-{self._calls:02d}-{event.verdict.judgement}", both_sides(self._world))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._save("after", both_sides(self._world))

    def _save(self, name: str, picture: Image) -> None:
        path = self._folder / f"{name}.png"
        try:
            write_file("--pictures", path, png(picture), remedy=ROOM)
        except SmolcellError as error:
            talk(f"picture   {error} The run goes on without it.")


class Steps:
    """Saves a numbered picture of the world each time that it is shown."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._shown = folder, 0

    def __call__(self, world: World) -> None:
        picture = both_sides(world)
        path = self._folder / f"step-{self._shown:02d}.png"
        self._shown += 1
        write_file("--pictures", path, png(picture))


class Film:
    """A listener that takes frames while something moves, and writes them as one animated picture."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._frames: list[Image] = []
        self._last = 0.0
        self._caption = ""
        self._take()

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.Moving(share=share):
                if share < self._last or share - self._last >= SHARE_STEP:
                    self._last = share
                    self._take()
            case events.Calling():
                self._caption = event.call.phrase
            case events.Verified():
                self._caption = f"{event.verdict.judgement}: {event.verdict.reason}"
                self._take()
            case events.Finished():
                self._caption = f"{event.outcome.outcome}: {event.outcome.reason}"
                self._take()
            case _:
                pass

    def save(self, path: Path) -> int:
        """Write the film (.webp or .png, both animated); the number of its frames. Raises: BadInput."""
        animation = cv2.Animation()
        animation.frames = [cv2.cvtColor(frame, cv2.COLOR_RGB2BGR) for frame in self._frames]
        animation.durations = [FRAME_MS] * (len(self._frames) - 1) + [LAST_FRAME_MS]
        if not _written(path, animation):
            path.unlink(missing_ok=True)
            raise BadInput("--out", str(path), "a file that can be written, on a disk with room")
        return len(self._frames)

    def _take(self) -> None:
        picture = both_sides(self._world)
        bar = picture[:34] * 0
        caption = self._caption.replace("×", "x").replace("→", "to")[:80]  # the font knows ASCII alone
        cv2.putText(bar, caption, (10, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (235, 235, 235), 1, cv2.LINE_AA)
        self._frames.append(np.vstack([picture, bar]))


def _written(path: Path, animation: cv2.Animation) -> bool:
    """Whether the whole animation is there: a full disk cuts it off, of which OpenCV says nothing."""
    with unheard():  # libpng does
        cv2.imwriteanimation(str(path), animation, [cv2.IMWRITE_WEBP_QUALITY, 60])
    content = path.read_bytes() if path.exists() else b""
    return content.endswith(PNG_END) or int.from_bytes(content[4:8], "little") + 8 == len(content)  # RIFF, of WebP


def both_sides(world: World) -> Image:
    """The cell from above and from the side, at the same height."""
    above, aside = overhead(world), side(world)
    scale = FILM_HEIGHT / above.shape[0]
    larger = cv2.resize(above, (round(above.shape[1] * scale), FILM_HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.hstack([larger, aside])
