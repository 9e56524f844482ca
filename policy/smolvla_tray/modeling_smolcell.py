"""The small SmolVLA: lerobot's policy with a convolutional stem in place of the patch embedding.

A stem of strided convolutions learns several times faster on pictures of a few thousand scenes than one
16×16 projection. Everything else, training loss and denoising included, is lerobot's.
"""

import itertools
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from lerobot.utils.constants import ACTION
from torch import Tensor, nn

from policy.portable import PortableSmolVLA
from policy.smolvla_tray import STEM_STRIDE
from policy.smolvla_tray.configuration_smolcell import SmolcellConfig
from policy.smolvla_tray.rows import Rows, save_processors


class ConvStem(nn.Module):  # type: ignore[misc]
    """Patch embeddings by four strided convolutions, plus a learnt embedding of the place.

    (B, 3, size, size) in [-1, 1] → (B, (size / 16)², width). Takes the place of transformers'
    `vision_model.embeddings` and keeps its parameter names.
    """

    def __init__(self, width: int, image_size: int) -> None:
        super().__init__()
        channels = (3, width // 4, width // 2, width * 3 // 4)
        blocks: list[nn.Module] = []
        for inside, outside in itertools.pairwise(channels):
            blocks += [nn.Conv2d(inside, outside, 3, 2, 1), nn.GroupNorm(8, outside), nn.GELU(approximate="tanh")]
        self.patch_embedding = nn.Sequential(*blocks, nn.Conv2d(channels[-1], width, 3, 2, 1))
        self.patch_embedding.to(memory_format=torch.channels_last)
        self.position_embedding = nn.Embedding((image_size // STEM_STRIDE) ** 2, width)

    def forward(self, pixel_values: Tensor, patch_attention_mask: Tensor | None = None) -> Tensor:  # noqa: ARG002
        patches = self.patch_embedding(pixel_values.contiguous(memory_format=torch.channels_last))
        return patches.flatten(2).transpose(1, 2) + self.position_embedding.weight


def put_stem(vision_model: nn.Module) -> None:
    """Give a SmolVLM vision transformer the convolutional stem, and attention that trains fast on a CPU."""
    config = vision_model.config
    vision_model.embeddings = ConvStem(config.hidden_size, config.image_size)
    config._attn_implementation = "eager"


class SmolcellPolicy(PortableSmolVLA):
    """lerobot's SmolVLA over our small backbone; saves and loads as one folder that can be moved."""

    config_class = SmolcellConfig
    name = "smolcell"
    config: SmolcellConfig

    def __init__(self, config: SmolcellConfig, **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        put_stem(self.model.vlm_with_expert.get_vlm_model().vision_model)
        self.requires_grad_(True)

    @cached_property
    def _rows(self) -> Rows:
        return Rows(Path(self.config.vlm_model_name).parent)

    def select_action(self, batch: dict[str, Any], noise: Tensor | None = None, **_: Any) -> Tensor:
        """(B, 7) next row of the action language, for whoever asks row by row, as lerobot's evaluation does.

        Unlike `predict_action_chunk`, which takes and gives what training sees, it takes what an environment shows:
        pictures in [0, 1] of any size, tool states and exact phrases ("task"); each keyframe has a normalization of
        its own, which can't be undone any more once a chunk is unpacked.

        Raises: UnknownName (a phrase that is not in the contract), BadInput (no contract in the folder).
        """
        queue = self._queues[ACTION]
        if not queue:
            taken = self._rows.inputs(batch, self.config)
            queue.extend(self._rows.read(self.predict_action_chunk(taken, noise=noise)))
        row: Tensor = queue.popleft()
        return row

    def _save_pretrained(self, save_directory: Path) -> None:
        save_processors(save_directory)
        super()._save_pretrained(save_directory)
