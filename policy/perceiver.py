"""The perceiver: the overhead picture becomes a scene. Runs the exported detector; needs no torch."""

from functools import cached_property, partial
from pathlib import Path
from typing import Any

from policy.checkpoint import open_perceiver
from policy.eight_ways import said_eight_ways
from policy.onnx_session import open_session
from policy.pictures import shrink
from policy.votes import Sight, decode
from skills.base import Image
from skills.errors import UnknownName
from skills.observation import Observation
from skills.scene import Scene


class OnnxPerceiver:
    """Sees parts by a checkpoint in a folder; the network is loaded at the first look, once.

    Raises: BadInput.
    """

    def __init__(self, root: Path) -> None:
        self._folder, self.card = open_perceiver(root)

    @cached_property
    def _session(self) -> Any:
        return open_session(self._folder.network)

    def perceive(self, observation: Observation) -> Scene:
        """The parts on the tray. Raises: UnknownName without the camera's picture, BadInput."""
        if self.card.camera not in observation.images:
            raise UnknownName("picture", self.card.camera, observation.images)
        sight = self.see(observation.images[self.card.camera])
        return Scene(
            parts=sight.parts, unclear=sight.unclear, sequence=observation.sequence, time_ns=observation.time_ns
        )

    def see(self, image: Image) -> Sight:
        """What one picture shows. Raises: BadInput when it is not square or too small."""
        said = said_eight_ways(partial(detect, self._session), shrink(image, self.card.image_size))
        return decode(said, self.card.cells, self.card.pose.view, self.card.threshold)


def detect(session: Any, picture: Image) -> Any:
    """(cells², columns): what the network says of a picture of its own size."""
    return session.run(["said"], {"picture": picture[None]})[0][0]
