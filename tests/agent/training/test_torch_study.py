"""A study on the twin, with networks that learn nothing: trained, tried, cut off, gone on with, shared."""

from pathlib import Path

import pytest
import yaml

from agent.cli import main
from agent.training.from_twin import make_data
from agent.training.study import Bench, carry_out, done, made
from agent.training.study_table import rows
from policy.training.job import UNWATCHED
from policy.training.study import load_study
from sim.claim import claimed
from skills.cell import Cell
from skills.errors import BadInput

pytestmark = [pytest.mark.train, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("study") / "two.yaml"
    content = {
        "summary": "two trainings that learn nothing",
        "preset": "smoke",
        "data": {"scenes": 40, "seed": 1},
        "trials": {"scenes": 3, "seed": 3},
        "variants": [
            {"name": "whole", "group": "recipe", "says": "all of it"},
            {"name": "unbalanced", "group": "recipe", "change": {"flow": {"balanced": False, "normalized": "chunk"}}},
        ],
    }
    file.write_text(yaml.safe_dump(content))
    return file


@pytest.fixture(scope="module")
def bench(file: Path, cell: Cell, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A study with its first variant done."""
    root, study = tmp_path_factory.mktemp("out"), load_study(str(file))
    data = make_data(study.data, root / "data", cell, 1, lambda *_: None)
    bench = Bench(study, root, data, cell, 1, 1)
    told: list[tuple[int, int]] = []
    assert carry_out(bench, study.variants[0], UNWATCHED, lambda *counts: told.append(counts))
    assert told == [(1, 3), (2, 3), (3, 3)]
    return bench


def test_trials_that_were_cut_off_are_gone_on_with_and_nothing_is_trained_anew(bench: Bench) -> None:
    whole, other = bench.study.variants
    weights, trials = bench.run(whole).checkpoint / "model.safetensors", bench.trials(whole)
    before, lines = weights.stat().st_mtime_ns, trials.read_text().splitlines()
    trials.write_text("\n".join(lines[:2]) + '\n{"torn')
    assert [done(bench, variant) for variant in (whole, other)] == [False, False]
    assert carry_out(bench, whole, UNWATCHED, lambda *_: None)
    assert trials.read_text().splitlines() == lines
    assert weights.stat().st_mtime_ns == before


def test_what_another_process_is_at_is_left_to_it(bench: Bench) -> None:
    other = bench.study.variants[1]
    with claimed(bench.root / "elsewhere" / other.name, {}):
        root = Bench(bench.study, bench.root / "elsewhere", bench.data, bench.cell, 1, 1)
        assert not carry_out(root, other, UNWATCHED, lambda *_: None)
    assert made(root) == ()


def test_another_study_does_not_mix_with_it(bench: Bench) -> None:
    trials = bench.study.trials.model_copy(update={"seed": 4})
    other = Bench(bench.study.model_copy(update={"trials": trials}), bench.root, bench.data, bench.cell, 1, 1)
    with pytest.raises(BadInput, match="whole"):
        carry_out(other, bench.study.variants[0], UNWATCHED, lambda *_: None)


def test_the_command_makes_the_rest_and_writes_the_table(
    bench: Bench, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", str(file), "--out", str(bench.root), "--threads", "1", "--workers", "1"]) == 0
    whole, other = rows(bench.study, made(bench))
    assert (whole.label, whole.against, other.label) == ("all of it", "", "unbalanced")
    assert (whole.success.trials, whole.scenes, other.parameters) == (3, 34, whole.parameters)
    assert other.against.endswith("p = 1")
    told = capfd.readouterr().out
    assert "all of it" in told
    table = (bench.root / "table.md").read_text()
    assert [line.split(" | ")[1] for line in table.splitlines()[2:]] == ["all of it", "unbalanced"]
    assert (bench.root / "table.svg").read_text().startswith("<svg")
    weights = [(bench.run(variant).checkpoint / "policy.onnx").read_bytes() for variant in bench.study.variants]
    assert weights[0] != weights[1]
