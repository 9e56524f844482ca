"""The queue of attempts that failed or were doubted: what is kept, how much of it, and in which journals."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import cv2
import numpy as np
import pytest

from agent.journal.attempts import Attempts, Remembered
from agent.journal.journal import Journal
from agent.run import resume, run
from skills.call import SkillCall, Verdict
from skills.chunk import ActionChunk
from skills.errors import BadInput
from skills.observation import Observation
from skills.scene import PartQuery
from tests.agent.kinematic_tray import Bench, Killed, Tray, part, step

GOOD = Verdict(judgement="success", reason="it is held", confidence=0.9)
BAD = Verdict(judgement="failure", reason="nothing is held", confidence=1.0, cause="missed")
UNSURE = Verdict(judgement="uncertain", reason="looks disagree", confidence=0.4, cause="unclear")


def call(number: int) -> SkillCall:
    return SkillCall(id=f"run-00001/{number}", skill="pick", arguments={}, phrase="pick up the nut", part=PartQuery())


def seen(number: int = 0) -> Observation:
    image = np.full((8, 8, 3), number, np.uint8)
    return Observation({"overhead": image}, np.zeros(7), np.zeros(7), 0.08, np.zeros(7), 5, number)


def chunk(number: int, confidence: float | None = None, fill: float = 0.1) -> ActionChunk:
    values = np.full((5, 7), fill)
    return ActionChunk(values, "tcp_waypoints", 0, 0, call(number).id, "abc", done=True, confidence=confidence)


def begun(journal: Journal, *numbers: int) -> Attempts:
    run_id = journal.begin_run("go")
    for number in numbers:
        journal.begin_call(run_id, call(number))
    return journal.attempts


def flagged(attempts: Attempts) -> list[str]:
    return [one.call.id for one in attempts.flagged()]


@pytest.mark.parametrize(
    ("verdict", "confidence", "kept"),
    [
        (GOOD, None, False),
        (GOOD, 0.5, False),
        (GOOD, 0.49, True),
        (BAD, None, True),
        (BAD, 0.99, True),
        (UNSURE, 0.99, True),
    ],
)
def test_failed_doubted_and_uncertain_attempts_are_kept(tmp_path, verdict, confidence, kept):
    with Journal(tmp_path) as journal:
        attempts = begun(journal, 1)
        attempts.keep(call(1).id, seen(), chunk(1, confidence))
        assert flagged(attempts) == []
        attempts.judge(call(1).id, verdict, flag_below=0.5)
        assert bool(flagged(attempts)) == kept


def test_what_was_seen_and_proposed_comes_back_whole(tmp_path):
    with Journal(tmp_path) as journal:
        attempts = begun(journal, 1)
        attempts.keep(call(1).id, seen(77), chunk(1, 0.25))
        attempts.judge(call(1).id, BAD, 0.5)
    with Journal(tmp_path) as journal:
        (one,) = journal.attempts.flagged()
    assert (one.call, one.verdict, one.proposal.confidence, one.proposal.width) == (call(1), BAD, 0.25, 0.08)
    assert np.array_equal(one.proposal.values, chunk(1).values)
    image = cv2.imdecode(np.frombuffer(one.picture, np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(image, seen(77).images["overhead"])


def test_of_several_chunks_the_least_sure_is_kept(tmp_path):
    with Journal(tmp_path) as journal:
        attempts = begun(journal, 1, 2)
        for number, confidence in enumerate((0.8, 0.3, 0.6)):
            attempts.keep(call(1).id, seen(number), chunk(1, confidence))
        for number in range(2):
            attempts.keep(call(2).id, seen(number), chunk(2, fill=number))
        for number in (1, 2):
            attempts.judge(call(number).id, BAD, 0.5)
        sure, first = attempts.flagged()
    assert sure.proposal.confidence == 0.3
    assert first.proposal.values[0][0] == 0.0


def test_only_so_many_are_kept_and_the_oldest_go_first(tmp_path):
    with Journal(tmp_path) as journal:
        begun(journal, 1, 2, 3, 4)
        attempts = Attempts(journal._database, most=2)
        for number in (1, 2, 3, 4):
            attempts.keep(call(number).id, seen(), chunk(number))
            attempts.judge(call(number).id, BAD, 0.5)
        assert flagged(attempts) == [call(3).id, call(4).id]


def test_garbage_of_a_policy_is_kept_as_it_is_and_under_the_call_that_asked(tmp_path):
    class Broken:
        def act(self, observation, phrase, call_id):
            return replace(chunk(9, fill=float("nan")), call_id="another call")

    with Journal(tmp_path) as journal:
        attempts = begun(journal, 1)
        Remembered(Broken(), attempts).act(seen(), "pick up the nut", call(1).id)
        attempts.judge(call(1).id, BAD, 0.5)
        (one,) = attempts.flagged()
    assert np.isnan(one.proposal.values).all()


def test_an_earlier_journal_gets_its_table_and_keeps_what_it_holds(tmp_path):
    with Journal(tmp_path) as journal:
        begun(journal, 1)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as earlier, earlier:
        earlier.execute("DROP TABLE attempts")
    with Journal(tmp_path) as journal:
        assert [record.call for record in journal.calls("run-00001")] == [call(1)]
        journal.attempts.keep(call(1).id, seen(), chunk(1))
        journal.attempts.judge(call(1).id, BAD, 0.5)
        assert flagged(journal.attempts) == [call(1).id]


def test_a_damaged_row_is_named(tmp_path):
    with Journal(tmp_path) as journal:
        attempts = begun(journal, 1)
        attempts.keep(call(1).id, seen(), chunk(1))
        attempts.judge(call(1).id, BAD, 0.5)
        with journal._database.transaction() as database:
            database.execute("UPDATE attempts SET proposal = '{}'")
        with pytest.raises(BadInput, match=r"Proposal: time_ns"):
            attempts.flagged()


NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))


def test_a_run_leaves_its_failures_and_forgets_its_successes(tmp_path):
    bench = Bench(tmp_path, Tray(NUT, faults={1: "miss"}), step(kind="nut"))
    report = run(bench.workcell, "go", approved=True)
    assert [one.verdict.judgement for one in report.attempts] == ["failure", "success", "success"]
    (one,) = bench.journal.attempts.flagged()
    assert (one.call, one.verdict) == (report.attempts[0].call, report.attempts[0].verdict)
    assert one.verdict.reason == "nothing is held and nothing has moved"
    rows = bench.journal._database.rows("SELECT COUNT(*) FROM attempts")
    assert rows == [(1,)]
    bench.journal.close()


def test_what_a_killed_call_saw_is_judged_when_the_run_goes_on(tmp_path):
    bench = Bench(tmp_path, Tray(NUT, faults={1: "cut off"}), step(kind="nut"))
    with pytest.raises(Killed):
        run(bench.workcell, "go", approved=True)
    assert flagged(bench.journal.attempts) == []
    bench.world.held, bench.world.width, bench.world.at_home = None, 0.08, True
    bench.world.parts.append(NUT)
    fresh = bench.restart(tmp_path)
    report = resume(fresh.workcell)
    assert report.outcome.outcome == "done"
    (one,) = fresh.journal.attempts.flagged()
    assert (one.call.id, one.verdict.judgement) == (report.attempts[0].call.id, "failure")
    fresh.journal.close()
