"""Every event in lines: that fit 80 columns at a terminal, and that can be read aloud without one."""

import io
import unicodedata
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console

from agent import events
from agent.approving import Proposal
from agent.doors.repl.screen import PLAIN_WIDTH, Screen
from agent.doors.repl.telling import Told, told
from agent.journal.approvals import Approved
from agent.ledger import Account
from agent.looking.disputes import Disputed
from agent.looking.looker import Grip, Look
from agent.verifying.evidence import Evidence
from agent.why import why
from skills.approval import Approval, Move, needed
from skills.call import Finding, Outcome, Ruling, SkillCall, Verdict
from skills.plan import Understanding
from skills.roles import Person
from skills.scene import PartQuery
from tests.agent.kinematic_tray import Tray, part, planned, scene, step
from tests.agent.repl.conversation import Conversation

LONG = "a failed M10 silver bolt at the back right of the tray that nobody has asked for " * 3
PART = part("bracket", "large", "silver", "failed", (0.1, 0.1))
STEPS = tuple(step(place, 12, kind="bracket", condition="failed", colour="silver") for place in ("conveyor belt",) * 3)
MOVES = tuple(Move(step=one, seen=13, targets=(PART,) * 13) for one in STEPS)
PROPOSAL = Proposal(moves=MOVES, reasons=needed(MOVES, Approval(places={"conveyor belt": 0}), {"wipe": "abc" * 9}))
CALL = SkillCall(
    id="run-00001/1",
    skill="pick",
    arguments={},
    phrase="pick up the failed large silver bracket at the back right of the tray",
    part=PartQuery(kind="bracket", size="large", colour="silver", condition="failed"),
)
LOOK = Look(
    scene=scene(PART),
    width=0.08,
    grip=Grip(holding=False, is_open=True),
    disputed=(Disputed(part=PART, seen=1, looks=3),),
)
ACCOUNT = Account(step=STEPS[0], seen=13, moved=5, left=7)
VERDICT = Verdict(judgement="failure", reason=LONG, confidence=0.97, cause="wrong_part")
EVIDENCE = Evidence(looks=2, width=0.02, weakest=0.5, gone=1, appeared=1, moved=1, changed=1, watched=False)
RULING = Ruling(
    decision="stop", findings=(Finding(rule="collision", value=0.001, bound=0.004, unit="m", text=LONG),) * 3
)
ADA = Person(name="ada.lovelace@the-shop-floor", role="maintainer")
EVENTS: tuple[events.Event, ...] = (
    events.Planned(instruction=LONG, understanding=planned(*STEPS)),
    events.Planned(instruction=LONG, understanding=Understanding(outcome="question", text=LONG, choices=(LONG, LONG))),
    events.Planned(instruction=LONG, understanding=Understanding(outcome="refused", text=LONG)),
    events.Planned(instruction=LONG, understanding=Understanding(outcome="answer", text=LONG)),
    events.Planned(instruction=LONG, understanding=Understanding(outcome="control", command="resume")),
    events.Asked(question=LONG, choices=(LONG, "no")),
    events.Asked(question=PROPOSAL.question, choices=("yes", "no"), proposal=PROPOSAL),
    events.Replied(answer=LONG),
    events.Proposed(proposal=PROPOSAL),
    events.Signed(approved=Approved(answer="yes beforehand", person=ADA, proposal=PROPOSAL)),
    events.Looked(look=LOOK, account=ACCOUNT),
    events.Calling(call=CALL),
    events.Moving(share=0.5),
    events.Ruled(call_id=CALL.id, ruling=RULING),
    events.Verified(call_id=CALL.id, verdict=VERDICT, evidence=EVIDENCE),
    events.Recovering(verdict=VERDICT, action="other_candidate", situation="returning"),
    events.Accounted(account=ACCOUNT),
    events.Woken(call=CALL),
    events.Paused(reason=LONG),
    events.Unrecorded(reason=LONG),
    events.Finished(outcome=Outcome(outcome="stopped", reason=LONG), ledger=(ACCOUNT,)),
)


def drawn(event: events.Event, width: int, *, aloud: bool) -> list[str]:
    """What the screen shows of an event, and of why it is the last thing that has happened."""
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=not aloud, color_system=None, highlight=False)
    screen = Screen(lambda: console)
    for line, style in told(Told(), event, aloud=screen.is_plain).lines:
        screen.say(line, style)
    for one in why((event,), 3):
        screen.say(f"{one.topic:9} {one.text}")
    return file.getvalue().splitlines()


def test_every_event_is_among_them() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(events.Event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event)
def test_an_event_fits_80_columns_and_is_whole_without_a_terminal(event: events.Event) -> None:
    lines = drawn(event, 80, aloud=False)
    assert all(len(line) <= 80 for line in lines)
    spoken = drawn(event, PLAIN_WIDTH, aloud=True)
    assert bool(spoken) == bool(lines)
    assert not any(is_drawing(line) for line in spoken)


def is_drawing(line: str) -> bool:
    """Whether a screen reader would stumble over it: lines, blocks, rulers, or columns behind the label."""
    marks = any("BOX DRAWINGS" in name or "BLOCK" in name for name in (unicodedata.name(c, "") for c in line))
    return marks or "---" in line or "\x1b" in line or "   " in line[10:].strip()


def test_a_drawing_is_seen_as_one() -> None:
    assert all(map(is_drawing, ("─────", "▀▀", "----  ----", "step  parts                     wanted", "\x1b[1mx")))
    assert not is_drawing("          1. yes")


def test_nothing_in_a_conversation_without_a_terminal_is_drawn(tmp_path: Path) -> None:
    crowd = [part("nut", "M6", "green", "ok", (x * 0.01 - 0.12, 0.05 * (x % 3 - 1))) for x in range(21)]
    with Conversation(tmp_path, Tray(*crowd), {"all": planned(step("left bin", kind="nut"))}) as chat:
        chat.begin().say("all", until="2. no")
        chat.say("no", until="not approved by Ada")
        for line in ("/help", "/scene", "/plan", "/why", "/skills", "/live", "/report"):
            chat.say(line)
        chat.transcript.wait_for("report    ")
        assert len(chat.transcript.lines) > 60
        assert [line for line in chat.transcript.lines if is_drawing(line)] == []
