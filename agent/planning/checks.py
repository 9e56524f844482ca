"""What is looked at when all words are understood: one certain part that could be several, steps that leave nothing."""

from collections.abc import Iterable
from functools import cache

from agent.planning.doubt import Doubt
from agent.planning.parse import Parse, PartPhrase
from agent.planning.wording import listed, query_words
from skills.plan import Step
from skills.scene import PartQuery, PerceivedPart, Scene, select
from skills.words import COLOURS, CONDITIONS, SIZES_OF


def check_definite(parse: Parse, phrase: PartPhrase, scene: Scene | None) -> None:
    """Raises: Doubt when "the gear" fits several parts of the scene that differ."""
    if scene is None or not phrase.definite:
        return
    found = select(phrase.query, scene.parts)
    kinds = list(dict.fromkeys(part.describe() for part in found))
    if len(kinds) < 2:
        return
    telling = _telling_apart(phrase.query, found)
    raise Doubt(
        "ask-which-match",
        choices=[
            parse.cursor.swapped(phrase.start, phrase.end, f"the {query_words(q, plural=False)}") for q in telling
        ],
        words=parse.cursor.quote(phrase.start, phrase.end),
        count=str(len(found)),
        found=listed([f"the {query_words(query, plural=False)}" for query in telling]),
    )


def _telling_apart(query: PartQuery, found: Iterable[PerceivedPart]) -> list[PartQuery]:
    """`query` with the attributes in which the parts that it fits differ."""
    parts = list(found)
    differing = [
        name for name in ("condition", "size", "colour", "kind") if len({getattr(part, name) for part in parts}) > 1
    ]
    if "size" in differing and query.kind is None and "kind" not in differing:
        differing.append("kind")
    queries = [
        query.model_copy(update={**{name: getattr(part, name) for name in differing}, "finish": query.finish})
        for part in parts
    ]
    return list(dict.fromkeys(queries))


def check_order(steps: list[Step]) -> None:
    """Raises: Doubt when a step takes parts of which an earlier one has taken all."""
    for i, later in enumerate(steps):
        for earlier in steps[:i]:
            taken = earlier.quantity == "all" and earlier.skill is None
            if taken and _covers(earlier.part, later.part):
                raise Doubt("ask-conflict", first=earlier.describe(), second=later.describe())


def _covers(wide: PartQuery, narrow: PartQuery) -> bool:
    """Whether every part that `narrow` can mean is one that `wide` means."""
    anywhere = wide.region is None or wide.region == narrow.region
    meant = [part for part in every_part() if narrow.model_copy(update={"region": None}).matches(part)]
    return anywhere and all(wide.model_copy(update={"region": None}).matches(part) for part in meant)


@cache
def every_part() -> tuple[PerceivedPart, ...]:
    """One part of each kind, size, colour and condition, in the middle of the tray."""
    return tuple(
        PerceivedPart(kind=kind, size=size, colour=colour, condition=condition, at=(0.0, 0.0), yaw=0.0, confidence=1.0)
        for kind, sizes in SIZES_OF.items()
        for size in sizes
        for colour in COLOURS
        for condition in CONDITIONS
    )
