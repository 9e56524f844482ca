"""Configuration of the bridge. lerobot finds the model by this module's name and the class's."""

from dataclasses import dataclass

from lerobot.configs.policies import PreTrainedConfig
from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig


@PreTrainedConfig.register_subclass("smolvlm_bridge")
@dataclass
class SmolvlmBridgeConfig(SmolVLAConfig):  # type: ignore[misc]
    """SmolVLA's language model with a plain head; see `policy.training.finetune.config.BridgeHead`. `bins` 0: none."""

    head_width: int = 512
    bins: int = 0
    language: float = 0.1
