"""What a telephone writes beside a HEIC picture or a film, which are made of boxes (ISO/IEC 14496-12): it is made empty
where it lies, so that no place in the file moves.

Which side is up is no part of it: that is told with the pixels (ISO/IEC 23008-12), or with the track.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

NO_EXIF = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"
"""As an item of a HEIC has it, with no entry."""

EMPTY: Mapping[bytes, tuple[bytes, bytes]] = {b"Exif": (NO_EXIF, b"\0"), b"mime": (b"", b" ")}
"""By the type of item, what is written over it: how that begins, and with what it goes on. XMP is of the second."""

NOTES = (b"udta", b"meta")
"""Boxes of a film without which it is shown as before."""

XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""How a box of XMP begins that has no name of its own."""

MOST_EXTENTS = 10_000
"""Of all items. A photo has some dozens of tiles, each an item of its own."""

MOST_BOXES = 100_000
"""Of one kind of place."""

Extents = Sequence[tuple[int, int]]
"""Where in the file something lies: from where, and how long."""


def without_items(content: bytes) -> bytes:
    """Raises struct.error or IndexError where it is built otherwise."""
    told = bytearray(content)
    for name, start, end in _boxes(content, 0, len(content)):
        if name != b"meta":
            continue
        inner = {box: (begin, stop) for box, begin, stop in _boxes(content, start + 4, end)}
        types = dict(_types(content, *inner[b"iinf"])) if b"iinf" in inner else {}
        places = _places(content, *inner[b"iloc"]) if b"iloc" in inner else ()
        base = inner.get(b"idat", (0, 0))[0]
        for item, is_within, extents in places:
            if types.get(item) in EMPTY:
                _write_over(told, [(at + base * is_within, size) for at, size in extents], *EMPTY[types[item]])
    return bytes(told)


def without_notes(content: bytes) -> bytes:
    """A film: the boxes of what is noted of it, and of each of its tracks, are called free. Raises as above."""
    if content[4:8] != b"ftyp":
        raise IndexError
    told = bytearray(content)
    for name, start, end in _boxes(content, 0, len(content)):
        if name in NOTES or (name == b"uuid" and content[start : start + len(XMP)] == XMP):
            _free(told, name, start, end)
        if name == b"moov":
            inner = list(_boxes(content, start, end))
            tracks = [one for box, begin, stop in inner if box == b"trak" for one in _boxes(content, begin, stop)]
            for box, begin, stop in [*inner, *tracks]:
                if box in NOTES:
                    _free(told, box, begin, stop)
    return bytes(told)


def _free(told: bytearray, name: bytes, start: int, end: int) -> None:
    """Its name stands right before what is in it, or before a long size of eight bytes."""
    at = start - 4 if told[start - 4 : start] == name else start - 12
    told[at : at + 4] = b"free"
    told[start:end] = bytes(end - start)


def _boxes(content: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The name of each, and where what is in it begins and ends."""
    for _ in range(MOST_BOXES):
        if at + 8 > end:
            return
        size, name = struct.unpack_from(">I4s", content, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, at + 8)
            head = 16
        size = size or end - at
        if size < head:
            raise IndexError(at)
        yield name, at + head, min(at + size, end)
        at += size
    raise IndexError(at)


def _types(content: bytes, at: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The type of each item, by its number."""
    at += 4 + (2 if content[at] == 0 else 4)
    for name, start, _ in _boxes(content, at, end):
        if name == b"infe" and content[start] in (2, 3):
            form = ">H2x4s" if content[start] == 2 else ">I2x4s"
            yield struct.unpack_from(form, content, start + 4)


def _places(content: bytes, at: int, end: int) -> Iterator[tuple[int, bool, Extents]]:
    """Of each item whether it lies within the box `idat`, and where."""
    version, sizes, more = content[at], content[at + 4], content[at + 5]
    widths = sizes >> 4, sizes & 15, more >> 4, (more & 15) if version else 0
    of_offset, of_length, of_base, of_index = widths
    wide = 4 if version == 2 else 2
    at += 6

    def number(width: int) -> int:
        nonlocal at
        at += width
        if at > end:
            raise IndexError(at)
        return int.from_bytes(content[at - width : at], "big")

    left = MOST_EXTENTS
    for _ in range(number(wide)):
        item, method = number(wide), number(2) & 15 if version else 0
        number(2)
        base = number(of_base)
        extents = []
        count = number(2)
        left -= count
        if left < 0:
            raise IndexError(item)
        for _ in range(count):
            number(of_index)
            extents.append((base + number(of_offset), number(of_length)))
        yield item, method == 1, extents


def _write_over(told: bytearray, extents: Extents, begins: bytes, goes_on: bytes) -> None:
    if sum(size for _, size in extents) > len(told):
        raise IndexError
    for at, size in extents:
        size = min(size, max(len(told) - at, 0))
        told[at : at + size] = begins.ljust(size, goes_on)[:size]
        begins = b""
