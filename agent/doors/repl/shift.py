"""What is done with the open cell, in the worker's thread; only `request_stop` and `pause` may come from another."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from agent import events
from agent.doors.cli.narrate import plan_lines
from agent.doors.repl import record
from agent.doors.repl.screen import ALARM, ASIDE, DOUBT, GOOD, Screen
from agent.doors.repl.showing import Showing, seen
from agent.doors.repl.telling import Told, told
from agent.doors.repl.words import corrects
from agent.doors.repl.worker import Worker
from agent.workcell import Workcell
from skills.base import Image
from skills.call import Outcome
from skills.errors import StoppedBySafety
from skills.plan import Understanding
from skills.roles import check

if TYPE_CHECKING:
    from agent.doors.repl.correcting import Meant

HALF: Final = 0.5
"""Share of a motion at which it is told where no line of progress can be seen."""
AFTER_STOP: Final = "/resume opens the stop and goes on from a fresh look, /cancel gives it up"
AFTER_PAUSE: Final = "/resume goes on from a fresh look, /cancel gives it up"


class Station(NamedTuple):
    """An open cell.

    Attributes:
        reset: a person, named, opens the stop; how many stops they had seen. Raises: StoppedBySafety.
        picture: what the overhead camera sees now, for people.
        close: gives everything back.
    """

    workcell: Workcell
    reset: Callable[[str, int], None]
    picture: Callable[[], Image]
    close: Callable[[], None]


class Shift:
    """One operator's work with one cell.

    Attributes:
        shows: what they may see of it meanwhile.
    """

    def __init__(self, screen: Screen, station: Station, worker: Worker) -> None:
        self._screen, self._station, self._worker = screen, station, worker
        self._person, self._people = station.workcell.person, station.workcell.cell.people
        self._told = Told()
        self._under_way: str | None = None
        self._next: str | None = None
        self.shows = Showing(screen, station.workcell, station.picture, lambda: bool(self.running) and not worker.asks)

    @property
    def running(self) -> str | None:
        """The instruction under way, or the one that takes its place next."""
        return self._under_way or self._next

    @property
    def latched(self) -> str | None:
        """Why nothing may move."""
        return self._station.workcell.gate.latched

    @property
    def motion(self) -> str:
        """What moves, and how far it has come."""
        return self._told.motion

    @property
    def live_picture(self) -> str:
        """The overhead picture as text with escape codes; empty where none is wanted."""
        return self.shows.live.shown or ""

    @property
    def stops(self) -> int:
        """How many stops there were so far."""
        return self._station.workcell.gate.stops

    def request_stop(self, reason: str) -> None:
        """Stop what moves, and what would."""
        self._next = None
        self._station.workcell.gate.request_stop(reason)

    def pause(self, reason: str, then: str | None = None) -> None:
        """Let what moves come to its end, and nothing else begin but `then`, which is about to be queued."""
        self._next = then
        self._station.workcell.pause.ask(reason)

    def begin(self) -> None:
        """Look at the cell once, and say that it is there."""
        self._screen.say(f"ready: {seen(self._station.workcell.looker.glance())}", GOOD)
        if self.latched:
            self._say_stopped(self.latched)

    def close(self) -> None:
        self._station.close()

    def do(self, instruction: str) -> None:
        """Run an instruction; where another run waits for a person's word or the stop is closed, only answer it."""
        workcell = self._station.workcell
        left = record.left_open(workcell.journal)
        if left is not None and left.record.outcome and corrects(instruction) and not self.latched:
            self.correct(instruction)
        elif left is not None or workcell.gate.latched:
            self._only_answer(instruction, left)
        else:
            from agent.run import run

            self._forget_pause()
            self._run(instruction, lambda: run(workcell.heard_by(self._listen), instruction, answer=self._answer))

    def _only_answer(self, instruction: str, left: record.LeftOpen | None) -> None:
        from agent.doors.repl.answering import ANSWERED, CANCEL_FIRST, answer_now

        answer = answer_now(self._station.workcell, instruction, left.record if left else None)
        if answer:
            self._tell(answer)
        elif left is not None:
            self._tell((*left.lines(), CANCEL_FIRST), DOUBT)
        elif self.latched:
            self._say_stopped(self.latched)
            self._screen.say(ANSWERED, DOUBT)

    def correct(self, text: str) -> None:
        """Do what a person says instead of what they have seen. Until that is understood, nothing is given up."""
        from agent.doors.repl.correcting import meant

        station, self._under_way, self._next = self._station, text, None
        self._forget_pause()
        try:
            if self.latched:
                self._say_stopped(self.latched)
                return
            correction = meant(station.workcell, text, self._ask)
            if correction.understanding.plan is None:
                self._not_corrected(correction.understanding)
                return
            for number, step in enumerate(correction.understanding.plan.steps, 1):
                self._screen.say(f"instead   {number}. {step.describe()}")
            if correction.holding:
                self._screen.say("first     what is in the gripper is put back on the tray")
            self._give_up(f"corrected by {self._person.name}: {text!r}")
        finally:
            self._under_way = None
        self._next = text if correction.holding else None
        self._run(text, lambda: self._do_instead(correction))

    def _do_instead(self, correction: "Meant") -> None:
        from agent.doors.repl.correcting import put_back
        from agent.run import run

        workcell, past = self._station.workcell.heard_by(self._listen), correction.past
        if correction.holding:
            outcome, past = put_back(workcell, correction, self._answer)
            self._under_way, self._next = correction.text, None
            if outcome.outcome != "done":
                self._screen.say(f"so it is not done: {correction.text}", DOUBT)
                return
        run(workcell, correction.text, answer=self._answer, past=past)

    def resume(self, seen: int) -> None:
        """A person's word: open the stop, and go on with what was cut off from a fresh look.

        Args:
            seen: how many stops there were when they said it; one since then is not theirs to open.
        """
        station = self._station
        check(self._person, "resume a run", self._people)
        reason, left = station.workcell.gate.latched, record.left_open(station.workcell.journal)
        if reason:
            try:
                station.reset(self._person.name, seen)
            except StoppedBySafety as stop:
                self._say_stopped(stop.reason)
                return
            self._screen.say(f"stop opened by {self._person.name}; it was: {reason}")
        if left is not None:
            from agent.run import resume

            self._screen.say(f"{left.record.id} goes on: {left.record.instruction!r}; looking afresh")
            self._forget_pause()
            workcell = station.workcell.heard_by(self._listen)
            self._run(left.record.instruction, lambda: resume(workcell, answer=self._answer))
        elif not reason:
            self._screen.say("nothing was cut off or stopped", ASIDE)

    def give_up(self) -> None:
        """A person's word: what was cut off or stopped is not gone on with."""
        if not self._give_up(f"given up by {self._person.name}"):
            self._screen.say("nothing was cut off or stopped", ASIDE)

    def _give_up(self, reason: str) -> bool:
        """End what was left open; False where nothing was."""
        journal = self._station.workcell.journal
        check(self._person, "give a run up", self._people)
        left = record.left_open(journal)
        if left is not None:
            journal.end_run(left.record.id, Outcome(outcome="incomplete", reason=reason))
            self._screen.say(f"{left.record.id} is given up")
        return left is not None

    def _not_corrected(self, understanding: Understanding) -> None:
        """Say what a correction is taken for that is none, unless it was asked about, and what still waits."""
        if understanding.outcome != "question":
            self._tell(plan_lines(understanding), DOUBT)
        left = record.left_open(self._station.workcell.journal)
        if left is not None:
            self._screen.say(f"{left.record.id} waits as it was: {AFTER_PAUSE}", DOUBT)

    def _forget_pause(self) -> None:
        """It was said in a run that ended before it could."""
        self._station.workcell.pause.take()

    def _run(self, instruction: str, drive: Callable[[], object]) -> None:
        self._under_way, self._told = instruction, Told()
        try:
            drive()
        finally:
            self._under_way = None

    def _listen(self, event: events.Event) -> None:
        if isinstance(event, events.Asked) and event.proposal:
            self.shows.targets(event.proposal)
        before, self._told = self._told, told(self._told, event, aloud=self._screen.is_plain)
        self.shows.live.refresh()
        if isinstance(event, events.Finished):
            self._under_way = None
        if isinstance(event, events.Asked):
            self._worker.put(self._say_question)
        else:
            self._say_told()
        if isinstance(event, events.Finished) and event.outcome.outcome == "stopped" and not self._next:
            self._screen.say(AFTER_STOP if self.latched else AFTER_PAUSE)
        if self._screen.is_plain and before.share < HALF <= self._told.share:
            self._screen.say("moving    half way")
        if not isinstance(event, events.Finished):  # the journal hears of the end just after
            self._worker.pause_point()

    def _say_told(self) -> None:
        for line, style in self._told.lines:
            self._screen.say(line, style)

    def _say_question(self, waiting: tuple[str, ...]) -> None:
        self._say_told()
        for label in waiting:
            self._screen.say(f"waits until that is answered: {label}", DOUBT)

    def _answer(self, _: events.Asked) -> str | None:
        return self._worker.ask()

    def _ask(self, asked: events.Asked) -> str | None:
        self._listen(asked)
        return self._worker.ask()

    def _say_stopped(self, reason: str) -> None:
        self._screen.say(f"stopped: {reason}; nothing moves until /resume", ALARM)

    def _tell(self, lines: tuple[str, ...], style: str = "") -> None:
        for line in lines:
            self._screen.say(line, style)
