"""Who may do what: three roles, and a table of the deeds that need one. Stopping needs none: it is everybody's.

A role comes from the account that a process runs under and from the cell file's `people`, and from nothing that is
said, sent or seen.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from skills.base import Value
from skills.errors import NotAllowed

Role = Literal["viewer", "operator", "maintainer"]
Deed = Literal[
    "lay a scene",
    "run instructions",
    "approve",
    "resume a run",
    "give a run up",
    "open a stop",
    "open a stop that nobody asked for",
    "approve what is kept for maintainers",
    "put weights in force",
]
People = Mapping[str, Role]
"""Account -> role, and OTHERS for every account that is not named. An empty one restricts nobody."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)
"""Each may do whatever those before it may."""
OTHERS: Final = "others"
LEAST: Final[Role] = ROLES[0]
MOST: Final[Role] = ROLES[-1]

ALLOWED: Final[Mapping[Deed, Role]] = {
    "lay a scene": "operator",
    "run instructions": "operator",
    "approve": "operator",
    "resume a run": "operator",
    "give a run up": "operator",
    "open a stop": "operator",
    "open a stop that nobody asked for": "maintainer",
    "approve what is kept for maintainers": "maintainer",
    "put weights in force": "maintainer",
}
"""The least role that each deed needs. What is not named (to plan, look, ask why, evaluate, and above all to stop) is
everybody's.
"""


class Person(Value):
    """Somebody at a door of the cell: the account's name, and the role that the cell file gives it."""

    name: str
    role: Role

    def may(self, deed: Deed) -> bool:
        return ROLES.index(self.role) >= ROLES.index(ALLOWED[deed])


NOBODY: Final = Person(name="a program", role=MOST)
"""Who calls a run from code, not through a door."""


def person_of(account: str, people: People) -> Person:
    """The person behind an account."""
    others = people.get(OTHERS, LEAST) if people else MOST
    return Person(name=account, role=others if account == OTHERS else people.get(account, others))


def who_may(deed: Deed, people: People) -> str:
    """The accounts that may do it, in words."""
    if person_of(OTHERS, people).may(deed):
        return "everybody"
    names = [name for name in people if name != OTHERS and person_of(name, people).may(deed)]
    return ", ".join(names) or "nobody: the cell file names no one"


def barred(person: Person, deed: Deed, people: People) -> NotAllowed | None:
    """Why the person may not do it, and who may; None where they may."""
    if person.may(deed):
        return None
    return NotAllowed(person.name, deed, person.role, ALLOWED[deed], who_may(deed, people))


def check(person: Person, deed: Deed, people: People) -> None:
    """Raises: NotAllowed."""
    if error := barred(person, deed, people):
        raise error
