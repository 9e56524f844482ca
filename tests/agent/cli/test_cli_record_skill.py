"""`skills record`: what it makes, and what it says where it can't."""

import json
from pathlib import Path

import pytest
import yaml

from agent.exit_codes import ExitCode
from skills.yamlfile import read_yaml
from tests.agent.push import written


@pytest.fixture
def cell_file(tmp_path: Path, root: Path) -> str:
    written(tmp_path / "cards")
    content = {**read_yaml(root / "cells" / "default.yaml"), "skills": ["cards"]}
    (tmp_path / "cell.yaml").write_text(yaml.safe_dump(content))
    return str(tmp_path / "cell.yaml")


def test_on_hardware_it_says_what_to_do_instead(smolcell, cell_file: str) -> None:
    said = smolcell("skills", "record", "push", "--hardware", "--cell", cell_file)
    assert (said.code, said.out) == (ExitCode.UNAVAILABLE, "")
    assert "lerobot-record" in said.err
    assert '--dataset.single_task="push the bracket against the left edge"' in said.err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (
            ("psh",),
            "skill: 'psh' is not known; allowed is one of 'insert', 'pick', 'place', 'push', 'put_back'. ",
        ),
        (("push",), "--out: None is not allowed; it must be given"),
        (("push", "--out", "x", "--setting", "calibrate"), "Nearest: 'calibrated'"),
    ],
)
def test_wrong_use_is_refused(smolcell, cell_file: str, words: tuple[str, ...], why: str) -> None:
    said = smolcell("skills", "record", *words, "--cell", cell_file)
    assert (said.code, why in said.err) == (ExitCode.BAD_INPUT, True), said.err


@pytest.mark.heavy
def test_a_set_goes_on_where_it_was_and_is_no_other_skills(smolcell, cell_file: str, tmp_path: Path) -> None:
    make = ("skills", "record", "push", "--scenes", "1", "--seed", "4", "--workers", "1", "--cell", cell_file)
    folder = tmp_path / "set"
    assert smolcell(*make, "--out", str(folder)).code == ExitCode.DONE
    index = json.loads((folder / "dataset.json").read_text())
    assert smolcell(*make, "--out", str(folder)).code == ExitCode.DONE
    assert json.loads((folder / "dataset.json").read_text()) == index
    said = smolcell("skills", "record", "pick", *make[3:], "--out", str(folder))
    assert (said.code, '"skill": "push"' in said.err) == (ExitCode.BAD_INPUT, True)
