"""What curves are fitted to: something from each of many scenes, made by as many workers as there are."""

from collections.abc import Callable
from typing import TypeVar

from agent.evaluation.kept import KeptSamples
from sim.workers import worked_off

Sample = TypeVar("Sample")


def samples(
    station: Callable[[int], tuple[int, Sample | None]],
    scenes: int,
    workers: int,
    on_progress: Callable[[int, int], None],
    kept: KeptSamples[Sample] | None = None,
) -> list[tuple[int, Sample]]:
    """What `station` makes of the scenes 0 to n-1, with their numbers and in their order; of some it makes nothing.

    Args:
        on_progress: told how many scenes of how many are over.
        kept: what is there already is not made again, and what is made is added to it.

    Raises: Unavailable (a worker was killed); what `station` raises.
    """
    made = {} if kept is None else {number: one for number, one in kept.made.items() if number < scenes}
    on_progress(len(made), scenes)
    for number, sample in worked_off(station, [n for n in range(scenes) if n not in made], workers):
        made[number] = sample
        if kept is not None:
            kept.keep(number, sample)
        on_progress(len(made), scenes)
    return [(number, sample) for number, sample in sorted(made.items()) if sample is not None]
