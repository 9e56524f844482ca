"""Exchanges with a chat model, one JSON object a line: written beside a real model, played back without one.

An exchange is found by what was asked, word for word; a changed prompt, scene or form is another question and has no
answer here.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import BaseMessage, message_to_dict, messages_from_dict
from langchain_core.outputs import ChatResult
from langchain_core.runnables import Runnable, RunnableLambda

from skills.errors import BadInput


class RecordedChat(BaseChatModel):
    """Answers what was asked before, with what was answered then.

    Attributes:
        exchanges: the key of a question to its answer.
        used: the keys that were asked for, so that a test can see what is stale.
    """

    exchanges: dict[str, dict[str, Any]]
    used: set[str] = set()

    @classmethod
    def read(cls, path: str) -> "RecordedChat":
        """Raises: BadInput."""
        try:
            lines = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
            return cls(exchanges={line["key"]: line for line in lines})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadInput("planner.model", f"recorded:{path}", f"a file of recorded exchanges ({error!r})") from None

    @property
    def _llm_type(self) -> str:
        return "recorded"

    def with_structured_output(self, schema: Any, **_: Any) -> Runnable[Any, Any]:
        """The recorded answer in the form that it had, with the raw message."""

        def answer(messages: Sequence[BaseMessage]) -> dict[str, Any]:
            key = key_of(messages, schema)
            if key not in self.exchanges:
                raise LookupError("this question was never recorded")
            self.used.add(key)
            found = self.exchanges[key]
            return {
                "raw": messages_from_dict([found["raw"]])[0],
                "parsed": found["parsed"],
                "parsing_error": found["error"] and ValueError(found["error"]),
            }

        return RunnableLambda(answer)

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError("answers in forms alone are recorded")


class Recorder(BaseChatModel):
    """Asks another model, and appends each exchange to a file."""

    file: str
    inner: BaseChatModel

    @property
    def _llm_type(self) -> str:
        return "recorder"

    def with_structured_output(self, schema: Any, **_: Any) -> Runnable[Any, Any]:
        """The other model's answer, with the raw message; an answer that never came is not recorded."""
        asked: Callable[[LanguageModelInput], Any] = self.inner.with_structured_output(schema, include_raw=True).invoke

        def answer(messages: Sequence[BaseMessage]) -> Any:
            found = asked(list(messages))
            line = {
                "key": key_of(messages, schema),
                "raw": message_to_dict(found["raw"]),
                "parsed": found["parsed"],
                "error": found["parsing_error"] and str(found["parsing_error"]),
            }
            with Path(self.file).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
            return found

        return RunnableLambda(answer)

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError("answers in forms alone are recorded")


def key_of(messages: Sequence[BaseMessage], schema: Any) -> str:
    """SHA-256 over who said what, and over the form."""
    said = [[message.type, message.content] for message in messages]
    return hashlib.sha256(json.dumps([said, schema], sort_keys=True).encode()).hexdigest()
