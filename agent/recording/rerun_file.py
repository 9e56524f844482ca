"""A recording as a file for the Rerun viewer: pictures, parts, joints, tool and words on the cell's time."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from agent.recording import story
from agent.recording.coding import KIND
from agent.recording.entries import Heard
from agent.recording.read import Recording, Visit
from skills.errors import Unavailable
from skills.words import EXTENT, TRAY

if TYPE_CHECKING:
    from rerun import RecordingStream

TIMELINE: Final = "cell time"
LEVELS: Final[Mapping[str, str]] = {"recover": "WARN", "verify": "INFO", "report": "INFO"}


def write_rerun(recording: Recording, path: Path) -> None:
    """Raises: Unavailable (rerun-sdk is not installed), OSError."""
    try:
        import rerun
    except ImportError:
        remedy = "Install it: pip install 'smolcell[replay]'. The HTML page needs none: --html FILE."
        raise Unavailable("a Rerun file needs rerun-sdk.", remedy) from None
    stream = rerun.RecordingStream("smolcell", recording_id=f"{recording.began.run} {recording.began.at}")
    stream.save(path, default_blueprint=_layout())
    _Teller(rerun, stream, recording).tell()
    stream.flush()
    stream.disconnect()


class _Teller:
    def __init__(self, rerun: Any, stream: "RecordingStream", recording: Recording) -> None:
        self._rerun, self._stream, self._recording = rerun, stream, recording
        self._centre = recording.began.cell["places"][TRAY]["centre"]

    def tell(self) -> None:
        self._say("run", str(self._recording.began.state["instruction"]))
        for visit in self._recording.visits:
            for heard in visit.heard:
                self._at(heard.ns)
                self._hear(heard)
            for said in story.asked(visit):
                self._say("person", said)
            self._say(visit.node, story.line(visit), _level(visit))

    def _hear(self, heard: Heard) -> None:
        coded = heard.answer
        if isinstance(coded, Mapping) and coded[KIND] == "observation":
            self._observed(coded["value"])
        elif heard.of == "perceiver.perceive" and coded[KIND] != "error":
            self._parts(coded["value"]["parts"])
        elif heard.of.startswith("policy.") and coded[KIND] == "chunk":
            self._proposed(coded["value"])
        if (said := story.answer(heard)) is not None:
            self._say(heard.of.partition(".")[0], said)

    def _observed(self, value: Mapping[str, Any]) -> None:
        self._at(value["time_ns"])
        for camera, name in self._recording.files.get(value["sequence"], {}).items():
            content = self._recording.picture_file(name)
            if content.is_file():
                picture = self._rerun.EncodedImage(contents=content.read_bytes(), media_type="image/png")
                self._stream.log(f"cameras/{camera}", picture)
        for number, joint in enumerate(value["joints"], 1):
            self._stream.log(f"joints/{number}", self._rerun.Scalars([joint]))
        self._stream.log("gripper/width", self._rerun.Scalars([value["gripper_width"]]))
        self._stream.log("cell/tool", self._rerun.Points3D([value["tcp"][:3]], radii=0.008, labels="tool"))

    def _parts(self, parts: list[Any]) -> None:
        sides = [EXTENT.get((part["kind"], part["size"]), 0.02) for part in parts]
        self._stream.log(
            "cell/parts",
            self._rerun.Boxes3D(
                centers=np.array([[*np.add(self._centre, part["at"]), 0.01] for part in parts]).reshape(-1, 3),
                half_sizes=np.array([[side / 2, side / 2, 0.01] for side in sides]).reshape(-1, 3),
                labels=[story.name_of(part) for part in parts],
                colors=[(255, 47, 179) if part["condition"] == "failed" else (37, 211, 102) for part in parts],
            ),
        )

    def _proposed(self, value: Mapping[str, Any]) -> None:
        if value["space"] == "tcp_waypoints":
            strip = [row[:3] for row in value["values"]]
            self._stream.log("cell/proposed", self._rerun.LineStrips3D([strip], colors=(255, 212, 0)))

    def _say(self, who: str, text: str, level: str = "INFO") -> None:
        self._stream.log(f"log/{who}", self._rerun.TextLog(text, level=level))

    def _at(self, ns: int | None) -> None:
        if ns is not None:
            self._stream.set_time(TIMELINE, duration=ns * 1e-9)


def _level(visit: Visit) -> str:
    if visit.error:
        return "ERROR"
    return LEVELS.get(visit.node, "DEBUG")


def _layout() -> Any:
    from rerun import blueprint

    return blueprint.Blueprint(
        blueprint.Horizontal(
            blueprint.Spatial3DView(origin="cell", name="cell"),
            blueprint.Vertical(
                blueprint.Spatial2DView(origin="cameras/overhead", name="overhead"),
                blueprint.TextLogView(origin="log", name="what was decided"),
            ),
        ),
        collapse_panels=True,
    )
