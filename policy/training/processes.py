"""Several processes that train one network, as `accelerate launch` or `torchrun` starts them; one alone without."""

import os
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, distributed


@dataclass(frozen=True)
class Processes:
    """One process among `count`; that of rank 0 writes, reports and evaluates, the others wait for it."""

    rank: int = 0
    count: int = 1

    @classmethod
    def launched(cls) -> Self:
        """Those that the launcher started: it tells them by RANK, WORLD_SIZE, LOCAL_RANK and MASTER_ADDR."""
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return cls()
        if not distributed.is_initialized():
            if torch.cuda.is_available():
                torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
            distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
        return cls(distributed.get_rank(), distributed.get_world_size())

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def average(self, tensors: list[Tensor]) -> None:
        """Put the mean over all processes into each of the tensors."""
        if self.count == 1:
            return
        joined = torch.cat([tensor.flatten() for tensor in tensors])
        distributed.all_reduce(joined)
        parts = (joined / self.count).split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def wait(self) -> None:
        """Until all have come here."""
        if self.count > 1:
            distributed.barrier()

    def part(self) -> None:
        """The work is done: let the others go."""
        if self.count > 1:
            distributed.destroy_process_group()


ALONE = Processes()
