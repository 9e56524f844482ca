"""Asking a chat model for a filled form, within time and tokens. Whatever goes wrong has one name here: no answer."""

import json
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from agent.chat.models import one_line

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

CHARACTERS: Final = 4
"""Of a token, roughly; counted with where a provider does not say how many it took."""

Done = TypeVar("Done")


class NoAnswer(Exception):
    """The model did not answer, or may not be asked any more; the text says why."""


class Late(Exception):
    """There is no answer yet."""


@dataclass(frozen=True)
class Reply:
    """One answer: the form as it was filled (None where it was not), and what was said in its stead or beside it."""

    form: Any
    said: str


class Conversation:
    """The questions that one instruction costs.

    Args:
        seconds, tokens: what all of them together may take.

    Attributes:
        calls, tokens_in, tokens_out: what they took so far.
    """

    def __init__(self, model: "BaseChatModel", form: dict[str, Any], seconds: float, tokens: int) -> None:
        self._form = model.with_structured_output(form, include_raw=True)
        self._began = time.monotonic()
        self._seconds, self._tokens = seconds, tokens
        self.calls = self.tokens_in = self.tokens_out = 0

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._began

    def ask(self, messages: "list[BaseMessage]") -> Reply:
        """Raises: NoAnswer."""
        left = self._seconds - self.seconds
        expected = sum(len(str(message.content)) for message in messages) // CHARACTERS
        if self.tokens_in + self.tokens_out + expected > self._tokens:
            raise NoAnswer(f"another question would take more than {self._tokens} tokens")
        if left <= 0:
            raise NoAnswer(f"{self._seconds:g} s are over")
        self.calls += 1
        answer = self._answer(left, messages)
        raw = answer["raw"] if isinstance(answer, dict) else None
        form = answer["parsed"] if isinstance(answer, dict) else None
        said = str(raw.content) if raw is not None and raw.content else json.dumps(form, default=str)
        self._count(raw, expected, len(said) // CHARACTERS)
        if _refused(raw):
            raise NoAnswer("it refused to answer")
        return Reply(form, said)

    def _answer(self, left: float, messages: "list[BaseMessage]") -> Any:
        try:
            return within(left, lambda: self._form.invoke(list(messages)))
        except Late:
            raise NoAnswer(f"no answer within {self._seconds:g} s") from None
        except Exception as error:  # each provider has its own
            raise NoAnswer(f"{type(error).__name__}: {one_line(error)}") from error

    def _count(self, raw: Any, expected: int, spoken: int) -> None:
        usage = getattr(raw, "usage_metadata", None) or {}
        self.tokens_in += usage.get("input_tokens", expected)
        self.tokens_out += usage.get("output_tokens", spoken)


@dataclass(frozen=True)
class _Raised:
    """What was raised in another thread."""

    error: Exception


def _refused(raw: Any) -> bool:
    """As OpenAI and Anthropic say it."""
    said, ended = getattr(raw, "additional_kwargs", {}), getattr(raw, "response_metadata", {})
    return bool(said.get("refusal")) or ended.get("stop_reason") == "refusal"


def within(seconds: float, work: Callable[[], Done]) -> Done:
    """What `work` returns in that time; a provider that hangs is left to its own timeout.

    Raises: Late; what `work` raises.
    """
    box: queue.SimpleQueue[Done | _Raised] = queue.SimpleQueue()

    def run() -> None:
        try:
            box.put(work())
        except Exception as error:  # each provider has its own
            box.put(_Raised(error))

    threading.Thread(target=run, name="chat model", daemon=True).start()
    try:
        found = box.get(timeout=seconds)
    except queue.Empty:
        raise Late from None
    if isinstance(found, _Raised):
        raise found.error
    return found
