"""The policy that fine-tuning begins with: a folder in the layout of `lerobot/smolvla_base`, fitted to a robot."""

from pathlib import Path
from typing import Any, Final

import torch
from lerobot.configs.policies import PreTrainedConfig
from lerobot.configs.types import FeatureType, PolicyFeature
from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig
from lerobot.utils.constants import ACTION, OBS_IMAGES, OBS_STATE
from safetensors import SafetensorError
from torch import nn

from policy.portable import BACKBONE_FOLDER
from policy.training.checks import require_cameras
from policy.training.finetune.config import Method
from policy.training.finetune.episodes import Recording, camera_names
from policy.training.finetune.modeling_tuned import TunedSmolVLA
from skills.contract import hash_files
from skills.errors import BadInput, Unavailable

CONFIG, WEIGHTS = "config.json", "model.safetensors"
NEEDED: Final = ("config.json", "tokenizer.json", "tokenizer_config.json", "preprocessor_config.json")
"""What a backbone's folder must hold; its weights are in the base's own file."""


def base_files(root: Path) -> list[Path]:
    """What a base is known by. Raises: BadInput, Unavailable (its backbone has no configuration, no tokenizer)."""
    for file in (CONFIG, WEIGHTS):
        if not (root / file).is_file():
            raise BadInput("--start-from", str(root), f"a folder like lerobot/smolvla_base; {file} is missing")
    missing = [file for file in NEEDED if not (root / BACKBONE_FOLDER / file).is_file()]
    if missing:
        name = base_config(root).vlm_model_name
        raise Unavailable(
            f"{root / BACKBONE_FOLDER} lacks {', '.join(missing)}.",
            f"Put configuration, tokenizer and processors of {name} there; its weights are not needed.",
        )
    return [root / WEIGHTS, root / CONFIG, root / BACKBONE_FOLDER / "tokenizer.json"]


def base_hash(root: Path) -> str:
    """SHA-256 of weights, configuration and tokenizer. Raises: as `base_files`."""
    return hash_files(base_files(root))


def base_config(root: Path) -> SmolVLAConfig:
    """Raises: BadInput."""
    try:
        config = PreTrainedConfig.from_pretrained(root)
    except Exception as error:  # draccus raises whatever it stumbles over
        raise BadInput("--start-from", str(root), f"a folder with a readable {CONFIG} ({error})") from None
    if not isinstance(config, SmolVLAConfig):
        raise BadInput("--start-from", config.type, "a SmolVLA")
    return config


def fitted_config(root: Path, recording: Recording) -> SmolVLAConfig:
    """The base's configuration with this run's cameras, columns, horizon and frozen parts.

    Raises: BadInput (a camera without a map, more columns than the base has), UnknownName (a picture that it does not
        take).
    """
    config, told, shapes = base_config(root), recording.config, recording.shapes
    taken = [key.removeprefix(f"{OBS_IMAGES}.") for key in config.image_features]
    require_cameras(camera_names(recording.info["features"]), told.feeds, taken)
    most = min(config.max_action_dim, config.max_state_dim)
    if len(told.axes) > most:
        raise BadInput("axes", len(told.axes), f"at most {most} columns, as many as the base has")
    fed = sorted(told.cameras, key=lambda name: taken.index(told.cameras[name].feeds))
    pictures = {
        f"{OBS_IMAGES}.{told.cameras[name].feeds}": PolicyFeature(FeatureType.VISUAL, (3, *shapes[name]))
        for name in fed
    }
    columns = (len(told.axes),)
    config.input_features = {OBS_STATE: PolicyFeature(FeatureType.STATE, columns), **pictures}
    config.output_features = {ACTION: PolicyFeature(FeatureType.ACTION, columns)}
    config.chunk_size, config.n_action_steps = told.chunk_size, told.executed
    config.empty_cameras, config.load_vlm_weights, config.compile_model = 0, False, False
    config.prefix_length = -1  # the state's token is the last one
    config.device, config.push_to_hub, config.repo_id = "cpu", False, None
    _freeze(config, told.method)
    return config


def _freeze(config: SmolVLAConfig, method: Method) -> None:
    """What lerobot leaves untrained; adapters freeze all the rest themselves."""
    config.freeze_vision_encoder = method != "full"
    config.train_expert_only = method in ("lora", "qlora")
    config.train_state_proj = True


def load_base(root: Path, config: SmolVLAConfig) -> TunedSmolVLA:
    """The base's weights under a fitted configuration. Raises: BadInput (weights of other networks)."""
    try:
        policy = TunedSmolVLA.from_pretrained(root, config=config)
    except (RuntimeError, SafetensorError, OSError, KeyError) as error:
        reason = " ".join(str(error).split())[:300]
        raise BadInput("--start-from", str(root), f"weights of the networks in its {CONFIG} ({reason})") from None
    config.pretrained_path = root
    cut_to(policy, config.action_feature.shape[0])
    return policy


def cut_to(policy: Any, columns: int) -> None:
    """Leave out what the base pads states and actions with, so that no loss and no noise is on columns that are none.

    The base's first and last layers keep their weights for the real columns; padded ones were always zero.
    """
    model, config = policy.model, policy.config
    config.max_state_dim = config.max_action_dim = columns
    for name in ("state_proj", "action_in_proj"):
        old = getattr(model, name)
        setattr(model, name, _linear(old.weight[:, :columns], old.bias, old.weight.requires_grad))
    out = model.action_out_proj
    model.action_out_proj = _linear(out.weight[:columns], out.bias[:columns], out.weight.requires_grad)


def _linear(weight: torch.Tensor, bias: torch.Tensor, learns: bool) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight.data, layer.bias.data = weight.detach().clone().contiguous(), bias.detach().clone()
    return layer.requires_grad_(learns)
