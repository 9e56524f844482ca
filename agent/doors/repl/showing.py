"""What the operator is shown of the open cell without anything being done: scene, plan, skills, reasons, pages."""

from collections.abc import Callable

from agent.approving import Proposal
from agent.doors.cli.files import write_file
from agent.doors.repl import record
from agent.doors.repl.live import Live
from agent.doors.repl.screen import ASIDE, Screen
from agent.looking.looker import Blocked, Look
from agent.workcell import Workcell
from skills.base import Image


class Showing:
    """What an operator may ask to see, whatever goes on.

    Args:
        picture: what the overhead camera sees now, for people.
        moves: whether something is under way that waits for nobody.
    """

    def __init__(
        self, screen: Screen, workcell: Workcell, picture: Callable[[], Image], moves: Callable[[], bool]
    ) -> None:
        self._screen, self._workcell, self._picture, self._moves = screen, workcell, picture, moves
        self.live = Live(picture, screen.frame)

    def scene(self) -> None:
        """The picture as it is now; the parts from a fresh look, or while something moves from the last."""
        screen, workcell = self._screen, self._workcell
        screen.picture(self._picture())
        if self._moves():
            screen.say("something is under way; seen in the last look:", ASIDE)
            screen.parts(record.last_seen(workcell.journal))
            return
        glance = workcell.looker.glance()
        if not isinstance(glance, Blocked):
            screen.parts(glance.scene.parts)
        screen.say(seen(glance))
        for full in workcell.journal.table.filled():
            screen.say(f"not seen, but remembered: {full.describe()}", ASIDE)

    def toggle_live(self) -> None:
        """Begin or end to show the overhead picture beside the prompt."""
        if self._screen.is_plain:
            self._screen.say("there is no picture without a terminal; /scene says what is seen", ASIDE)
        elif self.live.toggle():
            self._screen.say("the picture goes on while the cell moves; /live ends it", ASIDE)

    def targets(self, proposal: Proposal) -> None:
        """The picture with the parts ringed that would be moved."""
        from agent.doors.marking import marked

        self._screen.picture(marked(self._picture(), self._workcell.cell, proposal.moves))

    def skills(self) -> None:
        """The cell's skills, and what may be said of each."""
        for card in self._workcell.catalogue:
            self._screen.say(f"{card.name:9} {card.summary}")
            self._screen.say(f"          phrase: {card.phrase}")
            for name, parameter in card.parameters.items():
                said = (parameter.said.get(value, value) for value in parameter.values)
                self._screen.say(f"          {name}: {', '.join(said)}")

    def plan(self) -> None:
        self._tell(record.plan_of(self._workcell.journal))

    def why(self) -> None:
        self._tell(record.why_of(self._workcell.journal, self._workcell.cell.agent.attempts))

    def report(self, file: str) -> None:
        """The latest run as a page in `file`, else beside the journal: of one that is not over, what is known so far.
        None while it moves.
        """
        from agent.doors.report_page import page_of, place_of

        journal, run = self._workcell.journal, next(iter(self._workcell.journal.runs()), None)
        if run is None or (run.outcome is None and self._moves()):
            self._screen.say(f"{run.id} moves: /report when it is over" if run else "nothing was done yet", ASIDE)
            return
        path = place_of(journal, run.id, file)
        write_file("FILE", path, page_of(self._workcell, run).encode())
        self._screen.say(f"report    {path.absolute()}")
        if journal.unfinished() == run:
            self._screen.say(f"          {run.id} is not over: this is what is known so far", ASIDE)

    def _tell(self, lines: tuple[str, ...]) -> None:
        for line in lines:
            self._screen.say(line)


def seen(glance: Look | Blocked) -> str:
    """A look in a few words."""
    if isinstance(glance, Blocked):
        return glance.text
    return f"{len(glance.scene.parts)} parts seen{', something is in the gripper' if glance.grip.holding else ''}"
