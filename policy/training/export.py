"""Export to ONNX: what the runtimes without torch load. Inputs and outputs are those of `policy.smolvla` and
`policy.perceiver`; a batch of one, everything of fixed shape, pictures as bytes.
"""

import logging
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy
from policy.training.detector import PartDetector

OPSET = 18


class _Seen(nn.Module):  # type: ignore[misc]
    """The detector from a picture's bytes."""

    def __init__(self, detector: PartDetector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, picture: Tensor) -> Tensor:
        return self.detector(_pixels(picture))


class _Proposed(nn.Module):  # type: ignore[misc]
    """The policy with all its denoising steps, from a picture's bytes to the normalized chunk."""

    def __init__(self, policy: SmolcellPolicy) -> None:
        super().__init__()
        self.model = policy.model

    def forward(self, picture: Tensor, tokens: Tensor, words: Tensor, state: Tensor, noise: Tensor) -> Tensor:
        seen = torch.ones(1, dtype=torch.bool)
        return self.model.sample_actions([_pixels(picture)], [seen], tokens, words, state, noise=noise)


def _pixels(picture: Tensor) -> Tensor:
    return picture.permute(0, 3, 1, 2).float() / 255 * 2 - 1


def export_detector(detector: PartDetector, image_size: int, file: Path) -> None:
    picture = torch.zeros(1, image_size, image_size, 3, dtype=torch.uint8)
    _export(_Seen(detector), {"picture": picture}, "said", file)


def export_policy(policy: SmolcellPolicy, file: Path) -> None:
    """One graph with the denoising loop unrolled; the number of steps is the configuration's."""
    config = policy.config
    side, words = config.resize_imgs_with_padding[0], config.tokenizer_max_length
    inputs = {
        "picture": torch.zeros(1, side, side, 3, dtype=torch.uint8),
        "tokens": torch.ones(1, words, dtype=torch.long),
        "words": torch.ones(1, words, dtype=torch.bool),
        "state": torch.zeros(1, config.max_state_dim),
        "noise": torch.zeros(1, config.chunk_size, config.max_action_dim),
    }
    _export(_Proposed(policy), inputs, "chunk", file)


logging.getLogger("torch.onnx").setLevel(
    logging.ERROR
)  # the exporter warns of torchvision operators that no graph here holds


def _export(module: nn.Module, inputs: dict[str, Tensor], output: str, file: Path) -> None:
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            dynamo=True,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=[output],
            verbose=False,
        )
        program.optimize()
    draft = file.with_suffix(".draft")
    program.save(draft, include_initializers=True, external_data=False)
    draft.replace(file)
