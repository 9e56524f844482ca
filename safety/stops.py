"""Stopping: what was asked for, the latch that keeps it and its record, and the standstill that confirms it."""

import contextlib
from datetime import UTC, datetime
from typing import Final

import numpy as np

from safety.audit import Audit
from safety.latch import Latch, require_name
from skills.errors import StoppedBySafety
from skills.protocols import Clock, Driver

STANDSTILL_SPEED: Final = 0.02
"""Slower than this every joint stands [rad/s]."""
STANDSTILL_LOOKS: Final = 100
"""Measurements after a stop within which the arm must be seen to stand."""


class Stops:
    """The stops of one gate, oldest first.

    `ask`, `pending`, `count` and `reason` may be called from any thread and from a signal handler, at any
    moment; everything else by whoever owns the motion.
    """

    def __init__(self, latch: Latch, audit: Audit, clock: Clock) -> None:
        self._latch, self._audit, self._clock = latch, audit, clock
        self._asked: list[str] = []  # only ever grows, so that nobody who asks can be overwritten
        self._settled = 0
        self._found = 0

    @property
    def reason(self) -> str | None:
        """Why nothing may move; None when all is well."""
        return self._latch.reason or self.pending

    @property
    def latched(self) -> str | None:
        """Why the latch is closed; a stop that is still pending is none of its reasons."""
        return self._latch.reason

    @property
    def is_fault(self) -> bool:
        """Whether the latch is closed for something that nobody asked for."""
        return self._latch.is_fault

    @property
    def pending(self) -> str | None:
        """Reason of a stop that was asked for and is not on the disk yet."""
        return next(iter(self._asked[self._settled :]), None)

    @property
    def count(self) -> int:
        """How many stops there were; it only rises."""
        return len(self._asked) + self._found

    def ask(self, reason: str) -> None:
        """Somebody asks for a stop."""
        self._asked.append(reason.encode("utf-8", "backslashreplace").decode())

    def settle(self) -> None:
        """Latch and write down what was asked for. Never raises: in memory it holds even without a disk."""
        while (reason := self.pending) is not None:
            now_ns = self.now_ns()
            with contextlib.suppress(Exception):
                self._latch.close(reason, now_ns)
            with contextlib.suppress(Exception):
                self._audit.record("stop", reason=reason, time_ns=now_ns)
            self._settled += 1

    def close(self, *reasons: str) -> None:
        """The gate itself has found reasons to latch, of which the first is kept; it is no fault where each of them
        was asked for. Raises: OSError; in memory it is closed all the same.
        """
        if self._latch.reason is None:
            self._found += 1
        self._latch.close(reasons[0], self.now_ns(), is_fault=not set(reasons) <= set(self._asked))

    def open(self, by: str, seen: int) -> None:
        """A person, who had seen the first `seen` stops, opens the latch.

        Raises: BadInput (no name), StoppedBySafety (there was one since), OSError (no record: nothing was opened).
        """
        self.settle()
        if self.count > seen and self.reason is not None:
            raise StoppedBySafety(self.reason)
        open_latch(self._latch, self._audit, by, self.now_ns())

    def now_ns(self) -> int | None:
        """The cell's time; None where the clock itself fails, since a stop must not wait for it."""
        try:
            return self._clock.now_ns()
        except Exception:
            return None


def open_latch(latch: Latch, audit: Audit, by: str, time_ns: int | None) -> str | None:
    """Write down that a person opens the latch, then open it: no stop ends without a record.

    Args:
        time_ns: the cell's time; None where the cell is not open. The calendar's date is written beside it.

    Returns: why it was closed; None where there was nothing to open.
    Raises: BadInput (no name), OSError (nothing was opened).
    """
    require_name(by)
    reason = latch.reason
    if reason is not None:
        audit.record("reset", by=by, reason=reason, time_ns=time_ns, date=datetime.now(UTC).isoformat())
        latch.open(by)
    return reason


def close_latch(latch: Latch, audit: Audit, reason: str) -> None:
    """Somebody says stop while no gate is there to be told: close the latch, then write it down.

    Raises: OSError.
    """
    latch.close(reason, None)
    audit.record("stop", reason=reason, time_ns=None, date=datetime.now(UTC).isoformat())


def halted(driver: Driver) -> bool:
    """Stop the robot; True when it is seen to stand."""
    driver.stop()
    return any(np.abs(driver.measure().joint_speeds).max() <= STANDSTILL_SPEED for _ in range(STANDSTILL_LOOKS))
