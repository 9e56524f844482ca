"""What causes, rules, verdicts and evidence are called in plain words: tables, total over what they name."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from agent.recovery import Action, Situation
from agent.verifying.aims import LetGo
from agent.verifying.evidence import Evidence
from skills.call import Cause, Decision, Finding, Judgement, Ruling, RunOutcome, SkillCall, Verdict
from skills.plan import PlanOutcome
from skills.regions import REGIONS
from skills.words import TRAY

RULES_SAID: Final[Mapping[str, str]] = {
    "latch": "a stop is closed, and a person has to open it first",
    "finite_state": "the robot's own measurements are no numbers",
    "schema": "the policy's answer has not the form of a motion",
    "finite_chunk": "the policy's answer holds something that is no number, or an absurd one",
    "gripper_width": "the gripper can't be opened or closed that far",
    "bound_call": "the motion was for another call than the one under way",
    "bound_checkpoint": "the motion came from other weights than those in force",
    "sequence": "the motion answers no picture that was taken since the arm last moved",
    "replay": "the motion answers a picture that was answered before",
    "age": "the picture that the motion answers is too old",
    "reach": "the arm can't get there in a straight line",
    "joint_position": "a joint would turn farther than it may",
    "start": "the motion would begin too far from where the arm stands",
    "tilt": "the gripper would lean over too far",
    "workspace": "the gripper, or what it holds, would leave the room that it may move in",
    "floor": "the gripper would go too low for what is below it",
    "keep_out": "the motion would enter a zone that is kept free",
    "collision": "the arm, or what it holds, would touch the table or a place",
    "self_collision": "the arm would touch itself",
    "release": "the part would be let go over no place",
    "joint_speed": "a joint would turn too fast",
    "joint_acceleration": "a joint would speed up too fast",
    "joint_jerk": "a joint would jerk",
    "tcp_speed": "the gripper would move too fast",
    "elbow_speed": "the elbow would move too fast",
    "stop_request": "somebody asked for a stop",
    "finite_motion": "the robot reported something that is no number while it moved",
    "tracking": "the arm was not where it was sent: something may have held it, or it touched something",
    "budget": "the motion took longer than its skill may take",
    "release_now": "the part was about to be let go over no place",
    "grasp": "the gripper lost what it held on the way",
}
"""For every rule of the gate, what it found; it goes on from “because”."""

CAUSES_SAID: Final[Mapping[Cause, str]] = {
    "missed": "the fingers closed on nothing, or still hold what they were to let go",
    "wrong_part": "the part in the gripper is not the one that was asked for",
    "off_centre": "the part is held too far from its middle for the place that it is to go to",
    "dropped_inside": "the part was dropped and lies elsewhere on the tray",
    "dropped_outside": "the part was held, left the tray and is not held any more: look for it around the tray",
    "gone": "the part is no longer where it was seen, and the gripper has not taken it: somebody may have",
    "not_visible": "the camera did not show what has to be seen",
    "unreachable": "the arm can't reach there",
    "refused_by_gate": "the safety gate did not let the motion happen",
    "policy_silent": "the policy gave no motion in time",
    "unclear": "what is seen does not tell what happened: the looks disagree, or more has changed than one call can",
    "place_full": "the place takes no more parts",
    "bad_chunk": "the policy's answer is no motion that can be made",
    "robot_fault": "the robot itself reports something that can't be",
    "latched": "a stop is closed, and nothing moves until a person opens it",
}
ACTIONS_SAID: Final[Mapping[Action, str]] = {
    "retry": "So I look afresh and try it once more.",
    "other_candidate": "So I take the others first and come back to this one last.",
    "put_back": "So I put what is held back on the tray.",
    "skip": "So I leave this part where it lies, report it and go on with the others.",
    "ask": "So I ask you what to do; nothing moves until you answer.",
    "hand_over": "So I end here: trying again would not help, and a person is needed.",
    "stop": "So I stop, and nothing moves until a person has looked at the cell.",
}
SITUATIONS_SAID: Final[Mapping[Situation, str]] = {
    "free": "",
    "holding": " A part is in the gripper.",
    "returning": " A part is in the gripper that could not be laid back.",
}
JUDGED: Final[Mapping[Judgement, str]] = {
    "success": "It worked",
    "failure": "It failed",
    "uncertain": "I can't tell whether it worked, so it does not count",
}
DECIDED: Final[Mapping[Decision, str]] = {
    "allow": "The safety gate let the motion happen as it was proposed.",
    "clamp": "The safety gate let the motion happen, slower than it was proposed",
    "stop": "The safety gate stopped the motion",
}
UNDERSTOOD: Final[Mapping[PlanOutcome, str]] = {
    "planned": "I understood it as a plan.",
    "question": "I asked, because your words leave something open and I do not guess.",
    "refused": "I refused it; nothing has moved.",
    "answer": "It was a question, or something to remember; there was nothing to move.",
    "control": "It was a control word, not something to move.",
}
ENDED: Final[Mapping[RunOutcome, str]] = {
    "done": "It is done: every step is accounted for.",
    "incomplete": "It is not complete, so I do not say done.",
    "stopped": "It was stopped, and goes on only when somebody says so.",
    "refused": "It was refused; nothing has moved.",
}


def verdict_words(verdict: Verdict, call: SkillCall | None = None, *, cut_off: bool = False) -> str:
    """What is believed of a call, and why it failed."""
    because = cause_words(verdict, call, cut_off=cut_off)
    return f"{JUDGED[verdict.judgement]}, {verdict.confidence:.0%} sure{because and f': {because}'}."


def cause_words(verdict: Verdict, call: SkillCall | None = None, *, cut_off: bool = False) -> str:
    """Why a call failed, by what it was to do where that is known; empty without a cause.

    Args:
        cut_off: the process ended during its motion.
    """
    if verdict.cause is None:
        return ""
    if call is None or verdict.cause != "missed":
        return f"{'the call was cut off; ' if cut_off else ''}{CAUSES_SAID[verdict.cause]}"
    return f"{'the call was cut off, and' if cut_off else 'after the motion'} {_as_before(call)}"


def _as_before(call: SkillCall) -> str:
    """What is so where a call has changed nothing."""
    if call.destination is None:
        return "nothing is held"
    return "nothing has moved" if call.destination in REGIONS else "the part is still held"


def ruling_words(ruling: Ruling) -> str:
    """What the gate decided, and by which rules."""
    if not ruling.findings:
        return DECIDED["allow"] if ruling.decision == "allow" else f"{DECIDED[ruling.decision]}."
    found = dict.fromkeys(RULES_SAID.get(one.rule, one.text) for one in ruling.findings)
    return f"{DECIDED[ruling.decision].rstrip('.')}, because {_listed(list(found))}."


def finding_words(finding: Finding) -> str:
    """What a rule of the gate found, with what was measured and allowed; lengths in millimetres."""
    if finding.value is None or finding.bound is None:
        return f"{finding.text} (rule {finding.rule})"
    found, bound = _measure(finding.value, finding.unit), _measure(finding.bound, finding.unit)
    return f"{finding.text} ({found}, bound {bound}; rule {finding.rule})"


def _measure(value: float, unit: str) -> str:
    return f"{round(1e3 * value, 1):g} mm" if unit == "m" else f"{value:.3g} {unit}".rstrip()


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def evidence_words(evidence: Evidence) -> tuple[str, ...]:
    """What a verdict rests on, a fact a line."""
    many = "1 look" if evidence.looks == 1 else f"{evidence.looks} looks"
    agree = "" if evidence.looks == 1 else ", which agree" if evidence.agreed else ", which do not agree"
    counts = (evidence.gone, evidence.appeared, evidence.moved, evidence.changed)
    changes = [f"{n} {word}" for n, word in zip(counts, ("gone", "new", "moved", "looking other"), strict=True) if n]
    facts = [
        f"{many} at the tray{agree}: {', '.join(changes) or 'nothing has changed'}",
        f"gripper {1e3 * evidence.width:.0f} mm open",
        _of_the_gate(evidence),
        *([] if evidence.tidy else ["the tray shows something that the verdict does not explain"]),
        *_of_the_fingers(evidence),
        *_of_the_second(evidence),
    ]
    return tuple(facts)


def _of_the_gate(evidence: Evidence) -> str:
    if evidence.stops:
        rules = _listed(list(dict.fromkeys(evidence.stops)))
        return f"the gate stopped the motion by its rule{'s' * (len(set(evidence.stops)) > 1)} {rules}"
    return "the gate saw the motion to its end" if evidence.watched else "the gate did not see the motion to its end"


def _where(let_go: LetGo) -> str:
    """Where the fingers let go. On the tray no point is meant more than another."""
    away = f"{1e3 * let_go.away:.0f} mm"
    if let_go.place == TRAY:
        return f"over the {TRAY}"
    if let_go.hole is not None:
        return f"at the hole for {let_go.hole} of the {let_go.place}, {away} from its middle"
    return f"over the {let_go.place}, {away} from where parts are let go there"


def _of_the_fingers(evidence: Evidence) -> Iterator[str]:
    if evidence.let_go is not None:
        yield f"the fingers let go {_where(evidence.let_go)}"
    if evidence.carried is not None:
        yield f"the gripper {'held a part' if evidence.carried else 'was empty'} when it was to let go"
    if evidence.beside is not None:
        yield f"the fingers closed {1e3 * evidence.beside:.0f} mm beside the part"
    if evidence.off_centre is not None:
        yield f"{1e3 * evidence.off_centre:.0f} mm of that along it"


def _of_the_second(evidence: Evidence) -> Iterator[str]:
    asked = evidence.consulted
    if asked is None:
        return
    if asked.opinion is None:
        yield f"a second opinion of {asked.model} was asked for and not had: {asked.trouble}"
    else:
        said = asked.opinion
        yield f"second opinion of {asked.model}: {said.judgement}, {said.confidence:.0%} sure: {said.reason}"
