"""Files are what they begin like, whatever they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.file_types import HEAD, KNOWN, LONGEST_NAME, file_name, in_words

PNG, JPEG, PDF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"%PDF-1.7\n"


@pytest.mark.parametrize(
    ("media_type", "head"),
    [
        ("image/png", PNG),
        ("image/jpeg", JPEG),
        ("image/gif", b"GIF89a"),
        ("image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
        ("image/heic", b"\x00\x00\x00\x18ftypheic"),
        ("application/pdf", PDF),
        ("text/plain", "Zażółć gęślą jaźń\r\n".encode()),
        ("text/csv", b"\xef\xbb\xbfname,seats\nAna,40\n"),
    ],
)
def test_a_file_is_of_the_type_that_it_begins_like(media_type: str, head: bytes) -> None:
    assert KNOWN[media_type].is_one(head)
    others = {one.media_type for one in KNOWN.values() if one.media_type != media_type and one.is_one(head)}
    assert others <= {"text/plain", "text/csv"}


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"  <!doctype html><p>hello",
        b"a,b\n<script>alert(1)</script>",
        b"#!/bin/sh\nrm -rf /\n",
        b"%!PS-Adobe-3.0",
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02",
        b"PK\x03\x04\x14\x00",
        b"text with a \x00 in it",
        b"\xff\xfeh\x00i\x00",
    ],
)
def test_what_a_browser_or_a_machine_would_run_is_of_no_type(content: bytes) -> None:
    assert [one.media_type for one in KNOWN.values() if one.is_one(content)] == []


def test_a_character_may_be_cut_at_the_end_of_what_is_looked_at() -> None:
    text = ("é" * HEAD).encode()
    assert KNOWN["text/plain"].is_one(text[:HEAD])
    assert KNOWN["text/plain"].is_one(text[: HEAD - 1])


@pytest.mark.parametrize(
    ("given_name", "media_type", "wanted"),
    [
        ("photo.png", "image/png", "photo.png"),
        ("Photo.JPEG", "image/jpeg", "Photo.jpeg"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\Users\\ana\\plan.pdf", "application/pdf", "plan.pdf"),
        ("/absolute/x.pdf", "application/pdf", "x.pdf"),
        ("invoice.pdf.exe", "application/pdf", "invoice.pdf.exe.pdf"),
        ("42.zip", "image/png", "42.zip.png"),
        ("\u202egnp.exe", "image/png", "gnp.exe.png"),
        ("a\r\nSet-Cookie: x=1.png", "image/png", "aSet-Cookie x=1.png"),
        (".htaccess", "text/plain", "htaccess.txt"),
        ("", "image/png", "file.png"),
        ("..", "image/png", "file.png"),
    ],
)
def test_a_name_is_cleaned_and_ends_as_its_type_does(given_name: str, media_type: str, wanted: str) -> None:
    assert file_name(given_name, media_type) == wanted


@given(st.text(max_size=500), st.sampled_from(sorted(KNOWN)))
def test_no_name_leads_anywhere_or_hides_anything(name: str, media_type: str) -> None:
    cleaned = file_name(name, media_type)
    assert 0 < len(cleaned) <= LONGEST_NAME
    assert cleaned.endswith(KNOWN[media_type].endings)
    assert not set(cleaned) & set('/\\\r\n\x00"<>')
    assert not cleaned.startswith(".")
    assert file_name(cleaned, media_type) == cleaned


@pytest.mark.parametrize(("size", "words"), [(12, "12 bytes"), (240_400, "240 kB"), (3_140_000, "3.1 MB")])
def test_a_size_is_told_as_people_say_it(size: int, words: str) -> None:
    assert in_words(size) == words
