"""A HEIC loses what its camera wrote beside it, and nothing in it moves."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import Base

from bot.adapters.picture_metadata import without_metadata

PLACE = b"51.5007 N"
PIXELS = b"pixels" * 40
TYPES = {1: b"hvc1", 2: b"Exif", 3: b"mime"}


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + name + body


def exif() -> bytes:
    told = Image.Exif()
    told[Base.Model] = PLACE.decode()
    return b"\0\0\0\6" + told.tobytes()


def heic(items: dict[int, bytes], version: int = 1) -> bytes:
    """As a phone writes it: what each item is, where each lies, and then all of them, one in two parts."""

    def whole(first: int) -> bytes:
        places, at = [], first
        for number, item in items.items():
            half = len(item) // 2
            extents = struct.pack(">IIII", at, half, at + half, len(item) - half)
            places.append(struct.pack(">H", number) + b"\0\0" * (1 + (version > 0)) + struct.pack(">H", 2) + extents)
            at += len(item)
        told = [box(b"infe", b"\2\0\0\0", struct.pack(">HH4s", number, 0, TYPES[number]), b"\0") for number in items]
        head = struct.pack(">BxxxBBH", version, 0x44, 0, len(items))
        return (
            box(b"ftyp", b"heic\0\0\0\0mif1heic")
            + box(
                b"meta",
                bytes(4),
                box(b"iinf", bytes(4), struct.pack(">H", len(items)), *told),
                box(b"iloc", head, *places),
            )
            + box(b"mdat", *items.values())
        )

    return whole(len(whole(0)) - sum(map(len, items.values())))


PHOTO = {1: PIXELS, 2: exif(), 3: b"<x>" + PLACE + b"</x>"}


@pytest.mark.parametrize("version", [0, 1])
def test_nobody_learns_from_a_photo_where_it_was_taken(version: int) -> None:
    content = heic(PHOTO, version)
    assert content.count(PLACE) == 2
    cleaned = without_metadata(content, "image/heic")
    assert PLACE not in cleaned
    assert len(cleaned) == len(content)
    assert cleaned[: content.index(PIXELS) + len(PIXELS)] == content[: content.index(PIXELS) + len(PIXELS)]
    told = Image.Exif()
    told.load(cleaned[content.index(PHOTO[2]) + 4 :])
    assert dict(told) == {}


def test_an_item_that_says_it_has_parts_without_end_is_left_as_it_is() -> None:
    content = heic(PHOTO)
    at = content.index(b"iloc") + 8
    odd = content[:at] + b"\0\0" + content[at + 2 :]  # neither places nor lengths are told, so that parts cost nothing
    odd = odd.replace(struct.pack(">HHHH", 1, 0, 0, 2), struct.pack(">HHHH", 1, 0, 0, 0xFFFF))
    assert without_metadata(odd, "image/heic") == odd


@given(length=st.integers(12, 700), flipped=st.integers(12, 699), value=st.integers(0, 255))
def test_however_a_photo_is_broken_reading_it_ends(length: int, flipped: int, value: int) -> None:
    content = bytearray(WHOLE[:length])
    if flipped < len(content):
        content[flipped] = value
    assert len(without_metadata(bytes(content), "image/heic")) == len(content)


WHOLE = heic(PHOTO)
