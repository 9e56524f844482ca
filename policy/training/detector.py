"""The dense part detector: a vision tower whose every token says, linearly, what lies in its 2×2 cells.

It pretrains the policy's eye, and with its own weights it is the perceiver. The head is linear on the
RMS-normalized token, because that is what the policy's language model will read.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from policy import detection
from policy.detection import AXIS, COLOUR, COLUMNS, FAILED, KIND, OBJECTNESS, POSITION, POSITION_UNIT, SIZE
from policy.smolvla_tray.modeling_smolcell import put_stem
from policy.training.backbone import load_smolvlm_config
from policy.training.networks import Backbone
from skills.words import ELONGATED, KINDS

CELLS = 2
"""Cells on each side of a token: the cells' pitch has to be under 0.7 of the smallest distance of parts."""
ABSENT = 9.0
"""Where a part that does not exist is thought to lie [m]: far from every cell."""

Lowered = Callable[[], AbstractContextManager[Any]]


class VisionTower(nn.Module):  # type: ignore[misc]
    """Vision transformer and connector of a SmolVLM: (B, 3, size, size) in [-1, 1] → (B, tokens, width)."""

    def __init__(self, vision_model: nn.Module, connector: nn.Module) -> None:
        super().__init__()
        self.vision_model, self.connector = vision_model, connector

    def forward(self, pixels: Tensor) -> Tensor:
        return self.connector(self.vision_model(pixel_values=pixels).last_hidden_state)


def new_tower(backbone_folder: Path) -> VisionTower:
    """A tower of its own, for the perceiver."""
    from transformers.models.smolvlm.modeling_smolvlm import SmolVLMConnector, SmolVLMVisionTransformer

    config = load_smolvlm_config(backbone_folder)
    vision_model = SmolVLMVisionTransformer(config.vision_config)
    put_stem(vision_model)
    return VisionTower(vision_model, SmolVLMConnector(config))


class PartDetector(nn.Module):  # type: ignore[misc]
    """(B, 3, size, size) in [-1, 1] → (B, (2·tokens_per_side)², 21), columns as `policy.detection` names them."""

    def __init__(self, tower: VisionTower, backbone: Backbone) -> None:
        super().__init__()
        self.tower = tower
        self.head = nn.Linear(backbone.width, CELLS * CELLS * COLUMNS)
        self.side = backbone.tokens_per_side

    def forward(self, pixels: Tensor, lowered: Lowered = nullcontext) -> Tensor:
        """`lowered` gives the context in which the tower's matrix products are computed."""
        with lowered():
            tokens = self.tower(pixels)
        tokens = tokens.float()
        scaled = tokens * torch.rsqrt(tokens.pow(2).mean(-1, keepdim=True) + 1e-6)
        cells = self.head(scaled).view(-1, self.side, self.side, CELLS, CELLS, COLUMNS)
        return cells.permute(0, 1, 3, 2, 4, 5).reshape(-1, (self.side * CELLS) ** 2, COLUMNS)


class DetectorLoss:
    """Every cell learns the part nearest to it, the more the nearer; objectness learns how near that is."""

    def __init__(self, side: int, view: float) -> None:
        self.cells = torch.from_numpy(detection.cell_centres(side, view))
        self.radius = detection.vote_radius(side, view)

    def to(self, device: torch.device) -> Self:
        """The same on that device."""
        self.cells = self.cells.to(device)
        return self

    def __call__(self, said: Tensor, parts: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Loss of `said` (B, cells, 21) against parts (B, P, 7), and shares that are right near the parts."""
        there = parts[..., 3:4] >= 0
        places = torch.where(there, parts[..., :2], ABSENT)
        squared = ((self.cells[None, :, None] - places[:, None]) ** 2).sum(-1)
        nearest, owner = squared.min(-1)
        objectness = torch.exp(-nearest / (2 * self.radius**2))
        inside = nearest < (1.6 * self.radius) ** 2
        truth = torch.gather(parts, 1, owner[..., None].expand(-1, -1, parts.shape[-1]))[inside]
        found = F.binary_cross_entropy_with_logits(said[..., OBJECTNESS], objectness)
        described, right = _description(said[inside], truth, objectness[inside])
        return 6 * found + described, {"objectness": float(found.detach()), **right}


def _description(said: Tensor, truth: Tensor, weight: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Loss of the attributes, axis and position of single cells (n, 21) against their part (n, 7)."""

    def mean(losses: Tensor) -> Tensor:
        return (losses * weight).sum() / weight.sum().clamp_min(1e-6)

    yaw, names = truth[:, 2], truth[:, 3:6].long().unbind(1)
    kind = names[0]
    long = torch.tensor([KINDS.index(name) for name in sorted(ELONGATED)], device=kind.device)
    elongated = torch.isin(kind, long).float()
    axis = torch.stack([torch.cos(2 * yaw), torch.sin(2 * yaw)], -1)
    classes = [
        mean(F.cross_entropy(said[:, columns], name, reduction="none"))
        for columns, name in zip((KIND, SIZE, COLOUR), names, strict=True)
    ]
    failed = mean(F.binary_cross_entropy_with_logits(said[:, FAILED], truth[:, 6], reduction="none"))
    turned = mean(((said[:, AXIS] - axis) ** 2).sum(-1) * elongated)
    squared = ((said[:, POSITION] - truth[:, :2] / POSITION_UNIT) ** 2).sum(-1)
    near = squared < 0.01
    distance = mean(torch.where(near, 5 * squared, squared.clamp_min(1e-9).sqrt() - 0.05))
    loss = classes[0] + 1.5 * classes[1] + classes[2] + 2 * failed + turned + 2 * distance
    return loss, _shares(said, truth, names, squared, weight > 0.6)


def _shares(said: Tensor, truth: Tensor, names: tuple[Tensor, ...], squared: Tensor, near: Tensor) -> dict[str, float]:
    """What is right in the cells on a part, and their median error [mm]."""
    with torch.no_grad():
        right = {
            label: float((said[:, columns].argmax(-1) == name)[near].float().mean())
            for label, columns, name in zip(("kind", "size", "colour"), (KIND, SIZE, COLOUR), names, strict=True)
        }
        right["failed"] = float(((said[:, FAILED] > 0) == (truth[:, 6] > 0.5))[near].float().mean())
        right["mm"] = float(squared[near].sqrt().median()) * POSITION_UNIT * 1e3
    return right
