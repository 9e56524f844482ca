"""Builds the untrained policy of a run."""

from pathlib import Path

from lerobot.configs.types import FeatureType, PolicyFeature

from policy.keyframes import ACTION_NAMES
from policy.smolvla_tray.configuration_smolcell import SmolcellConfig
from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy
from policy.training.networks import Backbone

CAMERA = "overhead"
IMAGE_KEY = f"observation.images.{CAMERA}"


def new_policy(backbone_folder: Path, backbone: Backbone, keyframes: int, words: int) -> SmolcellPolicy:
    """The class of lerobot over the backbone in a folder; `words` is the length of a padded phrase in tokens."""
    side, width = backbone.image_size, len(ACTION_NAMES)
    config = SmolcellConfig(
        vlm_model_name=str(backbone_folder),
        max_state_dim=width,
        max_action_dim=width,
        chunk_size=keyframes,
        n_action_steps=keyframes,
        resize_imgs_with_padding=(side, side),
        tokenizer_max_length=words,
        pad_language_to="max_length",
        input_features={
            IMAGE_KEY: PolicyFeature(FeatureType.VISUAL, (3, side, side)),
            "observation.state": PolicyFeature(FeatureType.STATE, (width,)),
        },
        output_features={"action": PolicyFeature(FeatureType.ACTION, (width,))},
        device="cpu",
    )
    return SmolcellPolicy(config)
