"""What an instruction says of the run before it: where that run's parts lie now, and what can be said of them again."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import starmap

from agent.planning.doubt import Doubt
from agent.planning.parse import Move, Parse, PartPhrase
from agent.planning.wording import counted, into, listed
from skills.plan import GRIPPER, Past, Step


def recalled_moves(past: Past | None) -> tuple[Move, ...]:
    """The moves of the run before; none where they went to several places: no word tells which of them is meant."""
    steps = past.plan.steps if past else ()
    if len({(step.source, step.destination, step.skill) for step in steps}) != 1 or steps[0].source == GRIPPER:
        return ()
    return tuple(Move(_phrase(step), step.destination, skill=step.skill) for step in steps)


def recalled_parts(parse: Parse) -> list[PartPhrase]:
    """“it” and "them" where this instruction has named nothing; empty where that is not known.

    Raises: Doubt where they were brought to a place from which nothing is taken.
    """
    refuse_brought(parse.past)
    here = parse.cursor.at
    several = [move.phrase.quantity for move in parse.recalled] != [1]
    if several and parse.cursor.word(-1) in {"it", "this", "that"}:
        return []
    return [replace(move.phrase, start=here - 1, end=here) for move in parse.recalled]


def refuse_brought(past: Past | None) -> None:
    """Raises: Doubt that says where the parts of the run before lie, when they left the tray."""
    if parts := list(brought(past)):
        raise Doubt("refuse-brought", "refused", parts=listed(parts))


def brought(past: Past | None) -> Iterable[str]:
    """“2 failed nuts lie in the left bin” for each step that brought parts away."""
    steps = zip(past.plan.steps, past.moved, strict=True) if past else ()
    away = ((step, moved) for step, moved in steps if moved and step.skill is None and step.source != GRIPPER)
    return starmap(
        lambda step, moved: f"{counted(moved, step.part)} {'lies' if moved == 1 else 'lie'} {into(step.destination)}",
        away,
    )


def _phrase(step: Step) -> PartPhrase:
    return PartPhrase(step.part, step.quantity, step.at_most, counted=step.quantity != "all")
