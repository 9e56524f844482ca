"""The report of a run as one page that needs nothing beside it, and that prints on a sheet of paper."""

import base64
import os
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Final

from agent import events, pages
from agent.doors.repl.record import events_of
from agent.journal.journal import Journal, RunRecord
from agent.recording.page import STYLE, about, jpeg
from agent.recording.read import read
from agent.recording.shelf import FOLDER as RECORDINGS
from agent.report import COUNTS, Report, account_rows, report_of
from agent.run import saved_state
from agent.said import ACTIONS_SAID, cause_words, evidence_words, finding_words
from agent.state import RunState
from agent.why import cut_off
from agent.workcell import Workcell
from skills.call import Attempt, Outcome
from skills.errors import BadInput

FOLDER: Final = "reports"
PRINT: Final = """
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .1rem .6rem .1rem 0 }
td { white-space: pre-wrap } li { color: inherit; font-size: inherit }
th { border-bottom: 1px solid #8886 } td + td { font-variant-numeric: tabular-nums }
.looks { display: flex; gap: 1rem } .evidence { color: GrayText; font-size: .85em }
@page { size: A4; margin: 12mm }
@media print {
  :root { color-scheme: light } body { font-size: 9pt; line-height: 1.25; margin: 0; max-width: none; padding: 0 }
  h1 { font-size: 14pt; margin-top: 0 } h2 { font-size: 10pt; margin: .6rem 0 .2rem } tr, figure { break-inside: avoid }
  figure, figure img { width: 45mm; height: auto }
}
"""
"""What the page needs beyond a recording's style."""


def place_of(journal: Journal, run_id: str, file: str = "") -> Path:
    """The file that was asked for, else the run's own beside the journal. Raises: BadInput."""
    if not file:
        folder = journal.folder / FOLDER
        folder.mkdir(exist_ok=True)
        return folder / f"{run_id}.html"
    return new_file("FILE", Path(file).expanduser())


def new_file(field: str, path: Path) -> Path:
    """`path`, where a file can be made. Raises: BadInput."""
    if path.exists():
        raise BadInput(field, str(path), "a file that does not exist yet")
    if not path.absolute().parent.is_dir():
        raise BadInput(field, str(path), "a file in a folder that exists")
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        raise BadInput(field, str(path), "a file in a folder that can be written")
    return path


def page_of(workcell: Workcell, run: RunRecord) -> str:
    """The page of a run: of one that is not over, what is known so far. Raises: BadInput (another version's)."""
    state = saved_state(workcell, run.id) or RunState(run_id=run.id, instruction=run.instruction)
    told = events_of(workcell.journal, run.id)
    outcome = run.outcome or _so_far(told)
    report = report_of(workcell.journal, state.model_copy(update={"outcome": outcome, "instruction": run.instruction}))
    return page(report, told, workcell.journal.folder)


def _so_far(told: Sequence[events.Event]) -> Outcome:
    """Where a run stands that has no end and does not move."""
    if told and isinstance(told[-1], events.Asked):
        return Outcome(outcome="incomplete", reason=f"a question is open: {told[-1].question}")
    return Outcome(outcome="stopped", reason="it was cut off")


def page(report: Report, told: Sequence[events.Event], state: Path) -> str:
    """The page of a report, with the evidence, recoveries and approvals that the run's events hold, and with what its
    recording in the cell's folder `state` says of day, cell, account and weights.
    """
    outcome = report.outcome
    body = (
        f"<h1>{escape(report.instruction)}</h1>\n",
        f"<p class='outcome'>{escape(f'{outcome.outcome}: {outcome.reason}')}</p>\n",
        f"<p class='meta'>{escape(_about(report, state))}</p>\n",
        *_plan(report),
        *_parts(report),
        *_pictures(report),
        *_breaks(told),
        *_calls(report.attempts, told),
        *_people(report, told),
    )
    return pages.page(report.run_id, STYLE + PRINT, body)


def _about(report: Report, state: Path) -> str:
    """Which run it was; what its recording knows of it, where there is one."""
    try:
        run = about(read(state / RECORDINGS / report.run_id).began) if report.run_id else report.run_id
    except BadInput:
        run = f"{report.run_id} · it was not recorded: day, account and weights are not known"
    return f"{run} · {report.seconds:.1f} s" if report.seconds else run


def _plan(report: Report) -> Iterator[str]:
    if report.plan:
        yield f"<h2>Plan</h2>\n<ol>{pages.items(step.describe() for step in report.plan)}</ol>\n"
    elif report.understanding is not None and report.understanding.text != report.outcome.reason:
        yield f"<p>{escape(report.understanding.text)}</p>\n"


def _parts(report: Report) -> Iterator[str]:
    if report.ledger:
        yield "<h2>Parts</h2>\n"
        yield pages.table(COUNTS, account_rows(report.ledger))
    if open_ := report.open_ends():
        yield f"<ul>{pages.items(open_)}</ul>\n"


def _pictures(report: Report) -> Iterator[str]:
    taken = [(name, content) for name, content in (("before", report.before), ("after", report.after)) if content]
    if taken:
        figures = (
            f"<figure><img alt='{name}' src='data:image/jpeg;base64,{_smaller(content)}'>"
            f"<figcaption>{name}</figcaption></figure>"
            for name, content in taken
        )
        yield f"<h2>Overhead camera</h2>\n<div class='looks'>{''.join(figures)}</div>\n"


def _smaller(png: bytes) -> str:
    """The kept PNG as a page shows it; one that can't be read stays as it is."""
    import cv2
    import numpy as np

    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    return base64.b64encode(png).decode() if picture is None else jpeg(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))


def _breaks(told: Sequence[events.Event]) -> Iterator[str]:
    """Where the run was cut off, stopped or paused, and went on."""
    if said := [_break(before, one) for before, one in pairwise((None, *told)) if isinstance(one, events.Woken)]:
        yield f"<h2>Interruptions</h2>\n<ul>{pages.items(said)}</ul>\n"


def _break(before: events.Event | None, woken: events.Woken) -> str:
    within = f" during {woken.call.phrase!r} ({woken.call.id})" if woken.call else " between two calls"
    how = (
        f"it ended as {before.outcome.outcome} ({before.outcome.reason})"
        if isinstance(before, events.Finished)
        else (f"it was cut off{within}")
    )
    return f"{how}; a person had it resumed, from what was seen then"


def _calls(attempts: Sequence[Attempt], told: Sequence[events.Event]) -> Iterator[str]:
    """Every judged call: what was said to the policy, the verdict, what it rests on, and what was done about it."""
    if not attempts:
        return
    cut = cut_off(told)
    yield "<h2>Calls</h2>\n<table><tr><th></th><th>phrase</th><th>verdict</th><th>evidence</th></tr>\n"
    for number, attempt in enumerate(attempts, 1):
        verdict = attempt.verdict
        because = cause_words(verdict, attempt.call, cut_off=attempt.call.id in cut)
        then = f"<br>{escape(action)}" if (action := _then(attempt.call.id, told)) else ""
        yield (
            f"<tr><td>{number}</td><td>{escape(attempt.call.phrase)}</td>"
            f"<td>{verdict.judgement}, {verdict.confidence:.0%}{escape(because and f': {because}')}{then}</td>"
            f"<td class='evidence'>{escape(_evidence(attempt, told, cut_off=attempt.call.id in cut))}</td></tr>\n"
        )
    yield "</table>\n"


def _evidence(attempt: Attempt, told: Iterable[events.Event], *, cut_off: bool) -> str:
    verified = [one for one in told if isinstance(one, events.Verified) and one.call_id == attempt.call.id]
    seen = evidence_words(verified[-1].evidence) if verified and verified[-1].evidence else ()
    found = [finding_words(one) for ruling in attempt.rulings for one in ruling.findings]
    reason, ruled = attempt.verdict.reason, [ruling.describe() for ruling in attempt.rulings]
    seconds = () if cut_off else (f"{attempt.seconds:.1f} s",)  # nobody was there to count them
    return "; ".join((*([] if reason in ruled else [reason]), *seen, *found, *seconds))


def _then(call_id: str, told: Sequence[events.Event]) -> str:
    """What was done about the call, where it was no success."""
    at = [n for n, one in enumerate(told) if isinstance(one, events.Verified) and one.call_id == call_id]
    after = told[at[-1] + 1] if at and at[-1] + 1 < len(told) else None
    return ACTIONS_SAID[after.action] if isinstance(after, events.Recovering) else ""


def _people(report: Report, told: Sequence[events.Event]) -> Iterator[str]:
    """What was asked, who answered, and who gave the yes."""
    asked = (f"{one.question} – {one.answer or 'no answer'}" for one in report.questions)
    approved = (
        f"{one.approved.describe()}, to: {one.approved.proposal.why}" for one in told if isinstance(one, events.Signed)
    )
    if said := (*asked, *approved):
        yield f"<h2>Questions and answers</h2>\n<ul>{pages.items(said)}</ul>\n"
