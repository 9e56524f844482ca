"""What the process returns: the API of every shell script in the plant."""

from enum import IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the command line's help must not wait for pydantic
    from skills.call import RunOutcome


class ExitCode(IntEnum):
    """The only codes that a command of smolcell ends with."""

    DONE = 0
    INTERNAL = 1
    BAD_INPUT = 2
    INCOMPLETE = 3
    STOPPED = 4
    UNAVAILABLE = 5


OF_OUTCOME: "Final[dict[RunOutcome, ExitCode]]" = {
    "done": ExitCode.DONE,
    "incomplete": ExitCode.INCOMPLETE,
    "stopped": ExitCode.STOPPED,
    "refused": ExitCode.BAD_INPUT,
}
