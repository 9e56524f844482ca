"""The operator's desk over the little kinematic tray: what a line does while the cell loads, moves, asks, stands."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from agent.doors.repl import record
from agent.doors.repl.desk import Desk
from agent.doors.repl.screen import Screen
from agent.doors.repl.shift import Shift
from agent.doors.repl.worker import Worker
from agent.journal.journal import Journal
from skills.approval import Approval
from skills.errors import Unavailable
from skills.plan import Hole, Understanding
from tests.agent.kinematic_tray import Tray, part, planned, step
from tests.agent.repl.conversation import PATIENCE, Conversation, SlowGate

FAILED_GEAR = part("gear", "large", "red", "failed", (-0.09, 0.05))
FAILED_NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))
GOOD_NUT = part("nut", "M8", "brass", "ok", (0.0, -0.05))
PARTS = (FAILED_GEAR, FAILED_NUT, GOOD_NUT)
GO = {"go": planned(step(condition="failed"))}
DONE = "done: all × failed part → rejection bin: 2 seen, 2 moved, 0 left, 0 lost"


def test_an_instruction_is_planned_done_and_accounted_for(tmp_path: Path) -> None:
    with Conversation(tmp_path, Tray(*PARTS), GO) as chat:
        chat.begin().say("go", until=DONE)
    assert chat.bench.world.bins["rejection bin"] == [FAILED_GEAR, FAILED_NUT]
    lines = chat.transcript.lines
    assert lines[:4] == [
        "ready: 3 parts seen",
        "plan      1. all × failed part → rejection bin",
        "look      3 parts on the tray, 2 to move",
        "phrase    'pick up the failed gear'",
    ]
    assert lines[-3:] == [*["look      1 parts on the tray, 0 to move"] * 2, DONE]


def test_what_is_typed_while_the_cell_loads_waits_and_help_does_not(tmp_path: Path) -> None:
    with Conversation(tmp_path, Tray(*PARTS), GO) as chat:
        chat.say("go")
        chat.say("/help")
        assert chat.desk.status == "loading the cell; what you type waits"
        assert chat.transcript.lines[:2] == ["waits: go", "/help     these lines"]
        chat.begin()
        chat.transcript.wait_for(DONE)


def test_stop_while_loading_forgets_what_waits_and_latches(tmp_path: Path) -> None:
    with Conversation(tmp_path, Tray(*PARTS), GO) as chat:
        chat.say("go")
        chat.say("Stop!")
        chat.begin()
        chat.say("go", until="Questions are answered meanwhile.")
        assert chat.desk.status == "stopped: the operator said stop · /resume"
    assert chat.bench.world.motions == 0
    assert chat.transcript.lines == [
        "waits: go",
        "forgotten: go",
        "stopped: the operator said stop; nothing moves until /resume",
        "ready: 3 parts seen",
        "stopped: the operator said stop; nothing moves until /resume",
        "stopped: the operator said stop; nothing moves until /resume",
        "  Questions are answered meanwhile.",
    ]


@pytest.mark.parametrize("how", ["wait", "/pause"])
def test_pause_while_moving_lets_the_call_end_then_resume(tmp_path: Path, how: str) -> None:
    world = Tray(*PARTS)
    gate = SlowGate(world, 2)
    with Conversation(tmp_path, world, GO, gate) as chat:
        chat.begin().say("go")
        assert gate.moving.wait(PATIENCE)
        chat.say("go", until="waits: go")
        chat.say(how, until="forgotten: go\npausing when the call under way is over; stop stops it at once")
        gate.go_on.set()
        chat.transcript.wait_for("stopped: the operator said pause\n/resume")
        assert "paused    the operator said pause; nothing is latched" in chat.transcript.lines
        assert (world.motions, world.bins["rejection bin"], gate.latched) == (2, [FAILED_GEAR], None)
        chat.say("/resume", until=DONE)
    assert world.bins["rejection bin"] == [FAILED_GEAR, FAILED_NUT]


def test_pause_where_nothing_moves_keeps_nothing_up(tmp_path: Path) -> None:
    script = {**GO, "?": Understanding(outcome="question", text="which?", choices=("go",))}
    with Conversation(tmp_path, Tray(*PARTS), script) as chat:
        chat.begin().say("pause", until="nothing is under way")
        chat.say("?", until="question  which?")
        chat.say("pause", until="nothing moves before the question is answered")
        chat.say("1", until=DONE)


@pytest.mark.parametrize("how", ["stop", "/STOP", "interrupt"])
def test_stop_while_moving_then_resume(tmp_path: Path, how: str) -> None:
    world = Tray(*PARTS)
    gate = SlowGate(world, 2)
    with Conversation(tmp_path, world, GO, gate) as chat:
        chat.begin().say("go")
        assert gate.moving.wait(PATIENCE)
        chat.desk.interrupt() if how == "interrupt" else chat.say(how)
        reason = "Ctrl-C at the terminal" if how == "interrupt" else "the operator said stop"
        chat.transcript.wait_for(f"stopped: {reason}\n/resume opens the stop")
        assert (chat.desk.over, gate.latched) == (False, reason)
        assert gate.executed == ["run-00001/1", "run-00001/2"]
        chat.say("go", until="run-00001 was stopped")
        chat.say("/resume", until=DONE)
    assert "stop opened by Ada; it was: " + reason in chat.transcript.lines
    assert "run-00001 goes on: 'go'; looking afresh" in chat.transcript.lines
    assert world.bins["rejection bin"] == [FAILED_GEAR, FAILED_NUT]
    assert world.parts == [GOOD_NUT]


def test_why_plan_and_scene_are_answered_while_it_moves(tmp_path: Path) -> None:
    world = Tray(*PARTS)
    gate = SlowGate(world, 2)
    with Conversation(tmp_path, world, GO, gate) as chat:
        chat.begin().say("go")
        assert gate.moving.wait(PATIENCE)
        chat.say("/why", until="called    'place it in the rejection bin', meant was: failed part")
        chat.say("/plan", until="1. all × failed part → rejection bin: 2 seen, 0 moved, 2 left, 0 lost")
        chat.say("/scene", until="something is under way; seen in the last look:")
        chat.transcript.wait_for("failed large red gear")
        assert chat.desk.status == "place it in the rejection bin  50% · stop or Ctrl-C stops"
        gate.go_on.set()
        chat.transcript.wait_for(DONE)
    assert world.motions == 4


def test_why_tells_the_last_calls_evidence(tmp_path: Path) -> None:
    world = Tray(*PARTS)
    with Conversation(tmp_path, world, GO) as chat:
        chat.begin().say("/why", until="nothing was done yet")
        chat.say("/plan", until="nothing was planned yet")
        chat.bench.gate.refusals = {1}  # type: ignore[attr-defined]
        chat.say("go", until=DONE)
        before = len(chat.transcript.lines)
        chat.say("/why", until="evidence  done: ")
    lines = chat.transcript.lines[before:]
    assert lines[0] == "run-00001 'go'"
    assert lines[1] == "called    'place it in the rejection bin', meant was: failed part; try 1 of 3"
    assert lines[2] == "gate      The safety gate let the motion happen as it was proposed."
    assert lines[3].startswith("verdict   It worked, ")
    assert "evidence  the fingers let go over the rejection bin, 0 mm from where parts are let go there" in lines
    assert lines[-2:] == ["ended     It is done: every step is accounted for.", "evidence  " + DONE]


def test_question_takes_the_next_line_as_its_answer(tmp_path: Path) -> None:
    question = Understanding(outcome="question", text="Which bin?", choices=("left bin", "right bin"))
    script = {"clear": question, "left bin": planned(step("left bin", condition="failed"))}
    with Conversation(tmp_path, Tray(*PARTS), script) as chat:
        chat.begin().say("clear", until="question  Which bin?\n          1. left bin\n          2. right bin")
        chat.say("/scene", until="failed large red gear")
        assert chat.desk.status == "a question is open"
        assert chat.desk.free
        chat.say("1", until="done: all × failed part → left bin: 2 seen, 2 moved, 0 left, 0 lost")
    assert chat.bench.world.bins["left bin"] == [FAILED_GEAR, FAILED_NUT]


@pytest.mark.parametrize("line", ["/cancel", "never mind", "stop"])
def test_question_may_be_left_unanswered(tmp_path: Path, line: str) -> None:
    script = {"clear": Understanding(outcome="question", text="Which bin?")}
    with Conversation(tmp_path, Tray(*PARTS), script) as chat:
        chat.begin().say("clear", until="question  Which bin?")
        chat.say(line, until="incomplete: a question is open: Which bin?")
        assert bool(chat.bench.gate.latched) == (line == "stop")
    assert chat.bench.world.motions == 0


@pytest.mark.parametrize("line", ["go", "2"])
def test_what_is_typed_while_why_is_told_is_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    telling, told = threading.Event(), threading.Event()

    def slow_why(*_: object) -> tuple[str, ...]:
        telling.set()
        assert told.wait(PATIENCE)
        return ("because",)

    monkeypatch.setattr(record, "why_of", slow_why)
    script = {**GO, "?": Understanding(outcome="question", text="which?", choices=("stay", "go"))}
    with Conversation(tmp_path, Tray(*PARTS), script) as chat:
        chat.transcript.at("question  which?", lambda: chat.desk.hear("/why"))
        chat.begin().say("?")
        assert telling.wait(PATIENCE)
        chat.say(line)
        told.set()
        chat.transcript.wait_for("because")
        assert f"waits: {line}" not in chat.transcript.lines
        chat.transcript.wait_for(DONE)


def test_what_came_before_a_question_is_no_answer_to_it_and_leaving_says_what_it_drops(tmp_path: Path) -> None:
    script = {**GO, "?": Understanding(outcome="question", text="which?", choices=("stay", "go"))}
    with Conversation(tmp_path, Tray(*PARTS), script) as chat:
        chat.say("?")
        chat.say("go")
        chat.begin().transcript.wait_for("          2. go\nwaits until that is answered: go")
        chat.say("/quit", until="forgotten: go")
        chat.desk.join()
    assert chat.bench.world.motions == 0


def page(folder: Path) -> str:
    return (folder / "reports" / "run-00001.html").read_text()


def test_a_report_of_a_run_that_is_not_over_says_where_it_stands(tmp_path: Path) -> None:
    world = Tray(*PARTS)
    gate = SlowGate(world, 2)
    script = {**GO, "?": Understanding(outcome="question", text="which?", choices=("go",))}
    so_far = "run-00001 is not over: this is what is known so far"
    with Conversation(tmp_path, world, script, gate) as chat:
        chat.begin().say("?", until="question  which?")
        chat.say("/report", until=so_far)
        assert "incomplete: a question is open: which?" in page(tmp_path)
        chat.say("1")
        assert gate.moving.wait(PATIENCE)
        chat.say("/report", until="run-00001 moves: /report when it is over")
        chat.say("pause", until="pausing")
        gate.go_on.set()
        chat.transcript.wait_for("/cancel gives it up")
        chat.say("/report", until=so_far, times=2)
        assert "stopped: the operator said pause" in page(tmp_path)
        chat.bench.journal.reopen_run("run-00001")
        chat.say("/report", until=so_far, times=3)
        assert "stopped: it was cut off" in page(tmp_path)
        assert "pick up the failed gear" in page(tmp_path)
        chat.say("/resume", until=DONE)
        chat.say("/report", until="report    ", times=4)
        assert (chat.transcript.text.count(so_far), DONE in page(tmp_path)) == (3, True)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("pause", "it was over and its result was looked at: success, failed large red gear is held"),
        ("stop", "its motion was over, its result was not judged"),
    ],
)
def test_a_run_that_waits_says_what_became_of_its_last_call(tmp_path: Path, how: str, said: str) -> None:
    world = Tray(*PARTS)
    gate = SlowGate(world, 1)
    with Conversation(tmp_path, world, GO, gate) as chat:
        chat.begin().say("go")
        assert gate.moving.wait(PATIENCE)
        chat.say(how)
        gate.go_on.set()
        chat.transcript.wait_for("/cancel gives it up")
        chat.say("go", until=f"'pick up the failed gear' (run-00001/1, skill pick); {said}")


def test_an_answer_is_said_once(tmp_path: Path) -> None:
    script = {"how many?": Understanding(outcome="answer", text="three parts")}
    with Conversation(tmp_path, Tray(*PARTS), script) as chat:
        chat.begin().say("how many?", until="answer    three parts")
        chat.say("/resume", until="nothing was cut off or stopped")
        chat.say("/plan", until="run-00001 'how many?', done: three parts")
    assert chat.transcript.lines.count("done: three parts") == 0


def test_a_full_hole_is_remembered_asked_for_and_freed_by_a_persons_word(tmp_path: Path) -> None:
    bolt = part("bolt", "M8", "silver")
    said = "the left fixture is empty"
    script = {
        "insert it": planned(step("left fixture", 1, kind="bolt")),
        said: Understanding(outcome="answer", text="Noted.", freed=(Hole(fixture="left fixture", size="M8"),)),
    }
    full = "the M8 hole of the left fixture was filled by run-00001"
    with Conversation(tmp_path, Tray(bolt), script) as chat:
        chat.begin().say("insert it", until="done: 1 × bolt → left fixture: 1 seen, 1 moved, 0 left, 0 lost")
        chat.say("/scene", until=f"not seen, but remembered: {full}")
        chat.bench.world.parts.append(bolt)
        asked = f"question  {full}; is it free again? (yes / no)\n          1. yes\n          2. no"
        chat.say("insert it", until=asked)
        chat.say("no", until=f"1 left, 0 lost; {full}")
        chat.bench.world.bins["left fixture"].clear()
        chat.say(said, until="answer    Noted.")
        chat.say("insert it", until="done: 1 × bolt", times=2)
    assert chat.bench.world.bins["left fixture"] == [bolt]


def test_unknown_command_says_which_is_near(tmp_path: Path) -> None:
    with Conversation(tmp_path, Tray(*PARTS), GO) as chat:
        chat.begin().say("/skils", until="Nearest: '/skills'")


def test_skills_are_listed_with_their_phrases(tmp_path: Path) -> None:
    with Conversation(tmp_path, Tray(), GO) as chat:
        chat.begin().say("/skills", until="phrase: put it back on the {spot} of the tray")
    assert "          phrase: pick up the {condition} {size} {appearance} {kind}" in chat.transcript.lines
    assert "          phrase: insert it into the {fixture}" in chat.transcript.lines
    assert "          fixture: left fixture, right fixture" in chat.transcript.lines
    assert any(line.endswith("in the right bin, on the conveyor belt") for line in chat.transcript.lines)


class HastyGate(SlowGate):
    """Hears a stop after the operator has said /resume, before the latch is opened."""

    def reset(self, by: str, seen: int) -> None:
        if self.stops == 1:
            self.request_stop("no, wait")
        super().reset(by, seen)


def test_a_stop_after_resume_is_not_opened_by_it(tmp_path: Path) -> None:
    world = Tray(*PARTS)
    gate = HastyGate(world, 1)
    with Conversation(tmp_path, world, GO, gate) as chat:
        chat.begin().say("go")
        assert gate.moving.wait(PATIENCE)
        chat.say("stop", until="/resume opens the stop")
        moved = world.motions
        chat.say("/resume", until="stopped: no, wait; nothing moves until /resume")
        assert (gate.latched, world.motions) == ("no, wait", moved)
        chat.say("/resume", until=DONE)


def test_cancel_gives_up_what_was_stopped(tmp_path: Path) -> None:
    world = Tray(*PARTS)
    gate = SlowGate(world, 1)
    with Conversation(tmp_path, world, GO, gate) as chat:
        chat.begin().say("/cancel", until="nothing was cut off or stopped")
        chat.say("go")
        assert gate.moving.wait(PATIENCE)
        chat.say("/cancel", until="something is under way: say stop first, then /cancel")
        chat.say("stop", until="/resume opens the stop")
        chat.say("/cancel", until="run-00001 is given up")
        chat.say("/resume", until="stop opened by Ada")
        chat.say("/resume", until="nothing was cut off or stopped", times=2)
        chat.say("go", until=DONE)
    with Journal(tmp_path) as journal:
        assert [run.outcome.reason for run in journal.runs() if run.outcome][1] == "given up by Ada"


def test_leaving_asks_while_something_is_under_way(tmp_path: Path) -> None:
    world = Tray(*PARTS)
    gate = SlowGate(world, 1)
    with Conversation(tmp_path, world, GO, gate) as chat:
        chat.begin().say("go")
        assert gate.moving.wait(PATIENCE)
        chat.say("/quit", until="'go' is under way. Stop it and leave? (y / n)")
        chat.say("n")
        assert not chat.desk.over
        chat.desk.leave()
        chat.say("y", until="stopped: the operator left")
        chat.desk.join()
        assert chat.desk.over
        assert chat.desk.exit_code == 0
    with Journal(tmp_path) as journal:
        left = journal.unfinished()
    assert left is not None
    assert left.outcome is not None
    assert left.outcome.reason == "the operator left"


def test_ctrl_c_at_the_prompt_says_how_to_leave(tmp_path: Path) -> None:
    with Conversation(tmp_path, Tray(), GO) as chat:
        chat.begin()
        chat.desk.interrupt()
        assert chat.transcript.lines[-1] == "nothing is under way; Ctrl-D or /quit leaves"
        assert chat.bench.gate.latched is None


def test_a_cell_that_does_not_open_ends_the_conversation(capsys: pytest.CaptureFixture[str]) -> None:
    def missing(screen: Screen, worker: Worker) -> Shift:
        raise Unavailable("there is no checkpoint.", "Train it: smolcell train")

    over: list[bool] = []
    desk = Desk(Screen(lambda: Console(color_system=None)), missing, on_over=lambda: over.append(True))
    desk.start()
    desk.hear("/why")
    desk.join()
    assert (desk.over, over, desk.exit_code) == (True, [True], 5)
    assert capsys.readouterr().err == "Unavailable: there is no checkpoint. Train it: smolcell train\n"


def test_a_yes_is_asked_with_the_table_of_the_plan(tmp_path: Path) -> None:
    crowd = [part("nut", "M6", "green", "ok", (x * 0.01 - 0.12, 0.05 * (x % 3 - 1))) for x in range(21)]
    with Conversation(tmp_path, Tray(*crowd), {"all": planned(step("left bin", kind="nut"))}) as chat:
        chat.begin().say("all", until="2. no")
        lines = chat.transcript.lines
        first = lines[lines.index("plan      1. all × nut → left bin") + 1]
        assert first == "step 1: all × nut → left bin; 21 seen, 21 to move"
        assert lines[-5:] == [
            "step 1: 21 ok M6 green nut",
            "needs the yes of an operator: up to 21 parts will be moved",
            "question  Up to 21 parts will be moved. Go on?",
            "          1. yes",
            "          2. no",
        ]
        chat.say("no", until="not approved by Ada: up to 21 parts will be moved")
        chat.say("/why", until="approval  The answer was no, by Ada (maintainer), to: up to 21 parts")
    assert chat.bench.world.motions == 0


def test_at_a_terminal_the_ringed_picture_stands_above_the_table(tmp_path: Path) -> None:
    everything = {"all": planned(step("conveyor belt"))}
    with Conversation(tmp_path, Tray(FAILED_GEAR), everything, terminal=True) as chat:
        policy = Approval(places={"conveyor belt": 0})
        cell = chat.bench.workcell.cell.model_copy(update={"approval": policy})
        chat.bench.workcell = replace(chat.bench.workcell, cell=cell)
        chat.begin().say("all", until="2. no")
    lines = chat.transcript.lines
    begin, end = (next(i for i, line in enumerate(lines) if line.startswith(word)) for word in ("plan", "step  parts"))
    picture = lines[begin + 1 : end]
    assert len(picture) >= 8
    assert any(set(line) - {" "} for line in picture), "the ring is all that is not black"
