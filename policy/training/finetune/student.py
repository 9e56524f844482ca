"""The network that a run trains, by method: made from the base, and made whole again when it has learnt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from policy.portable import PortableSmolVLA
from policy.training.finetune.adapters import add_lora, dequantized, quantize
from policy.training.finetune.base import WEIGHTS, fitted_config, load_base
from policy.training.finetune.configuration_bridge import SmolvlmBridgeConfig
from policy.training.finetune.episodes import ACTION, Recording
from policy.training.finetune.modeling_bridge import SmolvlmBridgePolicy
from policy.training.finetune.modeling_tuned import Batch, Draws, Told, TunedSmolVLA
from policy.training.finetune.statistics import Table
from policy.training.loop import trained
from skills.errors import BadInput

Loss = Callable[[Batch, np.random.Generator], tuple[Tensor, Told]]


@dataclass(frozen=True)
class Student:
    """A network with what it takes to train it.

    Attributes:
        policy: the network; with `lora` and `qlora` its adapters are inside it.
        loss: of a batch; noise is drawn from the generator.
        whole: a policy as the checkpoint holds it, adapters merged, every weight float32; `policy` stays as it is.
        small: layers that are stored in 4 bits.
    """

    policy: PortableSmolVLA
    loss: Loss
    whole: Callable[[], PortableSmolVLA]
    small: list[str] = field(default_factory=list)

    @property
    def learning(self) -> int:
        """Number of weights that are trained."""
        return sum(weight.numel() for weight in trained(self.policy))


def new_student(root: Path, recording: Recording, statistics: Table) -> Student:
    """Raises: BadInput (base and data do not fit), Unavailable (a package for LoRA or 4 bits is missing)."""
    told = recording.config
    if told.method == "bridge":
        bridge = _bridge(root, recording, statistics)
        return Student(bridge, lambda batch, _: bridge.loss(batch), lambda: bridge)
    policy = load_base(root, fitted_config(root, recording))

    def loss(batch: Batch, rng: np.random.Generator) -> tuple[Tensor, Told]:
        return policy.flow_loss(batch, _drawn(batch, told.draws, rng))

    if told.method == "full":
        return Student(policy, loss, lambda: policy)
    small = quantize(policy) if told.method == "qlora" else []
    add_lora(policy, told.lora)
    return Student(policy, loss, lambda: _merged(root, recording, policy, small), small)


def _drawn(batch: Batch, draws: int, rng: np.random.Generator) -> Draws:
    """Times as lerobot draws them: Beta(1.5, 1) above 0.001."""
    count, rows, columns = batch[ACTION].shape
    noise = rng.standard_normal((count, draws, rows, columns), np.float32)
    times = (rng.beta(1.5, 1.0, (count, draws)) * 0.999 + 0.001).astype(np.float32)
    device = batch[ACTION].device
    return Draws(torch.from_numpy(noise).to(device), torch.from_numpy(times).to(device))


def _merged(root: Path, recording: Recording, policy: TunedSmolVLA, small: list[str]) -> TunedSmolVLA:
    """The base with what the adapters have learnt. 4-bit weights come as the values that training computed with."""
    fresh = load_base(root, fitted_config(root, recording))
    with torch.no_grad():
        for name, weight in dequantized(policy, small).items():
            fresh.get_submodule(name).weight.copy_(weight)
    wrapped = add_lora(fresh, recording.config.lora)
    learnt = {name: weight.detach().cpu() for name, weight in policy.named_parameters() if weight.requires_grad}
    missing = [name for name, weight in fresh.named_parameters() if weight.requires_grad and name not in learnt]
    assert not missing, missing
    fresh.load_state_dict(learnt, strict=False)
    whole: TunedSmolVLA = wrapped.merge_and_unload()
    whole.requires_grad_(False)
    return whole


def _bridge(root: Path, recording: Recording, statistics: Table) -> SmolvlmBridgePolicy:
    """The base's vision and language model with an untrained head. Raises: BadInput."""
    told = recording.config.bridge
    fitted = fitted_config(root, recording)
    inherited = {name: value for name, value in vars(fitted).items() if name != "vlm_model_name"}
    columns = fitted.action_feature.shape[0]
    config = SmolvlmBridgeConfig(
        **inherited,
        vlm_model_name=str(root / "vlm"),
        head_width=told.width,
        bins=told.bins or 0,
        language=told.language,
    )
    wide = config.max_state_dim
    config.max_state_dim = config.max_action_dim = columns
    config.num_steps = 1
    policy = SmolvlmBridgePolicy(config)
    weights = load_file(root / WEIGHTS)
    weights["model.state_proj.weight"] = weights["model.state_proj.weight"][:, :columns]
    own = {name for name in policy.state_dict() if name.startswith(("model.head.", "model.phrase_of_picture."))}
    taken = {name: weight for name, weight in weights.items() if name in policy.state_dict()}
    missing = sorted(set(policy.state_dict()) - own - set(taken))
    if missing or wide < columns:
        raise BadInput(
            "--start-from", str(root), f"weights of the networks in its config.json ({missing[0]} is missing)"
        )
    policy.load_state_dict(taken, strict=False)
    _set_range(policy.model.head, statistics)
    return policy


def _set_range(head: Any, statistics: Table) -> None:
    """The normalized range of the training actions, which bins cut into steps."""
    table = statistics[ACTION]
    for name, end in (("low", "min"), ("high", "max")):
        value = (table[end] - table["mean"]) / table["std"]
        getattr(head, name).copy_(torch.from_numpy(value))
    head.high.copy_(torch.maximum(head.high, head.low + 1e-3))


class Learning(nn.Module):  # type: ignore[misc]
    """A student whose state is just what it learns; the rest is the base's, which the run knows by its hash."""

    def __init__(self, policy: nn.Module) -> None:
        super().__init__()
        self.policy = policy

    def state_dict(self, *_: Any, **__: Any) -> dict[str, Tensor]:
        return {name: weight.detach() for name, weight in self._learning().items()}

    def load_state_dict(self, state: dict[str, Tensor], *_: Any, **__: Any) -> None:
        with torch.no_grad():
            for name, weight in self._learning().items():
                weight.copy_(state[name])

    def _learning(self) -> dict[str, nn.Parameter]:
        return {name: weight for name, weight in self.policy.named_parameters() if weight.requires_grad}
