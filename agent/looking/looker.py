"""Looking at the cell: only with the arm at home, out of the overhead camera's view."""

import math
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from agent.looking.difference import SAME_PLACE, compare, recalled
from agent.looking.disputes import Disputed, believed, disputes
from skills.base import Image, Value
from skills.call import Ruling
from skills.cell import Cell
from skills.contract import CameraContract
from skills.errors import Unavailable
from skills.lines import Floats
from skills.observation import Observation
from skills.pictures import BRIGHT, DARK, HIDDEN, brightness, hidden, sharpness
from skills.preflight import BLACK_MEAN
from skills.protocols import Perceiver
from skills.reference import Reference
from skills.scene import PerceivedPart, Scene
from skills.views import check_view

OPEN_SHARE: Final = 0.85
"""From this share of the gripper's full opening on, nothing can be held: the widest part is thinner."""
OVERHEAD: Final = "overhead"
REMEMBERED: Final = 8
"""Looks whose pictures are kept in memory: the one before a call, and those after it."""
TRIES: Final = 3
"""Looks that are made for one that agrees with another; after them what they differ in is disputed."""


class Gaze(Protocol):
    """What looking needs of the gate."""

    def observe(self) -> Observation: ...

    def go_home(self, open_gripper: bool) -> Ruling: ...


class Grip(Value):
    """What the measured width says of the gripper."""

    holding: bool
    is_open: bool


class Look(Value):
    """One look: the tray as perceived, and what the gripper's width says.

    Attributes:
        width: distance between the fingers [m].
        grip: closed on nothing, closed on a part, or open.
        disputed: what this look and those made with it do not agree on; the scene then shows what was known before.
    """

    scene: Scene
    width: float
    grip: Grip
    disputed: tuple[Disputed, ...] = ()


class Blocked(Value):
    """Why no look could be made; `ruling` is set where the gate did not let the arm out of view."""

    text: str
    ruling: Ruling | None = None


@dataclass(frozen=True)
class View:
    """What the overhead camera showed in training: how it stood, and its reference picture."""

    trained: CameraContract
    reference: Reference

    def fault(self, image: Image, before: Floats | None) -> str | None:
        """Why `image` shows something else; `before` are the lines of the last picture that was believed."""
        bright = brightness(image, self.reference)
        if not DARK < bright < BRIGHT:
            much = "little" if bright <= DARK else "much"
            return f"has too {much} light: {bright:.0%} of the brightness of its reference; check light and lens"
        moved = check_view(OVERHEAD, self.trained, self.reference, image)
        if moved is not None:
            return f"does not see what it saw in training: {moved.text}; {moved.remedy}"
        gone = 0 if before is None else hidden(before, sharpness(image, self.reference))
        if gone >= HIDDEN:
            return f"is covered: {gone} lines of the tray that the look before showed are gone; clear its view"
        return None


class Looker:
    """Makes looks through the gate's observations.

    A picture that is an earlier one's to the last bit shows no moment of its own: no sensor is without noise. What one
    look makes out faintly and the next does not is remembered from the one to the other.

    Args:
        view: what the overhead camera is to show; without it, that is not looked at.
    """

    def __init__(self, cell: Cell, gate: Gaze, perceiver: Perceiver, view: View | None = None) -> None:
        self._cell, self._gate, self._perceiver, self._view = cell, gate, perceiver, view
        self._lines: Floats | None = None
        self._last: Image | None = None
        self._pictures: dict[int, Image] = {}
        self._seen: Scene | None = None

    def picture_of(self, look: Look) -> Image | None:
        """The overhead picture that a look was made with; None where that is too long ago, or before a restart."""
        return self._pictures.get(look.scene.sequence)

    def glance(self, earlier: Image | None = None) -> Look | Blocked:
        """One look if the arm is out of view; nothing moves. Its picture must be another than an `earlier` one."""
        try:
            observation = self._gate.observe()
        except Unavailable as error:
            return Blocked(text=str(error))
        if self._is_away(observation):
            return Blocked(text="the arm stands before the overhead camera; what lies on the tray can't be said")
        image = observation.images.get(OVERHEAD)
        if fault := self._fault(image, earlier):
            return Blocked(text=f"the overhead camera {fault}")
        assert image is not None
        self._believe(image)
        scene = self._perceiver.perceive(observation)
        self._seen = recalled(scene, self._seen) if self._seen else scene
        self._pictures = dict([*self._pictures.items(), (scene.sequence, image)][-REMEMBERED:])
        return Look(
            scene=self._seen,
            width=observation.gripper_width,
            grip=self.grip(observation.gripper_width),
        )

    def lacks(self, observation: Observation, part: PerceivedPart) -> bool:
        """Whether `part` no longer lies where it was seen; not where the arm may hide it or the picture shows nothing
        that is newer than the last look.
        """
        if self._is_away(observation) or self._fault(observation.images.get(OVERHEAD), None):
            return False
        scene = self._perceiver.perceive(observation)
        return all(
            math.dist(part.at, place) > SAME_PLACE for place in (*(one.at for one in scene.parts), *scene.unclear)
        )

    @property
    def memory(self) -> Scene | None:
        """What the last look made out, with what it remembered of the ones before."""
        return self._seen

    def remember(self, scene: Scene | None) -> None:
        """Take `scene` for what the last look made out."""
        self._seen = scene

    def _believe(self, image: Image) -> None:
        self._last = image
        if self._view is not None:
            self._lines = sharpness(image, self._view.reference)

    def _fault(self, image: Image | None, earlier: Image | None) -> str | None:
        """Why this picture shows nothing that may be believed; None when all is well."""
        if image is None:
            return "delivers no picture; check its cable"
        height, width, _ = image.shape
        size = self._cell.cameras[OVERHEAD].size
        if (height, width) != (size, size):
            return f"delivers a picture of {width}×{height} instead of {size}×{size}; check for swapped cables"
        if float(image.mean()) < BLACK_MEAN:
            return "delivers a black picture; check light, lens cap and cable"
        if any(one is not None and np.array_equal(image, one) for one in (self._last, earlier)):
            return "is frozen: its picture is the last one to the last bit; start it anew"
        return self._view.fault(image, self._lines) if self._view else None

    def patient_glance(self) -> Look | Blocked:
        """A glance that waits out a camera's short failure."""
        glances = (self.glance() for _ in range(TRIES))
        return next((glance for glance in glances if isinstance(glance, Look)), None) or self.glance()

    def look(self) -> Look | Blocked:
        """One look with the arm out of view; moves it home first where it is not, or where nothing can be seen of
        that, the gripper as it is.
        """
        try:
            seen = self._gate.observe()
        except Unavailable:
            seen = None
        if seen is None or self._is_away(seen):
            ruling = self._gate.go_home(open_gripper=False)
            if ruling.decision == "stop":
                return Blocked(text=f"the arm could not move out of view: {ruling.describe()}", ruling=ruling)
        return self.glance(seen.images.get(OVERHEAD) if seen else None)

    def _is_away(self, observation: Observation) -> bool:
        away = float(np.abs(observation.joints - np.array(self._cell.robot.home)).max())
        return not away <= self._cell.limits.start_joint_distance  # joints that are no numbers are nowhere

    def settled(self, known: Look | None) -> Look | Blocked:
        """A look that shows what was `known` undisputed, or that two looks agree on; else the last one, with what is
        disputed.
        """
        undisputed = [known.scene] if known and not known.disputed else []
        looks: list[Look] = []
        for _ in range(TRIES):
            look = self.look()
            if isinstance(look, Blocked):
                return look
            if any(compare(scene, look.scene).is_empty for scene in (*undisputed, *(one.scene for one in looks))):
                return look
            looks.append(look)
        open_ = disputes([one.scene for one in looks])
        scene = believed(looks[-1].scene, open_, known.scene if known else None)
        return looks[-1].model_copy(update={"scene": scene, "disputed": open_})

    def grip(self, width: float) -> Grip:
        """What a width [m] says: wider than a closed gripper on nothing, and not open, is a held part."""
        is_open = width >= OPEN_SHARE * self._cell.robot.gripper.max_width
        return Grip(holding=not is_open and width > self._cell.robot.gripper.holding_width, is_open=is_open)
