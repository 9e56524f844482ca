"""What all runtimes of a keyframe policy share: from observation and phrase to network inputs, and back."""

import hashlib
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from policy.checkpoint import open_policy
from policy.confidence import Confidence, load_confidence
from policy.consensus import WAYS, Answer, agreed, moved
from policy.keyframes import chunk_normalization, state_normalization, to_waypoints
from policy.phrases import PhraseEncoder
from policy.pictures import shrink
from skills.base import FloatArray, Image
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

    @cached_property
    def confidence(self) -> Confidence | None:
        """What was fitted to these weights, if it was. Raises: BadInput (unreadable, of other weights)."""
        return load_confidence(self.folder.root, self.contract.weights_hash)

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """The whole skill as one chunk of keyframes; the same answer to the same question.

        Raises: UnknownName when `phrase` is not letter for letter in the contract or the camera's picture
        is missing, BadInput for a picture that is not square or too small.
        """
        return self.chunk(self.answer(observation, phrase, call_id), observation, call_id)

    def answer(self, observation: Observation, phrase: str, call_id: str) -> Answer:
        """What single answers agree in. Raises: as `act`."""
        self.contract.require(phrase)
        picture = picture_for(self.contract, observation)
        state = state_normalization(self.contract).apply(state_of(observation, self.contract.state_names))
        ids = [call_id, *(f"{call_id}#{number}" for number in range(1, len(WAYS)))]
        noise = [noise_for(self.contract, observation, one) for one in ids]
        return agreed([self._single(picture, phrase, state, *asked) for asked in zip(noise, WAYS, strict=True)])

    def _single(self, picture: Image, phrase: str, state: Floats, noise: Floats, way: tuple[int, int]) -> FloatArray:
        """(K, 7) waypoints from the picture moved that way, as far as training moved pictures, and moved back."""
        ((_, camera),) = self.contract.cameras.items()
        pixels = np.array(way) * int(self.contract.moved * camera.size)
        normalized = self.propose(moved(picture, (pixels[0], pixels[1])), phrase, state, noise)
        waypoints = to_waypoints(chunk_normalization(self.contract).undo(normalized))
        waypoints[:-1, :2] -= pixels * camera.view / camera.size
        return waypoints

    def chunk(self, answer: Answer, observation: Observation, call_id: str) -> ActionChunk:
        """The answer as what a gate rules on, with the confidence that its disagreement means."""
        return ActionChunk(
            values=answer.values,
            space="tcp_waypoints",
            answers=observation.sequence,
            observed_ns=observation.time_ns,
            call_id=call_id,
            checkpoint=self.checkpoint,
            done=True,
            confidence=self.confidence.curve.of(answer.disagreement) if self.confidence else None,
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
