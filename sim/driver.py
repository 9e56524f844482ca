"""The twin as a robot: the same four methods as any other driver, and the simulated clock."""

import numpy as np

from sim.robot import ArmState, TwinArm
from sim.world import STEP, World
from skills.base import Value
from skills.chunk import GripperCommand, JointSlice
from skills.observation import Observation

GRIP_SECONDS = 0.7
"""Time given to the fingers to reach their width or to close on a part [s]."""
STOP_SECONDS = 0.1


class Past(Value):
    """What a driver has come to: physics steps, observations, and how its arm stands."""

    steps: int
    sequence: int
    arm: ArmState


class SimDriver:
    """Drives the robot of a `World`; time passes only while something moves or is looked at.

    An observation takes one video frame (33 ms) of the cell's time.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._arm = TwinArm(world.bullet, world.cell)
        self._sequence = 0
        self._steps = 0
        self._run(30)

    @property
    def arm(self) -> int:
        """The arm's body in the physics world."""
        return self._arm.body

    def past(self) -> Past:
        return Past(steps=self._steps, sequence=self._sequence, arm=self._arm.state())

    def restore(self, past: Past) -> None:
        """Go on from there, with the arm at rest: its own controller brakes when nobody commands it any more."""
        self._steps, self._sequence = past.steps, past.sequence
        self._arm.restore(past.arm)

    def now_ns(self) -> int:
        return round(self._steps * STEP * 1e9)

    def observe(self) -> Observation:
        self._run(10)
        return self._look()

    def _look(self) -> Observation:
        hand = self._arm.hand()
        frames = {name: hand if camera.mount == "hand" else None for name, camera in self._world.cell.cameras.items()}
        return self._read({name: self._world.photograph(name, frame) for name, frame in frames.items()})

    def measure(self) -> Observation:
        return self._read({})

    def command(self, motion: JointSlice | GripperCommand) -> None:
        if isinstance(motion, GripperCommand):
            self._arm.grip(motion)
            self._run(round(GRIP_SECONDS / STEP))
            return
        elapsed = 0
        for row, (positions, velocities) in enumerate(zip(motion.positions, motion.velocities, strict=True), 1):
            self._arm.hold(positions, velocities)
            due = round(row * motion.period / STEP)
            self._run(due - elapsed)
            elapsed = due

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._run(round(seconds / STEP))

    def stop(self) -> None:
        positions, _ = self._arm.joints()
        self._arm.hold(positions, np.zeros(len(positions)))
        self._run(round(STOP_SECONDS / STEP))

    def _read(self, images: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]) -> Observation:
        self._sequence += 1
        positions, velocities = self._arm.joints()
        return Observation(
            images=images,
            joints=positions,
            joint_speeds=velocities,
            gripper_width=self._arm.width(),
            tcp=self._arm.tcp(),
            time_ns=self.now_ns(),
            sequence=self._sequence,
        )

    def _run(self, steps: int) -> None:
        self._world.advance(steps)
        self._steps += steps
