"""The policy's backbone: the folder of configuration and tokenizer that lerobot builds a SmolVLA from."""

import json
from pathlib import Path
from typing import Any

from policy.smolvla_tray import STEM_STRIDE
from policy.training.networks import HEADS, Backbone


def write_backbone(folder: Path, backbone: Backbone, phrases: tuple[str, ...]) -> None:
    """Write the folder: SmolVLM configuration, word tokenizer of just these phrases, processors."""
    tokenizer = word_tokenizer(phrases)
    config = _smolvlm_config(backbone, tokenizer)
    save_backbone(folder, config, tokenizer, backbone.image_size, backbone.tokens_per_side**2)


def save_backbone(folder: Path, config: Any, tokenizer: Any, image_size: int, image_tokens: int) -> None:
    """Write what lerobot reads a backbone from: configuration, tokenizer and processors, no weights."""
    from transformers import SmolVLMImageProcessor, SmolVLMProcessor, SmolVLMVideoProcessor

    folder.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(folder)
    edge = {"longest_edge": image_size}
    SmolVLMProcessor(
        SmolVLMImageProcessor(size=edge, max_image_size=edge),
        tokenizer,
        SmolVLMVideoProcessor(),
        image_seq_len=image_tokens,
        chat_template="{% for message in messages %}{{ message.content }}{% endfor %}",
    ).save_pretrained(folder)


def word_tokenizer(phrases: tuple[str, ...]):  # type: ignore[no-untyped-def]
    """Words in the order of the alphabet, so that the same phrases give the same ids."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    named = {
        "image_token": "<image>",
        "fake_image_token": "<fake_token_around_image>",
        "global_image_token": "<global-img>",
        "end_of_utterance_token": "<end_of_utterance>",
    }
    words = sorted({word for phrase in phrases for word in phrase.split()})
    vocabulary = ["<pad>", "<unk>", "<|im_start|>", *named.values(), "\n", *words]
    model = models.WordLevel({word: number for number, word in enumerate(vocabulary)}, unk_token="<unk>")
    tokenizer = Tokenizer(model)
    split = [pre_tokenizers.Split("\n", "isolated"), pre_tokenizers.Split(" ", "removed")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(split)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        unk_token="<unk>",
        bos_token="<|im_start|>",
        eos_token=named["end_of_utterance_token"],
        extra_special_tokens=named,
    )


def _smolvlm_config(backbone: Backbone, tokenizer):  # type: ignore[no-untyped-def]
    from transformers import SmolVLMConfig

    vision = {
        "hidden_size": backbone.width,
        "intermediate_size": 4 * backbone.width,
        "num_hidden_layers": backbone.vision_layers,
        "num_attention_heads": HEADS,
        "image_size": backbone.image_size,
        "patch_size": STEM_STRIDE,
    }
    text = {
        "model_type": "llama",
        "hidden_size": backbone.width,
        "intermediate_size": 2 * backbone.width,
        "num_hidden_layers": backbone.text_layers,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "head_dim": backbone.width // HEADS,
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
    }
    config = SmolVLMConfig(
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        scale_factor=1,
        pad_token_id=tokenizer.pad_token_id,
        vision_config=vision,
        text_config=text,
    )
    config.architectures = ["SmolVLMForConditionalGeneration"]
    return config


def load_smolvlm_config(folder: Path):  # type: ignore[no-untyped-def]
    """The configuration in a backbone's folder, as transformers' class."""
    from transformers import SmolVLMConfig

    return SmolVLMConfig(**json.loads((folder / "config.json").read_text()))
