"""lerobot's pre- and postprocessor for a fine-tuned policy, complete and movable.

lerobot's normalizer passes through what it has no statistics for, and divides by whatever spread it is given; here
statistics are required, whole and floored, before it sees them. The tokenizer is read from the checkpoint's folder:
lerobot writes the absolute path that it was trained with.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lerobot.policies.factory import make_pre_post_processors
from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig
from lerobot.policies.smolvla.processor_smolvla import make_smolvla_pre_post_processors
from lerobot.processor import (
    NormalizerProcessorStep,
    PolicyProcessorPipeline,
    RenameObservationsProcessorStep,
    UnnormalizerProcessorStep,
)
from lerobot.utils.constants import OBS_IMAGES, POLICY_PREPROCESSOR_DEFAULT_NAME

from policy.portable import BACKBONE_FOLDER
from policy.training.finetune.statistics import Table, require_complete
from skills.errors import BadInput

Pipelines = tuple[PolicyProcessorPipeline, PolicyProcessorPipeline]
TOKENIZER = "tokenizer_processor"


def new_processors(config: SmolVLAConfig, statistics: Table, cameras: Mapping[str, str]) -> Pipelines:
    """Before and after the network.

    Args:
        cameras: the base's name of each camera's pictures, by the camera's name in data and cell.

    Raises: BadInput (a statistic is missing).
    """
    require_complete(statistics, config.action_feature.shape[0])
    before, after = make_smolvla_pre_post_processors(config, statistics)
    names = {f"{OBS_IMAGES}.{name}": f"{OBS_IMAGES}.{feeds}" for name, feeds in cameras.items()}
    before.steps = [RenameObservationsProcessorStep(names), *before.steps[1:]]  # the first is the same, with no names
    return before, after


def save_processors(pipelines: Pipelines, folder: Path) -> None:
    """Beside the weights; the tokenizer by its place in the folder."""
    for pipeline in pipelines:
        pipeline.save_pretrained(folder)
    file = folder / f"{POLICY_PREPROCESSOR_DEFAULT_NAME}.json"
    content = json.loads(file.read_text())
    for step in content["steps"]:
        if step["registry_name"] == TOKENIZER:
            step["config"]["tokenizer_name"] = BACKBONE_FOLDER
    file.write_text(json.dumps(content, indent=2))


def load_processors(config: SmolVLAConfig, folder: Path) -> Pipelines:
    """Those in a checkpoint's folder, wherever it has been moved. Raises: BadInput (a statistic is missing)."""
    overrides: dict[str, Any] = {
        TOKENIZER: {"tokenizer_name": str(folder / BACKBONE_FOLDER)},
        "device_processor": {"device": config.device},
    }
    try:
        before, after = make_pre_post_processors(config, str(folder), preprocessor_overrides=overrides)
    except (OSError, KeyError, ValueError) as error:
        raise BadInput("checkpoint", str(folder), f"whole; its processors can't be read ({error})") from None
    for step in (*before.steps, *after.steps):
        if isinstance(step, NormalizerProcessorStep | UnnormalizerProcessorStep):
            require_complete(step.stats, config.action_feature.shape[0])
    return before, after
