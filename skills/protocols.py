"""The few methods that rooms ask of each other. Wrap an implementation to change it; add no flags."""

from typing import Protocol, runtime_checkable

from skills.chunk import ActionChunk, GripperCommand, JointSlice
from skills.observation import Observation
from skills.plan import Past, Understanding
from skills.scene import Scene


@runtime_checkable
class Clock(Protocol):
    """The cell's time: the simulator's in the twin, the machine's monotonic clock on a real robot."""

    def now_ns(self) -> int: ...


@runtime_checkable
class Driver(Protocol):
    """A robot and its cameras. Only `safety/gate.py` calls `command`."""

    def observe(self) -> Observation:
        """A fresh observation with every camera of the cell. Raises: Unavailable."""

    def measure(self) -> Observation:
        """A fresh observation without images, fast enough to watch a motion with."""

    def command(self, motion: JointSlice | GripperCommand) -> None:
        """Execute `motion`; returns when it is over."""

    def stop(self) -> None:
        """Halt all motion now and hold."""


@runtime_checkable
class Policy(Protocol):
    """Proposes action chunks; sees the observation and the phrase, nothing else of the cell."""

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """Raises: UnknownName when `phrase` is not letter for letter in the checkpoint's contract."""


@runtime_checkable
class Perceiver(Protocol):
    """Turns the overhead picture into a scene."""

    def perceive(self, observation: Observation) -> Scene: ...


@runtime_checkable
class Planner(Protocol):
    """Turns words into a plan; moves nothing, names no object that was not seen."""

    def understand(self, instruction: str, scene: Scene | None, past: Past | None = None) -> Understanding:
        """`past` is the run before, for words that point back to it; None where there was none."""
