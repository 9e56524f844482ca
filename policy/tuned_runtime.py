"""A fine-tuned SmolVLA behind the `Policy` protocol: chunks of joint positions. Needs the extra `train`."""

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import cv2
import numpy as np
import torch
from lerobot.configs.policies import PreTrainedConfig

from policy.checkpoint import open_tuned
from policy.keyframe_policy import Floats, noise_for
from policy.portable import PortableSmolVLA
from policy.training.finetune.modeling_bridge import SmolvlmBridgePolicy
from policy.training.finetune.modeling_tuned import TunedSmolVLA
from policy.training.finetune.processors import load_processors
from skills.base import FloatArray, Image
from skills.chunk import ActionChunk
from skills.errors import BadInput, UnknownName
from skills.observation import Observation

CLASSES: Final[dict[str, type[PortableSmolVLA]]] = {"smolvla": TunedSmolVLA, "smolvlm_bridge": SmolvlmBridgePolicy}


class TunedPolicy:
    """The checkpoint in a folder; lerobot's `predict_action_chunk`, normalized by the checkpoint's own statistics.

    The network is loaded at the first question, once, to CUDA where it is there. Raises: BadInput.
    """

    def __init__(self, root: Path) -> None:
        self.folder, self.contract = open_tuned(root)

    @property
    def checkpoint(self) -> str:
        """Hash of all that decides a chunk."""
        return self.contract.weights_hash

    @cached_property
    def policy(self) -> PortableSmolVLA:
        config = PreTrainedConfig.from_pretrained(self.folder.root)
        if config.type not in CLASSES:
            raise UnknownName("checkpoint's type", config.type, CLASSES)
        config.device = "cuda" if torch.cuda.is_available() else "cpu"
        return CLASSES[config.type].from_pretrained(self.folder.root, config=config)

    @cached_property
    def _processors(self) -> Any:
        return load_processors(self.policy.config, self.folder.root)

    @cached_property
    def ranges(self) -> FloatArray:
        """(D, 2) least and most of each column in the training actions [rad], [m]."""
        (step,) = (step for step in self._processors[1].steps if hasattr(step, "stats"))
        action = step.stats["action"]
        return np.stack([np.asarray(action["min"], np.float64), np.asarray(action["max"], np.float64)], axis=1)

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """The rows that are executed of one answer; the same answer to the same question.

        Raises: UnknownName (a phrase that is not letter for letter in the contract, a picture that is missing),
            BadInput (a picture of another shape, another number of joints).
        """
        self.contract.require(phrase)
        batch = {
            **{f"observation.images.{name}": self._picture(name, observation)[None] for name in self.contract.cameras},
            "observation.state": self._state(observation)[None],
            "task": [phrase],
        }
        rows = self.chunks(batch, noise_for(self.contract, observation, call_id)[None])[0]
        return ActionChunk(
            values=rows[: self.contract.executed],
            space="joint_positions",
            period=self.contract.period,
            answers=observation.sequence,
            observed_ns=observation.time_ns,
            call_id=call_id,
            checkpoint=self.checkpoint,
        )

    def chunks(self, batch: dict[str, Any], noise: Floats) -> FloatArray:
        """(N, T, D) whole chunks in radians and metres.

        Args:
            batch: pictures by the data's camera names (N, 3, H, W) in [0, 1], states (N, D) in radians and metres,
                N phrases under "task".
            noise: (N, T, D), normal.
        """
        before, after = self._processors
        network = self.policy
        with torch.inference_mode():
            mixed = torch.from_numpy(noise).to(network.config.device)
            said = after(network.predict_action_chunk(before(batch), noise=mixed))
        chunks: FloatArray = said.numpy().astype(np.float64)
        wanted = (len(noise), self.contract.chunk_size, len(self.contract.action_names))
        assert chunks.shape == wanted, (chunks.shape, wanted)
        return chunks

    def _picture(self, name: str, observation: Observation) -> torch.Tensor:
        """(3, H, W) in [0, 1], of the size of training; a camera of the same shape may have more pixels."""
        if name not in observation.images:
            raise UnknownName("picture", name, observation.images)
        (height, width), image = self._shapes[name], observation.images[name]
        have = image.shape[:2]
        if have[0] * width != have[1] * height or have[0] < height:
            allowed = f"{width}×{height} as in training, or larger in the same shape"
            raise BadInput(f"picture of {name!r}", f"{have[1]}×{have[0]}", allowed)
        fitted: Image = image
        if have != (height, width):
            fitted = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return torch.from_numpy(fitted.copy()).permute(2, 0, 1).float() / 255

    @cached_property
    def _shapes(self) -> dict[str, Sequence[int]]:
        """Height and width of each camera's pictures in training, from its reference picture."""
        shapes = {}
        for name, camera in self.contract.cameras.items():
            picture = cv2.imread(str(self.folder.root / camera.reference))
            if picture is None:
                raise BadInput(
                    "checkpoint", str(self.folder.root), f"whole; {camera.reference} is missing or unreadable"
                )
            shapes[name] = picture.shape[:2]
        return shapes

    def _state(self, observation: Observation) -> torch.Tensor:
        joints, columns = observation.joints, len(self.contract.state_names)
        if len(joints) + 1 != columns:
            raise BadInput("joints of the robot", len(joints), f"{columns - 1}, as many as the policy was trained with")
        return torch.tensor([*joints, observation.gripper_width], dtype=torch.float32)
