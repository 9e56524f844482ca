"""What is done after a call that was no success: a table, total by construction, and its budgets."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

from skills.call import Cause

Action = Literal["retry", "other_candidate", "put_back", "skip", "ask", "hand_over", "stop"]
"""retry: look afresh and try again · other_candidate: take the others first, and come back to this part last ·
put_back: lay the held part on the tray · skip: leave this part, report it, go on with the others · ask: put it to a
person, and end here where nobody answers · hand_over: end here, a person is needed · stop: close the latch, which a
person opens."""

Situation = Literal["free", "holding", "returning"]
"""With an empty gripper · with something in it · with a part in it that could not be laid back."""

CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)
RUNS_OF_FAILURES: Final = 3
"""A run is handed over after this many times `cell.agent.attempts` failures with no success between."""
CONSULTATIONS: Final = 3
"""A run asks a person at most this often what to do; then it is handed over."""


class Rung(NamedTuple):
    """An action, and how many failures of the row's cause at one part it answers; None: while attempts are left."""

    action: Action
    times: int | None = None


class Row(NamedTuple):
    """What is done about any of `causes` in any of `situations`: the rungs one after another, and `last` when their
    budget, or `cell.agent.attempts` at this part, or what `cell.recovery` says of the cause, is spent.
    """

    situations: tuple[Situation, ...]
    causes: tuple[Cause, ...]
    rungs: tuple[Rung, ...]
    last: Action


LEFT_THE_TRAY: Final[tuple[Cause, ...]] = ("dropped_outside", "gone")
GRAVE: Final[tuple[Cause, ...]] = ("robot_fault", "latched")
RETRY: Final = (Rung("retry"),)

TABLE: Final[tuple[Row, ...]] = (
    Row(("free",), ("missed",), (Rung("retry", 1), Rung("other_candidate")), "skip"),
    Row(("free",), ("wrong_part", "off_centre"), (Rung("retry", 1), Rung("other_candidate")), "skip"),
    Row(("free",), ("dropped_inside",), RETRY, "skip"),
    Row(("free",), ("dropped_outside",), RETRY, "ask"),
    Row(("free",), ("gone",), RETRY, "ask"),
    Row(("free",), ("place_full",), (), "ask"),
    Row(("free",), ("unreachable",), (Rung("other_candidate", 1),), "skip"),
    Row(("free",), ("refused_by_gate",), (Rung("other_candidate", 1), Rung("retry")), "skip"),
    Row(("free",), ("policy_silent",), RETRY, "ask"),
    Row(("free",), ("bad_chunk",), RETRY, "ask"),
    Row(("free",), ("not_visible",), RETRY, "ask"),
    Row(("free",), ("unclear",), RETRY, "ask"),
    Row(("holding",), ("missed", "refused_by_gate"), RETRY, "put_back"),
    Row(("holding",), ("wrong_part", "off_centre"), (), "put_back"),
    Row(("holding",), ("unclear", "unreachable", *LEFT_THE_TRAY, "dropped_inside", "place_full"), (), "put_back"),
    Row(("holding",), ("not_visible", "policy_silent", "bad_chunk"), RETRY, "ask"),
    Row(("returning",), tuple(cause for cause in CAUSES if cause not in GRAVE), RETRY, "ask"),
    Row(get_args(Situation), ("robot_fault",), (Rung("retry", 1),), "stop"),
    Row(get_args(Situation), ("latched",), (), "stop"),
)
"""A retry with a held part is of the release, for no pick begins with one. What is dropped outside or gone can't be
tried again itself: the next look counts it."""

ROW_OF: Final[Mapping[tuple[Situation, Cause], Row]] = {
    (situation, cause): row for row in TABLE for situation in row.situations for cause in row.causes
}


class Spent(NamedTuple):
    """Failures so far, the present one with them: of this cause at this part or release, of any cause at it, and since
    the last part that arrived.
    """

    of_cause: int
    tries: int
    in_a_row: int


def react(situation: Situation, cause: Cause, spent: Spent, attempts: int, budgets: Mapping[Cause, int] = {}) -> Action:
    """The next action. `attempts` is `cell.agent.attempts`, `budgets` what `cell.recovery` has in its place.

    Every answer but a last one uses up a budget that only a delivered part or a person's word fills again, so no stream
    of failures goes on for ever.
    """
    row = ROW_OF[situation, cause]
    if spent.in_a_row > RUNS_OF_FAILURES * attempts:
        return "stop" if row.last == "stop" else "hand_over"
    budget = budgets.get(cause, attempts)
    if spent.of_cause >= budget or spent.tries >= max(budget, attempts):
        return row.last
    answered = 0
    for rung in row.rungs:
        answered += budget if rung.times is None else rung.times
        if spent.of_cause <= answered:
            return rung.action
    return row.last


class Failures:
    """Counts of failures by what was tried and by cause, as `RunState.tries` holds them."""

    def __init__(self, tries: Mapping[str, int]) -> None:
        self.tries = dict(tries)

    def add(self, what: str, cause: Cause) -> None:
        for key in (what, _of(what, cause)):
            self.tries[key] = self.tries.get(key, 0) + 1

    def forget(self, what: str) -> None:
        """A success, or another beginning."""
        self.tries = {key: n for key, n in self.tries.items() if key != what and not key.startswith(f"{what}{MARK}")}

    def spent(self, cause: Cause, in_a_row: int, *what: str) -> Spent:
        """The most that any of `what` has failed."""
        of_cause = max(self.tries.get(_of(one, cause), 0) for one in what)
        return Spent(of_cause, max(self.tries.get(one, 0) for one in what), in_a_row)


MARK: Final = ": "


def _of(what: str, cause: Cause) -> str:
    return f"{what}{MARK}{cause}"
