"""The URDF of a robot: found in an installed package, its hand mounted, its meshes' paths made whole."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import coal
import numpy as np
import pinocchio as pin

from skills.base import FloatArray
from skills.errors import BadInput, Unavailable, UnknownName
from skills.hand import Source
from skills.robot import RobotModel

_SCHEME: Final = "package://"
_SHARE: Final = "cmeel.prefix/share"
"""Where wheels of robot descriptions keep their files, beside the environment's packages."""


def path_of(source: Source) -> Path:
    """Where the URDF lies. Raises: Unavailable, BadInput (the package has no such file)."""
    path = _folder(source.package) / source.file
    if not path.is_file():
        raise BadInput("source.file", source.file, f"a URDF in the package {source.package}")
    return path


def arm_urdf(model: RobotModel, source: Source) -> Element:
    """The robot's URDF with its hand on its flange. Raises: Unavailable, BadInput, UnknownName (a link)."""
    robot = _read(source)
    hand, flange = model.tool, model.flange
    if flange is not None and hand.source is None:
        raise BadInput("flange", flange.link, f"left out: hand {model.hand} is part of its arm's URDF")
    if flange is not None and hand.source is not None:
        _check_links(robot, {"flange.link": (flange.link,)})
        mount = ElementTree.SubElement(robot, "joint", name=f"{model.hand}_mount", type="fixed")
        ElementTree.SubElement(mount, "parent", link=flange.link)
        ElementTree.SubElement(mount, "child", link=hand.root)
        ElementTree.SubElement(mount, "origin", xyz=_numbers(flange.position), rpy=_numbers(flange.turn))
        robot.extend(_below(_read(hand.source), hand.root))
    _check_links(robot, model.links)
    return robot


def _check_links(robot: Element, named: Mapping[str, Iterable[str]]) -> None:
    """Raises: UnknownName."""
    known = [link.attrib["name"] for link in robot.iterfind("link")]
    for field, links in named.items():
        for link in links:
            if link not in known:
                raise UnknownName(field, link, known)


@cache
def mesh_points(model_source: Source, link: str) -> FloatArray:
    """(N, 3) corners of all meshes that describe `link` for collisions, in its frame [m].

    Raises: Unavailable, BadInput (it has none).
    """
    robot = _read(model_source)
    meshes = [of for of in robot.iterfind(f"link[@name='{link}']/collision") if of.find("geometry/mesh") is not None]
    if not meshes:
        raise BadInput("kind", "meshes", f"another kind of shape: {link} has no meshes in {model_source.file}")
    found = [_points(collision) for collision in meshes]
    corners = np.unique(np.concatenate(found).round(5), axis=0)
    corners.setflags(write=False)
    return np.asarray(corners)


def _points(collision: Element) -> FloatArray:
    origin, mesh = collision.find("origin"), collision.find("geometry/mesh")
    assert mesh is not None  # the caller has looked
    scale = _vector(mesh.get("scale"), (1.0, 1.0, 1.0))
    points = np.asarray(coal.MeshLoader().load(mesh.attrib["filename"], scale).vertices())
    if origin is None:
        return points
    turn = pin.rpy.rpyToMatrix(_vector(origin.get("rpy"), (0.0, 0.0, 0.0)))
    return np.asarray(points @ turn.T + _vector(origin.get("xyz"), (0.0, 0.0, 0.0)))


def _read(source: Source) -> Element:
    path = path_of(source)
    try:
        robot = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise BadInput("source.file", source.file, f"a URDF ({error})") from None
    for mesh in robot.iter("mesh"):
        mesh.set("filename", str(_mesh(mesh.attrib["filename"], path.parent)))
    return robot


def _mesh(name: str, beside: Path) -> Path:
    """The file that a URDF calls so: in a folder beside it, else in the share of a package."""
    inside = name.removeprefix(_SCHEME)
    if (beside / inside).exists():
        return beside / inside
    package, _, rest = inside.partition("/")
    return _folder(package) / rest


def _below(robot: Element, root: str) -> Iterator[Element]:
    """The link `root` with all that hangs on it."""
    links, joints = {root}, robot.findall("joint")
    grown = True
    while grown:
        grown = False
        for joint in joints:
            parent, child = joint.find("parent"), joint.find("child")
            if parent is not None and child is not None and parent.get("link") in links:
                grown = grown or child.get("link") not in links
                links.add(str(child.get("link")))
    yield from (link for link in robot.findall("link") if link.get("name") in links)
    for joint in joints:
        parent = joint.find("parent")
        if parent is not None and parent.get("link") in links:
            yield joint


@cache
def _folder(package: str) -> Path:
    """Raises: Unavailable."""
    spec = find_spec(package)
    if spec is not None and spec.submodule_search_locations:
        return Path(spec.submodule_search_locations[0])
    try:
        return Path(str(distribution(package).locate_file(f"{_SHARE}/{package}")))
    except PackageNotFoundError:
        raise Unavailable(
            f"the robot's URDF is in the package {package!r}, which is not installed.",
            "Install it: pip install 'smolcell[robots]'",
        ) from None


def _vector(text: str | None, default: tuple[float, float, float]) -> FloatArray:
    return np.array(default if text is None else [float(number) for number in text.split()])


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(repr(value) for value in values)
