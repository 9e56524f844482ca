"""What lerobot 0.4.4 does wrong, and that we do not: each test fails as soon as lerobot has mended it.

Then the detour of ours that the test names can go.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lerobot.configs.types import FeatureType, NormalizationMode, PolicyFeature
from lerobot.optim.schedulers import CosineDecayWithWarmupSchedulerConfig
from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig
from lerobot.policies.smolvla.modeling_smolvla import SmolVLAPolicy
from lerobot.processor import NormalizerProcessorStep, TransitionKey

from policy.portable import BACKBONE_FOLDER
from policy.training.config import Schedule
from policy.training.finetune.base import fitted_config, load_base
from policy.training.finetune.episodes import ACTION, STATE, open_recording
from policy.training.finetune.frames import PADDED, Frames
from policy.training.finetune.modeling_tuned import Draws, TunedSmolVLA
from policy.training.finetune.processors import new_processors, save_processors
from policy.training.finetune.statistics import measure
from policy.training.loop import rate_at
from skills.errors import BadInput

pytestmark = [pytest.mark.train, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]

Told = Callable[..., Any]


@pytest.fixture(scope="module")
def fitted(small_base: Path, few_folder: Path, told: Told) -> tuple[TunedSmolVLA, dict[str, Any], Any]:
    """A policy on the base, a batch whose chunks end behind their episode, and its processors."""
    recording = open_recording(few_folder, told(held_out=2))
    policy = load_base(small_base, fitted_config(small_base, recording))
    table = measure(recording.numbers(recording.split.training), recording.config.axes, 0.01)
    pipelines = new_processors(policy.config, table, recording.config.feeds)
    batch = pipelines[0](Frames(recording, recording.split.training).batch([0, 6, 7]))
    return policy.eval(), batch, pipelines


def draws(batch: dict[str, Any], count: int) -> Draws:
    generator = torch.Generator().manual_seed(0)
    frames, rows, columns = batch[ACTION].shape
    noise = torch.randn(frames, count, rows, columns, generator=generator)
    return Draws(noise, torch.rand(frames, count, generator=generator) * 0.9 + 0.05)


def test_without_padding_our_loss_is_lerobots(fitted: Any) -> None:
    policy, batch, _ = fitted
    whole, drawn = batch | {PADDED: torch.zeros_like(batch[PADDED])}, draws(batch, 1)
    with torch.no_grad():
        ours, _ = policy.flow_loss(dict(whole), drawn)
        theirs, _ = SmolVLAPolicy.forward(policy, dict(whole), drawn.noise[:, 0], drawn.times[:, 0])
        called, _ = policy.forward(dict(whole), drawn.noise[:, 0], drawn.times[:, 0])
    assert float(ours) == pytest.approx(float(theirs), rel=1e-4)
    assert float(called) == pytest.approx(float(theirs), rel=1e-4)


def test_draws_that_share_a_frame_are_as_if_each_were_alone(fitted: Any) -> None:
    policy, batch, _ = fitted
    drawn = draws(batch, 3)
    with torch.no_grad():
        together = policy.losses(dict(batch), drawn)
        alone = [policy.losses(dict(batch), Draws(drawn.noise[:, [one]], drawn.times[:, [one]])) for one in range(3)]
    assert torch.allclose(together, torch.cat(alone, 1), atol=1e-4)


def test_rows_behind_an_episodes_end_teach_lerobot_and_not_us(fitted: Any) -> None:
    policy, batch, _ = fitted
    drawn = draws(batch, 1)
    spoilt = {key: value.clone() if isinstance(value, torch.Tensor) else value for key, value in batch.items()}
    spoilt[ACTION][batch[PADDED]] = 7.0

    def grown(loss: Callable[[dict[str, Any]], torch.Tensor], one: dict[str, Any]) -> Any:
        policy.zero_grad()
        loss(dict(one)).backward()
        return policy.model.action_out_proj.bias.grad.clone()

    def theirs(one: dict[str, Any]) -> torch.Tensor:
        return SmolVLAPolicy.forward(policy, one, drawn.noise[:, 0], drawn.times[:, 0])[0]

    def ours(one: dict[str, Any]) -> torch.Tensor:
        # Rows see only those before them, so what stands in the padding reaches no row that counts.
        return policy.flow_loss(one, drawn)[0]

    assert batch[PADDED].any()
    assert torch.allclose(grown(ours, batch), grown(ours, spoilt), atol=1e-5)
    assert not torch.allclose(grown(theirs, batch), grown(theirs, spoilt), atol=1e-3), "lerobot reads action_is_pad"


def test_a_batch_that_does_not_tell_its_padding_is_refused(fitted: Any) -> None:
    policy, batch, _ = fitted
    with pytest.raises(BadInput, match="action_is_pad"):
        policy.flow_loss({key: value for key, value in batch.items() if key != PADDED}, draws(batch, 1))


def test_padded_columns_are_in_lerobots_loss_and_cut_from_our_network(fitted: Any, small_base: Path) -> None:
    policy, batch, _ = fitted
    theirs = SmolVLAPolicy.from_pretrained(small_base, config=_theirs(small_base, policy))
    rows, columns = batch[ACTION].shape[1:]
    noise = torch.zeros(len(batch[ACTION]), rows, 32)
    with torch.no_grad():
        theirs.model.action_out_proj.weight.zero_()
        theirs.model.action_out_proj.bias.zero_()
        loss, _ = theirs.forward(dict(batch), noise, torch.full((len(noise),), 0.5))
    mean_of_real = float((batch[ACTION] ** 2).mean())
    assert float(loss) == pytest.approx(mean_of_real * columns / 32, rel=1e-4), "lerobot counts real columns alone"
    assert policy.config.max_action_dim == policy.config.max_state_dim == columns
    assert policy.model.action_in_proj.in_features == policy.model.action_out_proj.out_features == columns


def _theirs(base: Path, policy: TunedSmolVLA) -> SmolVLAConfig:
    from copy import deepcopy

    config = deepcopy(policy.config)
    config.max_state_dim = config.max_action_dim = 32
    config.vlm_model_name = str(base / BACKBONE_FOLDER)
    return config


def test_what_has_no_statistics_passes_lerobot_as_it_is_and_is_refused_here(fitted: Any) -> None:
    policy, _, _ = fitted
    features = {**policy.config.input_features, **policy.config.output_features}
    step = NormalizerProcessorStep(features, policy.config.normalization_mapping, stats={})
    passed = step({TransitionKey.OBSERVATION: {STATE: torch.full((1, 6), 5.0)}, TransitionKey.ACTION: None})
    assert (passed[TransitionKey.OBSERVATION][STATE] == 5.0).all(), "lerobot refuses missing statistics"
    with pytest.raises(BadInput, match=r"statistics of action"):
        new_processors(policy.config, {STATE: {"mean": np.zeros(6), "std": np.ones(6)}}, {"up": "camera1"})


def test_a_column_that_hardly_varies_explodes_in_lerobot_and_has_a_floor_here(few_folder: Path, told: Told) -> None:
    step = NormalizerProcessorStep(
        {ACTION: PolicyFeature(FeatureType.ACTION, (1,))},
        {FeatureType.ACTION: NormalizationMode.MEAN_STD},
        stats={ACTION: {"mean": [0.0], "std": [0.0]}},
    )
    assert float(step._normalize_action(torch.tensor([[1e-3]]), inverse=False)) > 1e4, "lerobot has a floor"
    recording = open_recording(few_folder, told(held_out=2))
    numbers = recording.numbers(recording.split.training)
    numbers.actions[:, 3] = 0.5
    floor = 0.01 * (recording.config.axes[3].robot[1] - recording.config.axes[3].robot[0])
    assert measure(numbers, recording.config.axes, 0.01)[ACTION]["std"][3] == pytest.approx(floor)


def test_lerobots_schedule_ends_at_30000_steps_and_ours_with_the_run() -> None:
    told = SmolVLAConfig(device="cpu").get_scheduler_preset()
    assert isinstance(told, CosineDecayWithWarmupSchedulerConfig)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = told.build(optimizer, num_training_steps=60_000).lr_lambdas[0]
    floor = told.decay_lr / told.peak_lr
    assert theirs(30_000) == pytest.approx(floor), "lerobot decays over the run's own steps"
    ours = Schedule(steps=60_000, learning_rate=1e-4, warmup=1000)
    assert rate_at(ours, 30_000) > 0.4
    assert rate_at(ours, 59_999) == pytest.approx(ours.floor, abs=1e-3)


def test_lerobot_offers_no_alpha_for_lora_and_ours_arrives(small_base: Path, few_folder: Path, told: Told) -> None:
    from lerobot.configs.default import PeftConfig
    from peft.tuners.lora import LoraLayer

    from policy.training.finetune.adapters import add_lora

    assert not any("alpha" in name for name in PeftConfig.__dataclass_fields__), "lerobot has a flag for alpha"
    recording = open_recording(few_folder, told("lora", held_out=2, lora={"rank": 4, "alpha": 20}))
    policy = load_base(small_base, fitted_config(small_base, recording))
    add_lora(policy, recording.config.lora)
    scalings = {module.scaling["default"] for module in policy.modules() if isinstance(module, LoraLayer)}
    assert scalings == {20.0 / 4}


def test_lerobots_checkpoint_names_a_place_and_ours_can_be_moved(fitted: Any, tmp_path: Path) -> None:
    policy, _, pipelines = fitted
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()
    SmolVLAPolicy._save_pretrained(policy, theirs)
    pipelines[0].save_pretrained(theirs)
    steps = json.loads((theirs / "policy_preprocessor.json").read_text())["steps"]
    (tokenizer,) = (step["config"] for step in steps if step["registry_name"] == "tokenizer_processor")
    named = (json.loads((theirs / "config.json").read_text())["vlm_model_name"], tokenizer["tokenizer_name"])
    mended = not all(Path(name).is_absolute() for name in named) or any(theirs.rglob("tokenizer.json"))
    assert not mended, "lerobot's checkpoint can be moved"
    policy.save_pretrained(ours)
    save_processors(pipelines, ours)
    assert str(tmp_path) not in "".join(file.read_text() for file in ours.glob("*.json"))
    assert (ours / BACKBONE_FOLDER / "tokenizer.json").is_file()
