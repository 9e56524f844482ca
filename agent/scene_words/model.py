"""Words that the grammar does not know, read by a chat model. What it answers is a wish or nothing.

The model sees words and names of values; it has no tools, and its answer is checked field by field. Text that
tries to make it do something else can at most ask for another scene.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from agent.chat.models import one_line
from agent.scene_words.lexicon import LIGHTS
from agent.scene_words.wish import MOST, Wish
from prompts.loader import render
from skills.errors import BadInput, Unavailable
from skills.words import COLOURS, SIZES_OF, finish_of
from skills.yamlfile import parse_model

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

REPAIRS: Final = 2
"""How often a scene that can't be built is sent back with the reason."""

Made = TypeVar("Made")


def imagine(words: str, model: "BaseChatModel", build: Callable[[Wish], Made], tell: Callable[[str], None]) -> Made:
    """What `build` makes of the model's wish; a wish that can't be built goes back with the reason, twice at most.

    Raises: BadInput with the last reason, Unavailable when the model does not answer.
    """
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    messages: list[BaseMessage] = [SystemMessage(_task()), HumanMessage(words)]
    reason = ""
    for _ in range(1 + REPAIRS):
        answer = _ask(model, messages)
        try:
            return build(_wish(answer))
        except BadInput as error:
            reason = str(error)
        tell(f"the chat model's scene can't be built: {reason}")
        messages += [
            AIMessage(json.dumps(answer, default=str)),
            HumanMessage(render("scene-again", reason=reason)),
        ]
    raise NoScene(words, reason)


class NoScene(BadInput):
    """None of the model's scenes can be built."""

    def __init__(self, words: str, reason: str) -> None:
        super().__init__("words", words, "words for a scene that can be built")
        self.args = (f"words: the chat model found no scene that can be built for them; the last reason: {reason}",)


def _task() -> str:
    return render(
        "scene-from-words",
        kinds="; ".join(f"{kind} ({', '.join(sizes)})" for kind, sizes in SIZES_OF.items()),
        colours=", ".join(f"{colour} ({finish_of(colour)})" for colour in COLOURS),
        lights="; ".join(f"{light}: {', '.join(said.split())}" for light, said in LIGHTS.items()),
        most=str(MOST),
    )


def _ask(model: "BaseChatModel", messages: list["BaseMessage"]) -> Any:
    """The model's answer in the form of a wish, unchecked; None where it has another form. Raises: Unavailable."""
    schema = {**Wish.model_json_schema(), "title": "scene"}
    try:
        answer = model.with_structured_output(schema, include_raw=True).invoke(messages)
    except Exception as error:  # each provider has its own
        remedy = "Try again, or say the scene in words that `smolcell scene --help` lists."
        raise Unavailable(
            f"the chat model gave no answer ({type(error).__name__}: {one_line(error)}).", remedy
        ) from None
    return answer.get("parsed") if isinstance(answer, dict) else None


def _wish(answer: Any) -> Wish:
    """Raises: BadInput, UnknownName."""
    if answer is None:
        raise BadInput("scene", None, "an answer in the form that was asked for")
    return parse_model(answer, Wish, "scene")
