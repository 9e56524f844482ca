"""What the documents say exists: links lead somewhere, commands and make targets are registered."""

import re

import pytest

from agent.doors.cli.commands import COMMANDS

PAGES = (
    "add-a-skill",
    "approval",
    "architecture",
    "commands",
    "data",
    "developers",
    "doctor",
    "evaluation",
    "finetuning",
    "graph",
    "improve",
    "mes",
    "operators",
    "planner",
    "policy",
    "recovery",
    "replay",
    "results",
    "robots",
    "safety",
    "scenarios",
    "tools",
    "training",
    "twin",
    "verifier",
)
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *(f"docs/{page}.md" for page in PAGES)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_relative_links_lead_to_files(root, name):
    text = (root / name).read_text()
    targets = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", text)
    missing = [target for target in targets if not ((root / name).parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_named_exist(root, name):
    text = (root / name).read_text()
    named = set(re.findall(r"smolcell ([a-z][a-z-]*)", text)) - {"is", "and"}
    assert named <= set(COMMANDS), sorted(named - set(COMMANDS))
    targets = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", text, re.MULTILINE))
    assert targets <= set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.MULTILINE))


def test_every_document_is_listed_here(root):
    assert {f"docs/{path.name}" for path in (root / "docs").glob("*.md")} <= set(DOCUMENTS)


def test_the_project_speaks_of_itself_alone(root):
    for path in [root / name for name in DOCUMENTS]:
        assert not re.search(r"(^|[^\w.])/(work|root|home)/", path.read_text()), path
