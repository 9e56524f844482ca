"""Which faults are there now: the calls that have begun, and the cell's clock."""

from collections.abc import Iterable
from typing import TypeVar

from sim.faults import Fault, Lasting
from skills.protocols import Clock

AFault = TypeVar("AFault", bound=Fault)
ALasting = TypeVar("ALasting", bound=Lasting)


class Schedule:
    """Knows when each fault begins and ends.

    Args:
        clock: the cell's time; faults count from the moment at which their call has begun.
    """

    def __init__(self, faults: Iterable[Fault], clock: Clock) -> None:
        self._clock = clock
        self._begun = [clock.now_ns()]
        self._waiting = [fault for fault in faults if not isinstance(fault, Lasting)]
        self._lasting = [fault for fault in faults if isinstance(fault, Lasting)]

    def call_begins(self) -> None:
        self._begun.append(self._clock.now_ns())

    def active(self, kind: type[ALasting]) -> tuple[ALasting, ...]:
        """The lasting faults of this kind that are there now."""
        return tuple(fault for fault in self._lasting if isinstance(fault, kind) and self._lasts(fault))

    def due(self, kind: type[AFault]) -> tuple[AFault, ...]:
        """The faults of this kind whose time has come; `over` ends them."""
        return tuple(fault for fault in self._waiting if isinstance(fault, kind) and self._age(fault) >= 0)

    def over(self, fault: Fault) -> None:
        """It has happened."""
        self._waiting.remove(fault)

    def _lasts(self, fault: Lasting) -> bool:
        age = self._age(fault)
        return age >= 0 and (fault.seconds is None or age < fault.seconds)

    def _age(self, fault: Fault) -> float:
        """Seconds since it began; negative before."""
        if fault.at_call >= len(self._begun):
            return -1.0
        return (self._clock.now_ns() - self._begun[fault.at_call]) * 1e-9 - fault.after_s
