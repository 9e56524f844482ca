"""What a draft says to held-out examples: errors by figure, and a sheet to look at."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from policy.checkpoint import open_perceiver
from policy.eight_ways import said_eight_ways
from policy.evaluation.grasps import Aim, aim_of, aims, proposed_grasp
from policy.evaluation.perception import compare
from policy.keyframe_policy import KeyframePolicy
from policy.onnx_session import open_session
from policy.perceiver import detect
from policy.smolvla import OnnxSmolVLA
from policy.training.augmentation import Light
from policy.training.dataset import TrayData
from policy.training.example_sheet import Example, Pose, write_sheet
from policy.training.light import relight, to_pixels
from policy.votes import decode
from skills.base import Image

JUDGED: Final = 200
"""Held-out examples that the figures of an evaluation are measured on, at most."""


def show_aims(folder: Path, held_out: TrayData, shifted: Light, sheet: Path, examples: int) -> Mapping[str, float]:
    """Of a policy: right part and errors of its grasps, on the pictures as they are and under shifted light."""
    policy = OnnxSmolVLA(folder)
    some = np.linspace(0, len(held_out.examples) - 1, min(examples, len(held_out.examples))).astype(int)
    write_sheet([_aimed(policy, held_out, int(number)) for number in some], sheet)
    in_shifted = replace(held_out, images=relit(held_out.images, shifted))
    plain, other = (list(aims(policy, data, JUDGED)) for data in (held_out, in_shifted))
    return _told(plain) | {f"{name}, shifted light": value for name, value in _told(other).items()}


def _told(judged: list[Aim]) -> dict[str, float]:
    return {
        "right": sum(aim.right for aim in judged) / len(judged),
        "error [mm]": 1e3 * float(np.median([aim.error for aim in judged])),
        "turn [deg]": float(np.rad2deg(np.median([aim.turn for aim in judged]))),
    }


def _aimed(policy: KeyframePolicy, data: TrayData, number: int) -> Example:
    proposed = proposed_grasp(policy, data, number)
    aim = aim_of(data, number, proposed)
    expert = data.examples.waypoints[number, 1]
    millimetres, degrees = round(1e3 * aim.error, 2), round(float(np.rad2deg(aim.turn)), 2)
    right = "" if aim.right else ", wrong part"
    return Example(
        data.images[data.examples.image[number]],
        data.index.camera.view,
        [_on_tray(expert, data)],
        [_on_tray(proposed, data)],
        (aim.phrase, f"{millimetres:.1f} mm, {degrees:.1f} deg{right}"),
        {"phrase": aim.phrase, "right": aim.right, "error_mm": millimetres, "turn_deg": degrees},
    )


def _on_tray(waypoint: NDArray[Any], data: TrayData) -> Pose:
    x, y = data.index.tray_centre
    return float(waypoint[0]) - x, float(waypoint[1]) - y, float(waypoint[5])


def show_sightings(folder: Path, held_out: TrayData, sheet: Path, examples: int) -> Mapping[str, float]:
    """Of a perceiver: what it finds in some pictures, and how far off; figures over these pictures."""
    network, card = open_perceiver(folder)
    session = open_session(network.network)
    view = held_out.index.camera.view
    tiles, errors, parts, right = [], list[float](), 0, 0
    for number in range(min(examples, len(held_out.images))):
        picture, labels = held_out.images[number], held_out.parts[number]
        seen = decode(said_eight_ways(partial(detect, session), picture), card.cells, view, card.threshold).parts
        sighting = compare(seen, labels)
        errors += sighting.errors
        parts, right = parts + sighting.parts, right + sighting.right
        true = [(float(x), float(y), float(yaw)) for x, y, yaw, kind, *_ in labels if kind >= 0]
        said = [(*part.at, part.yaw) for part in seen]
        millimetres = [round(1e3 * error, 2) for error in sighting.errors]
        line = f"{sighting.found} of {sighting.parts} found, {sighting.right} right, {sighting.false} false"
        record = {"parts": sighting.parts, "found": sighting.found, "right": sighting.right, "error_mm": millimetres}
        worst = f"worst {max(millimetres, default=0.0):.1f} mm"
        tiles.append(Example(picture, view, true, said, (line, worst), record))
    write_sheet(tiles, sheet)
    return {"right": right / max(1, parts), "error [mm]": 1e3 * float(np.median(errors)) if errors else float("nan")}


def relit(images: Image, light: Light) -> Image:
    """Pictures (B, size, size, 3) under such light; always the same."""
    pixels = relight(to_pixels(images), np.random.default_rng(0), light)
    return np.asarray((pixels * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy(), np.uint8)
