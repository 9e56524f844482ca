"""The planner with a chat model beside the grammar. The model fills in a form; what it says is a proposal and no more.

The grammar reads first: what it refuses, answers or takes for a control word never reaches the model. Of what it
plans, the model's reading must be the same, or a person chooses. Where it asks, the model's plan is offered as a
choice; only where no word is left over, and they could be bound together in no other way, is it taken at once.
"""

import json
from typing import TYPE_CHECKING, Final

from agent.chat.asking import Conversation, NoAnswer
from agent.planning.doubt import MOST_CHOICES
from agent.planning.examples import Shown, examples_text
from agent.planning.grammar import GrammarPlanner
from agent.planning.lexicon import Lexicon
from agent.planning.proposed import MOST, form, proposed_plan
from agent.planning.reading import read
from agent.planning.support import Support
from agent.planning.validate import Validator
from agent.planning.wording import plan_words
from prompts.loader import load_prompt, render
from skills.cell_agent import Planner as Settings
from skills.errors import BadInput
from skills.plan import Consulted, Ended, Past, Plan, Understanding
from skills.scene import Scene
from skills.words import TRAY

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

REPAIRS: Final = 2
"""How often a plan that can't be taken is sent back with the reason."""
_SETTLED: Final = frozenset({"too-long", "ask-again", "greet", "ask-negated", "ask-question", "ask-nothing-before"})
"""Questions in which a model has no say: there is nothing to plan."""
_NOT_READ: Final = frozenset({"nothing-understood", "not-understood", "unknown-word"})
"""Questions that come of the grammar's own limits; in all others something is open that a person must say."""
_TOLD: Final = ("plan-task", "plan-scene", "plan-again")


class ModelPlanner:
    """Asks a chat model how it reads an instruction, and holds that against the grammar. Implements Planner."""

    def __init__(
        self,
        model: "BaseChatModel",
        settings: Settings,
        grammar: GrammarPlanner,
        lexicon: Lexicon,
        validator: Validator,
        shown: tuple[Shown, ...],
    ) -> None:
        self._model, self._settings = model, settings
        self._grammar, self._lexicon, self._validator = grammar, lexicon, validator
        self._form = form(lexicon)
        cell = {"destinations": lexicon.places, "fixtures": lexicon.holes}
        self._task = render("plan-task", cell=json.dumps(cell), examples=examples_text(shown), most=str(MOST))

    def understand(self, instruction: str, scene: Scene | None, past: Past | None = None) -> Understanding:
        """What `instruction` asks for. The model hears it and the scene; it does not hear of the past."""
        known = self._grammar.understand(instruction, scene, past)
        if not self._leaves_room(known, instruction, scene, past):
            return known
        talk = Conversation(self._model, self._form, self._settings.seconds, self._settings.tokens)
        support = Support(read(instruction, self._lexicon).tokens, self._lexicon)
        try:
            plan, reason = self._proposal(talk, instruction, scene, known, support)
        except NoAnswer as error:
            note = render("plan-unanswered", reason=str(error))
            known = known.model_copy(update={"text": f"{known.text} {note}".strip()})
            return self._without(known, talk, str(error))
        if plan is None:
            return self._without(known, talk, reason)
        if plan == known.plan:
            return known.model_copy(update={"consulted": self._cost(talk, "agreed")})
        if known.plan is None and self._is_plain(plan, support, instruction, scene):
            text = render("plan-read-by-model", plan=plan_words(plan))
            return Understanding(outcome="planned", plan=plan, text=text, consulted=self._cost(talk, "taken"))
        return _offered(known, plan).model_copy(update={"consulted": self._cost(talk, "offered")})

    def _leaves_room(self, known: Understanding, instruction: str, scene: Scene | None, past: Past | None) -> bool:
        """Whether another reader could say anything that counts."""
        if known.outcome == "question":
            return self._grammar.open_point(instruction, scene) not in _SETTLED
        if known.plan is None or any(step.skill or step.source != TRAY for step in known.plan.steps):
            return False
        if _plain(instruction) == _plain(plan_words(known.plan)):
            return False
        return past is None or self._grammar.open_point(instruction, scene) is None

    def _proposal(
        self, talk: Conversation, instruction: str, scene: Scene | None, known: Understanding, support: Support
    ) -> tuple[Plan | None, str]:
        """The model's plan, when nothing is wrong with it; else None and why. Raises: NoAnswer."""
        from langchain_core.messages import AIMessage, HumanMessage

        messages = self._messages(instruction, scene)
        reason = ""
        for _ in range(1 + REPAIRS):
            reply = talk.ask(messages)
            try:
                plan = proposed_plan(reply.form, self._lexicon)
            except BadInput as error:
                reason = str(error)
            else:
                if plan is None:
                    return None, "it found the words unclear"
                if plan == known.plan or not (fault := self._validator.fault(plan, support)):
                    return plan, ""
                reason = fault
            messages += [AIMessage(reply.said), HumanMessage(render("plan-again", reason=reason))]
        return None, reason

    def _messages(self, instruction: str, scene: Scene | None) -> "list[BaseMessage]":
        """The task and the data from us; the instruction alone, as it is, from whoever gave it."""
        from langchain_core.messages import HumanMessage, SystemMessage

        seen = [part.model_dump(mode="json", exclude={"yaw", "confidence"}) for part in scene.parts] if scene else None
        scene_text = render("plan-scene", scene=json.dumps(seen))
        return [
            SystemMessage(f"{self._task}\n\n{scene_text}"),
            HumanMessage(instruction),
        ]

    def _is_plain(self, plan: Plan, support: Support, instruction: str, scene: Scene | None) -> bool:
        """Whether the plan is the only one that can be made of these words: one step, no word left over, and no
        question in it but that the grammar could not read the sentence. (A side may be the tray's or a bin's.)
        """
        part = plan.steps[0].part
        one = len(plan.steps) == 1 and not part.without and not part.region
        return one and not support.left_over and self._grammar.open_point(instruction, scene) in _NOT_READ

    def _without(self, known: Understanding, talk: Conversation, reason: str) -> Understanding:
        """The grammar's reading, as if there were no model."""
        return known.model_copy(update={"consulted": self._cost(talk, "not taken", reason)})

    def _cost(self, talk: Conversation, ended: Ended, reason: str = "") -> Consulted:
        price_in, price_out = self._settings.price_in, self._settings.price_out
        cost = None
        if price_in is not None and price_out is not None:
            cost = (talk.tokens_in * price_in + talk.tokens_out * price_out) / 1e6
        return Consulted(
            model=self._settings.model,
            prompts=tuple(f"{name}@{load_prompt(name).version}" for name in _TOLD),
            calls=talk.calls,
            tokens_in=talk.tokens_in,
            tokens_out=talk.tokens_out,
            seconds=round(talk.seconds, 3),
            cost=cost,
            ended=ended,
            reason=reason,
        )


def _offered(known: Understanding, plan: Plan) -> Understanding:
    """A question between the two readings; or the grammar's own, with the model's reading as its first choice."""
    said = plan_words(plan)
    if known.plan is not None:
        first = plan_words(known.plan)
        text = render("plan-two-readings", first=first, second=said)
        return Understanding(outcome="question", text=text, choices=(first, said))
    offer = render("plan-offered", plan=said)
    choices = tuple(dict.fromkeys((said, *known.choices)))[:MOST_CHOICES]
    return Understanding(outcome="question", text=f"{known.text} {offer}", choices=choices)


def _plain(words: str) -> str:
    return " ".join(words.lower().rstrip(" .!").split())
