"""What a chat model is shown: instructions from the skill cards with the form filled in for them."""

import json
from collections.abc import Iterable
from typing import Any, Final

from agent.denoting import meant_by
from agent.planning.lexicon import Lexicon
from agent.planning.render import step_json
from agent.planning.wording import into, plan_words
from skills.card import KIND
from skills.catalogue import Catalogue
from skills.plan import Plan, Step
from skills.scene import PartQuery

Shown = tuple[str, Plan | None]
"""An instruction and its plan; None where it is unclear."""

UNCLEAR: Final = ("hello, how are you?", "put something in a bin")


def examples(catalogue: Catalogue, lexicon: Lexicon) -> tuple[Shown, ...]:
    """Each part that a card's example takes, brought to one of the places in turn; then all of such parts and what is
    left out; then what nothing can be done with.
    """
    choosing = [card for card in catalogue if KIND in card.parameters and not card.moves_on_tray]
    cards = [example for card in choosing for example in card.examples]
    places = [place for place in lexicon.places if place not in lexicon.holes]
    if not cards or not places:
        return tuple((said, None) for said in UNCLEAR)
    steps = [
        Step(part=meant_by(example.arguments), quantity=1, destination=places[i % len(places)])
        for i, example in enumerate(cards)
    ]
    singles: list[Shown] = [
        (f"{example.instruction} and put it {into(step.destination)}", Plan(steps=(step,)))
        for example, step in zip(cards, steps, strict=True)
    ]
    everything = PartQuery(without=(steps[0].part,))
    whole = Plan(steps=(steps[-1].model_copy(update={"quantity": 2, "at_most": True}), _all_of(everything, places[0])))
    return (*singles, (plan_words(whole), whole), *((said, None) for said in UNCLEAR))


def examples_text(shown: Iterable[Shown]) -> str:
    """A line each."""
    return "\n".join(f"{json.dumps(said)}: {json.dumps(filled(plan, said))}" for said, plan in shown)


def filled(plan: Plan | None, instruction: str) -> dict[str, Any]:
    """The form as it is to be filled in for `instruction`."""
    if plan is None:
        return {"steps": [], "unclear": instruction}
    return {"steps": [asked_for(step) for step in plan.steps], "unclear": ""}


def asked_for(step: Step) -> dict[str, Any]:
    """The step without what a model has no say in."""
    return {name: value for name, value in step_json(step).items() if name != "source"}


def _all_of(part: PartQuery, place: str) -> Step:
    return Step(part=part, quantity="all", destination=place)
