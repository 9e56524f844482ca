"""Training with torch and lerobot, on networks that take seconds."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from policy import detection
from policy.lerobot_runtime import LerobotSmolVLA
from policy.perceiver import OnnxPerceiver
from policy.pictures import load_references
from policy.record import load_record
from policy.smolvla import OnnxSmolVLA
from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy
from policy.training.augmentation import TRAY
from policy.training.backbone import write_backbone
from policy.training.config import Compute, Evaluation, Schedule, Training
from policy.training.dataset import load_data, load_index
from policy.training.deliver_perceiver import THRESHOLDS
from policy.training.detector import DetectorLoss
from policy.training.engine import Engine
from policy.training.flow import difference_to_lerobot, encode_prefix, velocity
from policy.training.job import UNWATCHED, Job, Watch
from policy.training.learn_policy import learnt
from policy.training.light import relight, to_pixels
from policy.training.loop import rate_at
from policy.training.networks import Backbone, PolicyTraining
from policy.training.policy_network import new_policy
from policy.training.presets import preset
from policy.training.run_folder import open_run
from policy.training.start import fitted
from policy.training.trackers import TensorBoard
from policy.training.train import train
from policy.votes import Sight
from skills.catalogue import load_catalogue
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.columns import check_units
from skills.contract import load_contract
from skills.errors import BadInput, UnknownName
from skills.motion import check_closed
from skills.preflight import check_chunk
from skills.trained import check_checkpoint, check_rate

pytestmark = [
    pytest.mark.train,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore"),  # torch, transformers and the exporter warn of their own futures
]
SMOKE = preset("smoke")
assert isinstance(SMOKE, PolicyTraining)
STARTED = SMOKE.model_copy(update={"detector": None})


def go(config: Training, data: Path, out: Path, *, resume: bool = False, start_from: Path | None = None) -> Path:
    """A run of one thread that nobody watches."""
    return train(config, data, out, resume=resume, threads=1, start_from=start_from)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> SmolcellPolicy:
    """An untrained policy whose answers depend on everything that goes in."""
    folder = tmp_path_factory.mktemp("vlm")
    backbone = Backbone(image_size=64, width=32, vision_layers=1, text_layers=2)
    write_backbone(folder, backbone, ("pick up the red bolt", "pick up the nut"))
    torch.manual_seed(0)
    policy = new_policy(folder, backbone, keyframes=5, words=6)
    with torch.no_grad():
        for weight in policy.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return policy.eval()


def inputs(network: SmolcellPolicy, pictures: int, commands: int) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    count = pictures * commands
    pixels = torch.rand(pictures, 3, 64, 64, generator=generator) * 2 - 1
    tokens = torch.randint(7, 14, (count, 6), generator=generator)
    words = torch.arange(6) < torch.tensor([[5], [6]]).repeat(count // 2, 1)
    return pixels, tokens, words


def test_the_loss_is_lerobots(network: SmolcellPolicy) -> None:
    assert difference_to_lerobot(network, *inputs(network, 2, 2)) < 1e-5


def test_a_draw_of_noise_sees_no_other(network: SmolcellPolicy) -> None:
    pixels, tokens, words = inputs(network, 1, 2)
    states, noisy, times = torch.randn(2, 6), torch.randn(2, 3, 5, 6), torch.rand(2, 3)
    with torch.no_grad():
        prefix = encode_prefix(network, pixels, tokens, words, states)
        together = velocity(network, prefix, noisy, times)
        alone = [velocity(network, prefix, noisy[:, [draw]], times[:, [draw]]) for draw in range(3)]
    assert torch.allclose(together, torch.cat(alone, 1), atol=1e-5)
    assert (together[:, 0] - together[:, 1]).abs().max() > 1e-3


def test_a_moved_checkpoint_loads_and_answers_the_same(network: SmolcellPolicy, tmp_path: Path) -> None:
    network.save_pretrained(tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    again = SmolcellPolicy.from_pretrained(tmp_path / "there")
    pixels, tokens, words = inputs(network, 2, 1)
    batch = {
        "observation.images.overhead": (pixels + 1) / 2,
        "observation.state": torch.randn(2, 6),
        "observation.language.tokens": tokens,
        "observation.language.attention_mask": words,
    }
    noise = torch.randn(2, 5, 6)
    first, second = (policy.predict_action_chunk(dict(batch), noise=noise) for policy in (network, again))
    assert first.shape == (2, 5, 6)
    assert torch.equal(first, second)


def test_loading_accounts_for_every_weight(network: SmolcellPolicy, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    network.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    weights.pop("model.state_proj.bias")
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(RuntimeError, match=r"model\.state_proj\.bias"):
        SmolcellPolicy.from_pretrained(tmp_path)


def test_a_perfect_detector_has_nothing_to_learn(bars: Path) -> None:
    parts = torch.from_numpy(load_data(bars, 64).parts[:2])
    side, view = 8, 0.34
    cells = torch.from_numpy(detection.cell_centres(side, view))
    said = torch.zeros(2, side**2, detection.COLUMNS)
    for scene, labels in zip(said, parts, strict=True):
        true = labels[labels[:, 3] >= 0]
        squared = ((cells[:, None] - true[None, :, :2]) ** 2).sum(-1)
        chance = torch.exp(-squared.min(1).values / (2 * detection.vote_radius(side, view) ** 2))
        scene[:, detection.OBJECTNESS] = torch.logit(chance.clamp(1e-6, 1 - 1e-6))
        for cell, owner in zip(scene, true[squared.argmin(1)], strict=True):
            for columns, name in zip((detection.KIND, detection.SIZE, detection.COLOUR), owner[3:6], strict=True):
                cell[columns.start + int(name)] = 20
            cell[detection.FAILED] = 20 * (2 * owner[6] - 1)
            cell[detection.AXIS] = torch.tensor([torch.cos(2 * owner[2]), torch.sin(2 * owner[2])])
            cell[detection.POSITION] = owner[:2] / detection.POSITION_UNIT
    loss_of = DetectorLoss(side, view)
    perfect, figures = loss_of(said, parts)
    assert {name: round(value, 3) for name, value in figures.items() if name != "objectness"} == {
        "kind": 1.0,
        "size": 1.0,
        "colour": 1.0,
        "failed": 1.0,
        "mm": 0.0,
    }
    for columns in (detection.OBJECTNESS, detection.KIND, detection.COLOUR, detection.AXIS, detection.POSITION):
        spoiled = said.clone()
        spoiled[..., columns] = spoiled[..., columns].roll(1, -1) + 0.5 if isinstance(columns, slice) else 3.0
        assert loss_of(spoiled, parts)[0] > perfect


def test_relit_pictures_stay_pictures(bars: Path) -> None:
    pixels = to_pixels(load_data(bars, 64).images)
    one, other = (relight(pixels, np.random.default_rng(4), TRAY) for _ in range(2))
    assert torch.equal(one, other)
    assert one.min() >= 0
    assert one.max() <= 1
    assert 0.02 < float((one - pixels).abs().mean()) < 0.25


def test_the_rate_warms_up_and_comes_down() -> None:
    schedule = Schedule(steps=1000, learning_rate=1.0, warmup=100)
    rates = [rate_at(schedule, step) for step in (0, 49, 99, 500, 1000)]
    assert rates == pytest.approx([0.01, 0.4970, 0.9760, 0.505, 0.01], abs=1e-3)


def last_weights(state: Path) -> list[torch.Tensor]:
    return list(torch.load(state, weights_only=True)["averages"])


def same_weights(first: Path, second: Path) -> bool:
    """Of two checkpoints, to the last bit."""
    one, other = (load_file(folder / "model.safetensors") for folder in (first, second))
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def begun(data: Path, out: Path, *, resume: bool, watch: Watch = UNWATCHED) -> Job[PolicyTraining]:
    """The smoke run, claimed; `learnt` trains it without the export."""
    torch.set_num_threads(1)
    torch.manual_seed(SMOKE.seed)
    run = open_run(out, SMOKE, load_index(data).data_hash, resume=resume)
    return Job(SMOKE, data, None, run, Engine.of(Compute(device="cpu")), watch)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_torch_training import Watch, begun, learnt
from policy.training import loop

loop.SAVE_SECONDS, loop.REPORT_STEPS = 0.0, 1
stage, step = sys.argv[4], int(sys.argv[5])

def report(progress):
    if (progress.stage, progress.step) == (stage, step):
        os.kill(os.getpid(), signal.SIGKILL)

learnt(begun(Path(sys.argv[2]), Path(sys.argv[3]), resume=False, watch=Watch(report)))
"""


@pytest.mark.parametrize(("stage", "step"), [("detector", 3), ("flow", 1), ("flow", 3)])
def test_a_killed_run_goes_on_as_if_nothing_had_been(
    bars: Path, tmp_path: Path, root: Path, stage: str, step: int
) -> None:
    learnt(begun(bars, tmp_path / "whole", resume=False))
    given = (str(Path(__file__).parent), str(bars), str(tmp_path / "cut"), stage, str(step))
    environment = {**os.environ, "PYTHONPATH": str(root)}
    killed = subprocess.run([sys.executable, "-c", KILLED, *given], cwd=root, env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    learnt(begun(bars, tmp_path / "cut", resume=True))
    for name in ("detector.state", "flow.state"):
        pairs = zip(last_weights(tmp_path / "whole" / name), last_weights(tmp_path / "cut" / name), strict=True)
        assert all(torch.equal(one, other) for one, other in pairs)


TRIED = SMOKE.model_copy(update={"evaluation": Evaluation(every=2, examples=3)})


@pytest.fixture(scope="module")
def whole(bars: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was evaluated after half of its steps, and at its end."""
    root = tmp_path_factory.mktemp("whole") / "run"
    watch = Watch(trial=lambda folder: (int(folder.name != "checkpoint"), 4), tracker=TensorBoard(root / "tensorboard"))
    train(TRIED, bars, root, resume=False, threads=1, watch=watch)
    return root


def test_a_run_tries_its_drafts_and_keeps_the_best(whole: Path) -> None:
    lines = [json.loads(line) for line in (whole / "evaluations.jsonl").read_text().splitlines()]
    assert [(one["step"], one["trials"]) for one in lines] == [
        (2, {"hits": 1, "trials": 4}),
        (4, {"hits": 0, "trials": 4}),
    ]
    assert {"right", "error [mm]", "turn [deg]", "right, shifted light"} <= set(lines[0]["figures"])
    assert json.loads((whole / "best.json").read_text())["step"] == 2
    assert load_contract(whole / "best").epochs < load_contract(whole / "checkpoint").epochs
    assert not same_weights(whole / "best", whole / "checkpoint")
    examples = json.loads((whole / "evaluations" / "step-00000004.json").read_text())
    assert [set(example) for example in examples] == 3 * [{"phrase", "right", "error_mm", "turn_deg"}]
    for picture in ("success.png", "evaluations/step-00000002.png"):
        assert cv2.imread(str(whole / picture)) is not None
    assert list((whole / "tensorboard").glob("events.*"))
    assert OnnxSmolVLA(whole / "best").contract.phrases


def test_an_unreadable_state_is_named(bars: Path, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "run")
    (tmp_path / "run" / "detector.state").write_bytes(b"half a file")
    with pytest.raises(BadInput, match=r"training state: '.*detector\.state' is not allowed; it must be readable"):
        go(TRIED, bars, tmp_path / "run", resume=True)


def test_a_data_set_without_the_skill_is_refused(bars: Path, tmp_path: Path) -> None:
    config = SMOKE.model_copy(update={"skills": ("put_back",)})
    with pytest.raises(BadInput) as raised:
        go(config, bars, tmp_path / "run")
    assert str(raised.value) == "data set: 'bars' is not allowed; it must be one with examples of put_back."


def test_a_whole_run_ends_in_a_checkpoint_that_both_runtimes_run(whole: Path) -> None:
    checkpoint = whole / "checkpoint"
    onnx, lerobot = OnnxSmolVLA(checkpoint), LerobotSmolVLA(checkpoint)
    assert onnx.checkpoint == lerobot.checkpoint
    rng = np.random.default_rng(0)
    for phrase in list(onnx.contract.phrases)[:3]:
        asked = (
            rng.integers(0, 256, (64, 64, 3), dtype=np.uint8),
            phrase,
            rng.standard_normal(6).astype(np.float32),
            rng.standard_normal((5, 6)).astype(np.float32),
        )
        assert np.abs(onnx.propose(*asked) - lerobot.propose(*asked)).max() <= 1e-3
    assert (checkpoint / "README.md").read_text().startswith("# smoke\n")


def test_the_contract_tells_what_the_preflight_checks_ask_for(bars: Path, whole: Path, cell: Cell) -> None:
    checkpoint = whole / "checkpoint"
    contract, data = load_contract(checkpoint), load_data(bars, 64).of_skills(("pick",)).of_split("train")
    assert contract.skills == ("pick",)
    assert contract.moves is not None
    assert contract.moves.closed == pytest.approx(0.6)
    grasped = data.examples.waypoints[:, 1]
    home = np.linalg.norm(grasped[:, :3] + [0, 0, 0.15] - [0.18, 0.0, 0.41], axis=1)
    assert np.array(contract.moves.jumps)[:, 0] == pytest.approx([0.11, 0.0, 0.15, home.max()], abs=1e-4)
    (seen,) = load_references(checkpoint, contract).values()
    assert np.array_equal(seen, data.scenery)
    assert seen.shape == (64, 64, 3)
    assert (seen == 100).mean() > 0.99, "hardly a bar lies in half of the pictures at the same place"

    card, cards = load_catalogue()["pick"], load_catalogue()
    assert [check_checkpoint(contract, card), check_rate(contract), check_units(contract, cell)] == [None] * 3
    fault = check_checkpoint(contract, cards["place"])
    assert fault is not None
    assert fault.text == "contract smoke was trained for pick, not for place"
    for waypoints in data.examples.waypoints:
        chunk = ActionChunk(waypoints.astype(np.float64), "tcp_waypoints", 1, 1, "c", contract.weights_hash)
        assert check_chunk(contract, chunk, None) is None
    assert check_closed(contract, list(data.examples.waypoints)) is None


def test_a_run_begins_with_the_weights_of_a_checkpoint(bars: Path, whole: Path, tmp_path: Path) -> None:
    first = whole / "checkpoint"
    flow = SMOKE.flow.model_copy(update={"schedule": Schedule(steps=1, learning_rate=0.0, warmup=1)})
    second = go(STARTED.model_copy(update={"flow": flow}), bars, tmp_path / "second", start_from=first)
    assert same_weights(first, second)
    assert load_record(second).config["start_from"] == load_record(first).weights_hash


def test_a_run_begins_with_the_weights_for_pictures_of_another_size(bars: Path, whole: Path, tmp_path: Path) -> None:
    first = load_file(whole / "checkpoint" / "model.safetensors")
    flow = SMOKE.flow.model_copy(update={"schedule": Schedule(steps=1, learning_rate=0.0, warmup=1)})
    config = STARTED.model_copy(update={"flow": flow, "backbone": SMOKE.backbone.model_copy(update={"image_size": 32})})
    second = load_file(go(config, bars, tmp_path / "second", start_from=whole / "checkpoint") / "model.safetensors")
    changed = [name for name, weight in second.items() if not torch.equal(weight, first[name])]
    assert [name.rsplit(".", 2)[1] for name in changed] == ["position_embedding"]
    assert second[changed[0]].shape == (4, first[changed[0]].shape[1])


def test_places_in_pictures_of_another_size_lie_between_the_old_ones() -> None:
    rows, columns = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")
    bigger = fitted(torch.stack([rows.flatten(), columns.flatten()], 1), 144).view(12, 12, 2)
    middle = (torch.arange(12) + 0.5) * 8 / 12 - 0.5
    assert torch.allclose(bigger[2:-2, 2:-2, 0], middle[2:-2, None].expand(8, 8), atol=0.05)
    assert torch.allclose(bigger[2:-2, 2:-2, 1], middle[None, 2:-2].expand(8, 8), atol=0.05)


@pytest.mark.parametrize(
    ("config", "allowed"),
    [
        (STARTED, "a checkpoint of the networks that are trained"),
        (SMOKE, "absent, or with a preset without a detector stage: *-tune"),
    ],
)
def test_what_is_no_start(bars: Path, tmp_path: Path, root: Path, config: PolicyTraining, allowed: str) -> None:
    pick = root / "policy" / "weights" / "pick"
    with pytest.raises(BadInput) as raised:
        go(config, bars, tmp_path / "run", start_from=pick)
    assert str(raised.value) == f"--start-from: '{pick}' is not allowed; it must be {allowed}."


def test_a_whole_run_ends_in_a_perceiver(bars: Path, tmp_path: Path) -> None:
    checkpoint = go(preset("smoke-perceiver"), bars, tmp_path / "run")
    perceiver = OnnxPerceiver(checkpoint)
    assert perceiver.card.cells == 8
    assert perceiver.card.threshold in THRESHOLDS
    assert isinstance(perceiver.see(np.full((64, 64, 3), 100, np.uint8)), Sight)
    assert (checkpoint / "README.md").read_text().startswith("# smoke-perceiver\n")


def test_the_repositorys_weights_answer_alike_in_both_runtimes(root: Path) -> None:
    folder = root / "policy" / "weights" / "pick"
    onnx, lerobot = OnnxSmolVLA(folder), LerobotSmolVLA(folder)
    recorded = np.load(folder / "parity.npz")
    columns = (recorded[key] for key in ("pictures", "phrases", "states", "noise", "chunks"))
    for picture, phrase, state, noise, chunk in zip(*columns, strict=True):
        asked = (picture, str(phrase), state, noise)
        assert np.abs(lerobot.propose(*asked) - chunk).max() <= 1e-5
        assert np.abs(onnx.propose(*asked) - chunk).max() <= 1e-3


def test_an_unknown_preset_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as raised:
        preset("picks")
    assert raised.value.nearest == ("pick", "pick-tune", "pick-fine")
