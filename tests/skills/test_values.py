"""Frozen values: copies, read-only arrays, strict fields; queries choose what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.chunk import ActionChunk, JointSlice
from skills.errors import BadInput, UnknownName
from skills.observation import Observation
from skills.plan import Step, Understanding
from skills.scene import PartQuery, PerceivedPart, in_region, select
from skills.words import COLOURS, CONDITIONS, EXTENT, KINDS, SIZES_OF


def part(kind="gear", size="large", colour="brass", condition="ok", at=(0.0, 0.0)):
    return PerceivedPart(kind=kind, size=size, colour=colour, condition=condition, at=at, yaw=0.0, confidence=0.9)


@st.composite
def parts(draw):
    kind = draw(st.sampled_from(KINDS))
    return part(
        kind,
        draw(st.sampled_from(SIZES_OF[kind])),
        draw(st.sampled_from(COLOURS)),
        draw(st.sampled_from(CONDITIONS)),
        (draw(st.floats(-0.11, 0.11)), draw(st.floats(-0.11, 0.11))),
    )


def chunk(values, **changes):
    fields = {"space": "tcp_waypoints", "answers": 1, "observed_ns": 0, "call_id": "c", "checkpoint": "w"}
    return ActionChunk(values, **(fields | changes))


def test_chunk_copies_its_values_and_freezes_them():
    mine = np.zeros((5, 7))
    frozen = chunk(mine)
    mine[0, 0] = 1.0
    assert frozen.values[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        frozen.values[0, 0] = 1.0


@pytest.mark.parametrize("shape", [(7,), (5, 6), (1, 5, 7)])
def test_chunk_refuses_another_shape(shape):
    with pytest.raises(BadInput, match="of shape"):
        chunk(np.zeros(shape))


def test_period_belongs_to_timed_spaces_only():
    with pytest.raises(BadInput, match="period"):
        chunk(np.zeros((5, 7)), period=0.1)
    with pytest.raises(BadInput, match="period"):
        chunk(np.zeros((5, 8)), space="joint_positions")


def test_slice_needs_a_velocity_for_every_position():
    with pytest.raises(BadInput, match="velocities"):
        JointSlice(np.zeros((3, 7)), np.zeros((2, 7)), 0.01)


def test_observation_freezes_pictures_and_refuses_floats():
    def look(image):
        return Observation({"overhead": image}, np.zeros(7), np.zeros(7), 0.08, np.zeros(7), 0, 1)

    seen = look(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        seen.images["overhead"][0, 0, 0] = 1
    with pytest.raises(TypeError):
        seen.images["wrist"] = None  # type: ignore[index]
    with pytest.raises(BadInput, match=r"images\.overhead"):
        look(np.zeros((4, 4, 3)))


@given(st.lists(parts(), max_size=8), parts())
def test_selection_is_of_matching_parts_nearest_first(seen, wanted):
    query = PartQuery(kind=wanted.kind, condition=wanted.condition)
    chosen = select(query, seen)
    assert sorted(p.at for p in chosen) == [p.at for p in chosen]
    assert {id(p) for p in chosen} == {id(p) for p in seen if p.kind == wanted.kind and p.condition == wanted.condition}


@given(st.lists(parts(), min_size=1, max_size=8))
def test_largest_and_smallest_are_extremes(seen):
    extents = [EXTENT[p.kind, p.size] for p in seen]
    assert {p.extent for p in select(PartQuery(superlative="largest"), seen)} == {max(extents)}
    assert {p.extent for p in select(PartQuery(superlative="smallest"), seen)} == {min(extents)}


def test_superlative_is_among_what_the_rest_of_the_query_means():
    seen = [part(size="large", condition="ok"), part(size="small", condition="failed")]
    assert select(PartQuery(superlative="largest", condition="failed"), seen) == (seen[1],)


def test_without_excludes():
    seen = [part("gear"), part("nut", "M8")]
    assert select(PartQuery(without=(PartQuery(kind="gear"),)), seen) == (seen[1],)


def test_regions_are_halves_as_the_operator_sees_them():
    assert in_region("left", (0.0, 0.01))
    assert in_region("back", (0.01, 0.0))
    assert not in_region("front", (0.01, 0.0))


@pytest.mark.parametrize(
    "fields",
    [{"kind": "gear", "size": "M8"}, {"colour": "silver", "finish": "matte"}, {"kind": "bolt", "size": "large"}],
)
def test_contradictory_query_is_refused(fields):
    with pytest.raises(BadInput):
        PartQuery(**fields)


def test_query_describes_itself():
    query = PartQuery(superlative="largest", condition="failed", kind="gear", without=(PartQuery(colour="red"),))
    assert query.describe() == "largest failed gear except red part"


def test_understanding_is_whole_or_refused():
    with pytest.raises(BadInput, match="text"):
        Understanding(outcome="question")
    with pytest.raises(BadInput, match="plan"):
        Understanding(outcome="planned")
    with pytest.raises(BadInput, match="command"):
        Understanding(outcome="control")
    with pytest.raises(BadInput, match="at_most"):
        Step(part=PartQuery(), at_most=True, destination="left bin")


def test_cell_refuses_unknown_field_with_the_nearest(tmp_path, root):
    from skills.cell import load_cell

    text = (root / "cells" / "default.yaml").read_text()
    path = tmp_path / "cell.yaml"
    path.write_text(text.replace("tcp_speed:", "tcp_sped:"))
    with pytest.raises((BadInput, UnknownName)) as caught:
        load_cell(path)
    assert "tcp_spe" in str(caught.value)
    path.write_text(text.replace("  tray:", "  try:"))
    with pytest.raises(UnknownName, match="'tray' is not known"):
        load_cell(path)
