"""TFRecord files of tf.train.Example, without tensorflow: length, masked CRC-32C, protobuf; the same again behind.

The format: tensorflow/core/lib/io/record_writer.h and tensorflow/core/example/{example,feature}.proto.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from numpy.typing import NDArray

from skills.errors import BadInput

Feature = list[bytes] | list[float] | list[int]
POLYNOMIAL: Final = 0x82F63B78
MASK: Final = 0xA282EAD8
LANES: Final = 512
"""Pieces of a long record whose checksums are computed side by side."""
LENGTH: Final = struct.Struct("<Q")
CHECK: Final = struct.Struct("<I")


def write_records(path: Path, examples: Iterable[Mapping[str, Feature]]) -> int:
    """Write a file of examples; returns how many."""
    count = 0
    with path.open("wb") as file:
        for count, features in enumerate(examples, 1):  # noqa: B007
            content = encode(features)
            length = LENGTH.pack(len(content))
            file.write(length + CHECK.pack(masked_crc(length)) + content + CHECK.pack(masked_crc(content)))
    return count


def read_records(path: Path) -> Iterator[dict[str, Feature]]:
    """Every example of a file. Raises: BadInput where it is cut off, damaged, or no TFRecord at all."""
    with path.open("rb") as file:
        number = 0
        while head := file.read(LENGTH.size + CHECK.size):
            where, allowed = f"{path}: record {number}", "whole, as it was written (its checksum differs)"
            if len(head) < LENGTH.size + CHECK.size or masked_crc(head[:8]) != CHECK.unpack(head[8:])[0]:
                raise BadInput(where, head.hex(), "the head of a TFRecord (its checksum differs)")
            content = file.read(LENGTH.unpack(head[:8])[0])
            tail = file.read(CHECK.size)
            if len(tail) < CHECK.size or masked_crc(content) != CHECK.unpack(tail)[0]:
                raise BadInput(where, f"{len(content)} bytes", allowed)
            yield decode(content)
            number += 1


def encode(features: Mapping[str, Feature]) -> bytes:
    """The Example in its wire form; keys in their order, so that the bytes are the same each time."""
    message = _example_class()()
    for name in sorted(features):
        values = features[name]
        feature = message.features.feature[name]
        kind = type(values[0]) if values else bytes
        column = {bytes: feature.bytes_list, float: feature.float_list, int: feature.int64_list}[kind]
        column.value.extend(values)
    return bytes(message.SerializeToString(deterministic=True))


def decode(content: bytes) -> dict[str, Feature]:
    message = _example_class()()
    try:
        message.ParseFromString(content)
    except Exception:  # the library's error has no stable name
        raise BadInput("record", f"{len(content)} bytes", "a tf.train.Example") from None
    return {name: list(getattr(feature, feature.WhichOneof("kind") or "bytes_list").value)
            for name, feature in message.features.feature.items()}  # fmt: skip


def masked_crc(content: bytes) -> int:
    """CRC-32C as TFRecord stores it."""
    data = np.frombuffer(content, np.uint8)
    step = len(data) // LANES
    crc = _long(0xFFFFFFFF, data[: step * LANES].reshape(LANES, step)) if step > 1 else 0xFFFFFFFF
    table = _table().tolist()
    for byte in data[step * LANES if step > 1 else 0 :].tolist():
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + MASK) & 0xFFFFFFFF


def _long(crc: int, lanes: NDArray[np.uint8]) -> int:
    """CRC of the rows of `lanes` one after the other, begun with `crc`: all rows at once, then put together.

    A CRC is linear: what follows changes it as zeros would, bit by bit, and adds its own.
    """
    table = _table()
    states = np.concatenate([np.zeros(LANES, np.uint32), np.uint32(1) << np.arange(32, dtype=np.uint32)])
    padded = np.concatenate([lanes, np.zeros((32, lanes.shape[1]), np.uint8)])
    for column in np.ascontiguousarray(padded.T):
        states = table[(states ^ column) & 0xFF] ^ (states >> 8)
    bits = states[LANES:].tolist()
    for lane in states[:LANES].tolist():
        moved = 0
        for bit, image in enumerate(bits):
            if crc >> bit & 1:
                moved ^= image
        crc = moved ^ lane
    return crc


@cache
def _table() -> NDArray[np.uint32]:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(POLYNOMIAL), table >> 1)
    return table


@cache
def _example_class() -> Any:
    """The class of tf.train.Example, made from its fields."""
    file = descriptor_pb2.FileDescriptorProto(name="smolcell/example.proto", package="smolcell", syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, kind in (
        ("BytesList", kinds.TYPE_BYTES),
        ("FloatList", kinds.TYPE_FLOAT),
        ("Int64List", kinds.TYPE_INT64),
    ):
        file.message_type.add(name=name).field.add(name="value", number=1, label=3, type=kind)
    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, name in enumerate(("Bytes", "Float", "Int64"), 1):
        feature.field.add(
            name=f"{name.lower()}_list",
            number=number,
            label=1,
            type=11,
            type_name=f".smolcell.{name}List",
            oneof_index=0,
        )
    features = file.message_type.add(name="Features")
    entry = features.nested_type.add(name="FeatureEntry")
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, label=1, type=kinds.TYPE_STRING)
    entry.field.add(name="value", number=2, label=1, type=11, type_name=".smolcell.Feature")
    features.field.add(name="feature", number=1, label=3, type=11, type_name=".smolcell.Features.FeatureEntry")
    example = file.message_type.add(name="Example")
    example.field.add(name="features", number=1, label=1, type=11, type_name=".smolcell.Features")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("smolcell.Example"))
