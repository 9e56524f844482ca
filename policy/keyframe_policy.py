"""What all runtimes of a keyframe policy share: from observation and phrase to network inputs, and back."""

import hashlib
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policy.checkpoint import open_policy
from policy.keyframes import chunk_normalization, state_normalization, to_waypoints
from policy.phrases import PhraseEncoder
from policy.pictures import shrink
from skills.base import Image
from skills.chunk import ActionChunk
from skills.columns import state_of
from skills.contract import Contract
from skills.errors import UnknownName
from skills.observation import Observation

Floats = NDArray[np.float32]


class KeyframePolicy(ABC):
    """A checkpoint in a folder behind the `Policy` protocol; a runtime adds `propose`.

    Raises: BadInput.
    """

    def __init__(self, root: Path) -> None:
        self.folder, self.contract = open_policy(root)

    @property
    def checkpoint(self) -> str:
        """Hash of the weights that propose."""
        return self.contract.weights_hash

    @cached_property
    def phrases(self) -> PhraseEncoder:
        return PhraseEncoder(self.folder.tokenizer)

    @abstractmethod
    def propose(self, picture: Image, phrase: str, state: Floats, noise: Floats) -> Floats:
        """(K, 6) normalized chunk from a shrunk picture, a normalized state (6,) and noise (K, 6)."""

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """The whole skill as one chunk of keyframes; the same answer to the same question.

        Raises: UnknownName when `phrase` is not letter for letter in the contract or the camera's picture
        is missing, BadInput for a picture that is not square or too small.
        """
        self.contract.require(phrase)
        picture = picture_for(self.contract, observation)
        state = state_normalization(self.contract).apply(state_of(observation, self.contract.state_names))
        normalized = self.propose(picture, phrase, state, noise_for(self.contract, observation, call_id))
        return ActionChunk(
            values=to_waypoints(chunk_normalization(self.contract).undo(normalized)),
            space="tcp_waypoints",
            answers=observation.sequence,
            observed_ns=observation.time_ns,
            call_id=call_id,
            checkpoint=self.checkpoint,
            done=True,
        )


def picture_for(contract: Contract, observation: Observation) -> Image:
    """The contract's one camera's picture in the size of training. Raises: UnknownName, BadInput."""
    ((name, camera),) = contract.cameras.items()
    if name not in observation.images:
        raise UnknownName("picture", name, observation.images)
    return shrink(observation.images[name], camera.size)


def noise_for(contract: Contract, observation: Observation, call_id: str) -> Floats:
    """(K, 6) normal noise, drawn from the call and the observation, so that a recorded run can be repeated."""
    seed = hashlib.sha256(f"{call_id}/{observation.sequence}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "big"))
    return rng.standard_normal((contract.chunk_size, len(contract.action_names)), np.float32)
