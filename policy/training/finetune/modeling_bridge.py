"""The bridge: SmolVLA's language model with a plain head in place of the action expert.

The vision encoder is frozen. The head reads the state's token, which comes last and so has seen pictures and phrase,
and gives the whole chunk at once: no denoising, no noise. Two things are asked of the network: the actions, and, of the
picture's tokens alone, the phrase's embedding, which ties what is seen to what is said.
"""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from lerobot.utils.constants import OBS_LANGUAGE_ATTENTION_MASK, OBS_LANGUAGE_TOKENS
from torch import Tensor, nn

from policy.portable import PortableSmolVLA
from policy.training.finetune.configuration_bridge import SmolvlmBridgeConfig
from policy.training.finetune.modeling_tuned import Batch, Told, counted_rows


class PlainHead(nn.Module):  # type: ignore[misc]
    """From the last token (N, W) to a normalized chunk, continuous or by classes.

    With bins the range `low` to `high` of each normalized column is cut into equal steps; a chunk is the middles of the
    most probable ones.
    """

    def __init__(self, inside: int, config: SmolvlmBridgeConfig) -> None:
        super().__init__()
        self.rows, self.columns, self.bins = config.chunk_size, config.max_action_dim, config.bins
        each = self.bins or 1
        self.layers = nn.Sequential(
            nn.LayerNorm(inside),
            nn.Linear(inside, config.head_width),
            nn.GELU(),
            nn.Linear(config.head_width, self.rows * self.columns * each),
        )
        self.register_buffer("low", torch.full((self.columns,), -3.0))
        self.register_buffer("high", torch.full((self.columns,), 3.0))

    def forward(self, token: Tensor) -> Tensor:
        """(N, T, D), or (N, T, D, bins) scores."""
        shape = (self.rows, self.columns, self.bins) if self.bins else (self.rows, self.columns)
        return self.layers(token).float().view(-1, *shape)

    def read(self, said: Tensor) -> Tensor:
        """(N, T, D) normalized chunks."""
        if not self.bins:
            return said
        middles = (said.argmax(-1) + 0.5) / self.bins
        return self.low + middles * (self.high - self.low)

    def losses(self, said: Tensor, wanted: Tensor) -> Tensor:
        """(N, T, D): the absolute error beyond a small square one, or the cross entropy of the right step."""
        if not self.bins:
            return F.smooth_l1_loss(said, wanted, reduction="none", beta=0.1)
        share = (wanted - self.low) / (self.high - self.low)
        step = (share * self.bins).long().clamp(0, self.bins - 1)
        return F.cross_entropy(said.movedim(-1, 1), step, reduction="none")


class SmolvlmBridgePolicy(PortableSmolVLA):
    """Saves, loads and proposes as SmolVLA does."""

    config_class = SmolvlmBridgeConfig
    name = "smolvlm_bridge"
    config: SmolvlmBridgeConfig

    def __init__(self, config: SmolvlmBridgeConfig, **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        model = self.model
        width = model.vlm_with_expert.config.text_config.hidden_size
        for unused in ("action_in_proj", "action_out_proj", "action_time_mlp_in", "action_time_mlp_out"):
            delattr(model, unused)
        del model.vlm_with_expert.lm_expert, model.vlm_with_expert.vlm.lm_head
        model.head = PlainHead(width, config)
        model.phrase_of_picture = nn.Linear(width, width)

    def loss(self, batch: Batch) -> tuple[Tensor, Told]:
        """Over the rows that are in an episode. Raises: BadInput (no padding told)."""
        rows = counted_rows(batch)
        last, seen, phrase = self._read(batch)
        each = self.model.head.losses(self.model.head(last), self.prepare_action(batch))
        action = (each * rows[..., None]).sum() / (rows.sum() * each.shape[-1])
        guessed = self.model.phrase_of_picture(seen.mean(1)).float()
        language = 1 - F.cosine_similarity(guessed, phrase.float()).mean()
        told = {"action": float(action.detach()), "language": float(language.detach())}
        return action + self.config.language * language, told

    def _get_action_chunk(self, batch: Batch, noise: Tensor | None = None, **_: Any) -> Tensor:  # noqa: ARG002
        last, _, _ = self._read(batch)
        chunk: Tensor = self.model.head.read(self.model.head(last))
        return chunk

    def _read(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """The last token (N, W), the pictures' tokens (N, P, W) and the phrase's mean embedding (N, W)."""
        images, there = self.prepare_images(batch)
        tokens, words = batch[OBS_LANGUAGE_TOKENS], batch[OBS_LANGUAGE_ATTENTION_MASK]
        embedded, mask, _ = self.model.embed_prefix(images, there, tokens, words, state=self.prepare_state(batch))
        network = self.model.vlm_with_expert
        read = network.get_vlm_model().text_model(
            inputs_embeds=embedded, attention_mask=mask, position_ids=torch.cumsum(mask, 1) - 1, use_cache=False
        )
        hidden, pictures = read.last_hidden_state, embedded.shape[1] - tokens.shape[1] - 1
        spoken = network.embed_language_tokens(tokens).detach() * words[..., None]
        return hidden[:, -1], hidden[:, :pictures], spoken.sum(1) / words.sum(1, keepdim=True)
