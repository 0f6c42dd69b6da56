r"""Escapes of characters (`\u00e9`), which Rasa reads in every text of a file of plain ASCII, not only in quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.adapters.rasa.rasa_settings import Note
from bot.documents import Document, parse, plain
from bot.domain.errors import ContentError

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")


def with_escapes_read(documents: Iterable[Document]) -> tuple[list[Document], list[Note]]:
    """The files with the characters that Rasa finds in them, and what there is to say of those that change by it."""
    read, notes = [], []
    for one in documents:
        meant = _meant(one)
        read.append(meant)
        if meant is not one and (found := _ESCAPE.search(one.text)):
            said = f"has characters as escapes ({found[0]}), also outside of quotes: here they are characters."
            notes.append(Note("mapped", one.path, said))
    return read, notes


def _meant(document: Document) -> Document:
    if not document.text.isascii() or not _ESCAPE.search(document.text):
        return document
    try:
        whole = document.text.encode().decode("raw_unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")
        meant = parse(document.path, whole)
    except (UnicodeDecodeError, ContentError):
        return document  # an escaped quote, say, at which Rasa gives the file up
    return meant if plain(meant.data) != plain(document.data) else document
