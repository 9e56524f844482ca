"""Configurations by name or file: the presets beside this module, and a person's own, which may build on one."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from policy.training.config import SET_BY_THE_RUN, Training
from policy.training.kinds import parse_training
from skills.errors import BadInput, UnknownName
from skills.yamlfile import read_yaml

FOLDER: Final = Path(__file__).parent / "presets"
BASE: Final = "preset"
"""The field of a file that names the preset it builds on."""


@cache
def preset_names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def preset(name: str) -> Training:
    """Raises: UnknownName."""
    return parse_training(content_of(name), name)


def load_training(text: str) -> Training:
    """The preset of that name, or the file at that path. Raises: BadInput, UnknownName."""
    path = Path(text)
    if path.suffix not in (".yaml", ".yml") and not path.is_file():
        return preset(text)
    content = read_yaml(path)
    if isinstance(content, Mapping) and BASE in content:
        changes = {key: value for key, value in content.items() if key != BASE}
        content = merged(content_of(str(content[BASE])), changes)
    return parse_training(content, str(path))


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes`: mappings field by field, everything else as a whole."""
    both = dict(base)
    for key, value in changes.items():
        old = both.get(key)
        both[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return both


def as_yaml(config: Training) -> str:
    """The configuration whole, defaults and all; a file with this text is the same configuration."""
    content = config.model_dump(mode="json", exclude=set(SET_BY_THE_RUN))
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100))


def content_of(name: str) -> dict[str, Any]:
    """What a preset's file holds. Raises: UnknownName."""
    if name not in preset_names():
        hint = "Or the path of a YAML file; all presets: smolcell train --list"
        raise UnknownName("training configuration", name, preset_names(), hint)
    content = read_yaml(FOLDER / f"{name}.yaml")
    if not isinstance(content, dict):
        raise BadInput(name, type(content).__name__, "a mapping")
    return content
