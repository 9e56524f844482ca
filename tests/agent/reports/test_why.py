"""Why, in plain words: no rule, cause, action, judgement or outcome without a sentence, and each said by an event."""

from itertools import product
from typing import Any, get_args

import pytest

from agent import events
from agent.events import Event
from agent.ledger import Account
from agent.looking.disputes import Disputed
from agent.looking.looker import Grip, Look
from agent.recovery import CAUSES, Action, Situation
from agent.said import (
    ACTIONS_SAID,
    CAUSES_SAID,
    DECIDED,
    ENDED,
    JUDGED,
    RULES_SAID,
    SITUATIONS_SAID,
    UNDERSTOOD,
    evidence_words,
)
from agent.verifying.aims import LetGo
from agent.verifying.evidence import Consulted, Evidence, Opinion
from agent.why import cut_off, tries, why
from safety.rules.table import RULES
from skills.call import Decision, Finding, Judgement, Outcome, Ruling, RunOutcome, SkillCall, Verdict
from skills.plan import PlanOutcome, Understanding
from skills.scene import PartQuery
from tests.agent.kinematic_tray import part, planned, scene, step

EVIDENCE = Evidence(width=0.02, weakest=0.9, gone=1, appeared=0, moved=2, changed=0, watched=True, tidy=True)
FAILED = Verdict(judgement="failure", reason="nothing is held", confidence=0.97, cause="missed")


def calling(phrase: str = "pick up the gear", start: int = 0) -> events.Calling:
    call = SkillCall(id="run-00001/1", skill="pick", arguments={}, phrase=phrase, part=PartQuery(kind="gear"))
    return events.Calling(call=call.model_copy(update={"start": start}))


def ruled(decision: Decision, *rules: str) -> events.Ruled:
    found = tuple(Finding(rule=rule, text="0.31 m is too far", value=0.31, bound=0.3, unit="m") for rule in rules)
    return events.Ruled(call_id="run-00001/1", ruling=Ruling(decision=decision, findings=found))


def verified(verdict: Verdict, evidence: Evidence | None = EVIDENCE) -> events.Verified:
    return events.Verified(call_id="run-00001/1", verdict=verdict, evidence=evidence)


def finished(outcome: RunOutcome, reason: str = "1 moved of 2 wanted") -> events.Finished:
    return events.Finished(outcome=Outcome(outcome=outcome, reason=reason), ledger=())


def said(*told: Event, attempts: int = 3) -> list[str]:
    return [f"{one.topic}: {one.text}" for one in why(told, attempts)]


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (RULES_SAID, [rule.name for rule in RULES]),
        (CAUSES_SAID, CAUSES),
        (ACTIONS_SAID, get_args(Action)),
        (SITUATIONS_SAID, get_args(Situation)),
        (JUDGED, get_args(Judgement)),
        (DECIDED, get_args(Decision)),
        (UNDERSTOOD, get_args(PlanOutcome)),
        (ENDED, get_args(RunOutcome)),
    ],
)
def test_every_name_has_its_words_and_no_other_has(table: dict[str, str], names: list[str]) -> None:
    assert list(table) == list(names)
    assert len(set(table.values())) == len(table)


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_a_refusal_is_said_by_what_would_have_happened_with_its_numbers(rule: str) -> None:
    gate = f"gate: The safety gate stopped the motion, because {RULES_SAID[rule]}."
    numbers = f"evidence: 0.31 m is too far (310 mm, bound 300 mm; rule {rule})"
    assert said(calling(), ruled("allow"), ruled("stop", rule))[1:] == [gate, numbers]
    home = f"{gate} That was on the way home, where each call begins."
    assert said(calling(), ruled("stop", rule))[1:] == [home, numbers]


def test_a_refused_motion_is_never_said_to_have_happened() -> None:
    refused = ruled("stop", "floor", "workspace")
    verdict = FAILED.model_copy(update={"cause": "refused_by_gate", "reason": refused.ruling.describe()})
    stopped = EVIDENCE.model_copy(update={"stops": ("floor", "workspace")})
    told = said(calling(), ruled("allow"), ruled("allow"), refused, verified(verdict, stopped))
    assert [line for line in told if "gate let the motion" in line or "to its end" in line] == []
    assert "evidence: the gate stopped the motion by its rules floor and workspace" in told
    assert sum("0.31 m is too far" in line for line in told) == 2, "each rule's finding, and once alone"


@pytest.mark.parametrize(
    ("destination", "now"),
    [(None, "nothing is held"), ("left bin", "the part is still held"), ("left half", "nothing has moved")],
)
def test_a_miss_is_said_by_what_the_call_was_to_do_and_whether_it_was_cut_off(
    destination: str | None, now: str
) -> None:
    called = calling()
    called = called.model_copy(update={"call": called.call.model_copy(update={"destination": destination})})
    unwatched = verified(FAILED, EVIDENCE.model_copy(update={"watched": False}))
    told = (called, events.Woken(call=called.call), unwatched)
    assert f"verdict: It failed, 97% sure: the call was cut off, and {now}." in said(*told)
    assert cut_off(told) == {"run-00001/1"}
    judged_late = (called, events.Woken(call=called.call), verified(FAILED))
    assert f"verdict: It failed, 97% sure: after the motion {now}." in said(*judged_late)
    assert cut_off(judged_late) == set()


@pytest.mark.parametrize(
    ("let_go", "words"),
    [
        (LetGo(place="tray", away=0.112), "over the tray"),
        (LetGo(place="bolt fixture", hole="M8", away=0.002), "at the hole for M8 of the bolt fixture, 2 mm from its"),
        (LetGo(place="left bin", away=0.004), "over the left bin, 4 mm from where parts are let go there"),
    ],
)
def test_a_distance_is_said_from_what_it_was_measured(let_go: LetGo, words: str) -> None:
    told = evidence_words(EVIDENCE.model_copy(update={"let_go": let_go}))
    assert told[-1].startswith(f"the fingers let go {words}")
    assert ("mm" in told[-1]) == (let_go.place != "tray")


@pytest.mark.parametrize("cause", CAUSES)
def test_a_failure_is_said_by_its_cause_then_its_evidence_then_what_follows(cause: Any) -> None:
    verdict, words = FAILED.model_copy(update={"cause": cause}), CAUSES_SAID[cause]
    for action, situation in product(get_args(Action), get_args(Situation)):
        followed = events.Recovering(verdict=verdict, action=action, situation=situation)
        assert said(calling(), verified(verdict), followed)[1:] == [
            f"verdict: It failed, 97% sure: {'after the motion nothing is held' if cause == 'missed' else words}.",
            "evidence: nothing is held",
            "evidence: 1 look at the tray: 1 gone, 2 moved",
            "evidence: gripper 20 mm open",
            "evidence: the gate saw the motion to its end",
            f"then: {ACTIONS_SAID[action]}{SITUATIONS_SAID[situation]}",
        ]


def test_what_is_done_without_a_call_says_its_own_cause() -> None:
    full = Verdict(judgement="failure", reason="the left bin is full: 20 of 20", confidence=1.0, cause="place_full")
    assert said(events.Recovering(verdict=full, action="ask")) == [
        f"because: {CAUSES_SAID['place_full']}",
        "evidence: the left bin is full: 20 of 20",
        f"then: {ACTIONS_SAID['ask']}",
    ]


def test_each_try_is_counted_until_one_succeeds_or_a_person_comes() -> None:
    success = Verdict(judgement="success", reason="held", confidence=0.9)
    told = [
        *(calling(), verified(FAILED), calling(), verified(FAILED), calling(), verified(success)),
        *(calling(), verified(FAILED), events.Woken(call=None), calling(), calling("place it", start=2)),
    ]
    assert [one.number for one in tries(told)] == [1, 2, 3, 1, 1, 3]
    assert said(*told)[0] == "called: 'place it', meant was: gear; try 3 of 3"


def test_only_the_last_call_is_explained_and_the_same_is_not_said_twice() -> None:
    fine = [ruled("allow") for _ in range(3)]
    assert said(calling("first"), verified(FAILED), calling("second"), *fine, finished("done")) == [
        "called: 'second', meant was: gear; try 1 of 3",
        "gate: The safety gate let the motion happen as it was proposed.",
        "ended: It is done: every step is accounted for.",
        "evidence: done: 1 moved of 2 wanted",
    ]


def test_a_question_a_refusal_and_an_answer_are_explained_once() -> None:
    question = Understanding(outcome="question", text="Which bin?", choices=("left bin", "right bin"))
    refused = Understanding(outcome="refused", text="I don't throw parts.")
    asked = events.Asked(question="Which bin?", choices=question.choices)
    ended = finished("incomplete", "a question is open: Which bin?")
    told = (events.Planned(instruction="clear", understanding=question), asked, events.Replied(answer=""), ended)
    assert said(*told) == [
        "heard: 'clear'",
        f"question: {UNDERSTOOD['question']}",
        "said: Which bin?",
        "choices: left bin / right bin",
        "asked: Which bin?",
        "answer: nobody answered",
        f"ended: {ENDED['incomplete']}",
        "evidence: incomplete: a question is open: Which bin?",
    ]
    thrown = events.Planned(instruction="throw it", understanding=refused)
    assert said(thrown, finished("refused", "I don't throw parts.")) == [
        "heard: 'throw it'",
        f"refused: {UNDERSTOOD['refused']}",
        "because: I don't throw parts.",
    ]


def test_all_that_evidence_holds_is_said() -> None:
    opinion = Opinion(judgement="failure", confidence=0.8, reason="the gear lies on the tray")
    full = EVIDENCE.model_copy(
        update={
            "looks": 2,
            "tidy": False,
            "watched": False,
            "stops": ("tracking",),
            "let_go": LetGo(place="left bin", away=0.004),
            "carried": True,
            "beside": 0.012,
            "consulted": Consulted(model="ollama:x", prompt="second-opinion@1", opinion=opinion),
        }
    )
    assert evidence_words(full) == (
        "2 looks at the tray, which agree: 1 gone, 2 moved",
        "gripper 20 mm open",
        "the gate stopped the motion by its rule tracking",
        "the tray shows something that the verdict does not explain",
        "the fingers let go over the left bin, 4 mm from where parts are let go there",
        "the gripper held a part when it was to let go",
        "the fingers closed 12 mm beside the part",
        "second opinion of ollama:x: failure, 80% sure: the gear lies on the tray",
    )


def test_a_dispute_between_looks_is_part_of_the_reason() -> None:
    gear = part("gear", "large", "red")
    grip = Grip(holding=False, is_open=True)
    look = Look(scene=scene(gear), width=0.08, grip=grip, disputed=(Disputed(part=gear, seen=1, looks=3),))
    seen = events.Looked(look=look, account=Account(step=step()))
    assert said(events.Planned(instruction="go", understanding=planned(step())), seen) == [
        "heard: 'go'",
        f"planned: {UNDERSTOOD['planned']}",
        "disputed: ok large red gear at the middle: in 1 of 3 looks",
    ]
