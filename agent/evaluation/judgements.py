"""What a verifier's judgement is worth, by what the call really came to; and how often it is worth what."""

from collections.abc import Sequence
from typing import Any, Final

from agent.evaluation.report import share
from agent.evaluation.trial import Cause, Trial
from policy.evaluation.statistics import Tally
from skills.call import Judgement

CAUSES: Final[dict[tuple[bool, Judgement], Cause]] = {
    (True, "success"): "success",
    (True, "failure"): "false_reject",
    (True, "uncertain"): "uncertain",
    (False, "success"): "false_accept",
    (False, "failure"): "success",
    (False, "uncertain"): "uncertain",
}
"""What a judgement is, by whether the call had come out right."""


def mistakes(right: Sequence[Trial], failed: Sequence[Trial]) -> dict[str, Any]:
    """False accepts of the calls that had `failed`, false rejects of those that came out `right`, and what is uncertain
    of both.
    """
    return {
        "false_accept": counted(failed, "false_accept"),
        "false_reject": counted(right, "false_reject"),
        "uncertain": counted([*right, *failed], "uncertain"),
    }


def counted(trials: Sequence[Trial], cause: Cause) -> dict[str, Any]:
    """How many of `trials` are that, as reports print it."""
    told = share(Tally(hits=sum(trial.cause == cause for trial in trials), trials=len(trials)))
    told["count"] = told.pop("successes")
    return told
