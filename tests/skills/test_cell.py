"""The cell file: a limit that limits nothing is refused with its field and value."""

import re

import pytest
import yaml

from skills.cell import load_cell
from skills.errors import BadInput

NO_LIMITS = {
    "infinite": (("limits", "tcp_speed"), float("inf"), "limits.tcp_speed: inf is not allowed; it must be a finite"),
    "no number": (
        ("limits", "joint_high", 0),
        float("nan"),
        "limits.joint_high.0: nan is not allowed; it must be a fin",
    ),
    "place nowhere": (("places", "tray", "centre", 1), float("nan"), "places.tray.centre.1: nan is not allowed"),
    "six joints": (
        ("robot", "home"),
        [0.0] * 6,
        "robot.home: 6 is not allowed; it must be 7 numbers, as a panda has joints",
    ),
    "unknown robot": (
        ("robot", "model"),
        "ur6",
        "robot.model: 'ur6' is not known; allowed is one of 'panda', 'so101', 'ur5'. Nearest: 'ur5'.",
    ),
    "joints of another robot": (
        ("robot", "model"),
        "ur5",
        "robot.home: 7 is not allowed; it must be 6 numbers, as a ur5 has joints",
    ),
    "no height": (("heights",), {"hover": -0.1}, "heights.hover: -0.1 is not allowed; it must be greater than 0"),
    "unknown height": (("heights",), {"hoover": 0.1}, "'hoover' is not known; allowed is one of 'hover', 'lift'"),
    "home out of reach": (
        ("robot", "home", 0),
        9.0,
        "robot.home.0: 9.0 is not allowed; it must be between -2.8973 and 2.8973, the joint's limits",
    ),
    "budget of no cause": (("recovery",), {"mised": 2}, "Nearest: 'missed'."),
    "budget of what is not tried again": (
        ("recovery",),
        {"latched": 2},
        "recovery: 'latched' is not known; allowed is one of 'missed', 'wrong_part'",
    ),
    "budget without end": (("recovery",), {"missed": 99}, "recovery.missed: 99 is not allowed; it must be less than"),
    "no speed": (("limits", "joint_speed", 0), 0, "limits.joint_speed.0: 0 is not allowed; it must be greater than 0"),
    "joint range": (
        ("limits", "joint_low", 1),
        1.8,
        "limits.joint_low.1: 1.8 is not allowed; it must be less than limits.joint_high.1, which is 1.7628.",
    ),
    "workspace": (
        ("limits", "workspace_high", 2),
        0,
        "limits.workspace_low.2: 0.0 is not allowed; it must be less than limits.workspace_high.2, which is 0.0.",
    ),
    "keep-out": (
        ("keep_outs",),
        [{"name": "post", "low": [0, 0, 0.3], "high": [1, 1, 0.1]}],
        "keep_outs.post.low.2: 0.3 is not allowed; it must be less than keep_outs.post.high.2, which is 0.1.",
    ),
    "camera in itself": (
        ("cameras", "overhead", "look_at"),
        [0.5, 0.0, 0.8],
        "look_at: (0.5, 0.0, 0.8) is not allowed; it must be away from position (0.5, 0.0, 0.8), "
        "and not along up (1.0, 0.0, 0.0).",
    ),
    "hand that holds nothing": (
        ("robot", "gripper", "holding_width"),
        0.08,
        "robot.gripper.holding_width: 0.08 is not allowed; it must be less than max_width, 0.08.",
    ),
    "tray too narrow for a hand": (
        ("places", "tray", "half"),
        0.055,
        "places.tray.half: 0.055 is not allowed; it must be more than 0.055, so that an open gripper fits between its",
    ),
    "name of a folder elsewhere": (("name",), "../other", "name: '../other' is not allowed"),
}


@pytest.mark.parametrize("name", NO_LIMITS)
def test_what_limits_nothing_is_refused(root, tmp_path, name):
    path, value, message = NO_LIMITS[name]
    content = yaml.safe_load((root / "cells" / "default.yaml").read_text())
    at = content
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    (tmp_path / "cell.yaml").write_text(yaml.safe_dump(content))
    with pytest.raises(BadInput, match=re.escape(message)):
        load_cell(tmp_path / "cell.yaml")
