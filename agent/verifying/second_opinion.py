"""A second opinion on an uncertain verdict, by a chat model that sees both pictures.

It can't make a failure a success, for it is asked on *uncertain* only. It calls an uncertain call failed freely, and a
success only where it is sure and the gripper agrees; never an insert, for no picture shows a fixture's hole. Whatever
else comes of it, the verdict stays uncertain.
"""

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from pydantic import ValidationError

from agent.chat.asking import Late, within
from agent.chat.models import one_line
from agent.looking.looker import Blocked, Look, Looker
from agent.verifying.evidence import Consulted, Opinion
from agent.verifying.verifier import Verified, Verifier
from prompts.loader import load_prompt
from skills.base import Image
from skills.call import SkillCall
from skills.card import SkillCard
from skills.errors import SmolcellError, Unavailable
from skills.scene import PerceivedPart, select

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

PROMPT: Final = "second-opinion"
SMOLVLM: Final = "smolvlm"
"""Provider of the local model."""


def load_eye(name: str) -> "BaseChatModel":
    """A chat model that sees: "smolvlm:FOLDER" from a folder on this machine, else one that LangChain knows.

    Raises: Unavailable, BadInput.
    """
    provider, _, rest = name.partition(":")
    if provider == SMOLVLM:
        from agent.chat.smolvlm import SmolVlmChat, check_folder

        check_folder(rest)
        return SmolVlmChat(folder=rest)
    from agent.chat.models import load_chat_model

    return load_chat_model(name, field="verifier.model")


class SecondOpinion(Protocol):
    """Somebody who looks at both pictures."""

    @property
    def name(self) -> str: ...

    def judge(self, call: SkillCall, held: PerceivedPart | None, doubt: str, before: Image, after: Image) -> Opinion:
        """Raises: Unavailable where there is no answer in time and in form."""


class ChatOpinion:
    """A LangChain chat model as second opinion.

    Args:
        name: "provider:name"; the model is loaded at the first question.
        seconds: that an answer may take.
    """

    def __init__(self, name: str, load: "Callable[[str], BaseChatModel]", seconds: float) -> None:
        self._name, self._load, self._seconds = name, load, seconds
        self._model: BaseChatModel | None = None

    @property
    def name(self) -> str:
        return self._name

    def judge(self, call: SkillCall, held: PerceivedPart | None, doubt: str, before: Image, after: Image) -> Opinion:
        """Raises: Unavailable."""
        message = _message(call, held, doubt, before, after)
        try:
            return Opinion.model_validate(self._in_time(message))
        except ValidationError:
            raise Unavailable(
                "the chat model's answer is not in the form that was asked for.", "Try another."
            ) from None

    def _in_time(self, message: Any) -> Any:
        try:
            return within(self._seconds, lambda: self._asked(message))
        except Late:
            text = f"the chat model gave no answer in {self._seconds:g} s."
            raise Unavailable(text, "Give it longer: verifier.seconds.") from None
        except Exception as error:  # each provider has its own
            text = f"the chat model gave no answer ({one_line(error)})."
            raise Unavailable(text, "Set it up, then try again.") from error

    def _asked(self, message: Any) -> Any:
        self._model = self._model or self._load(self._name)
        schema = {**Opinion.model_json_schema(), "title": "opinion"}
        answer = self._model.with_structured_output(schema, include_raw=True).invoke([message])
        return answer.get("parsed") if isinstance(answer, dict) else None


class SecondThoughts:
    """A verifier that asks for a second opinion where it is uncertain. Verifies as `Verifier` does.

    Args:
        believe: confidence from which on the opinion that a call succeeded counts.
    """

    def __init__(self, verifier: Verifier, looker: Looker, opinion: SecondOpinion, believe: float) -> None:
        self._verifier, self._looker, self._opinion, self._believe = verifier, looker, opinion, believe

    def verify(
        self, card: SkillCard, call: SkillCall, before: Look, held: PerceivedPart | None, *, watched: bool = True
    ) -> Verified | Blocked:
        """What the verifier says; where that is uncertain and both pictures are good, after a second opinion."""
        first = self._looker.picture_of(before)
        seen = self._verifier.verify(card, call, before, held, watched=watched)
        if isinstance(seen, Blocked) or seen.judged.verdict.judgement != "uncertain":
            return seen
        last = self._looker.picture_of(seen.after)
        if first is None or last is None:
            return seen
        prompt = load_prompt(PROMPT)
        asked = Consulted(model=self._opinion.name, prompt=f"{prompt.name}@{prompt.version}")
        try:
            opinion = self._opinion.judge(call, held, seen.judged.verdict.reason, first, last)
        except SmolcellError as error:
            return _told(seen, asked.model_copy(update={"trouble": str(error)}))
        told = _told(seen, asked.model_copy(update={"opinion": opinion}))
        return self._weighed(told, opinion, card, call, before, held)

    def _weighed(
        self,
        seen: Verified,
        opinion: Opinion,
        card: SkillCard,
        call: SkillCall,
        before: Look,
        carried: PerceivedPart | None,
    ) -> Verified:
        """The verdict after an opinion; what was `carried` before a release that succeeded is not lost."""
        verdict, picked = seen.judged.verdict, card.done_check == "part_in_gripper"
        text = f"{verdict.reason}; a second opinion says {opinion.judgement}: {opinion.reason}"
        changed: dict[str, object] = {"reason": text}
        held = _the_one(call, before) if picked else None
        by_the_gripper = (seen.after.grip.holding and held is not None) if picked else seen.after.grip.is_open
        shown = card.done_check != "part_inserted"
        if opinion.judgement == "failure":
            changed |= {"judgement": "failure", "confidence": opinion.confidence}
        elif opinion.judgement == "success" and opinion.confidence >= self._believe and by_the_gripper and shown:
            changed |= {"judgement": "success", "confidence": opinion.confidence, "cause": None}
            lost = tuple(part for part in seen.judged.lost if part not in (held, carried))
            seen = _with(seen, held=held, lost=lost, tidy=False)
        return _with(seen, verdict=verdict.model_copy(update=changed))


def _told(seen: Verified, consulted: Consulted) -> Verified:
    evidence = seen.judged.evidence
    return _with(seen, evidence=evidence and evidence.model_copy(update={"consulted": consulted}))


def _with(seen: Verified, **changed: object) -> Verified:
    return seen.model_copy(update={"judged": seen.judged.model_copy(update=changed)})


def _the_one(call: SkillCall, before: Look) -> PerceivedPart | None:
    """The part that a pick was to take, where only one fits."""
    promised = select(call.part, before.scene.parts)
    return promised[0] if len(promised) == 1 else None


def _message(call: SkillCall, held: PerceivedPart | None, doubt: str, before: Image, after: Image) -> Any:
    from langchain_core.messages import HumanMessage

    task = load_prompt(PROMPT).render(
        promise=call.phrase, held=f"a {held.describe()}" if held else "nothing", doubt=doubt
    )
    content: list[str | dict[str, Any]] = [{"type": "text", "text": task}]
    for when, picture in (("Before the call:", before), ("After the call:", after)):
        content += [{"type": "text", "text": when}, {"type": "image_url", "image_url": {"url": _url(picture)}}]
    return HumanMessage(content)


def _url(picture: Image) -> str:
    from policy.pictures import png

    return f"data:image/png;base64,{base64.b64encode(png(picture)).decode()}"
