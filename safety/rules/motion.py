"""Rules while the arm moves: each looks at one measurement."""

import numpy as np

from safety.cases import Moment, State
from safety.rules import proposal
from skills.call import Finding


def stop_request(case: Moment) -> Finding | None:
    """Somebody has asked for a stop."""
    return None if case.stop is None else Finding(rule="stop_request", text=case.stop)


def finite_motion(case: Moment) -> Finding | None:
    """No NaN and no infinity in what is measured on the way."""
    found = proposal.finite_state(State(case.measured, latched=None))
    return found and found.model_copy(update={"rule": "finite_motion"})


def tracking(case: Moment) -> Finding | None:
    """The arm is where it was sent."""
    errors, most = np.abs(case.measured.joints - case.commanded), case.cell.limits.tracking_error
    joint = int(np.argmax(errors))
    if errors[joint] <= most:
        return None
    return Finding(
        rule="tracking",
        index=(joint,),
        value=float(errors[joint]),
        bound=most,
        unit="rad",
        text=f"joint {joint + 1} is {errors[joint]:.3f} rad from where it was sent; at most {most:g} rad are allowed",
    )


def grasp(case: Moment) -> Finding | None:
    """A part that is carried is still in the gripper."""
    width, least = case.measured.gripper_width, case.cell.robot.gripper.holding_width
    if not case.carrying or width > least:
        return None
    return Finding(
        rule="grasp",
        value=width,
        bound=least,
        unit="m",
        text=f"the part is lost: the fingers have met at {width * 1e3:.1f} mm",
    )
