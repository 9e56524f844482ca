"""What a question is about: the look that answers it, and the parts that it names."""

from dataclasses import dataclass
from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.draft import Draft
from agent.planning.modifiers import starts_part
from agent.planning.parse import Parse
from agent.planning.parts import take_part
from agent.planning.places import names_place, take_place
from agent.planning.predicates import take_complement
from agent.planning.tokens import END
from agent.planning.wordlist import words
from skills.scene import PartQuery, PerceivedPart, Scene, select

_TAILS: Final = words(
    "are is there do you see can on in the tray table here currently at moment have we got left visible around",
    "present exist of to right be does it contain lie lies lying seen find detect spot recognise recognize all . , ;",
    "me out up still this remain remains remaining inspection i anywhere somewhere total altogether overall now today",
)
_WHITHER: Final = words("to into onto towards -> : = not do")


@dataclass(frozen=True)
class Look:
    """A question while it is answered: the parse of its words, and what was seen."""

    parse: Parse
    scene: Scene | None

    def parts(self) -> tuple[PerceivedPart, ...]:
        """Raises: Doubt when nothing was looked at."""
        if self.scene is None:
            raise Doubt("refuse-not-looked", "refused")
        return self.scene.parts

    def matching(self, query: PartQuery) -> tuple[PerceivedPart, ...]:
        return select(query, self.parts())


def asks_bare(parse: Parse) -> bool:
    """“failed parts?”, "anything broken in there?": parts and a question mark, but no verb and no place."""
    lexicon = parse.lexicon
    said = [token.word for token in parse.cursor.tokens[parse.cursor.at :]]
    moved = any((lexicon.is_verb(word) and word not in lexicon.attributes) or word in _WHITHER for word in said)
    describing = {*lexicon.regions, *lexicon.attributes, "rejection", "tray"}
    placed = any(lexicon.place_words.get(word, frozenset()) - describing for word in said)
    return parse.cursor.text.rstrip().endswith("?") and starts_part(parse) and not moved and not placed


def take_query(parse: Parse) -> PartQuery | None:
    """The parts that a question is about: "bolts", "failed", "parts are red", "of them are failed"."""
    cursor = parse.cursor
    draft = take_part(parse)
    if draft is None:
        cursor.skip(frozenset({"are", "is", "there", "them", "of"}))
        draft = take_part(parse) or Draft(start=cursor.at)
    at = cursor.at
    if cursor.word() in {"are", "is", "have", "has", "did", "do", "does"} and not take_complement(parse, draft):
        cursor.at = at
    return query_of(parse, draft)


def query_of(parse: Parse, draft: Draft) -> PartQuery:
    """The draft's query; the quantity means nothing in a question."""
    draft.count, draft.end = draft.count or "all", parse.cursor.at
    if "superlative" in draft.fields:
        draft.count = 1
    if draft.either:
        raise Doubt("ask-question")
    return draft.phrases(parse)[0].query


def is_over(parse: Parse) -> bool:
    """Whether nothing but filling words is left. Raises: Doubt when another place than the tray is named."""
    cursor = parse.cursor
    while cursor.word() != END:
        at = cursor.at
        if cursor.take("in", "on", "inside", "at") and names_place(parse):
            take_unseen(parse)
            continue
        cursor.at = at
        if cursor.word() not in _TAILS:
            return False
        cursor.at += 1
    return True


def take_unseen(parse: Parse) -> None:
    """Steps over the tray. Raises: Doubt for any other place, because no camera sees it."""
    place = take_place(parse)
    if place and place != "tray":
        raise Doubt("refuse-unseen-place", "refused", place=place)
