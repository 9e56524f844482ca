"""Two rulings on the same motion, one of them by a gate whose robot only follows."""

from collections.abc import Iterator
from typing import Final

from agent.recording.compare import Gap
from safety.rules.table import RULES, Stage
from skills.call import Ruling

BEFORE: Final = frozenset(rule.name for rule in RULES if rule.stage in (Stage.CHUNK, Stage.PATH, Stage.TIMING))
"""Rules that judge a motion by what is asked for. The others judge what the world does meanwhile, and what a person
says: a recording can't ask them again.
"""


def ruling_gaps(recorded: Ruling, today: Ruling) -> Iterator[Gap]:
    """Where they differ, as far as the motion itself is the reason."""
    mine, its = _judged(recorded), _judged(today)
    if recorded.decision == "stop" and not mine:
        if today.decision == "stop" and its:
            yield Gap("decision", recorded.describe(), today.describe())
    elif recorded.decision != today.decision or mine != its:
        yield Gap("decision", recorded.describe(), today.describe())


def _judged(ruling: Ruling) -> frozenset[tuple[str, float | None]]:
    """The rules that found something in what was asked for, and their bounds."""
    return frozenset((finding.rule, finding.bound) for finding in ruling.findings if finding.rule in BEFORE)
