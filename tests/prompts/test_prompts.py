"""Prompts are files: strict about their inputs, rendered by their own samples."""

import ast
import re
from pathlib import Path

import pytest

from prompts.loader import FOLDER, load_prompt, parse_prompt, prompt_names, render
from skills.errors import BadInput, UnknownName

CONTENT = "---\nname: sample\nversion: 1\ninputs:\n  part: the gear\n---\nWhere shall {part} go?\n"


@pytest.mark.parametrize("name", prompt_names())
def test_every_prompt_renders_with_its_sample(name):
    prompt = load_prompt(name)
    text = prompt.render(**prompt.inputs)
    assert not re.search(r"[{}]", text)
    assert all(value in text for value in prompt.inputs.values())


@pytest.mark.parametrize("name", prompt_names())
def test_every_prompt_is_named_in_the_code(name):
    code = "".join(path.read_text() for path in sorted((FOLDER.parent / "agent").rglob("*.py")))
    assert f'"{name}"' in code


def test_one_input_too_few_is_refused_with_the_list():
    with pytest.raises(BadInput) as refused:
        render("unknown-place", words="the shelf")
    assert str(refused.value) == (
        "inputs of prompt unknown-place: ['words'] is not allowed; it must be just ['places', 'words']."
    )


def test_one_input_too_many_is_refused_with_the_list():
    with pytest.raises(BadInput) as refused:
        render("greet", name="Ada")
    assert str(refused.value) == "inputs of prompt greet: ['name'] is not allowed; it must be just []."


def test_an_unknown_prompt_is_answered_with_the_nearest():
    with pytest.raises(UnknownName) as refused:
        load_prompt("unknown-plaec")
    assert refused.value.nearest[0] == "unknown-place"


def test_a_value_is_never_a_template():
    assert render("ask-rank", word="{word}").count("{word}") == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("---\nname", "name", "it must be a header between two lines of '---', then the text."),
        ("version: 1\n", "", "it must be just the fields ['inputs', 'name', 'version']."),
        ("version: 1", "version: one", "sample.md: version: 'one' is not allowed; it must be of type int."),
        (
            "name: sample",
            "name: other",
            "sample.md: name: 'other' is not allowed; it must be the file's name, 'sample'.",
        ),
        (
            "{part}",
            "{parts}",
            "inputs: ['part'] is not allowed; it must be a sample value for just the slots ['parts'].",
        ),
        ("the gear", "3", "sample.md: inputs: {'part': 3} is not allowed; it must be text for each slot."),
    ],
)
def test_a_file_that_is_no_prompt_is_refused(old, new, message):
    assert parse_prompt(CONTENT, Path("sample.md")).text == "Where shall {part} go?"
    with pytest.raises(BadInput) as refused:
        parse_prompt(CONTENT.replace(old, new), Path("sample.md"))
    assert str(refused.value).endswith(message)


def test_no_long_text_stands_in_the_planner():
    """What it says is a prompt: docstrings apart, no literal of agent/planning is longer than 200."""
    long = [
        (path.name, node.lineno)
        for path in sorted((FOLDER.parent / "agent" / "planning").glob("*.py"))
        for node in literals(ast.parse(path.read_text(encoding="utf-8")))
        if len(node.value) > 200
    ]
    assert long == []


def literals(tree: ast.Module) -> list[ast.Constant]:
    """Every text of `tree` that does not stand alone, as a docstring does."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]
