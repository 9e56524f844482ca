"""BLEU of texts with one reference each (Papineni et al. 2002), corpus-wide, without smoothing."""

from collections import Counter
from collections.abc import Sequence
from math import exp, log
from typing import Final

ORDER: Final = 4
"""Longest runs of words that are compared."""


def corpus_bleu(pairs: Sequence[tuple[str, str]]) -> float:
    """0 to 1 over all (candidate, reference); words stand apart by white space."""
    words = [(candidate.split(), reference.split()) for candidate, reference in pairs]
    written, wanted = (sum(len(texts[side]) for texts in words) for side in (0, 1))
    precisions = [_precision(words, length) for length in range(1, ORDER + 1)]
    if not written or min(precisions) == 0:
        return 0.0
    brevity = min(1.0, exp(1 - wanted / written))
    return brevity * exp(sum(map(log, precisions)) / ORDER)


def _precision(words: Sequence[tuple[list[str], list[str]]], length: int) -> float:
    """Share of the candidates' runs of that length that their reference has, each as often as there."""
    hits = runs = 0
    for candidate, reference in words:
        have = _runs(candidate, length)
        hits += (have & _runs(reference, length)).total()
        runs += have.total()
    return hits / runs if runs else 0.0


def _runs(words: list[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[at : at + length]) for at in range(len(words) - length + 1))
