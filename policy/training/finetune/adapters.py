"""LoRA on a frozen policy, and QLoRA: the same on weights of 4 bits (NF4).

lerobot offers LoRA without its alpha, and its networks ask a layer's weight for the type to compute in, which 4-bit
weights answer with bytes. Here the configuration is built in Python, and the 4-bit weights are stored as float32.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from policy.training.finetune.config import Lora
from policy.training.finetune.modeling_tuned import TunedSmolVLA
from skills.errors import Unavailable

if TYPE_CHECKING:
    from peft import PeftModel

REMEDY = "Install the extra: pip install 'smolcell[train]'"


def add_lora(policy: TunedSmolVLA, lora: Lora) -> "PeftModel":
    """Freeze `policy` and put trainable adapters into it, in place, where lerobot puts them: the expert's queries and
    values, and the projections of state, action and time. Raises: Unavailable (peft is missing).
    """
    try:
        from peft import LoraConfig, get_peft_model
    except ImportError:
        raise Unavailable("the package 'peft' is not installed.", REMEDY) from None
    told = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        **policy._get_default_peft_targets(),
    )
    return get_peft_model(policy.requires_grad_(False), told)


def quantize(policy: TunedSmolVLA) -> list[str]:
    """Store every linear layer of vision, language model and expert in 4 bits; returns their names.

    Raises: Unavailable: bitsandbytes is missing, or has no 4-bit kernels for this machine.
    """
    network = policy.model.vlm_with_expert
    replaced = []
    with torch.no_grad():
        for name, layer in list(network.named_modules()):
            if type(layer) is nn.Linear and "lm_head" not in name:
                parent, _, own = name.rpartition(".")
                setattr(network.get_submodule(parent), own, _in_4_bits(layer))
                replaced.append(f"model.vlm_with_expert.{name}")
    policy.is_loaded_in_4bit = True  # what peft looks for
    return replaced


def dequantized(policy: nn.Module, names: list[str]) -> dict[str, Tensor]:
    """The float32 weights that the 4-bit layers compute with, by the name of the layer."""
    from bitsandbytes.functional import dequantize_4bit

    found = {}
    for name in names:
        weight: Any = _base(policy.get_submodule(name)).weight
        found[name] = dequantize_4bit(weight.data, weight.quant_state).float()
    return found


def _base(layer: Any) -> Any:
    """The layer itself, under an adapter where it has one."""
    return layer.get_base_layer() if hasattr(layer, "get_base_layer") else layer


def _in_4_bits(layer: nn.Linear) -> nn.Module:
    try:
        from bitsandbytes.nn import Linear4bit, Params4bit
    except ImportError:
        raise Unavailable("QLoRA needs the package 'bitsandbytes'.", REMEDY) from None
    small = Linear4bit(
        layer.in_features,
        layer.out_features,
        bias=layer.bias is not None,
        compute_dtype=torch.float32,
        quant_type="nf4",
        quant_storage=torch.float32,
        device="meta",
    )
    try:
        small.weight = Params4bit(
            layer.weight.data, requires_grad=False, quant_type="nf4", quant_storage=torch.float32, module=small
        ).to(layer.weight.device)
    except Exception as error:  # its kernels raise whatever their build lacks
        raise Unavailable(f"bitsandbytes can't store weights in 4 bits here ({error}).", "Use smolvla-lora.") from None
    small.bias = layer.bias
    small.support_avx512bf16_for_cpu = False  # the layout that it packs for inference has no gradient
    return small.requires_grad_(False)
