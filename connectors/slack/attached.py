"""Files that reps attach to their messages, as Slack's events tell of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.domain.file_types import file_name
from bot.domain.message import Attachment, storable

MOST_FILES = 10
ELSEWHERE = ("tombstone", "hidden_by_limit", "external")
"""Modes of files that Slack does not have, or has no more."""

FILE_ID = re.compile(r"F[A-Z0-9]{2,20}")

Json = Mapping[str, Any]


def attachments_of(message: Json, workspace: str) -> tuple[Attachment, ...]:
    """The files that can be fetched; the address of each is its workspace and its id there."""
    return tuple(_attachment(one, workspace) for one in _files(message) if _is_here(one))


def names_of_others(message: Json) -> tuple[str, ...]:
    """What its files are called that cannot be fetched."""
    return tuple(_name(one) for one in _files(message) if not _is_here(one))


def gone_from(before: Json, after: Json | None, workspace: str) -> tuple[str, ...]:
    """The addresses of files that the message had, and has no more; all of them where it was deleted."""
    kept = {one.url for one in attachments_of(after, workspace)} if after is not None else set()
    return tuple(one.url for one in attachments_of(before, workspace) if one.url not in kept)


def _files(message: Json) -> list[Json]:
    files = message.get("files")
    return [one for one in files if isinstance(one, Mapping)][:MOST_FILES] if isinstance(files, list) else []


def _is_here(file: Json) -> bool:
    """Slack Connect tells of files by their ids alone, which say nothing of what they are."""
    known = isinstance(file.get("mimetype"), str) and bool(FILE_ID.fullmatch(str(file.get("id"))))
    return known and file.get("mode") not in ELSEWHERE and not file.get("is_external")


def _attachment(file: Json, workspace: str) -> Attachment:
    media_type, size = storable(str(file["mimetype"])).lower(), file.get("size")
    return Attachment(
        url=storable(f"{workspace}/{file['id']}"),
        media_type=media_type,
        name=file_name(_name(file), media_type),
        size=size if isinstance(size, int) else 0,
    )


def _name(file: Json) -> str:
    return storable(str(file.get("name") or file.get("title") or "a file"))
