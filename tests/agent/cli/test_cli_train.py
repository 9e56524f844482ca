"""`smolcell train`: what it prints, the script it writes, and the whole way from an empty folder, at smoke size."""

import json
import subprocess
from pathlib import Path

import pytest

from policy.training.presets import load_training, preset, preset_names


def test_presets_are_listed(smolcell) -> None:
    said = smolcell("train", "--list")
    assert (said.code, said.err) == (0, "")
    assert [line.split()[0] for line in said.out.splitlines()[2:]] == list(preset_names())


def test_what_is_shown_is_the_configuration(smolcell, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("{preset: pick, seed: 7}")
    (tmp_path / "whole.yaml").write_text(smolcell("train", str(mine), "--show").out)
    assert load_training(str(tmp_path / "whole.yaml")) == preset("pick").model_copy(update={"seed": 7})


def test_the_script_holds_this_command(smolcell, tmp_path: Path) -> None:
    script = tmp_path / "job.sh"
    said = smolcell("train", "pick", "--data", "d", "--out", "r", "--wandb", "--threads", "200", "--slurm", str(script))
    assert (said.code, said.out) == (0, f"sbatch {script}\n")
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert '-m agent.cli train pick --data d --out r --threads 200 --wandb "${go_on[@]}" &' in script.read_text()
    assert not Path("r").exists()


@pytest.mark.train
@pytest.mark.heavy
@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")
def test_from_an_empty_folder_to_a_checkpoint(smolcell, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("{preset: smoke, evaluation: {every: 2, scenes: 2}}")
    out = tmp_path / "run"
    said = smolcell("train", str(mine), "--out", str(out), "--workers", "1", "--threads", "1")
    assert (said.code, said.out) == (0, f"{out / 'checkpoint'}\n"), said.err
    lines = [json.loads(line) for line in (out / "evaluations.jsonl").read_text().splitlines()]
    assert [(one["step"], one["trials"]["trials"]) for one in lines] == [(2, 2), (4, 2)]
    again = smolcell("train", str(mine), "--out", str(out))
    assert again.code == 2
    assert "to go on with the run in it use --resume" in again.err
