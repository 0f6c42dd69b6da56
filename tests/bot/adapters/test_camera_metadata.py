"""A picture loses what its camera wrote beside it, and nothing that is seen."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from bot.adapters.camera_metadata import CLEANED, without_metadata

KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
CAMERA, PLACE = b"Harbour X100", b"51.5007"


def exif(orientation: int = 6) -> Image.Exif:
    told = Image.Exif()
    told[Base.Orientation] = orientation
    told[Base.Model] = CAMERA.decode()
    told.get_ifd(IFD.GPSInfo).update(
        {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (51.0, 30.0, 2.5), GPS.GPSAreaInformation: PLACE}
    )
    return told


def picture(kind: str, orientation: int = 6, **told: Any) -> bytes:
    """Larger than a chunk of a file, of many colours."""
    image = Image.effect_mandelbrot((120, 80), (-2, -1, 1, 1), 40).convert("RGB")
    if kind == "PNG":
        told["pnginfo"] = PngInfo()
        told["pnginfo"].add_text("XML:com.adobe.xmp", f"<x>{PLACE.decode()}</x>")
    elif kind == "WEBP":
        told["xmp"] = b"<x>" + PLACE + b"</x>"
    image.save(file := io.BytesIO(), kind, exif=exif(orientation), icc_profile=b"colours" * 20, **told)
    return file.getvalue()


def seen(content: bytes) -> tuple[Any, ...]:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image.size, image.tobytes(), image.info.get("icc_profile"), image.getexif().get(Base.Orientation)


@pytest.mark.parametrize(("media_type", "kind"), KINDS.items())
def test_nobody_learns_from_a_picture_where_it_was_taken(media_type: str, kind: str) -> None:
    content = picture(kind)
    assert CAMERA in content
    assert PLACE in content
    cleaned = without_metadata(content, media_type)
    assert CAMERA not in cleaned
    assert PLACE not in cleaned
    with Image.open(io.BytesIO(cleaned)) as image:
        assert dict(image.getexif()) == {Base.Orientation: 6}
        assert not image.getexif().get_ifd(IFD.GPSInfo)
    assert seen(cleaned) == seen(content)


@pytest.mark.parametrize(("media_type", "kind"), KINDS.items())
def test_a_picture_that_is_upright_says_nothing_of_it(media_type: str, kind: str) -> None:
    cleaned = without_metadata(picture(kind, orientation=1), media_type)
    assert b"Exif" not in cleaned
    assert b"eXIf" not in cleaned
    assert seen(cleaned)[:3] == seen(picture(kind, orientation=1))[:3]


def test_a_picture_in_several_scans_is_read_to_its_end_and_no_further() -> None:
    content = picture("JPEG", progressive=True, comment=PLACE)
    cleaned = without_metadata(content + picture("JPEG") + b"a film from " + PLACE, "image/jpeg")
    assert PLACE not in cleaned
    assert cleaned == without_metadata(content, "image/jpeg")
    assert seen(cleaned) == seen(content)


def test_a_picture_that_moves_still_does() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(file := io.BytesIO(), "WEBP", save_all=True, append_images=frames[1:], exif=exif())
    cleaned = without_metadata(file.getvalue(), "image/webp")
    assert CAMERA not in cleaned
    with Image.open(io.BytesIO(cleaned)) as image:
        assert (getattr(image, "n_frames", 1), image.getexif().get(Base.Orientation)) == (2, 6)


@pytest.mark.parametrize("media_type", [*CLEANED, "image/gif", "application/pdf"])
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x04\0\0\0WEBP", b"no picture at all"]
)
def test_what_is_no_picture_of_its_kind_stays_as_it_is(media_type: str, content: bytes) -> None:
    assert without_metadata(content, media_type) == content


@given(
    kind=st.sampled_from(sorted(KINDS)),
    length=st.integers(0, 4000),
    flipped=st.integers(0, 3999),
    value=st.integers(0, 255),
)
def test_however_a_picture_is_broken_reading_it_ends(kind: str, length: int, flipped: int, value: int) -> None:
    content = bytearray(WHOLE[kind][:length])
    if flipped < len(content):
        content[flipped] = value
    cleaned = without_metadata(bytes(content), kind)
    assert len(cleaned) <= len(content) + 40


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("image/jpeg", b"\xff\xd8\xff\xda\0\2" + b"\xff" * 3_000_000),
        ("image/jpeg", b"\xff\xd8" + b"\xff\xe1\0\2" * 500_000 + b"\xff\xd9"),
        ("image/png", b"\x89PNG\r\n\x1a\n" + bytes(4_000_000)),
        ("image/webp", b"RIFF\xff\xff\xff\xffWEBP" + bytes(4_000_000)),
        ("image/heic", b"\0\0\0\x0cftypheic" + b"\0\0\0\x08free" * 500_000),
    ],
)
def test_what_is_made_to_keep_us_busy_is_left_as_it_is_at_once(media_type: str, content: bytes) -> None:
    assert without_metadata(content, media_type) == content


WHOLE = {media_type: picture(kind) for media_type, kind in KINDS.items()}
