"""The small SmolVLA on onnxruntime: one exported graph, all denoising steps in it. Needs no torch."""

from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from policy.keyframe_policy import Floats, KeyframePolicy
from policy.onnx_session import open_session
from skills.base import Image


class OnnxSmolVLA(KeyframePolicy):
    """The network is loaded at the first `act`, once."""

    @cached_property
    def _session(self) -> Any:
        return open_session(self.folder.network)

    @cached_property
    def _words(self) -> int:
        """Length of a padded phrase, as it is fixed in the graph."""
        return int(next(node for node in self._session.get_inputs() if node.name == "tokens").shape[1])

    def propose(self, picture: Image, phrase: str, state: Floats, noise: Floats) -> Floats:
        tokens, words = self.phrases.encode(phrase, self._words)
        inputs: dict[str, NDArray[Any]] = {
            "picture": picture,
            "tokens": tokens,
            "words": words,
            "state": state,
            "noise": noise,
        }
        (chunk,) = self._session.run(["chunk"], {name: value[None] for name, value in inputs.items()})
        normalized: Floats = chunk[0]
        return normalized
