"""A recording as one HTML page that needs nothing beside it: pictures, words and numbers are all inside."""

import base64
import json
from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np

from agent.pages import page
from agent.recording import story
from agent.recording.coding import KIND
from agent.recording.entries import Began
from agent.recording.read import Recording, Visit
from skills.cell import CameraPose
from skills.projection import pixels
from skills.words import TRAY

CAMERA: Final = "overhead"
SIDE: Final = 256
"""Side of a drawn picture [pixels]."""
QUALITY: Final = 80
"""Of the JPEG pictures on the page; the recording itself keeps every bit."""
STYLE: Final = """
:root { color-scheme: light dark }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: .2rem } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem }
.meta, li, summary { color: GrayText; font-size: .87em } .outcome { font-weight: 600 }
section { border-left: 3px solid #8886; margin: .5rem 0; padding: .1rem 0 .1rem .8rem; display: flex; gap: 1rem }
section > div:first-child { flex: 1; min-width: 0 } .pictures { display: flex; flex-wrap: wrap; justify-content: end }
section p { margin: .1rem 0 } ul { margin: .2rem 0; padding-left: 1.1rem }
.node { display: inline-block; min-width: 6.5rem; font-weight: 600 }
.success, .allow { border-color: #1b7f3b } .failure, .uncertain, .recover { border-color: #c77700 }
.stopped, .failed { border-color: #b00020 }
figure { margin: 0 0 .2rem .5rem; position: relative; width: 200px }
figure img, figure svg { display: block; width: 200px; height: 200px }
figure svg { position: absolute; top: 0; left: 0 } figcaption { color: GrayText; font-size: .75em }
pre { overflow-x: auto; font-size: .8em } @media print { details { display: none } section { break-inside: avoid } }
"""


def write_page(recording: Recording, path: Path) -> None:
    """Raises: OSError."""
    path.write_text(page(recording.began.run, STYLE, _body(recording)), encoding="utf-8")


def about(began: Began) -> str:
    """Which run it was, when, in which cell, under whose account and with which weights, as every page says it."""
    weights = ", ".join(f"{name} {value[:12]}" for name, value in began.weights.items())
    person = (began.told.get("person") or {}).get("value") or {}
    by = (f"{person['name']} ({person['role']})",) if {"name", "role"} <= set(person) else ()
    return " · ".join((began.run, began.at, f"cell {began.cell['name']}", *by, f"weights {weights}"))


def lacking(recording: Recording) -> str:
    """That pictures are missing, and how many."""
    number = len({name for by_camera in recording.files.values() for name in by_camera.values()})
    return f"{len(recording.damaged)} of {number} pictures are missing or not as they were taken"


def _body(recording: Recording) -> Iterator[str]:
    began, outcome = recording.began, recording.outcome
    ended = f"{outcome['outcome']}: {outcome['reason']}" if outcome else "not over: it was cut off"
    yield (
        f"<h1>{escape(str(began.state['instruction']))}</h1>\n<p class='outcome'>{escape(ended)}</p>\n"
        f"<p class='meta'>{escape(about(began))}</p>\n"
    )
    if recording.damaged:
        yield f"<p class='outcome'>{escape(lacking(recording))}</p>\n"
    for call, visits in groupby(recording.visits, key=lambda visit: visit.call):
        group = list(visits)
        phrase = story.phrase(group[0]) if call else None
        yield f"<h2>{escape(f'{phrase} · {call}' if phrase else 'Between calls')}</h2>\n"
        yield from (_section(recording, visit) for visit in group)


def _section(recording: Recording, visit: Visit) -> str:
    heard = [said for one in visit.heard if (said := story.answer(one)) is not None]
    told = "".join(f"<li>{escape(said)}</li>" for said in (*heard, *story.asked(visit)))
    changed = json.dumps(visit.update or {}, ensure_ascii=False, indent=1)
    return (
        f"<section class='{escape(_mark(visit))}'><div><p><span class='node'>{escape(visit.node)}</span> "
        f"{escape(story.line(visit))}</p>{f'<ul>{told}</ul>' if told else ''}"
        f"<details><summary>what it changed</summary><pre>{escape(changed)}</pre></details></div>"
        f"<div class='pictures'>{''.join(_figures(recording, visit))}</div></section>\n"
    )


def _mark(visit: Visit) -> str:
    """What colours the section."""
    update = visit.update or {}
    if (judged := update.get("judged")) is not None:
        return str(judged["verdict"]["judgement"])
    if (outcome := update.get("outcome")) is not None:
        return str(outcome["outcome"])
    return "failed" if visit.error else visit.node


def _figures(recording: Recording, visit: Visit) -> Iterator[str]:
    """The pictures that were looked at, with what was made out or proposed on them."""
    marks = _marks(recording, visit)
    for one in visit.heard:
        if one.of != "gate.observe" or one.answer[KIND] != "observation":
            continue
        sequence = one.answer["value"]["sequence"]
        for camera, image in recording.images(sequence).items():
            drawn = marks.get(sequence, ("only looked at", ""))
            overlay = f"<svg viewBox='0 0 {SIDE} {SIDE}'>{drawn[1]}</svg>" if camera == CAMERA and drawn[1] else ""
            seconds = one.answer["value"]["time_ns"] * 1e-9
            yield (
                f"<figure><img alt='{escape(camera)}' src='data:image/jpeg;base64,{jpeg(image)}'>{overlay}"
                f"<figcaption>{escape(camera)}, {seconds:.1f} s: {drawn[0]}</figcaption></figure>"
            )


def _marks(recording: Recording, visit: Visit) -> dict[int, tuple[str, str]]:
    """By the observation's number what is drawn on its overhead picture: a name for it, and SVG."""
    camera = CameraPose.model_validate(
        {name: recording.began.cell["cameras"][CAMERA][name] for name in CameraPose.model_fields}
    )
    if camera.mount != "world":
        return {}
    centre = recording.began.cell["places"][TRAY]["centre"]
    found: dict[int, tuple[str, str]] = {}
    for one in visit.heard:
        if not isinstance(one.answer, Mapping) or one.answer[KIND] == "error":
            continue
        value: Any = one.answer.get("value")
        if one.of == "perceiver.perceive":
            found[value["sequence"]] = ("perceived", _circles(camera, centre, value["parts"]))
        elif one.of.startswith("policy.") and value["space"] == "tcp_waypoints":
            found[value["answers"]] = ("proposed", _path(camera, value["values"]))
    return found


def _circles(camera: CameraPose, centre: Any, parts: list[Any]) -> str:
    if not parts:
        return ""
    at = pixels(camera, [[*np.add(centre, part["at"]), 0.0] for part in parts], SIDE)
    return "".join(
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='13' fill='none' stroke-width='1.5' "
        f"stroke='{'#ff2fb3' if part['condition'] == 'failed' else '#25d366'}'>"
        f"<title>{escape(story.name_of(part))}, {part['confidence']:.0%}</title></circle>"
        for part, (x, y) in zip(parts, at.tolist(), strict=True)
    )


def _path(camera: CameraPose, rows: list[list[float]]) -> str:
    shown = np.array([[row[0], row[1], 0.0] for row in rows], dtype=float)
    if not np.isfinite(shown).all():
        return ""
    points = pixels(camera, shown, SIDE).tolist()
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    low = min(range(len(rows)), key=lambda row: rows[row][2])
    x, y = points[low]
    return (
        f"<polyline points='{line}' fill='none' stroke='#ffd400' stroke-width='1.5'/>"
        f"<path d='M{x - 7:.1f} {y:.1f}h14M{x:.1f} {y - 7:.1f}v14' stroke='#ffd400' stroke-width='2'/>"
    )


def jpeg(image: Any) -> str:
    """An RGB picture for a page: JPEG of SIDE, base64."""
    import cv2

    side = (SIDE, SIDE)
    small = image if image.shape[:2] == side else cv2.resize(image, side, interpolation=cv2.INTER_AREA)
    _, content = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return base64.b64encode(bytes(content)).decode()
