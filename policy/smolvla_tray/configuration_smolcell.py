"""Configuration of the small SmolVLA. lerobot finds the model by this module's name and the class's."""

from dataclasses import dataclass

from lerobot.configs.policies import PreTrainedConfig
from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig


@PreTrainedConfig.register_subclass("smolcell")
@dataclass
class SmolcellConfig(SmolVLAConfig):  # type: ignore[misc]
    """SmolVLA with a convolutional stem, trained whole and from scratch.

    `vlm_model_name` is the path of the backbone's folder; see `policy/portable.py` for what a checkpoint says.
    """

    freeze_vision_encoder: bool = False
    train_expert_only: bool = False
    num_vlm_layers: int = 0
    num_steps: int = 4
