"""Loads a prompt by its name and fills its slots: one variable too few or too many is refused.

A prompt is `prompts/<name>.md`: a YAML header between two lines of `---` (name, version, and the
inputs, each with a sample value), then the text with a {slot} for each input.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from skills.errors import BadInput, UnknownName

FOLDER: Final = Path(__file__).parent
_SLOT: Final = re.compile(r"\{(\w+)\}")
_FILE: Final = re.compile(r"\A---\n(?P<header>.*?)\n---\n(?P<text>.+)\Z", re.DOTALL)
_HEADER: Final = {"name": str, "version": int, "inputs": dict}


@dataclass(frozen=True)
class Prompt:
    """One text with its slots.

    Attributes:
        version: raised whenever the text changes its meaning; a journal names prompts by it.
        inputs: each input with a sample value, which the tests and a reviewer render.
    """

    name: str
    version: int
    text: str
    inputs: MappingProxyType[str, str]

    def render(self, /, **values: str) -> str:
        """The text with every slot filled. Raises: BadInput when an input is missing or unknown."""
        if set(values) != set(self.inputs):
            raise BadInput(f"inputs of prompt {self.name}", sorted(values), f"just {sorted(self.inputs)}")
        return _SLOT.sub(lambda slot: values[slot[1]], self.text)


def prompt_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.md")))


@cache
def load_prompt(name: str) -> Prompt:
    """Raises: UnknownName (no such prompt), BadInput (a file that is no prompt)."""
    path = FOLDER / f"{name}.md"
    if not path.is_file():
        raise UnknownName("prompt", name, prompt_names())
    return parse_prompt(path.read_text(encoding="utf-8"), path)


def render(name: str, /, **values: str) -> str:
    """The prompt `name`, filled. Raises: UnknownName, BadInput."""
    return load_prompt(name).render(**values)


def parse_prompt(content: str, path: Path) -> Prompt:
    """Raises: BadInput, with the file and the field."""
    found = _FILE.match(content)
    if found is None:
        raise BadInput(str(path), content[:40], "a header between two lines of '---', then the text")
    header = _checked_header(yaml.safe_load(found["header"]), path)
    text = found["text"].strip()
    slots = sorted(set(_SLOT.findall(text)))
    if slots != sorted(header["inputs"]):
        raise BadInput(f"{path}: inputs", sorted(header["inputs"]), f"a sample value for just the slots {slots}")
    return Prompt(header["name"], header["version"], text, MappingProxyType(header["inputs"]))


def _checked_header(header: Any, path: Path) -> dict[str, Any]:
    if not isinstance(header, dict) or set(header) != set(_HEADER):
        raise BadInput(f"{path}: header", header, f"just the fields {sorted(_HEADER)}")
    for field, kind in _HEADER.items():
        if not isinstance(header[field], kind):
            raise BadInput(f"{path}: {field}", header[field], f"of type {kind.__name__}")
    if header["name"] != path.stem:
        raise BadInput(f"{path}: name", header["name"], f"the file's name, {path.stem!r}")
    if not all(isinstance(value, str) for value in header["inputs"].values()):
        raise BadInput(f"{path}: inputs", header["inputs"], "text for each slot")
    return header
