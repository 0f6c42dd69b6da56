"""Takes out of a picture or a film what its camera wrote beside it: where and when it was taken, with which device, and
previews.

What is seen and heard stays as it is, bit by bit, with its colours and which side is up: nothing is decoded, and
nothing encoded anew. What is built otherwise than its kind is left as it came.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from zlib import crc32

from PIL import Image
from PIL.ExifTags import Base

from bot.adapters.boxed_metadata import without_items, without_notes
from bot.domain.file_types import KNOWN, is_like

TURNED = range(2, 9)
"""Orientations that are not upright, as EXIF counts them."""

EXIF = b"Exif\0\0"
NEXT_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
"""Of a JPEG, behind which is no part of the pixels."""

MOST_PARTS = 100_000
"""A picture has some dozens, one of a hundred megabytes some ten thousand."""

SCAN, END = 0xDA, 0xD9
COLOURS = b"ICC_PROFILE\0"
PNG_WORDS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"})
PNG_HEAD, WEBP_HEAD = 8, 12
HAS_EXIF, HAS_XMP = 0x08, 0x04
"""Flags of a WebP."""


class _Otherwise(Exception):
    """It is built otherwise than pictures of its kind."""


def without_metadata(content: bytes, media_type: str) -> bytes:
    """The same picture or film; what is none of a kind that is known, or is broken, as it is."""
    cleaned = CLEANED.get(media_type)
    if cleaned is None or (media_type in KNOWN and not is_like(content, media_type)):
        return content
    try:
        return cleaned(content)
    except (_Otherwise, struct.error, IndexError):
        return content


def _jpeg(content: bytes) -> bytes:
    parts, exif = [], b""
    for number, (marker, part) in enumerate(_segments(content)):
        if number == MOST_PARTS:
            raise _Otherwise
        if part[4:].startswith(EXIF):
            exif = exif or part[4:]
        elif _is_of_the_picture(marker, part):
            parts.append(part)
    if kept := _orientation_alone(exif):
        at = 2 if parts[1][1] == 0xE0 else 1  # JFIF stands first
        parts.insert(at, b"\xff\xe1" + struct.pack(">H", len(kept) + 2) + kept)
    return b"".join(parts)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with what belongs to it, up to the end: what follows that (another picture, a film) is left out."""
    at, is_in_scan = 2, False
    yield 0xD8, content[:2]
    while True:
        found = NEXT_MARKER.search(content, at)
        if is_in_scan:
            yield SCAN, content[at : found.start() if found else len(content)]
        elif found is None:
            raise _Otherwise
        if found is None:
            return
        marker, at = found[1][0], found.end()
        if marker == END:
            yield END, b"\xff\xd9"
            return
        (length,) = struct.unpack_from(">H", content, at)
        if length < 2 or at + length > len(content):
            raise _Otherwise
        yield marker, bytes((0xFF, marker)) + content[at : at + length]
        at += length
        is_in_scan = is_in_scan or marker == SCAN


def _is_of_the_picture(marker: int, part: bytes) -> bool:
    """Of what programs add, how the colours are meant."""
    if marker == 0xE2:
        return part[4:].startswith(COLOURS)
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _png(content: bytes) -> bytes:
    parts, exif = [content[:PNG_HEAD]], b""
    at, name = PNG_HEAD, b""
    while name != b"IEND" and len(parts) < MOST_PARTS:
        length, name = struct.unpack_from(">I4s", content, at)
        part = content[at : at + length + 12]
        if len(part) != length + 12:
            raise _Otherwise
        if name == b"eXIf":
            exif = part[8:-4]
        elif name not in PNG_WORDS:
            parts.append(part)
        at += len(part)
    if name != b"IEND":
        raise _Otherwise
    if kept := _orientation_alone(exif).removeprefix(EXIF):
        parts.insert(2, _png_chunk(b"eXIf", kept))  # the head stands first
    return b"".join(parts)


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(name + data))


def _webp(content: bytes) -> bytes:
    parts: list[bytes] = []
    exif, at = b"", WEBP_HEAD
    (length,) = struct.unpack_from("<I", content, 4)
    end = min(length + 8, len(content))
    while at < end:
        if len(parts) == MOST_PARTS:
            raise _Otherwise
        name, length = struct.unpack_from("<4sI", content, at)
        part = content[at : at + 8 + length + length % 2]
        if len(part) < 8 + length:
            raise _Otherwise
        if name == b"EXIF":
            exif = part[8 : 8 + length]
        elif name != b"XMP ":
            parts.append(part)
        at += len(part)
    kept = _orientation_alone(exif).removeprefix(EXIF)
    if parts and parts[0].startswith(b"VP8X"):
        flags = parts[0][8] & ~(HAS_EXIF | HAS_XMP) | (HAS_EXIF if kept else 0)
        parts[0] = parts[0][:8] + bytes((flags,)) + parts[0][9:]
        if kept:
            parts.append(b"EXIF" + struct.pack("<I", len(kept)) + kept + b"\0" * (len(kept) % 2))
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _orientation_alone(exif: bytes) -> bytes:
    """Which side is up, where that is not the upper one; empty where it is, or cannot be read."""
    kept = Image.Exif()
    try:
        told = Image.Exif()
        told.load(exif)
        turned = told.get(Base.Orientation)
    except Exception:  # what is wrong within comes as any kind of error
        return b""
    if turned not in TURNED:
        return b""
    kept[Base.Orientation] = turned
    return kept.tobytes()


CLEANED: Mapping[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/heic": without_items,
    **dict.fromkeys(("video/mp4", "video/3gpp", "audio/mp4"), without_notes),
}
