"""What a run tells, in lines for people: the plan, each phrase, each ruling, each verdict, the account."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent import events
from agent.doors.cli.output import talk_console
from agent.doors.proposal_table import table_lines
from skills.plan import Understanding

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

ACTIONS = {
    "retry": "look again and try again",
    "other_candidate": "take the others first, come back to this part last",
    "put_back": "put the part back on the tray",
    "skip": "leave this part, go on with the others",
    "ask": "ask a person what to do",
    "hand_over": "a person is needed",
    "stop": "stop; a person must reset the latch",
}


def sentences(event: events.Event) -> tuple[str, ...]:
    """The lines that tell `event`; none where a line would say nothing new."""
    if isinstance(event, events.Planned):
        return plan_lines(event.understanding)
    if isinstance(event, events.Looked):
        return look_lines(event)
    if isinstance(event, events.Asked) and event.proposal:
        return (*table_lines(event.proposal), _asked(event))
    line = _sentence(event)
    return (line,) if line else ()


def _sentence(event: events.Event) -> str | None:
    match event:
        case events.Asked():
            return _asked(event)
        case events.Signed(approved=approved):
            return f"answered  {approved.describe()}"
        case events.Calling():
            return f"phrase    {event.call.phrase!r}"
        case events.Ruled():
            return f"gate      {event.ruling.describe()}, {event.ruling.seconds:.1f} s"
        case events.Verified():
            return f"verdict   {event.verdict.judgement}: {event.verdict.reason}"
        case events.Recovering():
            return f"then      {ACTIONS[event.action]}"
        case events.Accounted():
            return f"account   {event.account.describe()}"
        case _:
            return _interruption(event)


def _interruption(event: events.Event) -> str | None:
    match event:
        case events.Woken():
            return f"woken     under way was {event.call.phrase!r}" if event.call else "woken     no call was under way"
        case events.Paused():
            return f"paused    {event.reason}; nothing is latched"
        case events.Unrecorded():
            return f"recording {event.reason}"
        case _:
            return None


def _asked(event: events.Asked) -> str:
    choices = f" ({' / '.join(event.choices)})" if event.choices else ""
    return f"asked     {event.question}{choices}"


def plan_lines(understanding: Understanding) -> tuple[str, ...]:
    """A plan a step a line; else what was understood instead, with the choices of a question."""
    if understanding.plan is None:
        said = understanding.text or understanding.command
        choices = [f"          {' / '.join(understanding.choices)}"] if understanding.choices else []
        return (f"{understanding.outcome:9} {said}", *choices)
    lines = [f"plan      {number}. {step.describe()}" for number, step in enumerate(understanding.plan.steps, 1)]
    return (*lines, *([f"          {understanding.text}"] if understanding.text else []))


def look_lines(event: events.Looked) -> tuple[str, ...]:
    """What lies there, and what the looks do not agree on."""
    seen = f"look      {len(event.look.scene.parts)} parts on the tray, {event.account.left} to move"
    return (seen, *(f"disputed  {one.describe()}" for one in event.look.disputed))


def all_of(listeners: Sequence[events.Listener]) -> events.Listener:
    """One listener that tells every one of `listeners`, in their order."""

    def hear(event: events.Event) -> None:
        for listener in listeners:
            listener(event)

    return hear


class Narrator:
    """Writes a run's events to stderr, with a bar for the motion under way where that is a terminal."""

    def __init__(self) -> None:
        self._console = talk_console()
        self._bar: Progress | None = None
        self._motion: TaskID | None = None

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.Moving):
            self._draw(event.share)
            return
        self.close()
        for line in sentences(event):
            self._console.print(line)

    def close(self) -> None:
        """Take the bar away; a question needs the line."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._motion = None

    def _draw(self, share: float) -> None:
        if not self._console.is_terminal:
            return
        if self._bar is None:
            from rich.progress import Progress

            self._bar = Progress(console=self._console, transient=True)
            self._motion = self._bar.add_task("moving   ", total=1.0)
            self._bar.start()
        assert self._motion is not None
        self._bar.update(self._motion, completed=share)
