"""The small SmolVLA for tools that ask for one action at a time: from what an environment shows to model values,
and from a chunk to rows of the action language, by the contract in the checkpoint's folder.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from lerobot.processor import DeviceProcessorStep, PolicyProcessorPipeline, RenameObservationsProcessorStep
from lerobot.utils.constants import (
    OBS_IMAGES,
    OBS_LANGUAGE_ATTENTION_MASK,
    OBS_LANGUAGE_TOKENS,
    OBS_STATE,
    POLICY_POSTPROCESSOR_DEFAULT_NAME,
    POLICY_PREPROCESSOR_DEFAULT_NAME,
)
from torch import Tensor

from policy.checkpoint import PolicyFolder
from policy.keyframes import chunk_normalization, state_normalization, to_waypoints
from policy.phrases import PhraseEncoder
from policy.pictures import shrink
from policy.smolvla_tray.configuration_smolcell import SmolcellConfig
from skills.contract import load_contract


class Rows:
    """Both ways for the checkpoint in the folder `root`. Raises: BadInput (no contract, no tokenizer)."""

    def __init__(self, root: Path) -> None:
        self._contract = load_contract(root)
        self._phrases = PhraseEncoder(PolicyFolder(root).tokenizer)

    def inputs(self, batch: dict[str, Any], config: SmolcellConfig) -> dict[str, Tensor]:
        """What `predict_action_chunk` takes. `batch`: pictures (B, 3, H, W) in [0, 1], states (B, 6), B phrases.

        Raises: UnknownName, BadInput (a picture that is not square or too small).
        """
        ((name, camera),) = self._contract.cameras.items()
        key = f"{OBS_IMAGES}.{name}"
        for phrase in batch["task"]:
            self._contract.require(phrase)
        words = [self._phrases.encode(phrase, config.tokenizer_max_length) for phrase in batch["task"]]
        pictures = [_shrunk(picture, camera.size) for picture in batch[key].cpu()]
        states = state_normalization(self._contract).apply(batch[OBS_STATE].cpu().numpy())
        taken = {
            key: torch.stack(pictures),
            OBS_STATE: torch.from_numpy(states),
            OBS_LANGUAGE_TOKENS: torch.from_numpy(np.stack([ids for ids, _ in words])),
            OBS_LANGUAGE_ATTENTION_MASK: torch.from_numpy(np.stack([mask for _, mask in words])),
        }
        return {name: value.to(config.device) for name, value in taken.items()}

    def read(self, chunks: Tensor) -> list[Tensor]:
        """K rows (B, 7) of the action language from normalized chunks (B, K, 6)."""
        normalization = chunk_normalization(self._contract)
        rows = np.stack([to_waypoints(normalization.undo(chunk)) for chunk in chunks.cpu().numpy()])
        return list(torch.from_numpy(rows).float().unbind(1))


def _shrunk(picture: Tensor, size: int) -> Tensor:
    """(3, size, size) in [0, 1], as training shrinks a camera's bytes."""
    pixels = (picture * 255).round().byte().permute(1, 2, 0).numpy()
    return torch.from_numpy(shrink(pixels, size)).permute(2, 0, 1).float() / 255


def save_processors(folder: Path) -> None:
    """Write lerobot's processors beside the weights: they hand everything through, `select_action` does the rest."""
    steps = {
        POLICY_PREPROCESSOR_DEFAULT_NAME: [RenameObservationsProcessorStep(), DeviceProcessorStep("cpu")],
        POLICY_POSTPROCESSOR_DEFAULT_NAME: [DeviceProcessorStep("cpu")],
    }
    for name, chosen in steps.items():
        PolicyProcessorPipeline(steps=chosen, name=name).save_pretrained(folder)
