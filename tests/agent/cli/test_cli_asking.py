"""Who answers: the scenario first, then the terminal, else nobody. And Ctrl-C while a question is open."""

import io
import os
import pty
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agent.approving import Proposal
from agent.doors.cli.asking import answers
from agent.doors.cli.interrupt import soft_pause, software_stop
from agent.events import Asked

WHERE = Asked(question="Where to?")


@contextmanager
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal for stdin and stderr; what is written to the descriptor is typed.

    Not a fixture: between a test's setup and its call pytest puts its own streams in place.
    """
    master, slave = pty.openpty()
    with os.fdopen(os.dup(slave), "r") as stdin, os.fdopen(slave, "w") as stderr, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stdin)
        patch.setattr(sys, "stderr", stderr)
        yield master
    os.close(master)


def test_scripted_answers_come_first_and_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("typed\n"))
    answer = answers(("left bin", "yes"), lambda: None)
    assert [answer(WHERE), answer(WHERE), answer(WHERE)] == ["left bin", "yes", None]


def test_no_script_says_yes_in_a_persons_name(monkeypatch: pytest.MonkeyPatch) -> None:
    approval = Asked(question="Go on?", choices=("yes", "no"), proposal=Proposal(moves=()))
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    answer = answers(("yes",), lambda: None)
    assert [answer(approval), answer(WHERE), answer(approval)] == [None, "yes", None]


def test_the_terminal_answers_after_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    cleared: list[bool] = []
    answer = answers(("left bin",), lambda: cleared.append(True))
    with keyboard(monkeypatch) as typed:
        os.write(typed, b"right bin\n\n")
        assert [answer(WHERE), answer(WHERE), answer(WHERE)] == ["left bin", "right bin", None]
    assert len(cleared) == 2


def test_ctrl_c_at_a_question_is_no_answer_and_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    stops: list[str] = []
    asked: list[bool] = []

    def press_soon() -> None:
        asked.append(True)
        signal.setitimer(signal.ITIMER_REAL, 0.05)

    former = signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    try:
        with keyboard(monkeypatch), software_stop(stops.append):
            assert answers((), press_soon)(WHERE) is None
            assert (asked, stops) == ([True], [])
            os.kill(os.getpid(), signal.SIGINT)
            assert stops == ["Ctrl-C at the terminal"]
    finally:
        signal.signal(signal.SIGALRM, former)


def test_ctrl_z_asks_for_a_pause_and_is_the_shells_own_again_afterwards() -> None:
    asked: list[str] = []
    former = signal.getsignal(signal.SIGTSTP)
    with soft_pause(asked.append):
        os.kill(os.getpid(), signal.SIGTSTP)
    assert (asked, signal.getsignal(signal.SIGTSTP)) == (["Ctrl-Z at the terminal"], former)
