"""What a proposed plan must hold against before anybody hears of it, in the order in which it is asked."""

from collections.abc import Callable
from typing import Final

from agent.planning.grammar import GrammarPlanner
from agent.planning.support import Support
from agent.planning.wording import plan_words
from skills.plan import Plan

Refusal = Callable[[Plan], str | None]
"""Why the cell's skills and their contracts can't do a plan, whatever lies on the tray; None when they may."""
_OWN_WORDS: Final = "Said in plain words, “{plan}” is no such plan here: {why}"


class Validator:
    """Holds plans against the cell's contracts, against the grammar, and against the words of the instruction."""

    def __init__(self, grammar: GrammarPlanner, refusal: Refusal) -> None:
        self._grammar, self._refusal = grammar, refusal

    def fault(self, plan: Plan, support: Support) -> str | None:
        """What is wrong with `plan`, for whoever proposed it; None when nothing is."""
        return self._refusal(plan) or self._misread(plan) or support.fault(plan)

    def _misread(self, plan: Plan) -> str | None:
        """Only what the grammar plans from the plan's own words counts: no model says more than a person could."""
        said = plan_words(plan)
        read = self._grammar.understand(said, None)
        if read.plan == plan:
            return None
        return _OWN_WORDS.format(plan=said, why=read.text or "it means something else.")
