"""Two evaluations in pairs: the same scenes and questions, so that a difference is one of who answered."""

from collections.abc import Sequence
from typing import Any, Final

from agent.evaluation.report import EvalReport, Heading
from agent.evaluation.trial import Cause, Trial
from policy.evaluation.statistics import mcnemar_exact
from skills.base import Value
from skills.errors import BadInput

SIGNIFICANT: Final = 0.05
"""Two-sided p below which a difference is no chance."""

Pair = tuple[Trial, Trial]


class Paired(Value):
    """What came of `n` pairs.

    Attributes:
        a, b: successes of each.
        only_a, only_b: pairs in which that one alone succeeded.
        p: of McNemar's exact test on those two.
    """

    n: int
    a: int
    b: int
    only_a: int
    only_b: int
    p: float


class Different(Value):
    """A scene of which the two made something different."""

    number: int
    meant: str
    a: Cause
    b: Cause


class Comparison(Value):
    """B against A.

    Attributes:
        all: every pair; by: the pairs of each value of each word.
        different: scenes in which one succeeded and the other did not.
        unpaired: scenes that only one of them has, or in which they were asked for something else.
    """

    a: Heading
    b: Heading
    all: Paired
    by: dict[str, dict[str, Paired]]
    different: tuple[Different, ...]
    unpaired: int

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    @property
    def verdict(self) -> str:
        """In a sentence."""
        if self.all.p >= SIGNIFICANT:
            return f"no significant difference (McNemar exact, p = {self.all.p:.3f})"
        better = "B" if self.all.only_b > self.all.only_a else "A"
        return f"{better} is significantly better (McNemar exact, p = {self.all.p:.2g})"


def compare(a: EvalReport, b: EvalReport) -> Comparison:
    """Raises: BadInput where the two are not of the same skill, seed and cell, or have no scene in common."""
    for field in ("skill", "seed", "cell"):
        have, want = getattr(b.heading, field), getattr(a.heading, field)
        if have != want:
            raise BadInput(f"{field} of the second evaluation", have, f"that of the first: {want}")
    others = {trial.number: trial for trial in b.trials}
    pairs = [
        (trial, others[trial.number])
        for trial in a.trials
        if trial.number in others and others[trial.number].meant == trial.meant
    ]
    if not pairs:
        raise BadInput(
            "evaluations", len(pairs), "two that have scenes in common: same split, or the same in new words"
        )
    groups: dict[str, dict[str, list[Pair]]] = {}
    for pair in pairs:
        for word, value in (pair[0].words | pair[1].words).items():
            groups.setdefault(word, {}).setdefault(value, []).append(pair)
    return Comparison(
        a=a.heading,
        b=b.heading,
        all=_paired(pairs),
        by={
            word: {value: _paired(of_value) for value, of_value in sorted(values.items())}
            for word, values in sorted(groups.items())
        },
        different=tuple(
            Different(number=one.number, meant=one.meant, a=one.cause, b=other.cause)
            for one, other in pairs
            if one.success != other.success
        ),
        unpaired=len({trial.number for trial in (*a.trials, *b.trials)}) - len(pairs),
    )


def _paired(pairs: Sequence[Pair]) -> Paired:
    only_a = sum(one.success and not other.success for one, other in pairs)
    only_b = sum(other.success and not one.success for one, other in pairs)
    return Paired(
        n=len(pairs),
        a=sum(one.success for one, _ in pairs),
        b=sum(other.success for _, other in pairs),
        only_a=only_a,
        only_b=only_b,
        p=mcnemar_exact(only_a, only_b),
    )
