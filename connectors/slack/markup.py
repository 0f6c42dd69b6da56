"""Slack's markup as a customer should read it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.message import storable

MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
CODE_POINTS = re.compile(r"[0-9a-f]{2,5}(?:-[0-9a-f]{2,5}){0,15}")
"""How Slack writes the characters of an emoji: 1f44b-1f3fd."""


def said_in(message: Mapping[str, Any]) -> str:
    """The words of a message. Slack writes an emoji as its name, and tells in the blocks which characters it is; of one
    that a workspace has made itself there are none, and its name stays."""
    words = words_in(str(message.get("text") or ""))
    for name, characters in _emoji(message.get("blocks")):
        words = words.replace(f":{name}:", characters)
    return storable(words)


def words_in(markup: str) -> str:
    """The words of somebody, as they are kept."""
    return storable(as_plain_text(markup)).strip()


def as_plain_text(markup: str) -> str:
    """Slack's markup as a customer should read it: links as their addresses, names as their labels."""
    return html.unescape(MARKUP.sub(_unmark, markup))


def _unmark(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target.startswith(("@", "#", "!")):
        return target[0].replace("!", "@") + (label or target[1:]).lstrip("@#")
    address = target.removeprefix("mailto:").removeprefix("tel:")
    return address if not label or label in (address, address.split("://")[-1]) else f"{label} ({address})"


def _emoji(node: object) -> Iterator[tuple[str, str]]:
    """The names of emoji in rich text, with a skin tone where there is one, and their characters."""
    match node:
        case list():
            for one in node:
                yield from _emoji(one)
        case {"type": "emoji", "name": str(name), "unicode": str(code), **more} if CODE_POINTS.fullmatch(code):
            tone = more.get("skin_tone")
            toned = f"{name}::skin-tone-{tone}" if tone and "::" not in name else name
            yield toned, "".join(chr(int(one, 16)) for one in code.split("-"))
        case {"elements": list(elements)}:
            yield from _emoji(elements)
