"""lerobot's SmolVLA with the loss that its data ask for, and a picture's encoding shared by all draws of noise."""

from dataclasses import dataclass
from typing import Any

from lerobot.utils.constants import ACTION, OBS_LANGUAGE_ATTENTION_MASK, OBS_LANGUAGE_TOKENS
from torch import Tensor

from policy.portable import PortableSmolVLA
from policy.training.finetune.frames import PADDED
from policy.training.flow import Prefix, prefix_of, velocity
from skills.errors import BadInput

Batch = dict[str, Any]
Told = dict[str, float]


@dataclass(frozen=True)
class Draws:
    """What a batch of N frames is mixed with: `noise` (N, M, T, D), normal; `times` (N, M) in (0, 1]."""

    noise: Tensor
    times: Tensor


class TunedSmolVLA(PortableSmolVLA):
    """The same networks and the same loss, but for rows behind an episode's end.

    lerobot asks the batch for `actions_id_pad`, which no data set has, and trains on the last action, repeated.
    """

    def forward(
        self, batch: Batch, noise: Tensor | None = None, time: Tensor | None = None, reduction: str = "mean"
    ) -> tuple[Tensor, Told]:
        """The call that lerobot's tools make: one draw a frame."""
        actions = self.prepare_action(batch)
        noise = self.model.sample_noise(actions.shape, actions.device) if noise is None else noise
        time = self.model.sample_time(len(actions), actions.device) if time is None else time
        each = self.losses(batch, Draws(noise[:, None], time[:, None]))
        counted = counted_rows(batch).sum(1) * actions.shape[-1]
        if reduction == "none":
            per_frame = each.sum((1, 2, 3)) / counted
            return per_frame, {"loss": float(per_frame.detach().mean())}
        loss = each.sum() / counted.sum()
        return loss, {"loss": float(loss.detach())}

    def flow_loss(self, batch: Batch, draws: Draws) -> tuple[Tensor, Told]:
        """Mean square error of the velocity over the rows that are in an episode. Raises: BadInput."""
        each = self.losses(batch, draws)
        loss = each.sum() / (counted_rows(batch).sum() * each.shape[1] * each.shape[3])
        return loss, {"flow": float(loss.detach())}

    def losses(self, batch: Batch, draws: Draws) -> Tensor:
        """(N, M, T, D) squared errors of the velocity, 0 behind an episode's end. Raises: BadInput."""
        rows = counted_rows(batch)
        clean, times = self.prepare_action(batch)[:, None], draws.times[..., None, None]
        guess = velocity(self, self.prefix(batch), times * draws.noise + (1 - times) * clean, draws.times)
        return (draws.noise - clean - guess.float()) ** 2 * rows[:, None, :, None]

    def prefix(self, batch: Batch) -> Prefix:
        """Keys and values of pictures, phrase and state: computed once for all draws of noise."""
        images, seen = self.prepare_images(batch)
        words = batch[OBS_LANGUAGE_TOKENS], batch[OBS_LANGUAGE_ATTENTION_MASK]
        embedded, mask, blocks = self.model.embed_prefix(images, seen, *words, state=self.prepare_state(batch))
        return prefix_of(self, embedded, mask, blocks, embedded.shape[1] - words[0].shape[1] - 1)


def counted_rows(batch: Batch) -> Tensor:
    """(N, T) rows of the chunks that lie within their episode. Raises: BadInput, rather than train on the others."""
    if PADDED not in batch:
        raise BadInput(PADDED, None, f"given with {ACTION}: rows behind an episode's end must not be trained on")
    return ~batch[PADDED]
