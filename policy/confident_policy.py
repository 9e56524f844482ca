"""A policy that says how sure it may be: the same question is asked several times, each time with other noise."""

from dataclasses import replace

from policy.confidence import Confidence, disagreement, load_confidence
from policy.keyframe_policy import KeyframePolicy
from skills.chunk import ActionChunk
from skills.observation import Observation
from skills.protocols import Policy


class ConfidentPolicy:
    """Gives the chunks of `policy` a confidence. Implements Policy; the chunk itself stays what it was.

    Args:
        policy: one that draws its noise from the call's id.
    """

    def __init__(self, policy: Policy, confidence: Confidence) -> None:
        self._policy, self._confidence = policy, confidence

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """Raises: what the policy raises."""
        chunks = draws(self._policy, observation, phrase, call_id, self._confidence.draws)
        apart = disagreement([chunk.values for chunk in chunks])
        return replace(chunks[0], confidence=self._confidence.curve.of(apart))


def draws(policy: Policy, observation: Observation, phrase: str, call_id: str, count: int) -> list[ActionChunk]:
    """`count` answers to one question; the first is the answer to `call_id` itself."""
    return [policy.act(observation, phrase, call_id if n == 0 else f"{call_id}#{n}") for n in range(count)]


def with_confidence(policy: KeyframePolicy) -> Policy:
    """`policy` with the confidence that lies in its folder; as it is where there is none.

    Raises: BadInput (of other weights, unreadable).
    """
    confidence = load_confidence(policy.folder, policy.contract.weights_hash)
    return ConfidentPolicy(policy, confidence) if confidence else policy
