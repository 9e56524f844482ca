"""Which cause of failure a refusal of the gate is, by the rule that refused."""

from collections.abc import Iterable
from typing import Final

from skills.call import Cause, Ruling

OF_RULE: Final[dict[str, Cause | None]] = {
    **dict.fromkeys(("latch", "stop_request", "finite_motion", "tracking"), "latched"),
    "finite_state": "robot_fault",
    **dict.fromkeys(("reach", "joint_position"), "unreachable"),
    **dict.fromkeys(("schema", "finite_chunk", "gripper_width"), "bad_chunk"),
    **dict.fromkeys(("bound_call", "bound_checkpoint", "sequence", "replay", "age"), "bad_chunk"),
    **dict.fromkeys(("start", "tilt", "workspace", "floor", "keep_out"), "refused_by_gate"),
    **dict.fromkeys(("collision", "self_collision", "release", "release_now"), "refused_by_gate"),
    **dict.fromkeys(("joint_speed", "joint_acceleration", "joint_jerk"), "refused_by_gate"),
    **dict.fromkeys(("tcp_speed", "elbow_speed"), "refused_by_gate"),
    "budget": None,
    "grasp": None,
}
"""For every rule of `safety.rules.table`. After a motion that ran out of time or lost its grasp what is seen says what
happened; a rule that is not known here is one by which the gate refuses."""

GRAVEST: Final[tuple[Cause, ...]] = ("latched", "robot_fault", "bad_chunk", "unreachable", "refused_by_gate")
"""Of several rules that refused, the cause that forbids most counts."""


def cause_of(rulings: Iterable[Ruling]) -> Cause | None:
    """The cause that these rulings' stops say; None where they say none, and what is seen decides."""
    stops = [ruling for ruling in rulings if ruling.decision == "stop"]
    found = {OF_RULE.get(finding.rule, "refused_by_gate") for ruling in stops for finding in ruling.findings}
    return next((cause for cause in GRAVEST if cause in found), None)
