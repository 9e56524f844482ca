"""Who stands at a door: the account of the system that this process runs under, with the cell file's role for it.

There is no option, variable or word that names somebody else.
"""

import os
import pwd

from skills.cell import Cell
from skills.roles import Deed, Person, check, person_of


def account() -> str:
    """The account, by the process's user id: what LOGNAME and USER say is anybody's to set."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"


def person_here(cell: Cell) -> Person:
    """The person at this door of the cell."""
    return person_of(account(), cell.people)


def reset_of(*, is_fault: bool) -> Deed:
    """What it is to open a stop: one that the gate found a reason for takes more than one that a person asked for."""
    return "open a stop that nobody asked for" if is_fault else "open a stop"


def require(cell: Cell, deed: Deed) -> Person:
    """The person at this door, who may do this. Raises: NotAllowed, which says who may."""
    person = person_here(cell)
    check(person, deed, cell.people)
    return person
