"""Values as portable bytes: the same values give the same bytes, and every float keeps its bits.

Takes `None`, booleans, whole numbers, floats, texts, bytes, arrays of floats (`array("d")`), and
lists, tuples and dicts with text keys of these. A sum over the bytes finds damage; depth, counts
and lengths are checked against the bytes that are there.
"""

import struct
import sys
from array import array
from binascii import crc32
from typing import Any

from .errors import BadState

MAGIC = b"PYS1"
#: Lists within lists within lists.
DEPTH_MAX = 32
_HEAD = struct.Struct("<4sII")
_FLOAT = struct.Struct("<d")
_COUNT = struct.Struct("<I")


def dump(version: int, value: Any) -> bytes:
    """The value as a state of the detector's format `version`."""
    out: list[bytes] = []
    _write(out, value, 0)
    body = b"".join(out)
    return _HEAD.pack(MAGIC, version, crc32(body)) + body


def load(version: int, state: bytes) -> Any:
    """The value back; BadState for bytes that are damaged, foreign, or of another version."""
    if len(state) < _HEAD.size:
        raise BadState("the bytes end too early")
    magic, found, checksum = _HEAD.unpack_from(state)
    if magic != MAGIC:
        raise BadState("these bytes are no state of a detector")
    if found != version:
        raise BadState(f"format {found} instead of {version}")
    body = memoryview(state)[_HEAD.size :]
    if crc32(body) != checksum:
        raise BadState("the bytes are damaged")
    reader = _Reader(body)
    value = reader.read(0)
    if reader.at != len(body):
        raise BadState("there are bytes left over")
    return value


def _write(out: list[bytes], value: Any, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise TypeError(f"a state is at most {DEPTH_MAX} deep")
    if value is None or isinstance(value, bool):
        out.append({None: b"N", True: b"T", False: b"F"}[value])
    elif isinstance(value, int):
        _write_bytes(out, b"i", value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))
    elif isinstance(value, float):
        out.append(b"d" + _FLOAT.pack(value))
    elif isinstance(value, str):
        _write_bytes(out, b"s", value.encode())
    elif isinstance(value, (bytes, bytearray)):
        _write_bytes(out, b"b", bytes(value))
    elif isinstance(value, array) and value.typecode == "d":
        _write_bytes(out, b"a", _little(value).tobytes())
    elif isinstance(value, (list, tuple)):
        out.append((b"l" if isinstance(value, list) else b"t") + _COUNT.pack(len(value)))
        for item in value:
            _write(out, item, depth + 1)
    elif isinstance(value, dict):
        out.append(b"m" + _COUNT.pack(len(value)))
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{key!r} is a key of a state, and no text")
            _write(out, key, depth + 1)
            _write(out, item, depth + 1)
    else:
        raise TypeError(f"a {type(value).__name__} cannot be part of a state")


def _write_bytes(out: list[bytes], tag: bytes, value: bytes) -> None:
    out.append(tag + _COUNT.pack(len(value)))
    out.append(value)


def _little(numbers: array) -> array:
    if sys.byteorder == "little":
        return numbers
    numbers = array("d", numbers)
    numbers.byteswap()
    return numbers


class _Reader:
    def __init__(self, body: memoryview):
        self.body = body
        self.at = 0

    def take(self, count: int) -> memoryview:
        if count > len(self.body) - self.at:
            raise BadState("the bytes end too early")
        self.at += count
        return self.body[self.at - count : self.at]

    def count(self) -> int:
        return _COUNT.unpack(self.take(_COUNT.size))[0]

    def read(self, depth: int) -> Any:
        if depth > DEPTH_MAX:
            raise BadState("the values lie too deep")
        tag = bytes(self.take(1))
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        if tag == b"d":
            return _FLOAT.unpack(self.take(_FLOAT.size))[0]
        count = self.count()
        if tag in (b"l", b"t"):
            items = [self.read(depth + 1) for _ in range(count)]
            return items if tag == b"l" else tuple(items)
        if tag == b"m":
            return {self.key(depth): self.read(depth + 1) for _ in range(count)}
        return self.flat(tag, bytes(self.take(count)))

    def key(self, depth: int) -> str:
        key = self.read(depth + 1)
        if not isinstance(key, str):
            raise BadState("a key is no text")
        return key

    @staticmethod
    def flat(tag: bytes, value: bytes) -> Any:
        if tag == b"i":
            return int.from_bytes(value, "little", signed=True)
        if tag == b"s":
            return value.decode()
        if tag == b"b":
            return value
        if tag == b"a" and len(value) % _FLOAT.size == 0:
            numbers = array("d")
            numbers.frombytes(value)
            return _little(numbers)
        raise BadState("a value of no known kind")


_CONSTANTS = {b"N": None, b"T": True, b"F": False}
