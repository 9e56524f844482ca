"""A part phrase while it is read: its attributes one by one, then the queries that they make."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal, cast

from agent.planning.doubt import Doubt
from agent.planning.lexicon import Noun
from agent.planning.parse import Parse, PartPhrase, Quantity, without
from skills.scene import PartQuery
from skills.words import SIZES_OF, Colour, Kind, finish_of

_OPPOSITE: Final = {"failed": "ok", "ok": "failed", "shiny": "matte", "matte": "shiny"}


@dataclass
class Draft:
    """Attributes:
    fields: of the query, with the token that each was read from in `where`.
    trailing: the fields that were said behind the noun.
    either: more values for one field: "that are red or blue".
    each: the number counts each of several kinds.
    article: "", "a", "the", "any", or "which" of "whichever gear is the largest".
    rest: what earlier steps leave: "everything else", or, of what is less clear, "the others".
    remainder: said as "the rest".
    other: said as "other", which means nothing where nothing was named before.
    """

    start: int
    fields: dict[str, str] = field(default_factory=dict)
    where: dict[str, int] = field(default_factory=dict)
    trailing: set[str] = field(default_factory=set)
    either: tuple[str, tuple[str, ...]] | None = None
    without: list[PartQuery] = field(default_factory=list)
    count: Quantity | None = None
    at_most: bool = False
    each: bool = False
    article: str = ""
    noun: Noun | None = None
    rest: Literal["", "else", "others"] = ""
    other: bool = False
    remainder: bool = False
    end: int = 0

    @property
    def is_bare(self) -> bool:
        """A noun alone, as in "bolts and nuts"."""
        said = set(self.fields) - self.trailing - {"kind"}
        return self.noun is not None and self.count is None and not self.article and not said and not self.rest

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.noun or self.count or self.rest)

    def set(self, parse: Parse, name: str, value: str, at: int) -> None:
        """Raises: Doubt when the field has another value already."""
        if self.fields.get(name, value) != value:
            what = "half of the tray" if name == "region" else name
            words = parse.cursor.quote(self.start, at + 1)
            choices = [_without(parse, index) for index in (self.where[name], at)]
            raise Doubt("contradiction", choices=choices, words=words, why=f"I take one {what} at a time")
        self.fields[name] = value
        self.where.setdefault(name, at)
        if self.noun is not None:
            self.trailing.add(name)

    def negate(self, parse: Parse, name: str, value: str, at: int) -> None:
        """“not failed” is ok; "not red" leaves the red ones out."""
        if value in _OPPOSITE:
            self.set(parse, name, _OPPOSITE[value], at)
        else:
            self.without.append(PartQuery.model_validate({name: value}))

    def phrases(self, parse: Parse) -> list[PartPhrase]:
        """What was read, as one query, or one for each of the values in `either`. Raises: Doubt."""
        field_values = [self.fields]
        if self.either:
            name, values = self.either
            field_values = [{**self.fields, name: value} for value in values]
        if self.noun is None and not self.fields and isinstance(self.count, int):
            return [self._as_before(parse)]
        quantity = self._quantity(parse)
        if quantity != "all" and len(field_values) > 1:
            raise Doubt("ask-or", words=parse.cursor.quote(self.start, self.end))
        return [
            PartPhrase(
                query=self._query(parse, fields),
                quantity=quantity,
                at_most=self.at_most,
                counted=self.count is not None,
                rest=self.rest,
                other=self.other,
                remainder=self.remainder,
                anyone=self.article == "any" and self.count is None,
                definite=self.article == "the" and quantity == 1 and "superlative" not in fields and not self.rest,
                start=self.start,
                end=self.end,
            )
            for fields in field_values
        ]

    def _as_before(self, parse: Parse) -> PartPhrase:
        """“10 nuts in the left bin and 5 in the right one”: a number alone counts what came last. Raises: Doubt."""
        if len(parse.moves) - parse.group != 1 or parse.pending or self.count is None:
            raise Doubt("ask-which-part", words=parse.cursor.quote(self.start, self.end))
        last = parse.moves[-1].phrase
        counted = replace(last, quantity=self.count, at_most=self.at_most, counted=True, definite=False)
        return replace(counted, rest="", other=False, remainder=False, start=self.start, end=self.end)

    def _query(self, parse: Parse, fields: dict[str, str]) -> PartQuery:
        kind, size = fields.get("kind"), fields.get("size")
        if kind and size:
            sizes = SIZES_OF[cast(Kind, kind)]
            if size not in sizes:
                at = self.where["size"]
                raise Doubt(
                    "contradiction",
                    choices=[parse.cursor.swapped(at, at + 1, other) for other in sizes],
                    words=parse.cursor.quote(self.start, self.end),
                    why=f"a {kind} is {' or '.join(sizes)}",
                )
        colour, finish = fields.get("colour"), fields.get("finish")
        if colour and finish and finish_of(cast(Colour, colour)) != finish:
            raise Doubt(
                "contradiction",
                choices=[_without(parse, self.where[name]) for name in ("finish", "colour")],
                words=parse.cursor.quote(self.start, self.end),
                why=f"a {colour} part is {finish_of(cast(Colour, colour))}",
            )
        return without(PartQuery.model_validate(fields), self.without)

    def _quantity(self, parse: Parse) -> Quantity:
        """What the number of the words says where no quantity was said. Raises: Doubt."""
        superlative = "superlative" in self.fields
        if superlative and (self.count == "all" or (self.count is None and self._is_plural)):
            at = self.where["superlative"]
            raise Doubt(
                "ask-superlative-plural",
                choices=[_one_superlative(parse, self)] if self.noun and at < self.end else [],
                words=parse.cursor.quote(self.start, self.end),
            )
        if self.count is not None:
            return self.count
        if superlative or self.article == "a":
            return 1
        if self._is_plural or (self.noun is None and self._means_many):
            return "all"
        if self.noun is None:
            raise Doubt("ask-quantity", words=parse.cursor.quote(self.start, self.end))
        return 1

    @property
    def _is_plural(self) -> bool:
        return self.noun is not None and self.noun.plural

    @property
    def _means_many(self) -> bool:
        """Without a noun: "remove the failed" means them all, "put the red in …" is unclear."""
        return bool(self.rest) or "condition" in self.fields


def _without(parse: Parse, at: int) -> str:
    return parse.cursor.swapped(at, at + 1, "")


def _one_superlative(parse: Parse, draft: Draft) -> str:
    """“the largest gears” with its number: "the 2 largest gears"."""
    start = draft.where["superlative"]
    return parse.cursor.swapped(draft.start, start, "the 2 ")
