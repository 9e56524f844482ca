"""A base policy with random weights, in the layout of `lerobot/smolvla_base`: to go the whole way before any download.

    python -m policy.training.finetune.blank FOLDER [450M | small] [PHRASE…]

It learns nothing worth having within a fine-tuning run; it shows that data, configuration, memory and robot fit.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from lerobot.configs.types import FeatureType, PolicyFeature
from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig
from lerobot.utils.constants import ACTION, OBS_IMAGES, OBS_STATE

from policy.portable import BACKBONE_FOLDER, PortableSmolVLA
from policy.training.backbone import save_backbone, word_tokenizer
from skills.errors import SmolcellError, UnknownName

CAMERAS: Final = ("camera1", "camera2", "camera3")
COLUMNS: Final = 6
PADDED_TO: Final = 32
"""Columns of `lerobot/smolvla_base`: six joints of an SO-100, padded."""


@dataclass(frozen=True)
class Shape:
    """Sizes of a SmolVLM and of the SmolVLA over it.

    Attributes:
        image: side of the pictures [pixels], patches of 16.
        scale: image tokens are merged scale × scale.
        text_layers: of the language model; `kept` of them are used.
        words: size of the vocabulary, at least as many as the phrases have.
    """

    image: int
    scale: int
    vision_width: int
    vision_layers: int
    vision_heads: int
    text_width: int
    text_inside: int
    text_layers: int
    kept: int
    heads: int
    key_heads: int
    words: int


SHAPES: Final = {
    "450M": Shape(512, 4, 768, 12, 12, 960, 2560, 32, 16, 15, 5, 49280),  # SmolVLM2-500M
    "small": Shape(64, 2, 64, 2, 4, 64, 128, 4, 2, 4, 2, 64),
}


def write_blank_base(folder: Path, shape: Shape, phrases: tuple[str, ...], seed: int = 0) -> Path:
    """Write the folder and return it; the tokenizer knows just the words of these phrases."""
    torch.manual_seed(seed)
    write_backbone_of(folder / BACKBONE_FOLDER, shape, phrases)
    pictures = {f"{OBS_IMAGES}.{name}": PolicyFeature(FeatureType.VISUAL, (3, 256, 256)) for name in CAMERAS}
    config = SmolVLAConfig(
        vlm_model_name=str(folder / BACKBONE_FOLDER),
        input_features={OBS_STATE: PolicyFeature(FeatureType.STATE, (COLUMNS,)), **pictures},
        output_features={ACTION: PolicyFeature(FeatureType.ACTION, (COLUMNS,))},
        max_state_dim=PADDED_TO,
        max_action_dim=PADDED_TO,
        resize_imgs_with_padding=(shape.image, shape.image),
        num_vlm_layers=shape.kept,
        pad_language_to="max_length",
        device="cpu",
        push_to_hub=False,
    )
    PortableSmolVLA(config).save_pretrained(folder)
    return folder


def write_backbone_of(folder: Path, shape: Shape, phrases: tuple[str, ...]) -> None:
    """Write what a SmolVLM of that shape is built from: configuration, tokenizer and processors, no weights."""
    from transformers import SmolVLMConfig

    tokenizer = word_tokenizer(phrases)
    vision = {
        "hidden_size": shape.vision_width,
        "intermediate_size": 4 * shape.vision_width,
        "num_hidden_layers": shape.vision_layers,
        "num_attention_heads": shape.vision_heads,
        "image_size": shape.image,
        "patch_size": 16,
    }
    text = {
        "model_type": "llama",
        "hidden_size": shape.text_width,
        "intermediate_size": shape.text_inside,
        "num_hidden_layers": shape.text_layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.key_heads,
        "head_dim": shape.text_width // shape.heads,
        "vocab_size": max(shape.words, len(tokenizer)),
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    config = SmolVLMConfig(
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        scale_factor=shape.scale,
        pad_token_id=tokenizer.pad_token_id,
        vision_config=vision,
        text_config=text,
    )
    config.architectures = ["SmolVLMForConditionalGeneration"]
    save_backbone(folder, config, tokenizer, shape.image, (shape.image // 16 // shape.scale) ** 2)


def main(arguments: list[str]) -> int:
    if not arguments:
        sys.stderr.write(f"usage: python -m policy.training.finetune.blank FOLDER [{' | '.join(SHAPES)}] [PHRASE…]\n")
        return 2
    name = arguments[1] if len(arguments) > 1 else "450M"
    try:
        if name not in SHAPES:
            raise UnknownName("shape", name, SHAPES)
        folder = write_blank_base(Path(arguments[0]), SHAPES[name], tuple(arguments[2:]) or ("pick up the part",))
    except SmolcellError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
