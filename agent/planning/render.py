"""An understanding as the JSON object that `plan --json` prints."""

from typing import Any

from skills.plan import Step, Understanding


def understanding_json(understanding: Understanding) -> dict[str, Any]:
    """outcome, steps, text and command; a part holds the set fields only, `at_most` and `skill` stand only where they
    say something.
    """
    steps = understanding.plan.steps if understanding.plan else ()
    return {
        "outcome": understanding.outcome,
        "steps": [step_json(step) for step in steps],
        "text": understanding.text,
        "command": understanding.command,
    }


def step_json(step: Step) -> dict[str, Any]:
    """One step, such as {"part": {"kind": "nut"}, "quantity": 2, "source": "tray", "destination": "left bin"}."""
    values = {
        "part": step.part.model_dump(mode="json", exclude_none=True, exclude_defaults=True),
        "quantity": step.quantity,
        "source": step.source,
        "destination": step.destination,
    }
    at_most = {"at_most": True} if step.at_most else {}
    return {**values, **at_most, **({"skill": step.skill} if step.skill else {})}
