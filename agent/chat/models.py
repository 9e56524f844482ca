"""Chat models by name: whatever LangChain knows, and two kinds of our own that need no network."""

from typing import TYPE_CHECKING, Any, Final

from skills.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SECONDS: Final = 60.0
"""A provider is given up after this time."""
TOKENS: Final = 1500
"""Of one answer; more than any form needs."""


def load_chat_model(
    name: str, seconds: float = SECONDS, tokens: int = TOKENS, field: str = "planner.model"
) -> "BaseChatModel":
    """The chat model "provider:name" at temperature 0, which is asked once and no second time by itself.

    Beside LangChain's providers there are `scripted:FILE` (answers from a file), `recorded:FILE` (exchanges that were
    recorded) and `record:FILE,provider:name` (another model's exchanges, recorded).

    Args:
        seconds: how long the provider is waited for.
        tokens: the longest answer.
        field: of the cell file that names it.

    Raises: Unavailable (a package or a key is not there), BadInput (no such provider, an unreadable file).
    """
    provider, _, rest = name.partition(":")
    if provider in ("scripted", "recorded", "record"):
        return _own(provider, rest, seconds, tokens, field)
    try:
        from langchain.chat_models import init_chat_model
    except ImportError:
        remedy = "Install smolcell with its extra `llm` and the provider's package."
        raise Unavailable("a chat model needs LangChain, which is not installed.", remedy) from None
    try:
        model: BaseChatModel = init_chat_model(name, temperature=0, **_limits(provider, seconds, tokens))
    except ImportError as error:
        raise Unavailable(f"chat model {name!r}: {one_line(error)}.", "Install the package that it names.") from None
    except ValueError as error:
        raise BadInput(field, name, f"'provider:name' of a chat model ({one_line(error)})") from None
    except Exception as error:  # each provider has its own
        raise Unavailable(f"chat model {name!r}: {one_line(error)}.", "Set it up, then try again.") from None
    return model


def one_line(error: BaseException) -> str:
    """The error's words on one line, without a full stop."""
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__


def _own(provider: str, rest: str, seconds: float, tokens: int, field: str) -> "BaseChatModel":
    from agent.chat.recorded import RecordedChat, Recorder
    from agent.chat.scripted import ScriptedChat

    if provider == "scripted":
        return ScriptedChat.read(rest)
    if provider == "recorded":
        return RecordedChat.read(rest)
    file, _, inner = rest.partition(",")
    if ":" not in inner:
        raise BadInput(field, f"record:{rest}", "'record:FILE,provider:name'")
    return Recorder(file=file, inner=load_chat_model(inner, seconds, tokens, field))


def _limits(provider: str, seconds: float, tokens: int) -> dict[str, Any]:
    """Time and length in the provider's words. Ollama alone has its own."""
    if provider == "ollama":
        return {"num_predict": tokens, "client_kwargs": {"timeout": seconds}}
    return {"timeout": seconds, "max_tokens": tokens, "max_retries": 0}
