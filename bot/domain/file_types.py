"""Which kinds of files customers and reps may send: how each begins, and what it is called. None is ever decoded.

What a browser would run (SVG, HTML, scripts) and what unpacks (archives) is not here, so no setting can allow it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.domain.message import storable

LONGEST_NAME = 120
HEAD = 4096
"""Bytes by which a file is recognised."""

_MARKUP = re.compile(rb"^\s*(<|%!|#!)|<(script|html|svg|\?xml|!doctype|iframe|body)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileType:
    """`is_one` looks at the first bytes of a file."""

    media_type: str
    endings: tuple[str, ...]
    is_one: Callable[[bytes], bool]


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc")


def is_plain_text(part: bytes) -> bool:
    """UTF-8 that is neither a program nor markup; a character may be cut at the end."""
    try:
        text = part.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return False
        text = part[: error.start].decode("utf-8")
    odd = any(unicodedata.category(one) == "Cc" and one not in "\t\n\r\f" for one in text)
    return not odd and not _MARKUP.search(part.removeprefix(b"\xef\xbb\xbf"))


KNOWN: Mapping[str, FileType] = {
    one.media_type: one
    for one in (
        FileType("image/jpeg", (".jpg", ".jpeg"), _begins(b"\xff\xd8\xff")),
        FileType("image/png", (".png",), _begins(b"\x89PNG\r\n\x1a\n")),
        FileType("image/gif", (".gif",), _begins(b"GIF87a", b"GIF89a")),
        FileType("image/webp", (".webp",), _is_webp),
        FileType("image/heic", (".heic",), _is_heic),
        FileType("application/pdf", (".pdf",), _begins(b"%PDF-")),
        FileType("text/plain", (".txt",), is_plain_text),
        FileType("text/csv", (".csv",), is_plain_text),
    )
}


PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
"""What every browser shows."""


def is_like(content: bytes, media_type: str) -> bool:
    """Whether it begins like this type; of a type that is not in the list nothing does."""
    known = KNOWN.get(media_type)
    return known is not None and known.is_one(content[:HEAD])


def file_name(given: str, media_type: str) -> str:
    """What somebody called their file, as it may be shown: no folders, nothing unseen, and the ending of its kind."""
    last = re.split(r"[/\\]", storable(given))[-1]
    seen = "".join(one for one in last if unicodedata.category(one)[0] != "C" and one not in '<>:"|?*')
    seen = " ".join(seen.split()).lstrip(".")
    known = KNOWN.get(media_type)
    endings = known.endings if known is not None else (".bin",)
    kept = PurePosixPath(seen).suffix.lower()
    stem = seen[: -len(kept)] if kept in endings else seen
    ending = kept if kept in endings else endings[0]
    return f"{stem.strip(' .')[: LONGEST_NAME - len(ending)] or 'file'}{ending}"


def in_words(size: int) -> str:
    """A size as people say it: 240 kB, 3.1 MB."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
