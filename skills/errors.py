"""The errors that a person can act on.

SmolcellError                 exit code 1
├── BadInput                  2   a field holds what it must not
│   ├── UnknownName           2   a name that is not in the list; carries the nearest ones
│   └── NotAllowed            2   a person may not do this; says who may
├── Unavailable               5   a dependency (weights, policy server, robot) is not there
└── StoppedBySafety           4   the latch is closed; a person has to reset it
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Final

LISTED: Final = 16
"""Names that a message lists; of more it says how many there are, and which are nearest."""


class SmolcellError(Exception):
    """Base of every error that smolcell raises on purpose; `exit_code` is what the doors return."""

    exit_code: ClassVar[int] = 1

    def __reduce__(self) -> "tuple[Callable[..., SmolcellError], tuple[Any, ...]]":
        """What crosses from a worker process to its command: the sentence and the facts, not a new call."""
        return _again, (type(self), self.args, self.__dict__)


class BadInput(SmolcellError):
    """`field` holds `value`, which is not `allowed`."""

    exit_code = 2

    def __init__(self, field: str, value: object, allowed: str) -> None:
        self.field, self.value, self.allowed = field, value, allowed
        super().__init__(f"{field}: {value!r} is not allowed; it must be {allowed}.")


class UnknownName(BadInput):
    """`value` is no entry of a closed list."""

    def __init__(self, field: str, value: object, known: Iterable[str], hint: str = "") -> None:
        names = list(known)
        self.nearest = nearest(value, names) if isinstance(value, str) else ()
        super().__init__(field, value, f"one of {_listed(names)}" if names else "(none exist)")
        shown = f" Nearest: {_listed(self.nearest)}." if self.nearest else ""
        listed = f"one of {_listed(names)}" if len(names) <= LISTED else f"one of {len(names)} names"
        allowed = f"allowed is {listed}" if names else "there is none"
        self.args = (f"{field}: {value!r} is not known; {allowed}.{shown}{' ' + hint if hint else ''}",)


class NotAllowed(BadInput):
    """The person `name` has the role `has`, and `deed` needs `needs`; `who` may."""

    def __init__(self, name: str, deed: str, has: str, needs: str, who: str) -> None:
        super().__init__("person", name, f"{with_article(needs)} to {deed}: {who}")
        roles = f"it takes {with_article(needs)}, and {name} is {with_article(has)}"
        self.args = (f"{name} may not {deed}: {roles}. Who may: {who}.",)


class Unavailable(SmolcellError):
    """Something that the command needs is not there; `remedy` says how to get it."""

    exit_code = 5

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what} {remedy}")


class StoppedBySafety(SmolcellError):
    """The stop latch is closed: nothing moves until a person resets it."""

    exit_code = 4

    def __init__(self, reason: str, state: Path | None = None) -> None:
        self.reason = reason
        where = f" --state {state}" if state else ""
        super().__init__(f"stopped: {reason}. Check the cell, then run: smolcell reset{where} --by YOUR_NAME")


def _again(kind: type[SmolcellError], sentence: tuple[Any, ...], facts: dict[str, Any]) -> SmolcellError:
    error = kind.__new__(kind)
    error.args = sentence
    error.__dict__.update(facts)
    return error


def nearest(value: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The names most like `value`, best first; empty when nothing is near."""
    by_folded = {name.casefold(): name for name in known}
    found = get_close_matches(value.casefold(), list(by_folded), n=count, cutoff=0.5)
    return tuple(by_folded[name] for name in found)


def with_article(word: str) -> str:
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)
