"""What is written down of one motion: its plan before it, its ruling after it."""

import contextlib
from typing import Any, Final

from safety.audit import Audit
from safety.judge import Judged, Objection
from safety.stops import Stops
from skills.call import Finding, Ruling
from skills.chunk import ActionChunk

_NO_STANDSTILL: Final = Finding(rule="standstill", text="standstill was not confirmed after a stop")


class Account:
    """The account of one motion, which begins now.

    Args:
        described: what the audit keeps of what was asked for.

    Attributes:
        sent_rows: how many rows the robot was sent so far.
    """

    def __init__(self, described: dict[str, Any], stops: Stops, audit: Audit) -> None:
        self._described, self._stops, self._audit = described, stops, audit
        self._begun_ns = stops.now_ns()
        self.sent_rows = 0

    def plan(self, judged: Judged) -> None:
        """Write down what is going to be sent. Raises: OSError, and then nothing may move."""
        plan = {"rows": judged.rows, "digest": judged.digest(), "time_ns": self._begun_ns}
        self._audit.record("motion", **self._described, **plan)

    def conclude(
        self, objections: tuple[Objection, ...], slowed: tuple[Finding, ...] = (), *, stands: bool = True
    ) -> Ruling:
        """The ruling: latched where a rule asks for it or standstill was not seen. Raises: OSError."""
        more = () if stands else (_NO_STANDSTILL,)
        latches = (*(objection.finding for objection in objections if objection.rule.latches), *more)
        if latches:
            self._stops.close(*(finding.text for finding in latches))
        return self._record(
            Ruling(
                decision="stop" if objections else "clamp" if slowed else "allow",
                findings=(*(objection.finding for objection in objections), *more) or slowed,
                sent_rows=self.sent_rows,
                seconds=self._seconds(),
                latched=bool(latches),
            )
        )

    def failed(self, error: BaseException, *, stands: bool) -> Ruling:
        """A latched stop after an exception. Does not fail itself: that must not hide the first failure."""
        text = f"{type(error).__name__}: {error}".removesuffix(": ")
        found = Finding(rule="exception", text=text)
        ruling = Ruling(
            decision="stop",
            findings=(found,) if stands else (found, _NO_STANDSTILL),
            sent_rows=self.sent_rows,
            seconds=self._seconds(),
            latched=True,
        )
        with contextlib.suppress(Exception):
            self._stops.close(text)
        with contextlib.suppress(Exception):
            self._record(ruling)
        return ruling

    def _record(self, ruling: Ruling) -> Ruling:
        self._audit.record("ruling", ruling=ruling.model_dump(mode="json"), **self._described)
        return ruling

    def _seconds(self) -> float:
        """Cell time since the motion was asked for [s]; 0 where the clock fails."""
        now_ns = self._stops.now_ns()
        return 0.0 if now_ns is None or self._begun_ns is None else (now_ns - self._begun_ns) * 1e-9


def described(chunk: ActionChunk) -> dict[str, Any]:
    """What the audit keeps of a chunk: all of it."""
    return {
        "motion": "chunk",
        "space": chunk.space,
        "period": chunk.period,
        "answers": chunk.answers,
        "observed_ns": chunk.observed_ns,
        "call_id": chunk.call_id,
        "checkpoint": chunk.checkpoint,
        "values": chunk.values.tolist(),
    }
