"""The environment as lerobot's commands name it: `--env.type=smolcell`. Needs the extra `train`.

lerobot looks for plug-ins where it is told: `--env.discover_packages_path=sim.gym` imports this module.
"""

from dataclasses import dataclass
from typing import Any

from lerobot.configs.types import FeatureType, PolicyFeature
from lerobot.envs.configs import EnvConfig
from lerobot.utils.constants import ACTION, OBS_IMAGES, OBS_STATE

from sim.data.examples import STATE_NAMES
from sim.gym import ENVIRONMENT
from sim.gym.env import STEPS, find_cell, known_cameras
from sim.setting import CALIBRATED
from skills.chunk import WAYPOINT_COLUMNS


@EnvConfig.register_subclass("smolcell")
@dataclass
class SmolcellEnv(EnvConfig):  # type: ignore[misc]
    """Options of `lerobot-eval --env.…`: those of `sim.gym.env.CellEnv`, by the same names.

    `fps` and `task` are lerobot's own: an action takes the time that the gate gives it, and the task is the phrase
    of the episode.
    """

    cell: str = "default"
    setting: str = CALIBRATED
    skill: str = "pick"
    cameras: tuple[str, ...] | None = None
    episode_length: int = STEPS

    def __post_init__(self) -> None:
        cell = find_cell(self.cell)
        cameras = known_cameras(cell, self.cameras)
        sizes = {name: cell.cameras[name].size for name in cameras}
        self.features = {
            ACTION: PolicyFeature(FeatureType.ACTION, (len(WAYPOINT_COLUMNS),)),
            "agent_pos": PolicyFeature(FeatureType.STATE, (len(STATE_NAMES),)),
            **{f"pixels/{name}": PolicyFeature(FeatureType.VISUAL, (side, side, 3)) for name, side in sizes.items()},
        }
        pictures = {f"pixels/{name}": f"{OBS_IMAGES}.{name}" for name in cameras}
        self.features_map = {ACTION: ACTION, "agent_pos": OBS_STATE, **pictures}

    @property
    def package_name(self) -> str:
        """What registers the environment."""
        return "sim.gym"

    @property
    def gym_id(self) -> str:
        return ENVIRONMENT

    @property
    def gym_kwargs(self) -> dict[str, Any]:
        return {
            "cell": self.cell,
            "setting": self.setting,
            "skill": self.skill,
            "cameras": self.cameras,
            "episode_length": self.episode_length,
            "render_mode": "rgb_array",
        }
