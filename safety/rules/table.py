"""The table of rules: name, number in the safety argument, when it is asked, what follows, where its limit comes from.

The order is that of the report. Within a stage all rules are asked; the next stage is reached only when none
has stopped the motion.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from safety.rules import motion, path, proposal, timing
from skills.call import Finding


class Stage(Enum):
    """When a rule is asked, and on what: the chunk, the state before a motion, the path, its timing, the motion."""

    STATE = "state"
    CHUNK = "chunk"
    PATH = "path"
    TIMING = "timing"
    MOTION = "motion"


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    Attributes:
        number: of the list of rules in docs/safety.md.
        check: pure; takes the case of its stage.
        then: what follows a finding; `clamp` retimes the same path, and stops where that does not cure it.
        latches: a person must reset the stop.
        source: where the limit comes from.
    """

    name: str
    number: int
    stage: Stage
    check: Callable[[Any], Finding | None]
    source: str
    then: Literal["stop", "clamp"] = "stop"
    latches: bool = False


_MAKER: Final = "the robot maker's limits; cell file limits"
_CELL: Final = "cell file limits"

RULES: Final[tuple[Rule, ...]] = (
    Rule("latch", 20, Stage.STATE, proposal.latch, "the latch on disk", latches=True),
    Rule("finite_state", 2, Stage.STATE, proposal.finite_state, "IEEE 754: finite"),
    Rule("schema", 1, Stage.CHUNK, proposal.schema, "the spaces that skills/chunk.py defines"),
    Rule("finite_chunk", 2, Stage.CHUNK, proposal.finite_chunk, "IEEE 754: finite"),
    Rule("gripper_width", 13, Stage.CHUNK, proposal.gripper_width, "cell file robot.gripper.max_width"),
    Rule("bound_call", 15, Stage.CHUNK, proposal.bound_call, "the call that the gate is bound to"),
    Rule("bound_checkpoint", 15, Stage.CHUNK, proposal.bound_checkpoint, "the contract's hash of the weights"),
    Rule("sequence", 15, Stage.CHUNK, proposal.sequence, "observations handed out since the last motion"),
    Rule("replay", 15, Stage.CHUNK, proposal.replay, "observations answered before"),
    Rule("age", 15, Stage.CHUNK, proposal.age, "cell file limits.observation_age"),
    Rule("reach", 3, Stage.PATH, path.reach, f"{_MAKER}.joint_low, joint_high"),
    Rule("joint_position", 3, Stage.PATH, path.joint_position, f"{_MAKER}.joint_low, joint_high"),
    Rule("start", 8, Stage.PATH, path.start, f"{_CELL}.start_joint_distance"),
    Rule("tilt", 9, Stage.PATH, path.tilt, f"{_CELL}.tilt"),
    Rule("workspace", 10, Stage.PATH, path.workspace, f"{_CELL}.workspace_low, workspace_high"),
    Rule("floor", 10, Stage.PATH, path.floor, "cell file places; the fingers' length"),
    Rule("keep_out", 10, Stage.PATH, path.keep_out, "cell file keep_outs"),
    Rule("collision", 11, Stage.PATH, path.collision, f"cell file places; {_CELL}.collision_margin"),
    Rule("self_collision", 11, Stage.PATH, path.self_collision, f"{_CELL}.collision_margin"),
    Rule("release", 13, Stage.PATH, path.release, "cell file places"),
    Rule("joint_speed", 4, Stage.TIMING, timing.joint_speed, f"{_MAKER}.joint_speed", "clamp"),
    Rule("joint_acceleration", 5, Stage.TIMING, timing.joint_acceleration, f"{_MAKER}.joint_acceleration", "clamp"),
    Rule("joint_jerk", 6, Stage.TIMING, timing.joint_jerk, f"{_MAKER}.joint_jerk", "clamp"),
    Rule("tcp_speed", 9, Stage.TIMING, timing.tcp_speed, f"{_CELL}.tcp_speed", "clamp"),
    Rule("elbow_speed", 9, Stage.TIMING, timing.elbow_speed, f"{_CELL}.elbow_speed", "clamp"),
    Rule("stop_request", 20, Stage.MOTION, motion.stop_request, "a person, or the MES", latches=True),
    Rule("finite_motion", 2, Stage.MOTION, motion.finite_motion, "IEEE 754: finite", latches=True),
    Rule("tracking", 19, Stage.MOTION, motion.tracking, f"{_CELL}.tracking_error", latches=True),
    Rule("budget", 16, Stage.MOTION, motion.budget, "the skill card's budget.seconds"),
    Rule("release_now", 13, Stage.MOTION, motion.release_now, "cell file places"),
    Rule("grasp", 13, Stage.MOTION, motion.grasp, "cell file robot.gripper.holding_width"),
)
