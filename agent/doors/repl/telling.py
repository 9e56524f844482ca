"""A run's events as lines for the operator, and where the motion under way stands. Pure."""

from typing import Final, NamedTuple

from agent import events
from agent.doors.cli.narrate import sentences
from agent.doors.proposal_table import spoken_lines, table_lines
from skills.call import Judgement, RunOutcome

_VERDICTS: Final[dict[Judgement, str]] = {"success": "green", "failure": "yellow", "uncertain": "yellow"}
_OUTCOMES: Final[dict[RunOutcome, str]] = {
    "done": "bold green",
    "incomplete": "bold yellow",
    "refused": "bold yellow",
    "stopped": "bold red",
}


class Told(NamedTuple):
    """What is known of a run: the lines that the last event added, each with its style; the motion under way;
    and what was said in answer, which its end need not say again.
    """

    lines: tuple[tuple[str, str], ...] = ()
    phrase: str = ""
    share: float = 0.0
    answer: str = ""

    @property
    def motion(self) -> str:
        return f"{self.phrase} {self.share:4.0%}" if self.phrase else "looking"


def told(before: Told, event: events.Event, *, aloud: bool = False) -> Told:
    """What is known after `event`; `aloud`, in lines that can be read aloud, without tables."""
    match event:
        case events.Moving(share=share):
            return Told((), before.phrase, share)
        case events.Planned(understanding=understanding) if understanding.outcome == "question":
            return Told()
        case events.Planned(understanding=understanding) if understanding.plan is None:
            return Told(_styled(event), answer=understanding.text)
        case events.Asked():
            draw = spoken_lines if aloud else table_lines
            table = tuple((line, "") for line in draw(event.proposal)) if event.proposal else ()
            choices = (f"          {number}. {choice}" for number, choice in enumerate(event.choices, 1))
            question = tuple((line, "bold cyan") for line in (f"question  {event.question}", *choices))
            return Told((*table, *question))
        case events.Calling(call=call):
            return Told(_styled(event), call.phrase)
        case events.Ruled():
            return Told(_styled(event), before.phrase, before.share)
        case events.Finished():
            return Told(() if event.outcome.reason == before.answer else _end(event))
        case _:
            return Told(_styled(event))


def _styled(event: events.Event) -> tuple[tuple[str, str], ...]:
    return tuple((line, _style(event)) for line in sentences(event))


def _style(event: events.Event) -> str:
    match event:
        case events.Verified(verdict=verdict):
            return _VERDICTS[verdict.judgement]
        case events.Ruled(ruling=ruling):
            return "bold red" if ruling.decision == "stop" else ""
        case _:
            return ""


def _end(event: events.Finished) -> tuple[tuple[str, str], ...]:
    outcome = event.outcome
    accounts = tuple((f"account   {said}", "") for a in event.ledger if (said := a.describe()) not in outcome.reason)
    end = (f"{outcome.outcome}: {outcome.reason}", _OUTCOMES[outcome.outcome])
    return (*accounts, end)
