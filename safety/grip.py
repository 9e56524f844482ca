"""What the gripper was told last, and whether it holds a part."""

from dataclasses import dataclass
from typing import Final

from skills.cell import Gripper

RESOLUTION: Final = 0.002
"""Two widths nearer than this are the same command [m]: the gripper's own repeatability, and finer than a
policy can mean."""


@dataclass(frozen=True)
class Grip:
    """The gripper's state as the gate knows it.

    Attributes:
        command: width that it was told last [m]; 0 closes it with force.
        width: measured width [m].
        holding: a part may be between the fingers: they have been told to come nearer, and have not met.
    """

    command: float
    width: float
    holding: bool

    @classmethod
    def unknown(cls, width: float, gripper: Gripper) -> "Grip":
        """Before the first command: fingers that are neither closed nor wide open may hold a part."""
        return cls(command=width, width=width, holding=_apart(width, gripper))

    def differs(self, width: float) -> bool:
        return abs(width - self.command) > RESOLUTION

    def releases(self, width: float) -> bool:
        """Whether the command `width` would let go of the part that is held."""
        return self.holding and width > self.command + RESOLUTION and width > 0

    def assumed(self, command: float) -> "Grip":
        """The state before `command` is carried out: what a path after it is judged with.

        Closing is assumed to leave the fingers as wide as they were, the cautious guess for collisions.
        """
        return Grip(command, command if command > 0 else self.width, holding=self._keeps(command))

    def told(self, command: float, measured: float, gripper: Gripper) -> "Grip":
        """The state after `command` was carried out and the fingers stand `measured` apart."""
        held_up = measured > command + gripper.holding_width
        return Grip(command, measured, holding=held_up or self._keeps(command)).measured(measured, gripper)

    def _keeps(self, command: float) -> bool:
        """Whether a part may be held after `command`.

        Fingers that come nearer may meet one; what is held is free when they stand wider than they stood on it.
        """
        return command < self.command or (self.holding and command <= self.width + RESOLUTION)

    def measured(self, width: float, gripper: Gripper) -> "Grip":
        """The same with a fresh measurement; fingers that have met, or stand wide open, hold nothing any more."""
        return Grip(self.command, width, holding=self.holding and _apart(width, gripper))


def _apart(width: float, gripper: Gripper) -> bool:
    """Whether fingers at this width may hold a part: they have not met, and every part is thinner than they open."""
    return gripper.holding_width < width < gripper.max_width - RESOLUTION


def snapped(width: float, gripper: Gripper) -> float:
    """`width` as a command: within RESOLUTION of the ends, and below the thinnest part, it is the end."""
    if width < gripper.holding_width:
        return 0.0
    return min(width, gripper.max_width)
