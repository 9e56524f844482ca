"""An understanding as the JSON object that `plan --json` prints."""

from typing import Any

from skills.approval import Reason
from skills.foreseen import Foreseen
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


def foreseen_json(foreseen: Foreseen) -> list[dict[str, Any]]:
    """Each reason why a run would ask for a yes, and whose; what depends on more than is known stands behind "if"."""
    return [
        *(_reason_json(reason, "reason") for reason in foreseen.reasons),
        *(_reason_json(reason, "if") for reason in foreseen.conditions),
    ]


def _reason_json(reason: Reason, text: str) -> dict[str, Any]:
    return {"rule": reason.rule, "subject": reason.subject, "by": reason.by, text: reason.text}


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
