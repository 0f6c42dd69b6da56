"""A HEIC and a film lose what their camera wrote beside them, and nothing in them moves."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import Base

from bot.adapters.camera_metadata import without_metadata

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


def long_box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, name, len(body) + 16) + body


TRACK = box(b"tkhd", b"which side is up") + box(b"mdia", b"udta")
XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


@pytest.mark.parametrize("media_type", ["video/mp4", "video/3gpp", "audio/mp4"])
def test_nobody_learns_from_a_film_where_it_was_taken(media_type: str) -> None:
    def film(name: bytes, note: bytes) -> bytes:
        noted = [box(b"udta" if name != b"free" else name, note), long_box(b"meta" if name != b"free" else name, note)]
        track = box(b"trak", TRACK, noted[0])
        whole = [box(b"ftyp", b"isom"), box(b"moov", box(b"mvhd", b"how long"), track, *noted), box(b"mdat", PIXELS)]
        return b"".join(
            [*whole, box(b"uuid" if name != b"free" else name, XMP if name != b"free" else bytes(16), note)]
        )

    content = film(b"", PLACE)
    assert content.count(PLACE) == 4
    assert without_metadata(content, media_type) == film(b"free", bytes(len(PLACE)))


@pytest.mark.parametrize(
    "content", [b"", b"ID3 no film", b"\0\0\0\x0cftypisom\0\0\0\4moov", b"\0\0\0\x0cftypisom" + PIXELS]
)
def test_what_is_no_film_stays_as_it_is(content: bytes) -> None:
    assert without_metadata(content, "video/mp4") == content


@given(length=st.integers(12, 700), flipped=st.integers(12, 699), value=st.integers(0, 255))
def test_however_a_photo_is_broken_reading_it_ends(length: int, flipped: int, value: int) -> None:
    content = bytearray(WHOLE[:length])
    if flipped < len(content):
        content[flipped] = value
    for media_type in ("image/heic", "video/mp4"):
        assert len(without_metadata(bytes(content), media_type)) == len(content)


WHOLE = heic(PHOTO)
