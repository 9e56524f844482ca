"""Reading YAML into values, with errors that name file, field, value and what is allowed."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from skills.errors import BadInput, UnknownName

Model = TypeVar("Model", bound=BaseModel)


def load_model(path: Path, model: type[Model]) -> Model:
    """The file at `path` as a `model`. Raises: BadInput (unreadable, not YAML, a wrong field)."""
    return parse_model(read_yaml(path), model, str(path))


def parse_model(content: Any, model: type[Model], source: str) -> Model:
    """`content` as a `model`; `source` names it in errors. Raises: BadInput, UnknownName."""
    if not isinstance(content, Mapping):
        raise BadInput(source, type(content).__name__, f"a mapping with the fields of a {model.__name__}")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _first(error, model, source) from None


def read_yaml(path: Path) -> Any:
    """Raises: BadInput when the file can't be read or is not YAML."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("file", str(path), f"a readable file ({error.strerror})") from None
    except RecursionError:
        raise BadInput("file", str(path), "YAML that is nested less deeply") from None
    except (yaml.YAMLError, ValueError) as error:  # dates that are none, text that is not UTF-8
        raise BadInput("file", str(path), f"YAML ({' '.join(str(error).split())})") from None


def _first(error: ValidationError, model: type[BaseModel], source: str) -> BadInput:
    """The first of pydantic's complaints in our words, with the nearest names where a name is wrong."""
    found = error.errors(include_url=False)[0]
    path = [str(part) for part in found["loc"] if "[" not in str(part)]  # without pydantic's name of a union's branch
    field = f"{source}: {'.'.join(path) or model.__name__}"
    if found["type"] == "extra_forbidden":
        return UnknownName(field, str(found["loc"][-1]), _fields_at(model, found["loc"][:-1]))
    if found["type"] == "literal_error":
        names = [name.strip(" '") for name in str(found["ctx"]["expected"]).replace(" or ", ", ").split(",")]
        return UnknownName(field, str(found["input"]), names)
    if found["type"] == "missing":
        return BadInput(field, None, "given; the field is missing")
    return BadInput(field, found["input"], found["msg"].removeprefix("Input should be ").removeprefix("Value error, "))


def _fields_at(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Names of the fields of the model that stands at `path` inside `model`; empty where none does."""
    current: Any = model
    for name in path:
        fields = current.model_fields if isinstance(current, type) and issubclass(current, BaseModel) else {}
        current = fields[str(name)].annotation if str(name) in fields else _inner(current)
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


def _inner(annotation: Any) -> Any:
    """The model inside dict[str, Model], tuple[Model, ...] or Model | None; else the annotation."""
    for argument in getattr(annotation, "__args__", ()):
        if isinstance(argument, type) and issubclass(argument, BaseModel):
            return argument
    return annotation
