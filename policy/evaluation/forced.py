"""A policy that is asked what it was never trained on. For measurements only: what moves a cell can't import this."""

from copy import copy

from policy.keyframe_policy import KeyframePolicy
from skills.chunk import ActionChunk
from skills.observation import Observation


class Forced:
    """Answers any sentence behind the `Policy` protocol: its contract is told to hold whatever is asked.

    The contract on disk, and the policy that was passed in, still refuse it.
    """

    def __init__(self, policy: KeyframePolicy) -> None:
        self._policy, self.contract = copy(policy), policy.contract

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """Raises: BadInput for a sentence that is longer than the network takes."""
        phrases = {**self.contract.phrases, phrase: 0}
        self._policy.contract = self.contract.model_copy(update={"phrases": phrases})
        return self._policy.act(observation, phrase, call_id)
