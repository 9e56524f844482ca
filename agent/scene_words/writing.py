"""A scenario as the text of a file that a person reads and edits."""

import json
import re
from typing import Any, Final

import yaml

from sim.scenario import Scenario, ScenarioPart
from skills.errors import BadInput
from skills.yamlfile import parse_model

LONGEST_NAME: Final = 48
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def scenario_text(scenario: Scenario, words: str) -> str:
    """The file: one line a part, the words that it was made of in a comment.

    The words are JSON there, all ASCII on one line: nothing that they hold can end the comment.
    """
    lines = [f"# smolcell scene {json.dumps(words)} --seed {scenario.seed}", f"name: {_scalar(scenario.name)}"]
    if scenario.tags:
        lines.append(f"tags: [{', '.join(scenario.tags)}]")
    lines += [f"seed: {scenario.seed}", f"setting: {scenario.setting}", f"clutter: {scenario.clutter}", "parts:"]
    assert isinstance(scenario.parts, tuple)  # scenes from words name every part
    lines += [f"  - {_part(part)}" for part in scenario.parts]
    if scenario.instruction:
        lines.append(f"instruction: {_scalar(scenario.instruction)}")
    return "\n".join(lines) + "\n"


def check_text(text: str, scenario: Scenario) -> None:
    """Raises: AssertionError unless the text reads back as the scenario."""
    again = parse_model(yaml.safe_load(text), Scenario, scenario.name)
    assert again == scenario, "a scene's file must read back as the scene"


def name_of(words: str) -> str:
    """A name for a scene: its words in small letters, digits and hyphens."""
    name = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
    if len(name) > LONGEST_NAME:
        name = name[: LONGEST_NAME + 1].rpartition("-")[0] or name[:LONGEST_NAME]
    return name or "scene"


def checked_name(name: str) -> str:
    """Raises: BadInput."""
    if not _NAME.fullmatch(name):
        allowed = "1 to 80 letters, digits, '.', '_' and '-', a letter or digit first; it becomes a file's name"
        raise BadInput("--name", name, allowed)
    return name


def _part(part: ScenarioPart) -> str:
    content: dict[str, Any] = part.model_dump(mode="json")
    return yaml.safe_dump(content, default_flow_style=True, sort_keys=False, width=10_000).strip()


def _scalar(text: str) -> str:
    """The text as one line of YAML; what can't be printed stands escaped between quotes."""
    style = None if text.isprintable() else '"'
    dumped = yaml.safe_dump(text, default_style=style, width=10_000, allow_unicode=style is None)
    return dumped.removesuffix("...\n").strip()
