"""Every wrong use: exit 2, field, value, what is allowed, the nearest; one line, no traceback, nothing on stdout."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from agent.doors.cli.application import app
from agent.exit_codes import ExitCode
from policy.training.presets import preset_names
from skills.errors import UnknownName


def no_preset(name: str) -> str:
    hint = "Or the path of a YAML file; all presets: smolcell train --list"
    return f"UnknownName: {UnknownName('training configuration', name, preset_names(), hint)}"


SEED = "a whole number from 0 to 4294967295"

WRONG = {
    "command": (
        ["rum"],
        "UnknownName: command of smolcell: 'rum' is not known; allowed is one of 17 names. Nearest: 'run'. "
        "See: smolcell --help",
    ),
    "subcommand": (
        ["skills", "lst"],
        "UnknownName: command of smolcell skills: 'lst' is not known; allowed is one of 'list', 'check', 'new', "
        "'record', 'promote'. Nearest: 'list'. See: smolcell skills --help",
    ),
    "no subcommand": (["audit"], "WrongUse: Missing command. See: smolcell audit --help"),
    "option": (
        ["doctor", "--sell", "x"],
        "UnknownName: option of smolcell doctor: '--sell' is not known; allowed is one of '--cell', '--state', "
        "'--json', '--help'. Nearest: '--cell', '--help', '--state'. See: smolcell doctor --help",
    ),
    "argument missing": (["run"], "WrongUse: Missing argument 'instruction'. See: smolcell run --help"),
    "argument too many": (
        ["run", "a", "b"],
        "WrongUse: Got unexpected extra argument(s) (b). See: smolcell run --help",
    ),
    "seed no number": (["run", "x", "--seed", "7.5"], f"BadInput: --seed: '7.5' is not allowed; it must be {SEED}."),
    "seed negative": (["plan", "x", "--seed", "-1"], f"BadInput: --seed: -1 is not allowed; it must be {SEED}."),
    "seed too great": (
        ["eval", "--seed", "4294967296"],
        f"BadInput: --seed: 4294967296 is not allowed; it must be {SEED}.",
    ),
    "workers": (
        ["regress", "--workers", "0"],
        "BadInput: --workers: 0 is not allowed; it must be a whole number from 1 to 256.",
    ),
    "scenes": (
        ["data", "generate", "--out", "x", "--scenes", "0"],
        "BadInput: --scenes: 0 is not allowed; it must be a whole number from 1 to 10000000.",
    ),
    "more scenes than anybody has room for": (
        ["data", "generate", "--out", "x", "--scenes", "99999999999"],
        "BadInput: --scenes: 99999999999 is not allowed; it must be a whole number from 1 to 10000000.",
    ),
    "no folder for episodes": (
        ["data", "record", "--out", "/dev/null/x", "--episodes", "1"],
        "BadInput: --out: '/dev/null' is not allowed; it must be a folder that can be written (File exists).",
    ),
    "suite without scenarios": (
        ["regress", str(Path(__file__).parent)],
        f"BadInput: scenario: '{Path(__file__).parent}' is not allowed; it must be a folder with at least one "
        "scenario file (*.yaml).",
    ),
    "scene and seed": (
        ["run", "x", "--scene", "a.yaml", "--seed", "1"],
        "BadInput: --seed: 1 is not allowed; it must be absent where --scene is given (a.yaml).",
    ),
    "no scene": (
        ["run", "x", "--scene", "/nowhere.yaml"],
        "BadInput: file: '/nowhere.yaml' is not allowed; it must be a readable file (No such file or directory).",
    ),
    "no cell": (
        ["plan", "x", "--cell", "/nowhere.yaml"],
        "BadInput: file: '/nowhere.yaml' is not allowed; it must be a readable file (No such file or directory).",
    ),
    "plan without words": (
        ["plan"],
        "BadInput: instruction: None is not allowed; it must be given exactly where --batch is not.",
    ),
    "no batch": (
        ["plan", "--batch", "/nowhere"],
        "BadInput: --batch: '/nowhere' is not allowed; it must be a readable file (No such file or directory).",
    ),
    "batch and seed": (
        ["plan", "--batch", "x", "--seed", "1"],
        "BadInput: --seed: 1 is not allowed; it must be absent with --batch; each line names its own scene.",
    ),
    "skill": (
        ["skills", "list", "pik"],
        "UnknownName: skill: 'pik' is not known; allowed is one of 'insert', 'pick', 'place', 'put_back'. "
        "Nearest: 'pick'. See: smolcell skills list",
    ),
    "skill to evaluate": (
        ["eval", "--skill", "plase"],
        "UnknownName: skill: 'plase' is not known; allowed is one of 'insert', 'pick', 'place', 'put_back'. "
        "Nearest: 'place'. See: smolcell skills list",
    ),
    "split": (
        ["eval", "--split", "new-scene"],
        "UnknownName: --split: 'new-scene' is not known; allowed is one of 'new-scenes', "
        "'new-triples', 'varied', 'shifted-light', 'touching', 'crowded', 'heaped', 'paraphrased', 'untrained'. "
        "Nearest: 'new-scenes', 'new-triples'.",
    ),
    "split of another skill": (
        ["eval", "--skill", "place", "--split", "new-triples"],
        "BadInput: --split: 'new-triples' is not allowed; it must be with --skill place one of new-scenes, varied, "
        "shifted-light, touching, crowded, heaped, paraphrased; it is about which part is meant.",
    ),
    "weights of the expert": (
        ["eval", "--expert", "--checkpoint", "policy/weights/pick"],
        "BadInput: --checkpoint: 'policy/weights/pick' is not allowed; it must be left out with --expert.",
    ),
    "weights of a verifier": (
        ["calibrate", "verifier", "--checkpoint", "policy/weights/pick"],
        "BadInput: --checkpoint: 'policy/weights/pick' is not allowed; it must be left out with verifier; the cell "
        "file names its perceiver.",
    ),
    "no checkpoint": (
        ["eval", "--checkpoint", "/nowhere"],
        "BadInput: checkpoint: '/nowhere' is not allowed; it must be a folder that training has written; see "
        "`checkpoints` in the cell file.",
    ),
    "no tag": (
        ["regress", "--tags", ","],
        "BadInput: --tags: ',' is not allowed; it must be one tag or more, separated by commas.",
    ),
    "no folder in a mix": (
        ["data", "merge", "=1", "--out", "x"],
        "BadInput: data set: '=1' is not allowed; it must be DIR=WEIGHT, a folder and a number.",
    ),
    "no suite": (
        ["regress", "/nowhere"],
        "BadInput: scenario: '/nowhere' is not allowed; it must be a scenario file or a folder of them.",
    ),
    "no cards": (
        ["skills", "check", "/nowhere"],
        "BadInput: folder: '/nowhere' is not allowed; it must be a folder with skill cards (*.yaml).",
    ),
    "no configuration": (
        ["train", "--out", "x"],
        "BadInput: CONFIG: '' is not allowed; it must be a preset or a YAML file; see: smolcell train --list.",
    ),
    "preset": (
        ["train", "tini", "--out", "x"],
        no_preset("tini"),
    ),
    "no configuration file": (
        ["train", "/nowhere.yaml", "--out", "x"],
        "BadInput: file: '/nowhere.yaml' is not allowed; it must be a readable file (No such file or directory).",
    ),
    "training into nowhere": (
        ["train", "tiny"],
        "BadInput: --out: '' is not allowed; it must be the folder of the run.",
    ),
    "no data to augment": (
        ["data", "augment", "/nowhere", "--out", "x.png", "--config", "pikc"],
        no_preset("pikc"),
    ),
    "film's format": (
        ["film", "x", "--out", "a.gif"],
        "BadInput: --out: 'a.gif' is not allowed; it must be a name that ends with .webp or .png.",
    ),
    "nobody resets": (
        ["reset", "--by", " "],
        "BadInput: by: ' ' is not allowed; it must be the name of the person who has looked at the cell.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_one_line_on_stderr_and_exit_2(smolcell, name: str) -> None:
    arguments, line = WRONG[name]
    said = smolcell(*arguments)
    assert (said.code, said.out, said.err) == (ExitCode.BAD_INPUT, "", f"{line}\n")


def paths(command: Any, *words: str) -> Iterator[tuple[str, ...]]:
    """Every parameter of every command below `command` that is a path: the command's words, and the flag or nothing."""
    for name in getattr(command, "list_commands", lambda _: ())(None):
        yield from paths(command.get_command(None, name), *words, name)
    for parameter in command.params:
        if "Path" in str(parameter.get_runtime_param().annotation):
            yield *words, parameter.opts[0] if parameter.opts[0].startswith("-") else ""


PATHS = sorted(paths(typer.main.get_command(app)))


def test_paths_are_found() -> None:
    assert len(PATHS) > 40
    assert {("run", "--state"), ("regress", ""), ("data", "generate", "--out")} <= set(PATHS)


@pytest.mark.parametrize("words", PATHS, ids=" ".join)
def test_an_empty_path_is_refused_everywhere(smolcell, words: tuple[str, ...]) -> None:
    """Else it would mean the current folder: what `--out "$NOT_SET"` gives."""
    *command, flag = words
    said = smolcell(*command, *([flag] if flag else []), "")
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert re.fullmatch(rf"BadInput: {flag or '[a-z ]+'}: '' is not allowed; it must be a path\.\n", said.err)


FILES = {
    "scene, wrong field": (
        ["run", "x", "--scene"],
        "name: a\nparts: []\nseeds: 1\n",
        "UnknownName: {file}: seeds: 'seeds' is not known; allowed is one of 'name', 'tags', 'seed', 'setting', "
        "'clutter', 'parts', 'instruction', 'answers', 'capacity', 'surprises', 'faults', 'expect'. Nearest: "
        "'seed', 'answers'.",
    ),
    "scene, unknown part": (
        ["run", "x", "--scene"],
        "name: a\nparts: [{kind: geer, size: large, colour: red}]\n",
        "UnknownName: {file}: parts.0.kind: 'geer' is not known; allowed is one of 'bolt', "
        "'nut', 'gear', 'bracket'. Nearest: 'gear'.",
    ),
    "scene, no YAML": (
        ["run", "x", "--scene"],
        "name: [\n",
        "BadInput: file: '{file}' is not allowed; it must be YAML (while parsing a flow node expected the "
        "node content, but found '<stream end>' in \"<unicode string>\", line 2, column 1: ^).",
    ),
    "cell, nested without end": (
        ["plan", "x", "--cell"],
        "[" * 3000,
        "BadInput: file: '{file}' is not allowed; it must be YAML that is nested less deeply.",
    ),
    "cell, no mapping": (
        ["plan", "x", "--cell"],
        "- 1\n",
        "BadInput: {file}: 'list' is not allowed; it must be a mapping with the fields of a Cell.",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_file_is_named_with_field_and_value(smolcell, tmp_path: Path, name: str) -> None:
    arguments, content, line = FILES[name]
    file = tmp_path / "file.yaml"
    file.write_text(content)
    said = smolcell(*arguments, str(file))
    assert (said.code, said.out, said.err) == (ExitCode.BAD_INPUT, "", f"{line.format(file=file)}\n")


def test_what_is_in_the_way_is_told_before_the_work_begins(smolcell, tmp_path: Path) -> None:
    folder, file = tmp_path / "a.webp", tmp_path / "file"
    folder.mkdir()
    file.touch()
    for arguments, line in (
        (
            ["film", "x", "--out", str(folder)],
            f"--out: '{folder}' is not allowed; it must be a file; this is something else.",
        ),
        (["train", "tiny", "--out", str(file)], f"out: '{file}' is not allowed; it must be a folder."),
    ):
        said = smolcell(*arguments)
        assert (said.code, said.out, said.err) == (ExitCode.BAD_INPUT, "", f"BadInput: {line}\n")


def test_a_wrong_contract_is_named_with_its_field(smolcell, tmp_path: Path) -> None:
    (tmp_path / "contract.json").write_text('{"name": "x", "phrases": {}}')
    said = smolcell("eval", "--checkpoint", str(tmp_path))
    assert said.code == ExitCode.BAD_INPUT
    assert said.err.startswith(f"BadInput: {tmp_path}/contract.json: phrases: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("content", [b"", b'{"name": ', b"\xff\x00"])
def test_a_contract_that_is_no_json_is_named(smolcell, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "contract.json").write_bytes(content)
    said = smolcell("eval", "--checkpoint", str(tmp_path))
    start = f"BadInput: contract: '{tmp_path}/contract.json' is not allowed; it must be JSON, as training writes it ("
    assert (said.code, said.err.count("\n")) == (ExitCode.BAD_INPUT, 1)
    assert said.err.startswith(start)


@pytest.mark.parametrize(
    ("command", "file", "content"),
    [
        (("data", "inspect"), "dataset.json", "null"),
        (("data", "inspect"), "meta/info.json", "7"),
        (("data", "inspect"), "meta/info.json", '{"codebase_version": "v3.0", "features": []}'),
        (("data", "inspect"), "meta/info.json", '{"codebase_version": "v3.0", "features": {}}'),
        (("replay",), "run.jsonl", "{}\n"),
        (("replay",), "run.jsonl", '{"entry": "began"}\n'),
    ],
)
def test_a_folder_whose_file_is_something_else_is_told_in_one_line(
    smolcell, tmp_path: Path, command: tuple[str, ...], file: str, content: str
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(content)
    said = smolcell(*command, str(tmp_path))
    assert (said.code, said.out, said.err.count("\n")) == (ExitCode.BAD_INPUT, "", 1)
    assert said.err.startswith("BadInput: ")


def test_a_wrong_card_is_named_with_its_slots(smolcell, root: Path, tmp_path: Path) -> None:
    card = (root / "skills" / "library" / "place.yaml").read_text()
    (tmp_path / "place.yaml").write_text(card.replace("{place}", "{plase}"))
    said = smolcell("skills", "check", str(tmp_path))
    assert (said.code, said.err) == (ExitCode.BAD_INPUT, "")
    assert said.out == (
        f"{tmp_path}/place.yaml: phrase of card place: [broken-card] ['plase'] is not allowed; it must be "
        "with just the slots ['place'].\n1 cards, 1 findings\n"
    )


def test_with_json_the_error_is_an_object_on_stdout_too(smolcell) -> None:
    said = smolcell("skills", "list", "pik", "--json")
    assert said.code == ExitCode.BAD_INPUT
    assert json.loads(said.out) == {
        "outcome": "error",
        "error": "UnknownName",
        "reason": said.err.removeprefix("UnknownName: ").rstrip("\n"),
        "field": "skill",
        "value": "pik",
        "allowed": "one of 'insert', 'pick', 'place', 'put_back'",
        "nearest": ["pick"],
    }
