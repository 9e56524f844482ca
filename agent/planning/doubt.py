"""Why an instruction gets no plan. Raised inside the grammar only; the planner turns it into a value."""

from collections.abc import Iterable
from typing import Literal

from prompts.loader import render
from skills.plan import Understanding

MOST_CHOICES = 8


class Doubt(Exception):
    """A prompt with its facts, and whole instructions that would do instead.

    `choices` are in the operator's own words with the doubtful spot replaced, so that taking one
    of them leads on.
    """

    def __init__(
        self,
        prompt: str,
        outcome: Literal["question", "refused"] = "question",
        choices: Iterable[str] = (),
        **facts: str,
    ) -> None:
        super().__init__(prompt, facts)
        self.prompt, self.outcome, self.facts = prompt, outcome, facts
        self.choices = tuple(dict.fromkeys(choices))[:MOST_CHOICES]

    def understanding(self) -> Understanding:
        # A text that lists the places needs no whole sentence for each of them.
        text = render(self.prompt, **self.facts)
        if self.choices and "places" not in self.facts:
            text += " " + render("choices", choices=" or ".join(f"“{choice}”" for choice in self.choices))
        return Understanding(outcome=self.outcome, text=text, choices=self.choices)
