"""What curves are fitted to: something from each of many scenes, made by as many workers as there are."""

from collections.abc import Callable
from typing import TypeVar

from sim.workers import worked_off

Sample = TypeVar("Sample")


def samples(
    station: Callable[[int], tuple[int, Sample | None]],
    scenes: int,
    workers: int,
    on_progress: Callable[[int, int], None],
) -> list[tuple[int, Sample]]:
    """What `station` makes of the scenes 0 to n-1, with their numbers and in their order; of some it makes nothing.

    Args:
        on_progress: told how many scenes of how many are over.

    Raises: Unavailable (a worker was killed); what `station` raises.
    """
    made: list[tuple[int, Sample | None]] = []
    for one in worked_off(station, range(scenes), workers):
        made.append(one)
        on_progress(len(made), scenes)
    return [(number, sample) for number, sample in sorted(made, key=lambda one: one[0]) if sample is not None]
