"""The same policy by lerobot's own class, for training, evaluation and parity; needs the extra `train`."""

import os
from functools import cached_property

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch

from policy.keyframe_policy import Floats, KeyframePolicy
from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy
from policy.training.policy_network import IMAGE_KEY
from skills.base import Image


class LerobotSmolVLA(KeyframePolicy):
    """`SmolVLAPolicy.predict_action_chunk` behind the Policy protocol; the sibling of OnnxSmolVLA."""

    @cached_property
    def policy(self) -> SmolcellPolicy:
        return SmolcellPolicy.from_pretrained(self.folder.root)

    def propose(self, picture: Image, phrase: str, state: Floats, noise: Floats) -> Floats:
        """By whole chunks, as the gate judges them; `select_action` is for tools that ask row by row."""
        tokens, words = self.phrases.encode(phrase, self.policy.config.tokenizer_max_length)
        batch = {
            IMAGE_KEY: torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 255,
            "observation.state": torch.from_numpy(state)[None],
            "observation.language.tokens": torch.from_numpy(tokens)[None],
            "observation.language.attention_mask": torch.from_numpy(words)[None],
        }
        chunk = self.policy.predict_action_chunk(batch, noise=torch.from_numpy(noise)[None])
        normalized: Floats = chunk[0].numpy()
        return normalized
