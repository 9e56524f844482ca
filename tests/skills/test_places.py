"""Places in the cell file: each kind with its own fields, and what is wrong with one said by name."""

import pytest
import yaml

from skills.cell import Cell, load_cell
from skills.errors import BadInput, UnknownName
from skills.place import Belt, Container, Fixture, Nest


@pytest.fixture
def content(root):
    return yaml.safe_load((root / "cells" / "default.yaml").read_text())


def loaded(content, tmp_path):
    (tmp_path / "cell.yaml").write_text(yaml.safe_dump(content))
    return load_cell(tmp_path / "cell.yaml")


def test_the_default_cell_has_every_kind(cell):
    assert {name: type(place) for name, place in cell.places.items()} == {
        "tray": Container,
        "rejection bin": Container,
        "red quality control bin": Container,
        "left bin": Container,
        "right bin": Container,
        "conveyor belt": Belt,
        "left fixture": Fixture,
        "right fixture": Fixture,
    }
    assert cell.destinations == tuple(name for name in cell.places if name != "tray")
    assert tuple(cell.fixtures) == ("left fixture", "right fixture")


def test_a_hole_says_where_its_bolt_lies(cell):
    assert cell.fixture("left fixture").hole("M10") == Nest(x=0.28, y=0.348, z=0.026, yaw=0.0, width=0.023)
    assert cell.fixture("right fixture").hole("M6") == Nest(x=0.28, y=-0.348, z=0.026, yaw=0.0, width=0.015)


def test_lands_and_notches_fill_the_rails(cell):
    fixture = cell.fixture("left fixture")
    edges = [edge for land in fixture.lands() for edge in land]
    assert edges == sorted(edges)
    assert (edges[0], edges[-1]) == pytest.approx((0.3 - fixture.extent[1], 0.3 + fixture.extent[1]))
    notches = [high - low for low, high in zip(edges[1:-1:2], edges[2:-1:2], strict=True)]
    assert notches == pytest.approx([0.015, 0.019, 0.023])


def test_no_place_stands_on_another(cell):
    spans = {}
    for name, place in cell.places.items():
        (x, y), (half_x, half_y) = place.centre, place.extent
        end = place.chute if isinstance(place, Belt) else 0.0
        spans[name] = (x - half_x, x + half_x, y - half_y, y + half_y + end)
    names = list(spans)
    for index, one in enumerate(names):
        for other in names[:index]:
            a, b = spans[one], spans[other]
            assert a[1] < b[0] or b[1] < a[0] or a[3] < b[2] or b[3] < a[2], (one, other)


def test_what_is_no_fixture_has_no_holes(cell):
    with pytest.raises(UnknownName, match="fixture: 'left bin' is not known; allowed is one of 'left fixture'"):
        cell.fixture("left bin")
    with pytest.raises(UnknownName, match="hole: 'M12' is not known; allowed is one of 'M6', 'M8', 'M10'"):
        cell.fixture("left fixture").hole("M12")


@pytest.mark.parametrize(
    ("place", "field", "value", "message"),
    [
        ("left bin", "kind", "bim", "kind: 'bim' is not known; allowed is one of 'tray', 'bin', 'belt', 'fixture'"),
        ("left bin", "kind", None, "kind: None is not allowed; it must be given: one of tray, bin, belt, fixture."),
        ("left bin", "half", -0.1, "places.left bin.half: -0.1 is not allowed; it must be greater than 0."),
        ("conveyor belt", "drop", [0.5, 0.0], "drop: (0.5, 0.0) is not allowed; it must be a point on the belt."),
        ("conveyor belt", "towards", "up", "towards: 'up' is not known; allowed is one of 'left', 'right'"),
        ("conveyor belt", "sped", 1, "'sped' is not known"),
        ("left fixture", "holes", {"small": 0.0}, "holes: 'small' is not known; allowed is one of 'M6', 'M8', 'M10'."),
        ("tray", "kind", "bin", "places.tray.kind: 'bin' is not allowed; it must be 'tray'."),
    ],
)  # fmt: skip
def test_wrong_places_are_refused_by_name(content, tmp_path, place, field, value, message):
    if value is None:
        del content["places"][place][field]
    else:
        content["places"][place][field] = value
    with pytest.raises(BadInput) as caught:
        loaded(content, tmp_path)
    assert message in str(caught.value)


def test_a_cell_survives_its_own_dump(cell):
    assert Cell.model_validate(cell.model_dump()) == cell
    assert Cell.model_validate_json(cell.model_dump_json()) == cell
