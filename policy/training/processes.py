"""Several processes that train one network, as `accelerate launch` starts them; alone without it."""

import os
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor


@dataclass(frozen=True)
class Processes:
    """One process among `count`; that of rank 0 writes, reports and evaluates, the others wait for it."""

    rank: int = 0
    count: int = 1

    @classmethod
    def launched(cls) -> Self:
        """Those that the launcher started; the variables are torchrun's, which accelerate sets as well."""
        if int(os.environ.get("WORLD_SIZE", "1")) == 1:
            return cls()
        from accelerate import PartialState

        state = PartialState()
        return cls(state.process_index, state.num_processes)

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def average(self, tensors: list[Tensor]) -> None:
        """Put the mean over all processes into each of the tensors."""
        if self.count == 1:
            return
        from accelerate.utils import reduce

        mean = reduce(torch.cat([tensor.flatten() for tensor in tensors]), "mean")
        for tensor, part in zip(tensors, mean.split([tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(part.view_as(tensor))

    def wait(self) -> None:
        """Until all have come here."""
        if self.count > 1:
            from accelerate import PartialState

            PartialState().wait_for_everyone()


ALONE = Processes()
