"""The page of a run: everything on it is inside it, and it says what the report and the run's events say."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from agent import events
from agent.doors.report_page import page_of, place_of
from agent.recording.page import write_page
from agent.recording.read import read
from agent.run import resume, run
from agent.said import ACTIONS_SAID
from skills.approval import Approval
from skills.call import Outcome
from skills.errors import BadInput
from skills.plan import Understanding
from tests.agent.kinematic_tray import Bench, Killed, Tray, part, step

GEAR = part("gear", "large", "red", "failed", (-0.09, 0.05))
NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, Tray(GEAR, NUT, faults={1: "miss"}), step("conveyor belt", condition="failed"))
    yield made
    made.journal.close()


def text(page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "\n", page))


def test_the_page_holds_plan_counts_pictures_calls_evidence_answers_and_outcome(bench: Bench) -> None:
    policy = Approval(places={"conveyor belt": 0})
    cell = bench.workcell.cell.model_copy(update={"approval": policy})
    run(replace(bench.workcell, cell=cell), "go", answer=lambda _: "yes")
    page = page_of(bench.workcell, bench.journal.runs()[0])
    said = text(page)
    assert "done: all × failed part → conveyor belt: 2 seen, 2 moved, 0 left, 0 lost" in said
    assert page.count("data:image/jpeg;base64,") == 2
    assert said.count("pick up the failed gear") == 2
    assert "after the motion nothing is held" in said
    assert ACTIONS_SAID["retry"] in said
    assert "the fingers let go over the conveyor belt" in said
    assert "Up to 2 parts will be brought to the conveyor belt. Go on? – yes" in said
    assert "yes, by a program (maintainer), to: up to 2 parts will be brought to the conveyor belt" in said
    assert "failed large red gear" in said


def test_the_page_needs_nothing_beside_it_and_fits_a_sheet(bench: Bench) -> None:
    run(bench.workcell, "go")
    page = page_of(bench.workcell, bench.journal.runs()[0])
    assert not re.search(r"(?:src|href)='(?!data:)|https?://|<script|url\(|@import", page)
    assert "@page { size: A4" in page
    assert len(page) < 200_000


def test_what_a_person_typed_is_text_and_no_markup(bench: Bench) -> None:
    typed = "<script>alert(1)</script>"
    bench.script[typed] = Understanding(outcome="refused", text="I can't read <b>that</b>.")
    run(bench.workcell, typed)
    page = page_of(bench.workcell, bench.journal.runs()[0])
    assert "<script" not in page
    assert "<b>" not in page
    assert text(page).count("I can't read <b>that</b>.") == 1


def test_a_run_that_was_given_up_says_so(bench: Bench) -> None:
    bench.gate.stop_at = 2
    run(bench.workcell, "go")
    bench.journal.end_run("run-00001", Outcome(outcome="incomplete", reason="given up by Ada"))
    assert "incomplete: given up by Ada" in text(page_of(bench.workcell, bench.journal.runs()[0]))


def test_a_run_that_was_cut_off_and_resumed_says_where(bench: Bench, tmp_path: Path) -> None:
    def cut(event: events.Event) -> None:
        if isinstance(event, events.Ruled):
            raise Killed

    with pytest.raises(Killed):
        run(bench.workcell.heard_by(cut), "go")
    again = bench.restart(tmp_path)
    resume(again.workcell)
    said = text(page_of(again.workcell, again.journal.runs()[0]))
    again.journal.close()
    assert "it was cut off during 'pick up the failed gear' (run-00001/1); a person had it resumed" in said
    assert "failure, 100%: the call was cut off, and nothing is held" in said
    cut_short = next(line for line in said.splitlines() if line.startswith("nothing is held and nothing has moved;"))
    assert cut_short.endswith("the gate did not see the motion to its end"), "its seconds are not known"


def test_the_page_says_when_where_by_whom_how_long_and_with_which_weights(bench: Bench, tmp_path: Path) -> None:
    run(bench.workcell, "go")
    began = read(tmp_path / "recordings" / "run-00001").began
    page = page_of(bench.workcell, bench.journal.runs()[0])
    (meta,) = re.findall(r"<p class='meta'>(.+)</p>", page)
    weights = ", ".join(f"{name} {value[:12]}" for name, value in began.weights.items())
    told = f"run-00001 · {began.at} · cell default · a program (maintainer) · weights {weights} · "
    assert unescape(meta).startswith(told)
    assert float(meta.removesuffix(" s").split(" · ")[-1]) > 0
    write_page(read(tmp_path / "recordings" / "run-00001"), tmp_path / "replay.html")
    assert unescape(meta).rpartition(" · ")[0] in unescape((tmp_path / "replay.html").read_text())


def test_a_run_without_a_recording_is_a_page_all_the_same(bench: Bench, tmp_path: Path) -> None:
    bench.script["how many?"] = Understanding(outcome="answer", text="two parts")
    run(bench.workcell, "how many?")
    (tmp_path / "recordings" / "run-00001" / "run.jsonl").unlink()
    said = text(page_of(bench.workcell, bench.journal.runs()[0]))
    assert "run-00001 · it was not recorded: day, account and weights are not known" in said


def test_a_page_lies_beside_the_journal_or_where_it_was_asked_for(bench: Bench, tmp_path: Path) -> None:
    assert place_of(bench.journal, "run-00001") == tmp_path / "reports" / "run-00001.html"
    assert place_of(bench.journal, "run-00001", str(tmp_path / "mine.html")) == tmp_path / "mine.html"
    (tmp_path / "mine.html").write_text("kept")
    for taken in (tmp_path / "mine.html", tmp_path / "no" / "folder.html", tmp_path):
        with pytest.raises(BadInput, match=r"^FILE: "):
            place_of(bench.journal, "run-00001", str(taken))


def test_an_answer_is_a_page_too(bench: Bench) -> None:
    bench.script["how many?"] = Understanding(outcome="answer", text="two parts")
    run(bench.workcell, "how many?")
    assert "done: two parts" in text(page_of(bench.workcell, bench.journal.runs()[0]))
