"""What the operator is shown of the open cell without anything being done: scene, skills, the page of a run."""

from agent.doors.cli.files import write_file
from agent.doors.repl import record
from agent.doors.repl.screen import ASIDE, Screen
from agent.looking.looker import Blocked, Look
from agent.workcell import Workcell
from skills.base import Image
from skills.catalogue import Catalogue


def show_scene(screen: Screen, workcell: Workcell, picture: Image, *, moving: bool) -> None:
    """The picture; the parts from a fresh look, or while something is `moving` from the last."""
    screen.picture(picture)
    if moving:
        screen.say("something is under way; seen in the last look:", ASIDE)
        screen.parts(record.last_seen(workcell.journal))
        return
    glance = workcell.looker.glance()
    if not isinstance(glance, Blocked):
        screen.parts(glance.scene.parts)
    screen.say(seen(glance))
    for full in workcell.journal.table.filled():
        screen.say(f"not seen, but remembered: {full.describe()}", ASIDE)


def show_skills(screen: Screen, catalogue: Catalogue) -> None:
    """The cell's skills, and what may be said of each."""
    for card in catalogue:
        screen.say(f"{card.name:9} {card.summary}")
        screen.say(f"          phrase: {card.phrase}")
        for name, parameter in card.parameters.items():
            said = (parameter.said.get(value, value) for value in parameter.values)
            screen.say(f"          {name}: {', '.join(said)}")


def write_report(screen: Screen, workcell: Workcell, file: str, *, moving: bool) -> None:
    """The latest run as a page in `file`, else beside the journal; none of a run that is still under way."""
    from agent.doors.report_page import page_of, place_of

    run = next(iter(workcell.journal.runs()), None)
    if run is None or run.outcome is None or moving:
        screen.say(f"{run.id} is under way: /report when it is over" if run else "nothing was done yet", ASIDE)
        return
    path = place_of(workcell.journal, run.id, file)
    write_file("FILE", path, page_of(workcell, run).encode())
    screen.say(f"report    {path.absolute()}")


def seen(glance: Look | Blocked) -> str:
    """A look in a few words."""
    if isinstance(glance, Blocked):
        return glance.text
    return f"{len(glance.scene.parts)} parts seen{', something is in the gripper' if glance.grip.holding else ''}"
