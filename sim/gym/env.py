"""A skill call as a Gymnasium episode: the twin behind the safety gate, one row of the action language a step."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import gymnasium
import numpy as np

import skills
from sim.gym.spaces import Floats, Shown, action_space, observation_space, shown, waypoint
from sim.portrait import side
from sim.setting import CALIBRATED, load_setting
from sim.table import Table
from sim.task import Task, calls_in, draw_task, expert_rows, is_done
from skills.base import FloatArray
from skills.call import Ruling, SkillCall
from skills.catalogue import catalogue_of
from skills.cell import Cell, load_cell
from skills.chunk import ActionChunk
from skills.errors import BadInput, UnknownName
from skills.observation import Observation
from skills.scene import PartQuery

CELLS: Final = Path(skills.__file__).parent.parent / "cells"
PROPOSER: Final = "gymnasium"
"""What the gate's audit names instead of a checkpoint."""
STEPS: Final = 10
"""Default length of an episode: two attempts of five keyframes."""
HOME: Final = 0.03
"""A skill ends where the next one begins: its tool this near to where it stood at first [m]."""
DRAWS: Final = 50
"""How often a scene is drawn anew before a cell counts as one in which nothing can be asked."""
BUDGET: Final = "budget"
"""Rule of the gate that ends a motion when the card's seconds are spent."""


@dataclass
class _Episode:
    """A call under way: `start` is where the tool stood at first (3,) [m], `kept` gives its world and files back."""

    table: Table
    kept: ExitStack
    task: Task
    call: SkillCall
    seen: Observation
    start: FloatArray
    steps: int = 0
    over: bool = False


class CellEnv(gymnasium.Env[Shown, Floats]):
    """One call of `skill` an episode, in a scene drawn anew in the named setting.

    Observations: `pixels`, uint8 (H, W, 3) by camera, and `agent_pos`, (6,): see `sim.gym.spaces`. Actions: (7,)
    x, y, z [m], roll, pitch, yaw [rad] in the robot's base frame, width [m]: the tool moves there in a straight
    line, then the fingers go to the width; 0 closes them. Every action is judged, retimed and watched by the
    safety gate; what it refuses moves nothing, or stops on the way, and ends the episode.

    Reward: 1 when ground truth says that the skill is done and the tool is back where it began, which ends the
    episode; -1 for an action that the gate refused; else 0. An episode is cut off (truncated) after
    `episode_length` steps, and when the seconds of the skill card are spent.

    `info`: `is_success`, `phrase`, `rule` and `refused` (the gate's rule and its sentence, "" where it stopped
    nothing), `seconds` (for which the arm moved).

    Args:
        cell: name of an installed cell, or a cell file.
        setting: what varies from scene to scene, `sim/randomization/`.
        skill: name of a card of the cell.
        cameras: whose pictures are shown; without it all of the cell's.
        episode_length: steps after which an episode is cut off.
        render_mode: None, or "rgb_array": the cell from the side.

    Attributes:
        task_description: the phrase of the episode, exactly as policies are trained on it; "" before the first.
        task: the skill's name.

    Raises: UnknownName, BadInput.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 2}

    def __init__(
        self,
        cell: str | Path = "default",
        setting: str = CALIBRATED,
        skill: str = "pick",
        cameras: Sequence[str] | None = None,
        episode_length: int = STEPS,
        render_mode: str | None = None,
    ) -> None:
        self.render_mode = _known_mode(render_mode, self.metadata["render_modes"])
        if not isinstance(episode_length, int) or episode_length < 1:
            raise BadInput("episode_length", episode_length, "a whole number, at least 1")
        self._cell, self._setting = find_cell(cell), load_setting(setting)
        self._card = catalogue_of(self._cell)[skill]
        if not calls_in(self._cell, self._card):
            raise BadInput("skill", skill, f"one that cell {self._cell.name} has a place for")
        self._cameras = known_cameras(self._cell, cameras)
        self._max_episode_steps = episode_length  # where lerobot looks for it
        self.observation_space = observation_space(self._cell, self._cameras)
        self.action_space = action_space(self._cell)
        self._episode: _Episode | None = None
        self._begun = 0

    @property
    def task(self) -> str:
        return self._card.name

    @property
    def task_description(self) -> str:
        return self._episode.task.phrase if self._episode else ""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Shown, dict[str, Any]]:
        """A new scene and a new phrase; the same ones for the same seed. There are no options.

        Raises: UnknownName (an option), BadInput (a cell in which nothing can be asked).
        """
        super().reset(seed=seed)
        for name in options or {}:
            raise UnknownName("option", name, ())
        self._leave()
        self._episode = episode = self._begin()
        return shown(episode.seen, self._cameras), _info(episode.task, success=False)

    def step(self, action: Any) -> tuple[Shown, float, bool, bool, dict[str, Any]]:
        """Ask the gate for one motion. Raises: BadInput (no such action, or no episode under way)."""
        episode = self._under_way()
        ruling = self._execute(episode, waypoint(action))
        episode.steps += 1
        episode.seen = episode.table.gate.observe()
        stopped, spent = ruling.decision == "stop", any(finding.rule == BUDGET for finding in ruling.findings)
        refused = stopped and not spent
        success = not stopped and _is_home(episode) and is_done(episode.table, episode.task)
        truncated = spent or episode.steps >= self._max_episode_steps
        episode.over = success or refused or truncated
        info = _info(episode.task, success=success, ruling=ruling)
        return shown(episode.seen, self._cameras), float(success) - float(refused), success or refused, truncated, info

    def render(self) -> Any:
        """(384, 384, 3) uint8: the whole cell from the side. Raises: BadInput before the first reset."""
        if self.render_mode is None:
            return None
        if self._episode is None:
            raise BadInput("render", "nothing yet", "after reset()")
        return np.array(side(self._episode.table.world), np.uint8)

    def demonstration(self) -> FloatArray:
        """(5, 7) actions with which the expert does it from here. It knows the truth: for demonstrations and tests.

        Raises: BadInput (no episode under way, a part that can't be grasped any more).
        """
        episode = self._under_way()
        return expert_rows(episode.table, episode.task, episode.seen.gripper_width)

    def close(self) -> None:
        """Give back the physics world and the gate's files."""
        self._leave()

    def _begin(self) -> _Episode:
        for _ in range(DRAWS):
            with ExitStack() as kept:
                state = kept.enter_context(TemporaryDirectory(prefix="smolcell-gym-"))
                table = Table(self._cell, self._card, self._setting, self.np_random, Path(state))
                kept.callback(table.close)
                task = draw_task(table, self._card)
                if task is not None:
                    return self._called(table, kept.pop_all(), task)
        raise BadInput("cell", self._cell.name, f"one in which a {self._card.name} can be asked; none could in {DRAWS}")

    def _called(self, table: Table, kept: ExitStack, task: Task) -> _Episode:
        self._begun += 1
        call = SkillCall(
            id=f"{PROPOSER}-{self._begun}",
            skill=task.card.name,
            arguments=task.arguments,
            phrase=task.phrase,
            part=PartQuery(),
        )
        seen = table.gate.observe()
        table.gate.bind(call, PROPOSER, table.driver.now_ns() + int(task.card.budget.seconds * 1e9))
        return _Episode(table, kept, task, call, seen, seen.tcp[:3])

    def _execute(self, episode: _Episode, row: FloatArray) -> Ruling:
        seen = episode.seen
        chunk = ActionChunk(row, "tcp_waypoints", seen.sequence, seen.time_ns, episode.call.id, PROPOSER)
        return episode.table.gate.execute(chunk)

    def _under_way(self) -> _Episode:
        if self._episode is None or self._episode.over:
            raise BadInput("step", "no episode", "taken in an episode that is under way: call reset() first")
        return self._episode

    def _leave(self) -> None:
        if self._episode is not None:
            self._episode.kept.close()
            self._episode = None


def find_cell(cell: str | Path) -> Cell:
    """The installed cell of that name, or the one in a file. Raises: UnknownName, BadInput."""
    if not isinstance(cell, str | Path):
        raise BadInput("cell", cell, "a name or the path of a file")
    path = Path(cell)
    if path.suffix in (".yaml", ".yml"):
        return load_cell(path)
    names = sorted(file.stem for file in CELLS.glob("*.yaml"))
    if str(cell) not in names:
        raise UnknownName("cell", str(cell), names, "Or name a cell file: cells/mine.yaml")
    return load_cell(CELLS / f"{cell}.yaml")


def known_cameras(cell: Cell, cameras: Sequence[str] | None) -> tuple[str, ...]:
    """The named cameras of the cell; without names all of them. Raises: UnknownName, BadInput (an empty list)."""
    if isinstance(cameras, str) or not isinstance(cameras, Sequence | None):
        raise BadInput("cameras", cameras, f"a list of names out of {', '.join(cell.cameras)}")
    chosen = tuple(cell.cameras) if cameras is None else tuple(cameras)
    for name in chosen:
        if name not in cell.cameras:
            raise UnknownName("camera", name, cell.cameras)
    if not chosen:
        raise BadInput("cameras", [], f"one or more of {', '.join(cell.cameras)}")
    return chosen


def _known_mode(mode: str | None, modes: Sequence[str]) -> str | None:
    if mode is not None and mode not in modes:
        raise UnknownName("render_mode", mode, modes)
    return mode


def _is_home(episode: _Episode) -> bool:
    return bool(np.linalg.norm(episode.seen.tcp[:3] - episode.start) < HOME)


def _info(task: Task, *, success: bool, ruling: Ruling | None = None) -> dict[str, Any]:
    refused = ruling is not None and ruling.decision == "stop"
    return {
        "is_success": success,
        "phrase": task.phrase,
        "rule": ruling.findings[0].rule if ruling and refused else "",
        "refused": ruling.describe() if ruling and refused else "",
        "seconds": ruling.seconds if ruling else 0.0,
    }
