"""A recording in words: what each node did, a line for what it heard and one for what came of it.

A node or an answer that is not known here is told by its fields, so that nothing that was recorded is left out.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from agent.recording.coding import KIND
from agent.recording.entries import Heard
from agent.recording.read import Visit
from skills.scene import PartQuery

Content = Mapping[str, Any]
TOLD_ELSEWHERE: Final = ("gate.observe", "gate.latched", "clock.", "calls.", "journal.")
"""Answers that say nothing to a person, or are drawn."""


def line(visit: Visit) -> str:
    """What came of the node."""
    if visit.error is not None:
        return f"failed: {visit.error}"
    if visit.update is None:
        asked = visit.tries[-1].question
        return f"asked, and nobody answered: {_question(asked)}" if asked is not None else "was cut off here"
    if (outcome := visit.update.get("outcome")) is not None:
        return f"{outcome['outcome']}: {outcome['reason']}"
    if (blocked := visit.update.get("blocked")) is not None:
        return f"no look could be made: {blocked['text']}"
    tell = LINES.get(visit.node)
    return (tell(visit) if tell else None) or _changed(visit)


def asked(visit: Visit) -> list[str]:
    """The questions that were put in it, with their answers."""
    return [
        f"asked: {_question(one.question)} – {'answered ' + repr(one.reply) if one.reply else 'no answer'}"
        for one in visit.tries
        if one.question is not None
    ]


def answer(heard: Heard) -> str | None:
    """What a part of the cell answered; None where it is drawn, or says nothing to a person."""
    if heard.of.startswith(TOLD_ELSEWHERE):
        return None
    coded = heard.answer
    if not isinstance(coded, Mapping):
        return f"{heard.of}: {coded}"
    if coded[KIND] == "error":
        return f"{heard.of} failed: {coded['text']}"
    value: Any = coded.get("value")
    match heard.of.split("."):
        case ["gate", motion]:
            return f"gate, {motion.replace('_', ' ')}: {_ruling(value)}"
        case ["policy", name, _]:
            sure = "" if value.get("confidence") is None else f", {value['confidence']:.0%} sure"
            return f"policy {name} proposes {len(value['values'])} rows{sure}{', then done' if value['done'] else ''}"
        case ["perceiver", _]:
            unclear = f", {len(value['unclear'])} can't be made out" if value["unclear"] else ""
            return f"perceiver: {len(value['parts'])} parts{unclear}"
        case ["planner", _]:
            return f"planner: {_understood(value)}"
        case _:
            return heard.of


def phrase(visit: Visit) -> str | None:
    """The phrase of the call that the node is about."""
    call = visit.after.get("call") or visit.before.get("call")
    return call["phrase"] if call else None


def name_of(part: Content) -> str:
    return f"{part['condition']} {part['size']} {part['colour']} {part['kind']}"


def account(content: Content) -> str:
    """One line of the ledger."""
    counts = ", ".join(f"{content.get(name, 0)} {name}" for name in ("seen", "moved", "left", "lost"))
    return f"{step(content['step'])}: {counts}"


def step(content: Content) -> str:
    """A step of the plan."""
    wanted = {name: value for name, value in content["part"].items() if name in PartQuery.model_fields}
    try:
        part = PartQuery.model_validate(wanted).describe()
    except ValueError:
        part = "part"
    return f"{content['quantity']} × {part} → {content['destination']}"


def _question(asked: Any) -> str:
    if not isinstance(asked, Mapping):
        return str(asked)
    choices = " / ".join(map(str, asked.get("choices", ())))
    return f"{asked.get('question', asked)}{f' ({choices})' if choices else ''}"


def _understood(value: Content) -> str:
    plan = value.get("plan")
    steps = "; ".join(map(step, plan["steps"])) if plan else ""
    return " – ".join(filter(None, (value["outcome"], steps, value.get("text") or value.get("command"))))


def _ruling(value: Content) -> str:
    found = "; ".join(f"[{one['rule']}] {one['text']}" for one in value["findings"])
    return f"{value['decision']}{f': {found}' if found else ''} ({value['seconds']:.1f} s)"


def _looked(visit: Visit) -> str | None:
    look = visit.after.get("look")
    if look is None:
        return None
    accounts = visit.after.get("accounts") or ()
    now = visit.after.get("step", 0)
    counted = f"; {account(accounts[now])}" if now < len(accounts) else ""
    return f"{len(look['scene']['parts'])} parts on the tray{counted}"


def _judged(visit: Visit) -> str | None:
    judged = visit.after.get("judged")
    if judged is None:
        return None
    verdict = judged["verdict"]
    cause = f", cause: {verdict['cause'].replace('_', ' ')}" if verdict.get("cause") else ""
    return f"{verdict['judgement']} ({verdict['confidence']:.0%} sure{cause}): {verdict['reason']}"


def _acted(visit: Visit) -> str | None:
    execution = visit.after.get("execution")
    if execution is None:
        return None
    text = f": {execution['text']}" if execution["text"] else ""
    chunks = execution["chunks"]
    return f"{execution['status']} after {chunks} chunk{'s' * (chunks != 1)} and {execution['seconds']:.1f} s{text}"


def _accounted(visit: Visit) -> str | None:
    changed = (visit.update or {}).get("accounts")
    if not changed:
        held = visit.after.get("held")
        return f"held: {name_of(held)}" if held else None
    return "; ".join(map(account, changed))


def _recovered(visit: Visit) -> str | None:
    return f"next: {visit.after.get('task', '').replace('_', ' ')}, {visit.after.get('in_a_row')} failures in a row"


def _grounded(visit: Visit) -> str | None:
    target = (visit.update or {}).get("target")
    meant = f", meant is the {name_of(target)}" if target else ""
    return f"{phrase(visit)!r}{meant}"


def _planned(visit: Visit) -> str | None:
    understood = visit.after.get("understanding")
    return _understood(understood) if understood else None


def _changed(visit: Visit) -> str:
    fields = ", ".join(visit.update or ())
    return f"changed {fields}" if fields else "changed nothing"


LINES: Final[Mapping[str, Callable[[Visit], str | None]]] = {
    "understand": _planned,
    "look": _looked,
    "ground": _grounded,
    "act": _acted,
    "verify": _judged,
    "account": _accounted,
    "recover": _recovered,
}
