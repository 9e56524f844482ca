"""The commands of docs/add-a-skill.md, in their order, as they stand there but for their size."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from skills.card import DONE_CHECKS
from skills.lint import NAMES
from skills.regions import REGIONS

SMALLER = {"--scenes 3000": "--scenes 20", "--n 300": "--n 2", "--n 100": "--n 1", "preset: pick": "preset: smoke"}
"""Of twenty scenes two are kept for validation, as many as the preset `smoke` needs."""
CHECKS = "smolcell skills check skills-local --cell my-cell.yaml # exit code 3\npytest skills-local\n"


def blocks(page: str) -> dict[str, str]:
    """The shell commands of each numbered section, by its title."""
    sections = re.findall(r"^## (\d+\. .*?)\n(.*?)(?=^## )", page, re.DOTALL | re.MULTILINE)
    return {title: "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL)) for title, text in sections}


def carry_out(root: Path, folder: Path, commands: str) -> str:
    """Run the commands in `folder`, which holds nothing of the installation but its cell files; what they said."""
    python = shlex.quote(sys.executable)
    tools = (
        f'smolcell() {{ {python} -m agent.cli "$@"; }}\n'
        f'pytest() {{ {python} -m pytest -q -p no:cacheprovider "$@"; }}\n'
    )
    commands = re.sub(
        r"^(.*\S) +# exit code (\d)$", r"{ \1 && false; } || test $? -eq \2", commands, flags=re.MULTILINE
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SMOLCELL_")}
    environment |= {"PYTHONPATH": str(root), "SMOLCELL_STATE": str(folder / "state"), "HF_HUB_OFFLINE": "1"}
    (folder / "cells").mkdir(exist_ok=True)
    (folder / "cells" / "default.yaml").write_text((root / "cells" / "default.yaml").read_text())
    done = subprocess.run(
        ["bash", "-e", "-c", tools + commands], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs" / "add-a-skill.md").read_text()


def test_a_card_is_written_checked_and_understood(root: Path, page: str, tmp_path: Path) -> None:
    said = carry_out(root, tmp_path, "".join(list(blocks(page).values())[:3]))
    assert [Path(line).name for line in said.splitlines()] == ["push.yaml", "test_push.py", "push.md"]
    said = carry_out(root, tmp_path, CHECKS)
    assert re.findall(r"\[(.*?)\]", said)[:1] == ["untrained-phrases"]
    assert "1 cards, 1 findings" in said
    assert "..." in said


@pytest.mark.heavy
@pytest.mark.train
@pytest.mark.timeout(1800)
def test_the_page_adds_a_skill(root: Path, page: str, tmp_path: Path) -> None:
    commands = "".join(blocks(page).values())
    for large, small in SMALLER.items():
        assert large in commands
        commands = commands.replace(large, small)
    said = carry_out(root, tmp_path, commands)
    assert "push: 1 × largest bracket → left edge" in said
    assert "push: 2 × bracket → right edge" in said
    assert (tmp_path / "weights" / "push" / "contract.json").exists()


def test_the_page_names_every_done_check_finding_and_region(page: str) -> None:
    edges = [region for region in REGIONS if region.endswith("edge")]
    assert [name for name in (*DONE_CHECKS, *NAMES, *edges) if f"`{name}`" not in page] == []
