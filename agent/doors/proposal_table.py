"""A plan as a table, in plain lines of at most 80 columns that a screen reader can read: its steps with what was seen,
the parts that would be moved, and what needs a yes.
"""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from agent.approving import Proposal
from skills.approval import Move, Reason
from skills.errors import with_article
from skills.foreseen import Foreseen
from skills.plan import Step

WIDTH: Final = 80
HEADS: Final = ("step", "parts", "wanted", "seen", "to move", "to")
WIDTHS: Final = (4, 24, 8, 4, 7, 23)
"""Columns of the table, with two spaces between two of them."""
UNSEEN: Final = "?"


def table_lines(proposal: Proposal) -> tuple[str, ...]:
    """The table, below it the targets of each step, and who has to say yes to what."""
    return (*_table(proposal.moves), *_targets(proposal), *_reasons(proposal.reasons))


def spoken_lines(proposal: Proposal) -> tuple[str, ...]:
    """The same without columns, to be read aloud."""
    steps = (_spoken(number, move) for number, move in enumerate(proposal.moves, 1))
    return (*steps, *_targets(proposal), *_reasons(proposal.reasons))


def _spoken(number: int, move: Move) -> str:
    seen, most = _counts(move)
    counts = "how many is not known" if move.targets is None else f"{seen} seen, {most} to move"
    return f"step {number}: {move.step.describe()}; {counts}"


def move_lines(moves: Sequence[Move]) -> tuple[str, ...]:
    """The table of moves, and their targets."""
    return table_lines(Proposal(moves=tuple(moves)))


def foreseen_lines(foreseen: Foreseen) -> tuple[str, ...]:
    """Whose yes a run would want, or may want, and that it wants nobody's."""
    lines = (*_reasons(foreseen.reasons), *_reasons(foreseen.conditions, " if "))
    return lines or ("needs nobody's yes",)


def _table(moves: Sequence[Move]) -> Iterator[str]:
    yield _row(HEADS)
    yield _row(tuple("-" * width for width in WIDTHS))
    for number, move in enumerate(moves, 1):
        cells = (str(number), _parts(move.step), _wanted(move.step), *_counts(move), move.step.destination)
        yield from _rows(cells)


def _rows(cells: Sequence[str]) -> Iterator[str]:
    """One row, over as many lines as its longest cell needs."""
    wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, WIDTHS, strict=True)]
    for line in range(max(map(len, wrapped))):
        yield _row([cell[line] if line < len(cell) else "" for cell in wrapped])


def _row(cells: Sequence[str]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def _parts(step: Step) -> str:
    return f"{step.skill}: {step.part.describe()}" if step.skill else step.part.describe()


def _wanted(step: Step) -> str:
    return f"up to {step.quantity}" if step.at_most else str(step.quantity)


def _counts(move: Move) -> tuple[str, str]:
    if move.targets is None:
        return UNSEEN, UNSEEN
    return str(move.seen), f"{move.most - move.moved:.0f}"


def _targets(proposal: Proposal) -> Iterator[str]:
    """What would be moved by each step, alike parts together; of more than are wanted it takes the nearest."""
    if proposal.blocked:
        yield from _folded("nothing was seen: ", proposal.blocked)
    for number, move in enumerate(proposal.moves, 1):
        found = Counter(part.describe() for part in move.targets or ())
        if found:
            beyond = len(move.targets or ()) > move.most
            head = f"step {number}: {f'{move.most:.0f} of ' if beyond else ''}"
            yield from _folded(head, ", ".join(f"{count} {what}" for what, count in found.items()))


def _reasons(reasons: Iterable[Reason], joint: str = ": ") -> Iterator[str]:
    for reason in reasons:
        yield from _folded(f"needs the yes of {with_article(reason.by)}{joint}", reason.text)


def _folded(head: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent="    ")
