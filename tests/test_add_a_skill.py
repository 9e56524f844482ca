"""The commands of docs/add-a-skill.md, in their order, as they stand there."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from agent.exit_codes import ExitCode
from skills.card import DONE_CHECKS
from skills.lint import NAMES
from skills.regions import REGIONS


def commands(page: str) -> list[tuple[list[str], int]]:
    """Every command of the page's shell blocks, and the exit code that it says."""
    found = []
    for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            said = re.search(r"# exit code (\d)", line)
            found.append((shlex.split(line, comments=True), int(said[1]) if said else 0))
    return found


def test_the_commands_do_what_the_page_says(root: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SMOLCELL_")}
    environment |= {"PYTHONPATH": str(root), "SMOLCELL_STATE": str(tmp_path / "state")}
    told = commands((root / "docs" / "add-a-skill.md").read_text())
    assert [words[:3] for words, _ in told] == [
        ["smolcell", "skills", "new"],
        ["smolcell", "skills", "check"],
        ["pytest", "skills-local"],
    ]
    for words, code in told:
        module = ["agent.cli"] if words[0] == "smolcell" else ["pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [sys.executable, "-m", *module, *words[1:]], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == code, done.stdout + done.stderr
    assert (tmp_path / "skills-local" / "push.yaml").exists()
    assert code == ExitCode.DONE


def test_the_page_names_every_done_check_finding_and_region(root: Path) -> None:
    page = (root / "docs" / "add-a-skill.md").read_text()
    edges = [region for region in REGIONS if region.endswith("edge")]
    assert [name for name in (*DONE_CHECKS, *NAMES, *edges) if f"`{name}`" not in page] == []
