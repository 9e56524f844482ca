"""How much of each data set a mix takes."""

from collections.abc import Callable, Sequence

Share = Callable[[Sequence[int], Sequence[float]], list[int]]
"""From how many there are of each, and the weights, to how many are taken."""


def shares(counts: Sequence[int], weights: Sequence[float]) -> list[int]:
    """How many of each are taken so that they stand as the weights do, as many as there are."""
    total = min(count / weight for count, weight in zip(counts, weights, strict=True))
    return [min(count, int(total * weight + 1e-9)) for count, weight in zip(counts, weights, strict=True)]


def repeated(counts: Sequence[int], weights: Sequence[float]) -> list[int]:
    """All of the first, and so many of the others, again and again, that they stand as the weights do.

    Of a set that has none, none.
    """
    each = counts[0] / weights[0]
    rest = [round(each * weight) if count else 0 for count, weight in zip(counts[1:], weights[1:], strict=True)]
    return [counts[0], *rest]
