"""A pause holds a run up between two calls: the call under way is looked at and accounted for, nothing latches."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent import events
from agent.exit_codes import ExitCode
from agent.run import Report, resume, run
from skills.errors import BadInput
from tests.agent.kinematic_tray import Bench, Tray, part, step

FAILED_GEAR = part("gear", "large", "red", "failed", (-0.09, 0.05))
FAILED_NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))
PARTS = (FAILED_GEAR, FAILED_NUT)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, Tray(*PARTS), step(condition="failed"))
    yield made
    made.journal.close()


def paused_at(bench: Bench, here: Callable[[events.Event], bool]) -> Report:
    def listen(event: events.Event) -> None:
        if here(event):
            bench.workcell.pause.ask("the operator said pause")

    return run(bench.workcell.heard_by(listen), "go")


def rest(bench: Bench) -> Report:
    """What is done after a person has said resume."""
    report = resume(bench.workcell)
    assert report.outcome.outcome == "done"
    assert bench.world.bins["rejection bin"] == list(PARTS)
    return report


@pytest.mark.parametrize("motions", [1, 2, 3])
def test_the_call_under_way_ends_and_is_accounted_for(bench: Bench, motions: int) -> None:
    report = paused_at(bench, lambda event: isinstance(event, events.Moving) and len(bench.gate.executed) == motions)
    assert (report.outcome.outcome, report.outcome.reason) == ("stopped", "the operator said pause")
    assert [one.verdict.judgement for one in report.attempts] == ["success"] * motions
    assert [one.moved for one in report.ledger] == [motions // 2]
    assert (bench.world.motions, bench.world.at_home, bench.gate.latched) == (motions, True, None)
    assert [(one.seen, one.moved, one.left, one.lost) for one in rest(bench).ledger] == [(2, 2, 0, 0)]


def test_before_the_first_call_nothing_moves_and_the_run_can_be_resumed(bench: Bench) -> None:
    report = paused_at(bench, lambda event: isinstance(event, events.Looked))
    assert (report.outcome.outcome, bench.world.motions, report.attempts) == ("stopped", 0, ())
    left = bench.journal.unfinished()
    assert left is not None
    assert left.outcome == report.outcome
    rest(bench)


def test_a_pause_is_no_stop_to_whoever_reads_the_exit_code(bench: Bench) -> None:
    """Nothing is latched, so there is nothing to reset; the next word is resume."""
    assert paused_at(bench, lambda event: isinstance(event, events.Looked)).exit_code == ExitCode.INCOMPLETE
    assert rest(bench).exit_code == ExitCode.DONE


def test_a_stop_in_a_run_that_was_paused_before_is_a_stop(bench: Bench) -> None:
    paused_at(bench, lambda event: isinstance(event, events.Looked))

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Calling):
            bench.gate.request_stop("a person said stop")

    report = resume(bench.workcell.heard_by(listen))
    assert (report.outcome.outcome, report.exit_code) == ("stopped", ExitCode.STOPPED)


def test_in_the_last_call_it_changes_nothing(bench: Bench) -> None:
    report = paused_at(bench, lambda event: isinstance(event, events.Moving) and len(bench.gate.executed) == 4)
    assert report.outcome.outcome == "done"
    with pytest.raises(BadInput, match="none was"):
        resume(bench.workcell)


def test_it_is_heard_once_and_only_the_last_reason_counts(bench: Bench) -> None:
    pause = bench.workcell.pause
    assert pause.take() is None
    pause.ask("one")
    pause.ask("two")
    assert [pause.take(), pause.take()] == ["two", None]
