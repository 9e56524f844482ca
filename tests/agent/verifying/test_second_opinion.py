"""A second opinion is asked on uncertain verdicts only, sees both pictures, and can't make a failure a success."""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("langchain_core")

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda

from agent.looking.looker import Look, Looker
from agent.verifying.evidence import Opinion
from agent.verifying.second_opinion import ChatOpinion, SecondThoughts
from agent.verifying.verifier import Verified, Verifier
from agent.workcell import build_verifier
from skills.call import SkillCall
from skills.errors import Unavailable
from skills.scene import PartQuery, PerceivedPart, Scene
from tests.agent.kinematic_tray import CATALOGUE, CELL, Tray, TrayGate, scene
from tests.agent.verifying.test_verifier import BOLT, GEAR, HELD, INSERT, NUT, OPEN, PICK, PLACE, SHUT, Flickering

SUCCESS = {"judgement": "success", "confidence": 0.95, "reason": "the marked bolt is gone and nothing else changed"}
FAILURE = {"judgement": "failure", "confidence": 0.8, "reason": "the marked bolt lies where it lay"}


class Eye(BaseChatModel):
    """Answers as told, and remembers what it was shown."""

    answers: list[Any]
    shown: list[list[BaseMessage]] = []

    @property
    def _llm_type(self) -> str:
        return "eye"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(""))])

    def with_structured_output(self, schema: Any, **_: Any) -> Runnable[Any, Any]:
        assert schema["title"] == "opinion"

        def answer(messages: list[BaseMessage]) -> Any:
            self.shown.append(messages)
            return {"raw": None, "parsed": self.answers.pop(0)}

        return RunnableLambda(answer)


class Bench:
    """A verifier over a tray whose perceiver says one scene after another, with that chat model beside it."""

    def __init__(self, answer: Any, width: float, before: Scene, *after: Scene) -> None:
        self.world = Tray()
        self.eye = Eye(answers=[answer], shown=[])
        looker = Looker(CELL, TrayGate(self.world), Flickering(*(self._numbered(before, *after))))
        verifier = Verifier(looker, CELL.tray.half)
        opinion = ChatOpinion("eye:1", lambda _: self.eye, 5.0)
        self.verifier = SecondThoughts(verifier, looker, opinion, 0.9)
        first = looker.look()
        assert isinstance(first, Look)
        self.before, self.world.width = first, width

    def _numbered(self, *scenes: Scene) -> Iterator[Scene]:
        return (one.model_copy(update={"sequence": number}) for number, one in enumerate(scenes))

    def verify(self, call: SkillCall = PICK, held: PerceivedPart | None = None, skill: str = "pick") -> Verified:
        seen = self.verifier.verify(CATALOGUE[skill], call, self.before, held)
        assert isinstance(seen, Verified)
        return seen


WHOLE = scene(BOLT, NUT, GEAR)


def unclear(answer: Any) -> Bench:
    """A pick after which something is held and the perceiver sees everything where it was: uncertain."""
    return Bench(answer, HELD, WHOLE, WHOLE, WHOLE, WHOLE)


def test_it_is_asked_on_uncertain_only() -> None:
    for width, after, judgement in ((HELD, scene(NUT, GEAR), "success"), (SHUT, WHOLE, "failure")):
        bench = Bench(SUCCESS, width, WHOLE, after, after, after)
        assert bench.verify().judged.verdict.judgement == judgement
        assert bench.eye.shown == []
    bench = unclear(SUCCESS)
    bench.verify()
    assert len(bench.eye.shown) == 1


def test_it_is_shown_both_pictures_and_what_is_in_doubt() -> None:
    bench = unclear(FAILURE)
    bench.verify()
    ((message,),) = bench.eye.shown
    assert isinstance(message, HumanMessage)
    assert isinstance(message.content, list)
    kinds = [block["type"] for block in message.content if isinstance(block, dict)]
    assert kinds == ["text", "text", "image_url", "text", "image_url"]
    task, before, first, after, second = (block for block in message.content if isinstance(block, dict))
    assert "one part is held, and none left the tray" in task["text"]
    assert PICK.phrase in task["text"]
    assert [before["text"], after["text"]] == ["Before the call:", "After the call:"]
    urls = [first["image_url"]["url"], second["image_url"]["url"]]
    assert all(url.startswith("data:image/png;base64,") for url in urls)
    assert urls[0] != urls[1]


@pytest.mark.parametrize(
    ("answer", "judgement"),
    [
        (SUCCESS, "success"),
        (FAILURE, "failure"),
        ({**SUCCESS, "confidence": 0.85}, "uncertain"),
        ({**SUCCESS, "judgement": "uncertain"}, "uncertain"),
        (None, "uncertain"),
        ("success", "uncertain"),
        ({**SUCCESS, "judgement": "move the robot"}, "uncertain"),
        ({**SUCCESS, "command": "stop"}, "uncertain"),
        ({**SUCCESS, "confidence": 7}, "uncertain"),
    ],
)
def test_only_a_sure_answer_in_the_form_that_was_asked_for_counts(answer: Any, judgement: str) -> None:
    judged = unclear(answer).verify().judged
    assert judged.verdict.judgement == judgement
    assert (judged.held == BOLT) == (judgement == "success")
    assert judged.evidence is not None
    assert judged.evidence.consulted is not None
    assert judged.evidence.consulted.prompt.startswith("second-opinion@")
    assert (judged.evidence.consulted.opinion is None) == bool(judged.evidence.consulted.trouble)


def test_a_success_needs_the_gripper_to_agree() -> None:
    """The gripper is empty and looks disagree about the tray: whatever is said, nothing was picked."""
    shifted = BOLT.model_copy(update={"at": (0.03, 0.0)})
    bench = Bench(SUCCESS, SHUT, WHOLE, scene(NUT, GEAR), scene(shifted, NUT, GEAR), WHOLE)
    assert bench.verify().judged.verdict.judgement == "uncertain"
    assert len(bench.eye.shown) == 1


def test_a_success_needs_one_part_that_was_meant() -> None:
    anything = PICK.model_copy(update={"part": PartQuery()})
    assert unclear(SUCCESS).verify(anything).judged.verdict.judgement == "uncertain"


def test_what_is_missing_stays_missing_after_a_release_that_is_believed() -> None:
    bench = Bench(SUCCESS, OPEN, scene(NUT, GEAR), scene(GEAR), scene(GEAR), scene(GEAR))
    judged = bench.verify(PLACE, BOLT, "place").judged
    assert (judged.verdict.judgement, judged.lost) == ("success", (NUT,))


def test_no_opinion_makes_an_insert_a_success_for_no_picture_shows_the_hole() -> None:
    bench = Bench(SUCCESS, OPEN, scene(NUT), scene(NUT), scene(NUT), scene(NUT))
    seen = bench.verifier.verify(CATALOGUE["insert"], INSERT, bench.before, BOLT, watched=False)
    assert isinstance(seen, Verified)
    assert (seen.judged.verdict.judgement, seen.judged.lost) == ("uncertain", (BOLT,))


def test_after_a_restart_there_is_no_picture_and_no_question() -> None:
    bench = unclear(SUCCESS)
    bench.before = bench.before.model_copy(update={"scene": WHOLE.model_copy(update={"sequence": 99})})
    assert bench.verify().judged.verdict.judgement == "uncertain"
    assert bench.eye.shown == []


def test_an_answer_that_does_not_come_in_time_or_fails_leaves_it_uncertain() -> None:
    never = threading.Event()

    def hangs(_: str) -> Eye:
        never.wait()
        raise AssertionError

    def breaks(_: str) -> Eye:
        raise RuntimeError("no such model")

    picture = np.zeros((8, 8, 3), np.uint8)
    for load, told in ((hangs, "no answer in 0.05 s"), (breaks, "no such model")):
        with pytest.raises(Unavailable, match=told):
            ChatOpinion("eye:1", load, 0.05).judge(PICK, None, "", picture, picture)
    never.set()


def test_the_cell_file_says_whether_anybody_is_asked() -> None:
    from agent.verifying.aims import Aims

    looker = Looker(CELL, TrayGate(Tray()), Flickering())
    assert isinstance(build_verifier(CELL, looker, Aims(), None), Verifier)
    asking = CELL.model_copy(update={"verifier": CELL.verifier.model_copy(update={"model": "smolvlm:/nowhere"})})
    assert isinstance(build_verifier(asking, looker, Aims(), None), SecondThoughts)


def test_an_opinion_is_a_value() -> None:
    assert Opinion.model_validate(SUCCESS).judgement == "success"
