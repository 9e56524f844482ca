"""Judging a call by looking: a second time where one look is not enough, and believing only what two looks agree on.

`agent.verifying.judging` says what one look tells. Uncertain is not success.
"""

from collections.abc import Callable, Sequence
from typing import Final

from agent.looking.difference import alike, compare
from agent.looking.looker import TRIES, Blocked, Look, Looker
from agent.verifying.aims import UNKNOWN, Motion
from agent.verifying.judging import Judged, judge
from agent.verifying.sureness import Sureness
from skills.base import Value
from skills.call import SkillCall, Verdict
from skills.card import SkillCard
from skills.scene import PerceivedPart

SURE: Final = 0.7
"""Confidence below which one look is not believed."""


class Verified(Value):
    """What was judged and the last look that it rests on."""

    judged: Judged
    after: Look


def is_plausible(judged: Judged) -> bool:
    """Whether a single look is enough: it is sure, and shows nothing that the verdict does not explain."""
    verdict = judged.verdict
    return judged.tidy and verdict.judgement != "uncertain" and verdict.confidence >= SURE


def same_story(one: Judged, other: Judged) -> bool:
    """Whether two looks say the same of the call and of what is held."""
    mine, theirs = one.verdict, other.verdict
    if (mine.judgement, mine.cause, one.holding) != (theirs.judgement, theirs.cause, other.holding):
        return False
    return one.held == other.held or bool(one.held and other.held and alike(one.held, other.held))


class Verifier:
    """Looks after a call, with the arm out of view, and judges.

    Args:
        half: inner half width of the tray [m].
        motion_of: what is known of a call's motion, by the call's id.
        sureness: how sure verdicts may be, where that was fitted.
        believe: a success that is by this account less sure is uncertain.
    """

    def __init__(
        self,
        looker: Looker,
        half: float,
        motion_of: Callable[[str], Motion] = lambda _: UNKNOWN,
        sureness: Sureness | None = None,
        believe: float = 0.0,
    ) -> None:
        self._looker, self._half, self._motion_of = looker, half, motion_of
        self._sureness, self._believe = sureness, believe

    def verify(
        self, card: SkillCard, call: SkillCall, before: Look, held: PerceivedPart | None, *, watched: bool = True
    ) -> Verified | Blocked:
        """One look where that is plausible; else what two looks agree on, or else uncertain."""
        seen = self._seen(card, call, before, held, watched)
        return seen if isinstance(seen, Blocked) else self._as_sure_as_it_may_be(card, seen)

    def _seen(
        self, card: SkillCard, call: SkillCall, before: Look, held: PerceivedPart | None, watched: bool
    ) -> Verified | Blocked:
        stories: list[Verified] = []
        motion = self._motion_of(call.id)
        for looks in range(1, TRIES + 1):
            after = self._looker.look()
            if isinstance(after, Blocked):
                return after
            judged = judge(card, call, before, after, held, watched=watched, half=self._half, motion=motion)
            story = Verified(judged=judged, after=after)
            if not stories and is_plausible(judged):
                return story
            if any(_agree(story, other) for other in stories):
                return _after_looks(story, looks, agreed=True)
            stories.append(story)
        return _majority(stories)

    def _as_sure_as_it_may_be(self, card: SkillCard, seen: Verified) -> Verified:
        verdict, evidence = seen.judged.verdict, seen.judged.evidence
        sure = self._sureness.of(card.done_check, verdict, evidence) if self._sureness and evidence else None
        if sure is None:
            return seen
        changed: dict[str, object] = {"verdict": verdict.model_copy(update={"confidence": sure})}
        if verdict.judgement == "success" and sure < self._believe:
            text = f"{verdict.reason}; but of such verdicts only {sure:.0%} are right"
            changed = {
                "verdict": Verdict(judgement="uncertain", reason=text, confidence=sure, cause="unclear"),
                "held": None,
            }
        return seen.model_copy(update={"judged": seen.judged.model_copy(update=changed)})


def _after_looks(story: Verified, looks: int, *, agreed: bool) -> Verified:
    """The story with what the looks before it add to its evidence."""
    evidence = story.judged.evidence
    told = evidence and evidence.model_copy(update={"looks": looks, "agreed": agreed})
    return story.model_copy(update={"judged": story.judged.model_copy(update={"evidence": told})})


def _agree(one: Verified, other: Verified) -> bool:
    return same_story(one.judged, other.judged) and compare(one.after.scene, other.after.scene).is_empty


def _majority(stories: Sequence[Verified]) -> Verified:
    """The last story that another look tells as well, though they differ in what does not matter to it."""
    for story in reversed(stories):
        if sum(same_story(story.judged, other.judged) for other in stories) > 1:
            return _after_looks(story, len(stories), agreed=True)
    last = stories[-1]
    reasons = "; ".join(story.judged.verdict.reason for story in stories)
    confidence = min(story.judged.verdict.confidence for story in stories)
    doubt = Verdict(judgement="uncertain", reason=f"looks disagree: {reasons}", confidence=confidence, cause="unclear")
    judged = last.judged.model_copy(update={"verdict": doubt, "held": None, "tidy": False})
    return _after_looks(Verified(judged=judged, after=last.after), len(stories), agreed=False)
