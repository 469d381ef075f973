"""The wire format of protocol buffers, as far as weights files need it: a reader of fields, and a writer."""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class Malformed(Exception):
    """Bytes that are no message; the text says why."""


Field = tuple[int, int, int, int]  # number, wire type, and where its content begins and ends


def fields(data: memoryview, start: int = 0, end: int | None = None) -> Iterator[Field]:
    """The fields of the message in data[start:end]; a varint's content is its bytes. Raises Malformed."""
    at, end = start, len(data) if end is None else end
    while at < end:
        tag, at = varint(data, at, end)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise Malformed(f"field 0 at byte {at:,}")
        if kind == BYTES:
            length, at = varint(data, at, end)
        elif kind == VARINT:
            length = varint(data, at, end)[1] - at
        elif kind in (FIXED64, FIXED32):
            length = 8 if kind == FIXED64 else 4
        else:
            raise Malformed(f"wire type {kind} at byte {at:,}")
        if at + length > end:
            raise Malformed(f"a field of {length:,} bytes at byte {at:,}, where {end - at:,} are left")
        yield number, kind, at, at + length
        at += length


def varint(data: memoryview, at: int, end: int) -> tuple[int, int]:
    """The number at a place, and where it ends. Raises Malformed."""
    value = shift = 0
    while True:
        if at >= end:
            raise Malformed("the file ends inside a number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise Malformed(f"a number of more than ten bytes at byte {at:,}")


def text(data: memoryview, start: int, end: int) -> str:
    """A string field; raises Malformed where it is not UTF-8."""
    try:
        return bytes(data[start:end]).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(f"a name at byte {start:,} is not UTF-8") from None


def write_varint(value: int) -> bytes:
    """A number as a varint."""
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    made.append(value)
    return bytes(made)


def write_field(number: int, content: bytes) -> bytes:
    """A field of bytes, a string or a message."""
    return write_varint(number << 3 | BYTES) + write_varint(len(content)) + content
