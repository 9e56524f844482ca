"""A gate over an ideal robot, with everything that a test of it needs in one place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safety.audit import Audit
from safety.gate import SafetyGate
from safety.kinematics import Arm
from safety.latch import Latch
from skills.base import FloatArray
from skills.call import Ruling, SkillCall
from skills.cell import Cell
from skills.chunk import ActionChunk, JointSlice
from skills.observation import Observation
from skills.scene import PartQuery
from tests.safety.ideal_robot import KinematicDriver

CHECKPOINT = "c0ffee"
DOWN = (np.pi, 0.0)
HOVER, GRASP, LIFT, ABOVE_BIN, IN_BIN = 0.12, 0.0125, 0.16, 0.2, 0.085


class Bench:
    """One cell with a gate, an ideal robot and its files."""

    def __init__(self, cell: Cell, folder: Path, driver: KinematicDriver | None = None) -> None:
        self.cell, self.folder = cell, folder
        self.driver = driver or KinematicDriver(cell)
        self.arm = Arm(cell)
        self.latch = Latch(folder / "latch.json")
        self.gate = SafetyGate(cell, self.driver, self.driver, self.latch, Audit(folder / "audit.jsonl"))
        self.calls = 0
        self.bind()

    @property
    def audit(self) -> Path:
        return self.folder / "audit.jsonl"

    @property
    def home(self) -> list[float]:
        return [*self.arm.tcp(self.arm.home).translation.tolist(), *DOWN, 0.0]

    def bind(self, seconds: float | None = None) -> str:
        self.calls += 1
        call = SkillCall(
            id=f"call-{self.calls}", skill="pick", arguments={}, phrase="pick up the part", part=PartQuery()
        )
        until_ns = None if seconds is None else self.driver.now_ns() + round(seconds * 1e9)
        self.gate.bind(call, CHECKPOINT, until_ns)
        return call.id

    def chunk(self, values: Any, period: float | None = None, **changes: Any) -> ActionChunk:
        """A chunk that answers a fresh observation and belongs to the call that is bound, but for `changes`."""
        observation: Observation = self.gate.observe()
        fields: dict[str, Any] = {
            "values": np.array(values, dtype=np.float64),
            "space": "tcp_waypoints" if period is None else "joint_positions",
            "answers": observation.sequence,
            "observed_ns": observation.time_ns,
            "call_id": f"call-{self.calls}",
            "checkpoint": CHECKPOINT,
            "period": period,
        }
        return ActionChunk(**{**fields, **changes})

    def waypoints(self, values: Any, on_progress: Callable[[float], None] = lambda _: None) -> Ruling:
        return self.gate.execute(self.chunk(values), on_progress)

    def joints(self, path: FloatArray, period: float, width: float | None = None) -> Ruling:
        """Carry out joint rows (N, DOF) with the gripper as it is, or at `width`."""
        opening = self.driver.width if width is None else width
        return self.gate.execute(self.chunk(np.column_stack([path, np.full(len(path), opening)]), period))

    def pick(self, x: float, y: float, yaw: float = 0.0, opening: float = 0.05) -> list[list[float]]:
        """The expert's five rows: hover, descend, close, lift, home."""
        at = (x, y)
        return [
            [*at, HOVER, *DOWN, yaw, opening],
            [*at, GRASP, *DOWN, yaw, opening],
            [*at, GRASP, *DOWN, yaw, 0.0],
            [*at, LIFT, *DOWN, yaw, 0.0],
            [*self.home, 0.0],
        ]

    def place(self, x: float, y: float, above: float = ABOVE_BIN, low: float = IN_BIN) -> list[list[float]]:
        """The expert's five rows: above, lower, open, raise, home."""
        at = (x, y)
        return [
            [*at, above, *DOWN, 0.0, 0.0],
            [*at, low, *DOWN, 0.0, 0.0],
            [*at, low, *DOWN, 0.0, 0.08],
            [*at, above, *DOWN, 0.0, 0.08],
            [*self.home, 0.08],
        ]

    def grasp(self, width: float = 0.02) -> None:
        """Have a part of this width in the gripper, at home."""
        self.driver.part_width = width
        assert self.waypoints([*self.pick(0.5, 0.0)]).decision == "allow"

    def lose(self) -> None:
        """The part is taken out of the gripper, whose fingers meet."""
        self.driver.part_width, self.driver.width = None, 0.0

    def sent(self) -> FloatArray:
        """(N, DOF) all joint positions that the robot was sent."""
        return np.vstack([c.positions for c in self.driver.commands if isinstance(c, JointSlice)])


@pytest.fixture
def bench(cell: Cell, tmp_path: Path) -> Bench:
    return Bench(cell, tmp_path)


@pytest.fixture
def benches(cell: Cell, tmp_path: Path) -> Callable[..., Bench]:
    """Makes benches of changed cells or drivers."""

    def make(changed: Cell | None = None, driver: KinematicDriver | None = None) -> Bench:
        folder = tmp_path / f"cell-{len(list(tmp_path.iterdir()))}"
        return Bench(changed or cell, folder, driver)

    return make
