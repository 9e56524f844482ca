"""What the grammar's functions share while they read one instruction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from agent.planning.doubt import Doubt
from agent.planning.lexicon import Lexicon
from agent.planning.tokens import END, Cursor
from agent.planning.wording import into, query_words
from agent.planning.wordlist import words
from skills.plan import Past
from skills.scene import PartQuery
from skills.words import TRAY

if TYPE_CHECKING:
    from agent.planning.own_skills import Phrasing

Quantity = int | Literal["all"]
Span = tuple[int, int]
"""The tokens [start, end)."""

DETERMINERS: Final = frozenset({"the", "this", "that", "these", "those", "my", "our", "a", "an"})
PREPOSITIONS: Final = words("in into inside onto upon on at to towards over within from off for with without of -> : =")
TO: Final = (
    "in",
    "into",
    "inside",
    "onto",
    "upon",
    "on",
    "to",
    "towards",
    "at",
    "for",
    "over",
    "within",
    "->",
    ":",
    "=",
)
"""What may stand before where parts go."""
JOINERS: Final = frozenset({",", "and", "or", "plus", "&", "/", "then", "nor"})
STOPS: Final = frozenset({END, ";", ".", "but", "except", "before", "after", "beforehand"}) | JOINERS


def without(query: PartQuery, left_out: Iterable[PartQuery]) -> PartQuery:
    """`query` less `left_out`, of which those stay unsaid that fit none of its parts: bolts are no nuts."""
    fitting = (other for other in left_out if not _differ(query, other))
    return query.model_copy(update={"without": (*query.without, *fitting)})


def _differ(query: PartQuery, other: PartQuery) -> bool:
    """Whether they want different values of one field, so that no part fits both."""
    wanted = (
        (getattr(query, name), getattr(other, name)) for name in ("kind", "size", "colour", "finish", "condition")
    )
    across = {query.region, other.region} in ({"left", "right"}, {"front", "back"})
    return across or any(one and another and one != another for one, another in wanted)


@dataclass(frozen=True)
class PartPhrase:
    """Parts as an instruction names them.

    Attributes:
        counted: the quantity was said, not concluded from the singular or the plural.
        rest, other: only what earlier steps leave is meant; see `Draft`.
        anyone: said with "any" of a single part.
        remainder: said as "the rest": of what was counted last, if it was.
        definite: one certain part is meant ("the gear"), so the scene must not show two that differ.
        start, end: the tokens [start, end).
    """

    query: PartQuery
    quantity: Quantity
    at_most: bool = False
    counted: bool = False
    definite: bool = False
    rest: Literal["", "else", "others"] = ""
    other: bool = False
    remainder: bool = False
    anyone: bool = False
    start: int = 0
    end: int = 0

    def leaving_out(self, queries: Iterable[PartQuery]) -> "PartPhrase":
        return replace(self, query=without(self.query, queries))

    def describe(self) -> str:
        many = self.quantity if self.quantity == "all" else f"{'up to ' if self.at_most else ''}{self.quantity}"
        return f"{many} {query_words(self.query, plural=self.quantity != 1)}"


@dataclass
class Move:
    """One step in the making; `order` sorts steps that were said in another order than they are done.

    `place_at` are the tokens that name the place, where they stand in the clause. With a `skill`, which moves parts
    on the tray, `place` is a region of it. From the gripper, what is held is put back on the tray.
    """

    phrase: PartPhrase
    place: str
    order: int = 0
    place_at: Span | None = None
    skill: str | None = None
    source: str = TRAY


@dataclass
class Pending:
    """Parts that were named without a place so far; `default` is where they go when none follows."""

    phrases: list[PartPhrase]
    prompt: Literal["ask-place", "ask-remove", "ask-fixture"] = "ask-place"
    default: str | None = None


@dataclass
class Parse:
    """The reading of one instruction: where the cursor stands, and what earlier words can be meant again.

    Attributes:
        kind: of the last parts that were named; what "the blue one" takes.
        place_noun: of the last place that was named; what "the right one" takes.
        place_at: the tokens of that place; None when it was meant by "there" and the like.
        kept: what was said to be left alone before anything was said to be moved.
        group: index of the first move of the last clause.
        sequel: whether a word such as "then" stands before this clause.
        own: the words in which skills that move parts on the tray are asked for.
        past: the run before, where the words are to be understood from it.
        recalled: its moves, where they went to one place.
        announced: what "sort the nuts and bolts:" says before the clauses that follow.
        notes: what is said beside the plan.
    """

    cursor: Cursor
    lexicon: Lexicon
    kind: str | None = None
    place_noun: str | None = None
    place_at: Span | None = None
    moves: list[Move] = field(default_factory=list)
    pending: Pending | None = None
    kept: list[PartQuery] = field(default_factory=list)
    group: int = 0
    order: int = 0
    sequel: bool = False
    own: "tuple[Phrasing, ...]" = ()
    past: Past | None = None
    recalled: tuple[Move, ...] = ()
    announced: list[PartQuery] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def earlier(self) -> Sequence[Move]:
        """What words such as "the same" point back to: this instruction's moves, or before the first the last run's."""
        return self.moves or self.recalled

    @property
    def last_place(self) -> str | None:
        """Where the last parts were brought; None where nothing was, or where they stay on the tray."""
        return self.earlier[-1].place if self.earlier and self.earlier[-1].skill is None else None

    @property
    def places(self) -> tuple[str, ...]:
        """The places that the parts named last can be brought to: only bolts go into fixtures."""
        inserted = self.kind in {None, "bolt"}
        return tuple(place for place in self.lexicon.places if inserted or place not in self.lexicon.holes)

    def listed_places(self) -> str:
        return ", ".join(self.places)

    def add(self, phrases: Iterable[PartPhrase], place: str, skill: str | None = None) -> None:
        """One clause's parts go to `place`, or are moved to that region by `skill`."""
        self.group = len(self.moves)
        if self.kept:
            phrases = [phrase.leaving_out(self.kept) for phrase in phrases]
        self.moves += [Move(phrase, place, self.order, self.place_at, skill) for phrase in phrases]

    def flush(self) -> None:
        """Settles what still waits for a place. Raises: Doubt when none was said and none follows from the words."""
        pending, self.pending = self.pending, None
        if pending is None:
            return
        if pending.default is None:
            raise self.ask_place(pending)
        self.add(pending.phrases, pending.default)

    def ask_place(self, pending: Pending) -> Doubt:
        end = pending.phrases[-1].end
        pronoun = "it" if [phrase.quantity for phrase in pending.phrases] == [1] else "them"
        places = self._offered(pending)
        return Doubt(
            pending.prompt,
            choices=[self.cursor.swapped(end, end, f"and put {pronoun} {into(place)}") for place in places],
            part=" and ".join(phrase.describe() for phrase in pending.phrases),
            places=", ".join(places),
        )

    def _offered(self, pending: Pending) -> tuple[str, ...]:
        """Places that all of the parts can be brought to; a fixture where they are to be inserted."""
        places, holes = self.lexicon.places, self.lexicon.holes
        if pending.prompt == "ask-fixture":
            return tuple(place for place in places if place in holes)
        bolts = all(phrase.query.kind == "bolt" for phrase in pending.phrases)
        return tuple(place for place in places if bolts or place not in holes)

    def not_understood(self) -> Doubt:
        """The words at the cursor, up to the next stop, as what was not understood."""
        cursor = self.cursor
        cursor.at = min(cursor.at, len(cursor.tokens) - 1)
        unknown = cursor.word()
        if unknown not in self.lexicon.vocabulary and unknown not in STOPS:
            known = ", ".join((*self.lexicon.kinds, *self.lexicon.values))
            return Doubt("unknown-word", word=cursor.quote(cursor.at, cursor.at + 1), known=known)
        end = cursor.at + 1
        while end < len(cursor.tokens) and cursor.tokens[end].word not in STOPS:
            end += 1
        return Doubt("not-understood", words=cursor.quote(cursor.at, end))
