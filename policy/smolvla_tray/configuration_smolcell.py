"""Configuration of the small SmolVLA. lerobot finds the model by this module's name and the class's."""

from dataclasses import dataclass

from lerobot.configs.policies import PreTrainedConfig
from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig

BACKBONE_FOLDER = "vlm"
"""Folder inside a checkpoint that holds the backbone's configuration and tokenizer."""


@PreTrainedConfig.register_subclass("smolcell")
@dataclass
class SmolcellConfig(SmolVLAConfig):  # type: ignore[misc]
    """SmolVLA with a convolutional stem, trained whole and from scratch.

    `vlm_model_name` is the path of the backbone's folder; in a saved checkpoint it is `BACKBONE_FOLDER`,
    relative to the checkpoint, so that the folder can be moved.
    """

    freeze_vision_encoder: bool = False
    train_expert_only: bool = False
    num_vlm_layers: int = 0
    num_steps: int = 4
