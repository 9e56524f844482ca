"""Answers as JSON and back without loss: the rooms' values by the names of their classes; pictures lie beside."""

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from typing import Any, Final

from skills import errors
from skills.base import Image, Value
from skills.chunk import ActionChunk
from skills.errors import SmolcellError
from skills.observation import Observation

KIND: Final = "kind"
"""Field of a coded answer that says what it is; plain words and numbers stand for themselves."""
ROOMS: Final = frozenset({"agent", "policy", "safety", "skills"})
"""Whose values a recording may name."""
PLAIN: Final = (str, int, float, bool, type(None))


class Unwritten(TypeError):
    """An answer that is no value: a connection, an iterator. It is not recorded."""


def encode(answer: Any) -> Any:
    """`answer` as JSON. Raises: Unwritten."""
    match answer:
        case _ if isinstance(answer, PLAIN):
            return answer
        case Value():
            name = f"{type(answer).__module__}:{type(answer).__qualname__}"
            return {KIND: name, "value": answer.model_dump(mode="json")}
        case Observation():
            arrays = {name: value for name, value in _numbers(answer).items() if name != "images"}
            return {KIND: "observation", "value": arrays, "cameras": list(answer.images)}
        case ActionChunk():
            return {KIND: "chunk", "value": _numbers(answer)}
        case SmolcellError():
            return {KIND: "error", "name": type(answer).__name__, "text": str(answer)}
        case tuple() | list():
            return {KIND: "many", "value": [encode(one) for one in answer]}
        case _:
            raise Unwritten(type(answer).__name__)


def decode(coded: Any, images: Mapping[str, Image]) -> Any:
    """The answer; `images` are those of the observation, where it is one.

    Raises: KeyError, ValueError, ImportError, AttributeError (a value that today's code does not know).
    """
    if not isinstance(coded, dict):
        return coded
    value: Any = coded.get("value")
    match coded[KIND]:
        case "observation":
            return Observation(images=images, **value)
        case "chunk":
            return ActionChunk(**value)
        case "error":
            return _error(coded["name"], coded["text"])
        case "many":
            return tuple(decode(one, {}) for one in value)
        case name:
            return _known(name).model_validate(value)


def _numbers(value: Observation | ActionChunk) -> dict[str, Any]:
    found = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: one.tolist() if hasattr(one, "tolist") else one for name, one in found.items()}


def _known(name: str) -> type[Value]:
    module, _, kind = name.partition(":")
    if module.partition(".")[0] not in ROOMS:
        raise ValueError(name)
    found = getattr(import_module(module), kind)
    if not (isinstance(found, type) and issubclass(found, Value)):
        raise ValueError(name)
    return found


def _error(name: str, text: str) -> SmolcellError:
    kind: type[SmolcellError] = getattr(errors, name, SmolcellError)
    error = kind.__new__(kind)
    error.args = (text,)
    return error
