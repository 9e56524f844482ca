"""The action language and TFRecord files: both ways without loss; what is damaged is named."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.data.action_text import from_text, to_text
from sim.data.wire import decode, encode, masked_crc, read_records, write_records
from skills.errors import BadInput

NUMBERS = st.floats(-2, 2, width=32)
FEATURES = st.dictionaries(
    st.text(max_size=20),
    st.one_of(
        st.lists(st.binary(max_size=40), min_size=1, max_size=4),
        st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=4),
        st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4),
    ),
    max_size=5,
)


@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.just(7)), elements=NUMBERS))
def test_waypoints_come_back_from_their_text(waypoints):
    assert np.array_equal(from_text(to_text(waypoints)), waypoints)


def test_the_text_of_a_pick():
    rows = np.array(
        [[0.5, 0, 0.12, 3.1, 0, 0.3, 0.04], [0.5, 0, 0.01, 3.1, 0, 0.3, 0.0], [0.2, 0, 0.4, 3.1, 0, 0, 0.0]]
    )
    assert to_text(rows) == (
        "MOVE_TO 0.5 0.0 0.12 3.1 0.0 0.3\nOPEN_GRIPPER 0.04\nMOVE_TO 0.5 0.0 0.01 3.1 0.0 0.3\nCLOSE_GRIPPER\n"
        "MOVE_TO 0.2 0.0 0.4 3.1 0.0 0.0\nDONE"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "line 1: ''"),
        ("DONE", "line 1: 'DONE'"),
        ("MOVE_TO 1 2 3 4 5 6\nDONE", "line 2: 'DONE'"),
        ("MOVE_TO 1 2 3 4 5\nCLOSE_GRIPPER\nDONE", "line 1: 'MOVE_TO 1 2 3 4 5'"),
        ("MOVE_TO 1 2 3 4 5 nan\nCLOSE_GRIPPER\nDONE", "line 1: 'MOVE_TO 1 2 3 4 5 nan'"),
        ("CLOSE_GRIPPER\nDONE", "line 1: 'CLOSE_GRIPPER'"),
        ("MOVE_TO 1 2 3 4 5 6\nCLOSE_GRIPPER", "line 2: 'CLOSE_GRIPPER'"),
        ("MOVE_TO 1 2 3 4 5 6\nCLOSE_GRIPPER\nDONE\n", "line 3: 'DONE'"),
        ("MOVE_TO 1 2 3 4 5 6\nOPEN_GRIPPER\nDONE", "line 2: 'OPEN_GRIPPER'"),
        ("THROW\nDONE", "line 1: 'THROW'"),
    ],
)
def test_a_wrong_line_is_named(text, line):
    with pytest.raises(BadInput) as raised:
        from_text(text)
    assert str(raised.value).startswith(line)


@given(FEATURES)
def test_an_example_comes_back_from_its_bytes(features):
    assert decode(encode(features)) == features


def test_an_example_has_the_bytes_of_tensorflow():
    """tf.train.Example(features=…{"a": int64 [1]}).SerializeToString(), by the wire format's specification."""
    assert encode({"a": [1]}) == bytes.fromhex("0a0c0a0a0a016112051a030a0101")


def test_the_checksum_is_the_castagnoli_one():
    """RFC 3720 B.4: 32 zero bytes give 8a9136aa; TFRecord turns it by 15 bits and adds a constant."""
    crc = 0x8A9136AA
    assert masked_crc(bytes(32)) == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@given(st.binary(min_size=1000, max_size=3000))
def test_long_and_short_records_have_one_checksum(content):
    with pytest.MonkeyPatch.context() as patch:
        fast = masked_crc(content)
        patch.setattr("sim.data.wire.LANES", 10**9)
        assert masked_crc(content) == fast


def test_records_come_back(tmp_path):
    path, examples = tmp_path / "x.tfrecord", [{"a": [b"x"]}, {"b": [1.5], "c": [7]}]
    assert write_records(path, examples) == 2
    assert list(read_records(path)) == examples


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-1], lambda b: b[:5], lambda b: b[:20] + b"?" + b[21:], lambda b: b + b"x"]
)
def test_a_damaged_file_is_refused(tmp_path, spoil):
    path = tmp_path / "x.tfrecord"
    write_records(path, [{"a": [b"some bytes that are long enough"]}])
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(BadInput, match=r"x\.tfrecord: record [01]: .* checksum differs"):
        list(read_records(path))
