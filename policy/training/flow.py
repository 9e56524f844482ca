"""The flow loss with shared work: one encoding of a picture serves many commands and many draws of noise.

It runs lerobot's own networks; only the order differs. lerobot's loss encodes a picture for each draw of
noise; here the prefix (picture, phrase, state) is computed once a command, its keys and values are kept, and
all draws stand side by side in the suffix, each blind to the others. `difference_to_lerobot` measures that
both say the same.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from lerobot.policies.smolvla.modeling_smolvla import make_att_2d_masks
from torch import Tensor, nn

from policy.portable import PortableSmolVLA
from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy


@dataclass(frozen=True)
class Prefix:
    """What the action expert reads.

    Attributes:
        cache: lerobot's keys and values by layer, each (N, tokens, heads, head width).
        mask: (N, tokens) which of them are no padding.
        image_tokens: how many of the first ones are the picture's.
    """

    cache: dict[int, dict[str, Tensor]]
    mask: Tensor
    image_tokens: int


def encode_prefix(
    policy: SmolcellPolicy,
    pixels: Tensor,
    tokens: Tensor,
    words: Tensor,
    states: Tensor,
    lowered: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> Prefix:
    """Pictures (B, 3, H, W) in [-1, 1]; N = B × commands phrases (N, L) with their mask, states (N, 6).

    `lowered` gives the context in which the networks' matrix products are computed.
    """
    model, network = policy.model, policy.model.vlm_with_expert
    commands = len(tokens) // len(pixels)
    with lowered():
        picture = network.embed_image(pixels).float()
    scale = math.sqrt(picture.shape[-1])
    picture = (picture * scale).repeat_interleave(commands, 0)
    language = network.embed_language_tokens(tokens) * scale
    state = model.state_proj(states)[:, None]
    embedded = torch.cat([picture, language, state], 1)
    seen, stood = words.new_ones(picture.shape[:2]), words.new_ones(len(words), 1)
    mask = torch.cat([seen, words, stood], 1)
    blocks = torch.zeros_like(mask)
    blocks[:, -1] = True
    with lowered():
        return prefix_of(policy, embedded, mask, blocks, picture.shape[1])


def prefix_of(policy: PortableSmolVLA, embedded: Tensor, mask: Tensor, blocks: Tensor, image_tokens: int) -> Prefix:
    """What the expert reads of embedded tokens (N, tokens, width), their mask and lerobot's attention blocks."""
    _, cache = policy.model.vlm_with_expert.forward(
        attention_mask=make_att_2d_masks(mask, blocks),
        position_ids=torch.cumsum(mask, 1) - 1,
        past_key_values=None,
        inputs_embeds=[embedded, None],
        use_cache=True,
        fill_kv_cache=True,
    )
    return Prefix(cache, mask, image_tokens)


def velocity(policy: PortableSmolVLA, prefix: Prefix, noisy: Tensor, times: Tensor) -> Tensor:
    """(N, M, K, D) velocities at the noisy chunks (N, M, K, D) and times (N, M) in (0, 1]."""
    model = policy.model
    count, draws, rows, columns = noisy.shape
    embedded, _, _ = model.embed_suffix(noisy.reshape(-1, rows, columns), times.reshape(-1))
    embedded = embedded.view(count, draws * rows, -1)
    causal = torch.ones(rows, rows, dtype=torch.bool, device=noisy.device).tril()
    among = torch.block_diag(*[causal] * draws).expand(count, -1, -1)
    behind = prefix.mask[:, None].expand(-1, draws * rows, -1)
    places = prefix.mask.sum(1, keepdim=True) + torch.arange(rows, device=noisy.device).repeat(draws)
    (_, seen), _ = model.vlm_with_expert.forward(
        attention_mask=torch.cat([behind, among], 2),
        position_ids=places,
        past_key_values=prefix.cache,
        inputs_embeds=[None, embedded],
        use_cache=True,
        fill_kv_cache=False,
    )
    return model.action_out_proj(seen.float()).view(count, draws, rows, columns)


def difference_to_lerobot(policy: SmolcellPolicy, pixels: Tensor, tokens: Tensor, words: Tensor) -> float:
    """Largest difference between our loss and lerobot's own, over their largest, for the same noise and times."""
    shape = (len(tokens), policy.config.chunk_size, policy.config.max_action_dim)
    generator = torch.Generator().manual_seed(0)
    actions, noise = torch.randn(2, *shape, generator=generator)
    times = torch.rand(shape[0], generator=generator) * 0.9 + 0.05
    states = torch.randn(shape[0], policy.config.max_state_dim, generator=generator)
    actions, noise, times, states = (tensor.to(pixels.device) for tensor in (actions, noise, times, states))
    mixed = times[:, None, None] * noise + (1 - times[:, None, None]) * actions
    policy.eval()
    with torch.no_grad():
        prefix = encode_prefix(policy, pixels, tokens, words, states)
        ours = (noise - actions - velocity(policy, prefix, mixed[:, None], times[:, None])[:, 0]) ** 2
        repeated = pixels.repeat_interleave(len(tokens) // len(pixels), 0)
        seen = words.new_ones(len(tokens))
        theirs = policy.model.forward([repeated], [seen], tokens, words, states, actions, noise, times)
    return float((ours - theirs).abs().max() / theirs.abs().max())


def balance_scales(policy: SmolcellPolicy, pixels: Tensor) -> None:
    """Bring picture and words to a spread of 1, and give the matrices fan-in scaling; before joint training.

    lerobot multiplies embeddings by sqrt(width): picture tokens enter with a spread of 7 to 12 against 0.2
    for words, and a language model with the default initialization of 0.02 can't write on them.
    """
    network = policy.model.vlm_with_expert
    vlm = network.get_vlm_model()
    width = vlm.text_model.config.hidden_size
    policy.eval()
    with torch.no_grad():
        spread = (network.embed_image(pixels) * math.sqrt(width)).std()
        for weight in vlm.connector.parameters():
            weight.div_(spread)
        vlm.text_model.get_input_embeddings().weight.normal_(0, width**-0.5)
        for layers in (vlm.text_model.layers, network.lm_expert.layers):
            for layer in layers:
                _fan_in(layer)


def _fan_in(layer: nn.Module) -> None:
    for name, weight in layer.named_parameters():
        if weight.dim() == 2:
            residual = "o_proj" in name or "down_proj" in name
            weight.normal_(0, weight.shape[1] ** -0.5 * (0.35 if residual else 1.0))


def pointing_inputs(prefix: Prefix, layers: tuple[int, ...]) -> list[Tensor]:
    """The picture tokens' values (N, image tokens, width) in those layers: what the expert reads there."""
    values: list[Any] = [prefix.cache[layer]["value_states"][:, : prefix.image_tokens] for layer in layers]
    return [value.flatten(2).float() for value in values]
