"""Rules while the arm moves: each looks at one measurement."""

import numpy as np

from safety.cases import Moment, State
from safety.rules import path, proposal
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


def budget(case: Moment) -> Finding | None:
    """The time of the call that moves the arm is not spent."""
    if case.until_ns is None or case.measured.time_ns <= case.until_ns:
        return None
    over = (case.measured.time_ns - case.until_ns) * 1e-9
    text = f"the call's time was spent {over:.2f} s ago"
    return Finding(rule="budget", value=over, bound=0.0, unit="s", text=text)


def release_now(case: Moment) -> Finding | None:
    """What is measured when the gripper is to open says so too: nothing is let go over no place."""
    change = case.change
    if change is None or not path.lets_go(case.cell, change):
        return None
    x, y, _ = change.tcp
    return Finding(
        rule="release_now",
        value=change.width,
        bound=0.0,
        unit="m",
        text=f"the gripper was to open on a part at x = {x:.3f}, y = {y:.3f} m, over no place",
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
        at=(float(case.measured.tcp[0]), float(case.measured.tcp[1])),
    )
