"""All trials of an evaluation, and the figures that they come to."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Self

from agent.evaluation.trial import Cause, Trial
from policy.evaluation.calibration import Reliability, reliability
from policy.evaluation.statistics import Tally
from skills.base import Value
from skills.cell import Cell


class Heading(Value):
    """What was measured.

    Attributes:
        actor: who was tried: a checkpoint's name and the beginning of its weights' hash, or the expert.
        cell: the beginning of the cell's hash.
    """

    actor: str
    skill: str
    split: str
    seed: int
    cell: str

    @classmethod
    def of(cls, cell: Cell, *, actor: str, skill: str, split: str, seed: int) -> Self:
        digest = hashlib.sha256(cell.model_dump_json().encode()).hexdigest()
        return cls(actor=actor, skill=skill, split=split, seed=seed, cell=digest[:12])


class EvalReport(Value):
    """An evaluation; `trials` in the order of their scenes."""

    heading: Heading
    trials: tuple[Trial, ...]

    @property
    def successes(self) -> int:
        return self.tally.hits

    @property
    def tally(self) -> Tally:
        """Action success rate: successes at the first attempt."""
        return tally_of(self.trials)

    @property
    def right_part(self) -> Tally | None:
        """How often the fingers went for the part that was meant; None where that is no question."""
        aims = [trial.aimed_right for trial in self.trials if trial.aimed_right is not None]
        return Tally(hits=sum(aims), trials=len(aims)) if aims else None

    @property
    def skipped(self) -> Tally:
        """Scenes in which nothing could be asked for, of all that were drawn."""
        skipped = sum(trial.skipped for trial in self.trials)
        return Tally(hits=skipped, trials=skipped + len(self.trials))

    @property
    def reliability(self) -> Reliability | None:
        """Confidence against success; None where no chunk came with a confidence."""
        pairs = [(trial.confidence, trial.success) for trial in self.trials if trial.confidence is not None]
        return reliability(pairs) if pairs else None

    @property
    def causes(self) -> dict[Cause, int]:
        return dict(Counter(trial.cause for trial in self.trials).most_common())

    @property
    def refusals(self) -> dict[str, int]:
        """How often each rule of the gate stopped a motion."""
        return dict(Counter(trial.rule for trial in self.trials if trial.rule).most_common())

    def by_phrase(self) -> dict[str, tuple[int, int]]:
        """Successes and trials of each phrase, as a contract holds them."""
        groups: dict[str, list[Trial]] = defaultdict(list)
        for trial in self.trials:
            groups[trial.phrase].append(trial)
        return {phrase: (tally_of(trials).hits, len(trials)) for phrase, trials in sorted(groups.items())}

    def by_word(self) -> dict[str, dict[str, tuple[Trial, ...]]]:
        """The trials of each value of each word, both in order."""
        groups: dict[str, dict[str, list[Trial]]] = defaultdict(lambda: defaultdict(list))
        for trial in self.trials:
            for word, value in trial.words.items():
                groups[word][value].append(trial)
        return {
            word: {value: tuple(trials) for value, trials in sorted(values.items())}
            for word, values in sorted(groups.items())
        }

    def as_json(self) -> dict[str, Any]:
        """What `eval --json` prints."""
        right, reliable = self.right_part, self.reliability
        return {
            **self.heading.model_dump(mode="json"),
            **share(self.tally),
            **({"right_part": share(right)} if right else {}),
            "skipped_scenes": {"drawn": self.skipped.trials, "skipped": self.skipped.hits},
            "causes": self.causes,
            "refusals": self.refusals,
            **({"calibration": reliable.model_dump(mode="json")} if reliable else {}),
            "phrases": self.by_phrase(),
            "by": {
                word: {value: share(tally_of(trials)) for value, trials in values.items()}
                for word, values in self.by_word().items()
            },
            "failures": [trial.as_json() for trial in self.trials if not trial.success],
        }


def tally_of(trials: Sequence[Trial]) -> Tally:
    return Tally(hits=sum(trial.success for trial in trials), trials=len(trials))


def share(tally: Tally) -> dict[str, Any]:
    """A share as reports print it."""
    return {"n": tally.trials, "successes": tally.hits, "wilson95": [round(end, 4) for end in tally.wilson95]}
