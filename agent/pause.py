"""A person's wish that no further call begins. It latches nothing: a call under way ends as it would."""

from collections import deque


class Pause:
    """Asked for from any thread, or from a signal's handler; taken by the run between two calls. Whoever starts a run
    takes an older one first.
    """

    def __init__(self) -> None:
        self._asked: deque[str] = deque(maxlen=1)

    def ask(self, reason: str) -> None:
        """Let the run under way end as stopped, for `reason`, before its next call; it can be resumed."""
        self._asked.append(reason)

    def take(self) -> str | None:
        """Why a pause was asked for, which is forgotten with that; None where nobody asked."""
        try:
            return self._asked.pop()
        except IndexError:
            return None
