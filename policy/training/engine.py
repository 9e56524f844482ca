"""What a run computes on: device, precision, optimizer, and which batches of a step are this process's."""

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Self

import torch

from policy.training.config import Compute
from policy.training.processes import ALONE, Processes
from skills.errors import BadInput, Unavailable


@dataclass(frozen=True)
class Engine:
    """`compute.device` is resolved: cpu or cuda."""

    compute: Compute
    processes: Processes = ALONE

    @classmethod
    def of(cls, compute: Compute, processes: Processes = ALONE) -> Self:
        """Raises: Unavailable (no CUDA, no bitsandbytes), BadInput (8-bit optimizer without CUDA)."""
        there = torch.cuda.is_available()
        device = compute.device if compute.device != "auto" else "cuda" if there else "cpu"
        if device == "cuda" and not there:
            raise Unavailable("compute.device is cuda, but torch finds none here.", "Set it to cpu or auto.")
        if compute.optimizer == "adamw-8bit" and device != "cuda":
            raise BadInput("compute.optimizer", compute.optimizer, "adamw where there is no CUDA")
        return cls(compute.model_copy(update={"device": device}), processes)

    @property
    def device(self) -> torch.device:
        """On a machine with several GPUs, the one of this process."""
        if self.compute.device == "cpu":
            return torch.device("cpu")
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))

    def autocast(self) -> AbstractContextManager[Any]:
        """Inside it matrix products are as precise as the configuration says."""
        lowered: AbstractContextManager[Any] = torch.autocast(
            self.device.type, torch.bfloat16, enabled=self.compute.precision == "bf16"
        )
        return lowered

    def optimizer(self, groups: list[dict[str, Any]], learning_rate: float) -> Any:
        """AdamW. Raises: Unavailable (8 bit without bitsandbytes)."""
        options: dict[str, Any] = {"lr": learning_rate, "betas": (0.9, 0.98), "weight_decay": 0.01}
        if self.compute.optimizer == "adamw":
            return torch.optim.AdamW(groups, **options)
        try:
            from bitsandbytes.optim import AdamW8bit
        except ModuleNotFoundError:
            raise Unavailable(
                "compute.optimizer adamw-8bit needs the package 'bitsandbytes'.", "Install it, or set it to adamw."
            ) from None
        return AdamW8bit(groups, **options)

    def batches(self, step: int) -> list[int]:
        """Numbers of the batches that this process adds to a step: each number is drawn once in a run, by one."""
        first = step * self.compute.accumulate
        return [
            number * self.processes.count + self.processes.rank
            for number in range(first, first + self.compute.accumulate)
        ]
