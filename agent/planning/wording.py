"""Queries, parts and plans in words: what questions quote and what the grammar reads back unchanged."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from skills.plan import GRIPPER, Plan, Step
from skills.scene import PartQuery, PerceivedPart

_PREPOSITIONS: Final = {"belt": "on", "fixture": "into"}
"""Of a place whose name ends so."""


def query_words(query: PartQuery, plural: bool) -> str:
    """“large brass gears on the left except the failed parts”, without article or number."""
    names = (query.superlative, query.condition, query.size, query.finish, query.colour)
    noun = (query.kind or "part") + ("s" if plural else "")
    words = " ".join([*(name for name in names if name), noun])
    if query.region:
        words += f" {'on' if query.region in {'left', 'right'} else 'at'} the {query.region}"
    left_out = " and ".join(f"the {query_words(part, plural=True)}" for part in query.without)
    return f"{words} except {left_out}" if left_out else words


def into(place: str) -> str:
    """“on the conveyor belt”, "into the left fixture", "in the left bin"."""
    preposition = _PREPOSITIONS.get(place.split()[-1], "in")
    return f"{preposition} the {place}"


def to_region(region: str) -> str:
    """“to the left edge”: of the tray, for a skill that is asked for by its name."""
    return f"to the {region}"


def step_words(step: Step) -> str:
    """The step as an instruction, such as "put up to 2 failed gears in the left bin"."""
    if step.source == GRIPPER:
        return "put it back"
    verb = step.skill.replace("_", " ") if step.skill else "put"
    where = to_region(step.destination) if step.skill else into(step.destination)
    if step.quantity == "all":
        return f"{verb} all {query_words(step.part, plural=True)} {where}"
    bound = "up to " if step.at_most else ""
    return f"{verb} {bound}{step.quantity} {query_words(step.part, plural=step.quantity != 1)} {where}"


def plan_words(plan: Plan) -> str:
    """The plan as one instruction: `GrammarPlanner.understand` of it gives the same plan."""
    return ", then ".join(step_words(step) for step in plan.steps)


def counted(count: int, query: PartQuery) -> str:
    """“3 failed gears”, "1 part"."""
    return f"{count} {query_words(query, plural=count != 1)}"


def parts_words(parts: Iterable[PerceivedPart]) -> str:
    """“2 failed large brass gears and 1 ok M8 silver bolt”: equal parts together, the most of a kind first."""
    counts = Counter(part.describe() for part in parts)
    named = [f"{count} {name}{'s' if count != 1 else ''}" for name, count in counts.most_common()]
    return listed(named)


def listed(names: list[str]) -> str:
    """“a, b and c”."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
