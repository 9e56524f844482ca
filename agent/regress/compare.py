"""Two runs of a suite held against each other, scenario by scenario."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from agent.regress.one import ScenarioResult
from agent.regress.suite import SuiteReport
from policy.evaluation.statistics import mcnemar_exact
from skills.base import Value
from skills.errors import BadInput

SIGNIFICANT: Final = 0.05
"""Two-sided p below which a change is no chance."""
CORE: Final = "core"


class Comparison(Value):
    """What changed from the base to now; names of scenarios.

    Attributes:
        better, worse: failed then and passed now, and the other way round.
        p: of McNemar's exact test on those two.
        core_lost: of `worse`, those tagged core.
        new_false_done: said done wrongly now, and not in the base.
        new, missing: in one of the two only; they count for nothing.
    """

    better: tuple[str, ...]
    worse: tuple[str, ...]
    p: float
    core_lost: tuple[str, ...]
    new_false_done: tuple[str, ...]
    new: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_worse(self) -> bool:
        """Significantly more got worse than better, or something is said to be done that is not."""
        return bool(self.new_false_done) or (len(self.worse) > len(self.better) and self.p < SIGNIFICANT)

    def as_json(self) -> dict[str, Any]:
        return {**self.model_dump(mode="json"), "is_worse": self.is_worse}

    def lines(self) -> list[str]:
        """In words, what is empty left out."""
        counts = f"{len(self.better)} better, {len(self.worse)} worse (McNemar exact, p = {self.p:.3f})"
        groups = {
            "better": self.better,
            "worse": self.worse,
            "core scenarios that passed before": self.core_lost,
            "now said done and were not": self.new_false_done,
            "not in the base": self.new,
            "in the base only": self.missing,
        }
        return [
            f"against the base: {counts}",
            *(f"{what}: {', '.join(names)}" for what, names in groups.items() if names),
        ]


def compare(base: tuple[ScenarioResult, ...], now: SuiteReport) -> Comparison:
    """`now` against `base`, on the scenarios that both ran."""
    then = {result.name: result for result in base}
    both = [(then[result.name], result) for result in now.results if result.name in then]
    better = tuple(new.name for old, new in both if new.passed and not old.passed)
    worse = tuple(new.name for old, new in both if old.passed and not new.passed)
    names = {result.name for result in now.results}
    return Comparison(
        better=better,
        worse=worse,
        p=mcnemar_exact(len(better), len(worse)),
        core_lost=tuple(new.name for _, new in both if new.name in worse and CORE in new.tags),
        new_false_done=tuple(
            result.name
            for result in now.results
            if result.false_done and not (result.name in then and then[result.name].false_done)
        ),
        new=tuple(result.name for result in now.results if result.name not in then),
        missing=tuple(sorted(then.keys() - names)),
    )


def load_base(path: Path) -> tuple[ScenarioResult, ...]:
    """What an earlier `regress --json` printed. Raises: BadInput."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return tuple(ScenarioResult.model_validate(one) for one in content["scenarios"])
    except OSError as error:
        raise BadInput("--compare", str(path), f"a readable file ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, ValidationError):
        raise BadInput("--compare", str(path), "what an earlier `regress --json` printed") from None
