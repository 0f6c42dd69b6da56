"""Slack's markup as a customer should read it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from bot.domain.message import storable
from connectors.slack.rich_text import is_styled, link_in_words, words_of

MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
MENTION = re.compile(r"<@([UW][A-Z0-9]{2,20})>")
MOST_MENTIONS = 10
CODE_POINTS = re.compile(r"[0-9a-f]{2,5}(?:-[0-9a-f]{2,5}){0,15}")
"""How Slack writes the characters of an emoji: 1f44b-1f3fd."""


NameOf = Callable[[str], str]
"""What the member of this id is called; the id, where nobody has told."""


def said_in(message: Mapping[str, Any], name_of: NameOf = str) -> str:
    """The words of a message, without the marks by which Slack's text shows what is bold. Slack writes an emoji as its
    name, and tells in the blocks which characters it is; of one that a workspace has made itself there are none, and
    its name stays."""
    blocks, words = message.get("blocks"), words_in(str(message.get("text") or ""), name_of)
    if not words or is_styled(blocks):
        words = words_of(blocks, name_of) or words
    for name, characters in _emoji(blocks):
        words = words.replace(f":{name}:", characters)
    return storable(words)


def words_in(markup: str, name_of: NameOf = str) -> str:
    """The words of somebody, as they are kept."""
    return storable(as_plain_text(markup, name_of)).strip()


def as_plain_text(markup: str, name_of: NameOf = str) -> str:
    """Slack's markup as a customer should read it: links as their addresses, names as their labels."""
    return html.unescape(MARKUP.sub(partial(_unmark, name_of), markup))


def mentioned_in(markup: str) -> Sequence[str]:
    """The ids of members whom the words name; Slack does not tell what these are called."""
    return MENTION.findall(markup)[:MOST_MENTIONS]


def _unmark(name_of: NameOf, found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    if target.startswith("!date^"):
        return label
    if target.startswith("!subteam^"):  # a group of members, of which Slack tells the id alone
        return f"@{label.lstrip('@') or 'team'}"
    if target.startswith(("@", "#", "!")):
        named = name_of(target[1:]) if target.startswith("@") else target[1:]
        return target[0].replace("!", "@") + (label or named).lstrip("@#")
    return link_in_words(target, label)


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
