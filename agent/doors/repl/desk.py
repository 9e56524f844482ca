"""The operator's desk: what a line does, whichever terminal it was typed at. Nothing here waits for the cell."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.doors.cli.errors import report
from agent.doors.repl.register import find, help_lines
from agent.doors.repl.screen import ALARM, ASIDE, DOUBT, Screen
from agent.doors.repl.words import Heard, corrects, heard
from agent.doors.repl.worker import Job, Worker
from agent.exit_codes import ExitCode
from skills.errors import SmolcellError

if TYPE_CHECKING:
    from agent.doors.repl.shift import Shift

Opening = Callable[[Screen, Worker], "Shift"]
"""Opens the cell; takes its time, and is called in the worker's thread."""


class Desk:
    """One conversation with one cell.

    Args:
        on_over: called once, from any thread, when the conversation is over.
    """

    def __init__(self, screen: Screen, opening: Opening, on_over: Callable[[], None] = lambda: None) -> None:
        self._screen, self._opening, self._on_over = screen, opening, on_over
        self._worker = Worker(self._failed)
        self._shift: Shift | None = None
        self._stop_asked: str | None = None
        self._confirms_leaving = False
        self.over = False
        self.exit_code = ExitCode.DONE

    def start(self) -> None:
        """Begin to open the cell, behind the prompt."""
        self._worker.start(Job("loading", self._open))

    def join(self) -> None:
        """Wait until all is given back."""
        self._worker.join()

    @property
    def free(self) -> bool:
        """Whether the next line of a script is wanted."""
        return self._worker.free

    @property
    def status(self) -> str:
        """One line on what is going on."""
        if self._shift is None:
            return "loading the cell; what you type waits"
        if self._worker.asks:
            return "a question is open"
        if self._shift.running is not None:
            return f"{self._shift.motion} · stop or Ctrl-C stops"
        return f"stopped: {self._shift.latched} · /resume" if self._shift.latched else "ready · /help"

    @property
    def live_picture(self) -> str:
        """The overhead picture as text with escape codes; empty where none is wanted."""
        return self._shift.live_picture if self._shift else ""

    def hear(self, line: str) -> None:
        """Act on a typed line."""
        self._screen.heard(line)
        said = heard(line)
        if said.kind == "stop":
            self._confirms_leaving = False
            self.stop()
        elif self._confirms_leaving:
            self._confirm(line)
        elif said.kind == "command":
            self._command(said)
        elif said.kind == "instruction" and not self._worker.reply(said.text):
            if self._running is not None and corrects(said.text):
                self._correct(said.text)
            else:
                self._queue(Job(said.text, lambda: self._open_shift.do(said.text)))

    def interrupt(self) -> None:
        """Ctrl-C: a stop while something is under way, never an exit."""
        if self._worker.asks:
            self.cancel()
        elif self._running is not None:
            self.stop("Ctrl-C at the terminal")
        else:
            self._screen.say("nothing is under way; Ctrl-D or /quit leaves", ASIDE)

    def terminate(self) -> None:
        """The process was told to end: stop what moves, then leave."""
        if self._running is not None:
            self.stop("the process was told to end")
        self._end()

    def help(self) -> None:
        for line in help_lines():
            self._screen.say(line)
        self._screen.say("Anything else is an instruction, such as: remove all failed parts")

    def scene(self) -> None:
        self._worker.aside(lambda: self._open_shift.shows.scene())

    def live(self) -> None:
        self._worker.aside(lambda: self._open_shift.shows.toggle_live())

    def plan(self) -> None:
        self._worker.aside(lambda: self._open_shift.shows.plan())

    def why(self) -> None:
        self._worker.aside(lambda: self._open_shift.shows.why())

    def report(self, file: str) -> None:
        self._worker.aside(lambda: self._open_shift.shows.report(file))

    def skills(self) -> None:
        self._worker.aside(lambda: self._open_shift.shows.skills())

    def stop(self, reason: str = "the operator said stop") -> None:
        """Tell the gate before anything else, then the operator; a cell that still loads is told when it is there."""
        self._stop_asked = reason
        if self._shift is not None:
            self._shift.request_stop(reason)
        unanswered = self._worker.reply(None)
        self._forget_waiting()
        moving = self._running is not None and not unanswered
        self._screen.say("stopping" if moving else f"stopped: {reason}; nothing moves until /resume", ALARM)

    def pause(self) -> None:
        """Begin no further call; a question that is open stays open, for nothing moves meanwhile."""
        if self._worker.asks:
            self._screen.say("nothing moves before the question is answered; /cancel leaves it unanswered", ASIDE)
        elif self._shift is None or self._running is None:
            self._screen.say("nothing is under way; stop keeps whatever waits from beginning", ASIDE)
        else:
            self._shift.pause("the operator said pause")
            self._forget_waiting()
            self._screen.say("pausing when the call under way is over; stop stops it at once", DOUBT)

    def resume(self) -> None:
        seen = self._shift.stops if self._shift else 0
        self._queue(Job("/resume", lambda: self._open_shift.resume(seen)))

    def cancel(self) -> None:
        if self._worker.reply(None):
            self._screen.say("left unanswered", DOUBT)
        elif self._running is not None:
            self._screen.say("something is under way: say stop first, then /cancel", DOUBT)
        else:
            self._queue(Job("/cancel", lambda: self._open_shift.give_up()))

    def leave(self) -> None:
        """Leave, after asking where something is under way."""
        if self._running is None or self._worker.asks:
            self._end()
        else:
            self._confirms_leaving = True
            self._screen.say(f"{self._running!r} is under way. Stop it and leave? (y / n)", DOUBT)

    @property
    def _open_shift(self) -> "Shift":
        assert self._shift is not None
        return self._shift

    @property
    def _running(self) -> str | None:
        return self._shift.running if self._shift else None

    def _forget_waiting(self) -> None:
        for label in self._worker.forget_waiting():
            self._screen.say(f"forgotten: {label}", DOUBT)

    def _command(self, said: Heard) -> None:
        try:
            command = find(said.text)
        except SmolcellError as error:
            self._screen.say(str(error), DOUBT)
        else:
            command.act(self, said.rest)

    def _correct(self, text: str) -> None:
        """What is under way is not what was meant: begin no further call of it, and take the correction next."""
        self._forget_waiting()
        self._open_shift.pause(f"corrected: {text}", then=text)
        self._screen.say("pausing when the call under way is over, to do that instead; stop stops it at once", DOUBT)
        self._worker.add(Job(text, lambda: self._open_shift.correct(text)))

    def _queue(self, job: Job) -> None:
        busy = self._running is not None or self._shift is None
        if self._worker.add(job) and busy:
            self._screen.say(f"waits: {job.label}", ASIDE)

    def _confirm(self, line: str) -> None:
        self._confirms_leaving = False
        if line.strip().lower() in ("y", "yes"):
            if self._running is not None:
                self.stop("the operator left")
            self._end()

    def _open(self) -> None:
        try:
            self._shift = shift = self._opening(self._screen, self._worker)
        except BaseException:
            self._end()
            raise
        if self._stop_asked is not None:
            shift.request_stop(self._stop_asked)
        shift.begin()

    def _end(self) -> None:
        if not self.over:
            self.over = True
            for label in self._worker.end(lambda: self._shift.close() if self._shift else None):
                self._screen.say(f"forgotten: {label}", DOUBT)
            self._on_over()

    def _failed(self, error: BaseException) -> None:
        code = report(error, as_json=False)
        if self._shift is None:
            self.exit_code = code
