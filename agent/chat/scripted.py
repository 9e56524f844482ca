"""A chat model that says what it was told to say: for tests and demonstrations, without a network."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

from skills.errors import BadInput


class ScriptedChat(BaseChatModel):
    """Gives its answers one after another, whatever it is asked; then none.

    Attributes:
        answers: a mapping fills the form that is asked for, an exception is raised, all else is said beside the form.
        heard: the messages of each question.
        forms: the names of all that was ever put into its hands.
    """

    answers: list[Any]
    heard: list[list[BaseMessage]] = []
    forms: list[str] = []

    @classmethod
    def read(cls, path: str) -> "ScriptedChat":
        """The answers of a JSON file. Raises: BadInput."""
        try:
            answers = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput("planner.model", f"scripted:{path}", f"a file with a JSON list ({error})") from None
        if not isinstance(answers, list):
            raise BadInput("planner.model", f"scripted:{path}", "a file with a JSON list of answers")
        return cls(answers=answers)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Runnable[LanguageModelInput, AIMessage]:
        """What is bound can only be a form: nothing is ever called."""
        self.forms.extend(tool["title"] for tool in tools)
        return self.bind(form=tools[0]["title"])

    def _generate(self, messages: list[BaseMessage], *_: Any, **bound: Any) -> ChatResult:
        self.heard.append(messages)
        if len(self.heard) > len(self.answers):
            raise LookupError("the script has no further answer")
        said = self.answers[len(self.heard) - 1]
        if isinstance(said, Exception):
            raise said
        return ChatResult(generations=[ChatGeneration(message=_message(said, bound.get("form", "")))])


def _message(said: Any, form: str) -> AIMessage:
    if not isinstance(said, dict):
        return AIMessage(str(said or ""))
    return AIMessage("", tool_calls=[{"name": form, "args": said, "id": "1", "type": "tool_call"}])
