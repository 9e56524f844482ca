"""What is done after a call that was no success: a table, total by construction, and its budget."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

from skills.call import Cause

Action = Literal["retry", "put_back", "skip", "hand_over"]
"""retry: look afresh and try again · put_back: lay the held part on the tray · skip: leave this part,
report it, go on with the others · hand_over: end here, a person is needed. A closed latch is above the
table: the run is stopped, whatever the cause."""

CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
RUNS_OF_FAILURES: Final = 3
"""A run is handed over after this many times `cell.agent.attempts` failures with no success between."""


class Reaction(NamedTuple):
    """What is done while there are attempts left for the part, and after the last."""

    trying: Action
    spent: Action


FREE: Final[dict[Cause, Reaction]] = {
    "missed": Reaction("retry", "skip"),
    "wrong_part": Reaction("retry", "skip"),
    "dropped_inside": Reaction("retry", "skip"),
    "dropped_outside": Reaction("retry", "retry"),
    "gone": Reaction("retry", "retry"),
    "not_visible": Reaction("retry", "hand_over"),
    "unreachable": Reaction("skip", "skip"),
    "refused_by_gate": Reaction("retry", "skip"),
    "policy_silent": Reaction("retry", "hand_over"),
    "unclear": Reaction("retry", "hand_over"),
}
"""With an empty gripper. What is dropped outside or gone can't be tried again: the next look counts it."""

HOLDING: Final[dict[Cause, Reaction]] = {
    "missed": Reaction("retry", "put_back"),
    "wrong_part": Reaction("put_back", "put_back"),
    "dropped_inside": Reaction("put_back", "put_back"),
    "dropped_outside": Reaction("put_back", "put_back"),
    "gone": Reaction("put_back", "put_back"),
    "not_visible": Reaction("retry", "hand_over"),
    "unreachable": Reaction("put_back", "put_back"),
    "refused_by_gate": Reaction("retry", "put_back"),
    "policy_silent": Reaction("retry", "hand_over"),
    "unclear": Reaction("put_back", "put_back"),
}
"""With something in the gripper; a retry is of the release, for no pick begins with a held part."""


RETURNING: Final[dict[Cause, Reaction]] = dict.fromkeys(CAUSES, Reaction("retry", "hand_over"))
"""With a part in the gripper that could not be laid back."""

Situation = Literal["free", "holding", "returning"]
TABLE: Final[Mapping[Situation, Mapping[Cause, Reaction]]] = {
    "free": FREE,
    "holding": HOLDING,
    "returning": RETURNING,
}


def react(situation: Situation, cause: Cause, *, tries: int, in_a_row: int, attempts: int) -> Action:
    """The next action after `tries` failures at the present part or release and `in_a_row` failures since
    the last success of the run, both with this one counted; `attempts` is `cell.agent.attempts`.
    """
    if in_a_row > RUNS_OF_FAILURES * attempts:
        return "hand_over"
    reaction = TABLE[situation][cause]
    return reaction.trying if tries < attempts else reaction.spent
