"""Faults done to the twin from outside of everything that decides: to its world, its driver, its policies.

The agent, the gate and the policies' own code are those of every run; what is wrapped here is what a real cell
has in the same place: cameras, light, fingers, a part that slides, a person's hand, a model that hangs.
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

import numpy as np

from sim.body import LINK, numbers
from sim.driver import GRIP_SECONDS
from sim.faults import (
    Absent,
    Black,
    Covered,
    Dimmed,
    Encoders,
    Frozen,
    Garbage,
    Kill,
    Late,
    Misheard,
    Moved,
    Nudged,
    Slip,
    Stuck,
    Swapped,
    Turned,
)
from sim.garbage import spoilt
from sim.judge import truth
from sim.parts.spawn import Body
from sim.randomize import Jitter
from sim.schedule import Schedule
from sim.world import World
from skills.base import Image
from skills.chunk import ActionChunk, GripperCommand, JointSlice
from skills.errors import Unavailable
from skills.observation import Observation
from skills.protocols import Policy
from skills.scene import select

IN_HAND: Final = 0.05
"""A part whose centre is so near to the tool's [m] and so far above the table hangs in the gripper."""
SHADE: Final = 70.0
ROUGH: Final = 3.0
"""Grey value of what covers a camera, and how far its noise goes [of 255]."""
CLEAR: Final = 0.05
"""A part that has fallen this far below the tool [m] is out of the fingers' way."""

Pictures = Mapping[str, Image]


class Robot(Protocol):
    """The twin's driver and clock, with a way to let time pass."""

    def now_ns(self) -> int: ...

    def observe(self) -> Observation: ...

    def measure(self) -> Observation: ...

    def command(self, motion: JointSlice | GripperCommand) -> None: ...

    def stop(self) -> None: ...

    def wait(self, seconds: float) -> None: ...


class FaultyDriver:
    """A driver to which the scheduled faults happen. Implements Driver and Clock."""

    def __init__(self, driver: Robot, world: World, arm: int, schedule: Schedule) -> None:
        self._driver, self._schedule = driver, schedule
        self._hand = _Hand(world, arm)
        self._world = world
        self._last: dict[str, Image] = {}

    def now_ns(self) -> int:
        return self._driver.now_ns()

    def observe(self) -> Observation:
        self._happen()
        with self._nudged():
            seen = self._driver.observe()
        return self._numbed(replace(seen, images=self._spoilt(seen.images)))

    def measure(self) -> Observation:
        return self._numbed(self._driver.measure())

    def command(self, motion: JointSlice | GripperCommand) -> None:
        if isinstance(motion, GripperCommand) and self._schedule.active(Stuck):
            self._driver.wait(GRIP_SECONDS)
        else:
            self._driver.command(motion)
        self._happen()

    def stop(self) -> None:
        self._driver.stop()

    def wait(self, seconds: float) -> None:
        self._driver.wait(seconds)

    def _happen(self) -> None:
        """Whatever is due now."""
        tool = self._driver.measure().tcp[:3]
        self._hand.clear(tool)
        for slip in self._schedule.due(Slip):
            if self._hand.drop(tool):
                self._schedule.over(slip)
        for moved in self._schedule.due(Moved):
            self._schedule.over(moved)
            _move(self._world, moved)
        if self._schedule.due(Kill):
            os.kill(os.getpid(), signal.SIGKILL)

    def _numbed(self, seen: Observation) -> Observation:
        return replace(seen, joints=np.full_like(seen.joints, np.nan)) if self._schedule.active(Encoders) else seen

    @contextmanager
    def _nudged(self) -> Iterator[None]:
        """The cameras stand elsewhere while a picture is taken."""
        rightly = self._world.appearance
        nudges: dict[str, Jitter] = {nudge.camera: _jitter(nudge) for nudge in self._schedule.active(Nudged)}
        self._world.appearance = replace(rightly, cameras={**rightly.cameras, **nudges})
        try:
            yield
        finally:
            self._world.appearance = rightly

    def _spoilt(self, images: Pictures) -> Pictures:
        pictures = dict(images)
        for dimmed in self._schedule.active(Dimmed):
            pictures = {name: _dim(image, dimmed.gain) for name, image in pictures.items()}
        if self._schedule.active(Swapped):
            pictures = dict(zip(pictures, reversed(pictures.values()), strict=True))
        for turned in self._schedule.active(Turned):
            pictures[turned.camera] = _turned(pictures[turned.camera], turned)
        for covered in self._schedule.active(Covered):
            pictures[covered.camera] = _covered(pictures[covered.camera], covered)
        frozen = {fault.camera for fault in self._schedule.active(Frozen)} & self._last.keys()
        pictures |= {name: self._last[name] for name in frozen}
        self._last = pictures
        black = {fault.camera for fault in self._schedule.active(Black)} & pictures.keys()
        return pictures | {name: np.zeros_like(pictures[name]) for name in black}


class FaultyPolicy:
    """A policy that mishears, and whose answers come late, spoilt or not at all. Implements Policy.

    Args:
        wait: lets the cell's time pass [s].
    """

    def __init__(self, policy: Policy, schedule: Schedule, wait: Callable[[float], None]) -> None:
        self._policy, self._schedule, self._wait = policy, schedule, wait

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        if self._schedule.active(Absent):
            raise Unavailable("the policy does not answer.", "Start its server, then resume.")
        for misheard in self._schedule.active(Misheard):
            phrase = misheard.phrase
        chunk = self._policy.act(observation, phrase, call_id)
        for late in self._schedule.active(Late):
            self._wait(late.by_s)
        for fault in self._schedule.active(Garbage):
            chunk = spoilt(chunk, fault.form)
        return chunk


@dataclass
class _Hand:
    """What hangs in the gripper, and how it slides out: it no longer touches the arm until it is clear."""

    world: World
    arm: int
    falling: Body | None = None

    def drop(self, tool: np.ndarray[Any, Any]) -> bool:
        """Let the part go that is in the gripper; False where there is none."""
        for body in self.world.bodies:
            at = np.array(self.world.bullet.getBasePositionAndOrientation(body.id)[0])
            if at[2] > IN_HAND and np.linalg.norm(at - tool) < IN_HAND:
                self.falling = body
                self._touches(body, False)
                return True
        return False

    def clear(self, tool: np.ndarray[Any, Any]) -> None:
        if self.falling is None:
            return
        height = self.world.bullet.getBasePositionAndOrientation(self.falling.id)[0][2]
        if tool[2] - height > CLEAR:
            self._touches(self.falling, True)
            self.falling = None

    def _touches(self, body: Body, yes: bool) -> None:
        hand, links = self.world.cell.robot.description.tool, numbers(self.world.bullet, self.arm, LINK)
        for link in {hand.link: None} | {finger.link: None for finger in hand.fingers}:
            self.world.bullet.setCollisionFilterPair(body.id, self.arm, -1, links[link], int(yes))


def _move(world: World, moved: Moved) -> None:
    """A person's hand: the part lies elsewhere on the tray, or is gone."""
    parts = truth(world)
    meant = select(moved.part, [part for part, _ in parts])
    if not meant:
        return
    body = world.bodies[next(i for i, (part, _) in enumerate(parts) if part is meant[0])]
    if moved.to is None:
        world.bodies.remove(body)
        world.bullet.removeBody(body.id)
        return
    x, y = np.add(world.cell.tray.centre, moved.to)
    _, turn = world.bullet.getBasePositionAndOrientation(body.id)
    at = (float(x), float(y), body.spec.shape.height / 2 + 0.001)
    world.bullet.resetBasePositionAndOrientation(body.id, at, turn)


def _jitter(nudge: Nudged) -> Jitter:
    across, up, along = (value / 1000 for value in nudge.shift_mm)
    pitch, yaw, roll = (float(np.deg2rad(value)) for value in nudge.turn_deg)
    return Jitter((across, up, along), (pitch, yaw, roll), 1.0)


def _turned(image: Image, turned: Turned) -> Image:
    return np.ascontiguousarray(np.rot90(image[:, ::-1] if turned.mirrored else image, turned.quarters))


def _covered(image: Image, covered: Covered) -> Image:
    """A grey thing out of focus: one shade, and what noise the picture has there."""
    shown = image.astype(np.float32)
    quarters = {"left": 0, "top": 1, "right": 2, "bottom": 3}[covered.side]
    laid = np.rot90(shown, quarters)  # a view: the hidden side lies at the left
    hidden = laid[:, : round(covered.share * laid.shape[1])]
    rough = hidden - np.median(hidden, axis=(0, 1))
    hidden[:] = SHADE + np.clip(rough, -ROUGH, ROUGH)
    return np.asarray(np.clip(shown, 0, 255), np.uint8)


def _dim(image: Image, gain: float) -> Image:
    return np.asarray(np.clip(image.astype(np.float32) * gain, 0, 255), np.uint8)
